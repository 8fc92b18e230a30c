package knowledge

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// asked writes a question in short: intent, title in brackets, season number, "next".
func asked(q Question) string {
	s := string(q.Intent)
	if q.Title != "" {
		s += " [" + q.Title + "]"
	}
	if q.Named {
		s += " " + strconv.Itoa(q.Season)
	}
	if q.Next {
		s += " next"
	}
	if q.Weak {
		s += " weak"
	}
	return s
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// A season by its number, before and after the name
		{"Is there a season 3 of Paper Lanterns?", "exists [Paper Lanterns] 3"},
		{"is paper lanterns season 3 a thing", "exists [paper lanterns] 3"},
		{"will there ever be a third season of Paper Lanterns", "exists [Paper Lanterns] 3"},
		{"has season four of paper lanterns been announced yet?", "exists [paper lanterns] 4"},
		{"are they making paper lanterns s2", "exists [paper lanterns] 2"},
		{"paper lanterns s3??", "exists [paper lanterns] 3"},
		{"PAPER LANTERNS SEASON 3 CONFIRMED?", "exists [PAPER LANTERNS] 3"},
		{"is the 10th season of Paper Lanterns real", "exists [Paper Lanterns] 10"},
		{"any news on paper lanterns part 2?", "exists [paper lanterns] 2"},
		{"is there a season 0 of paper lanterns?", "exists [paper lanterns] 0"},
		{"is there a season -1 of paper lanterns?", "exists [paper lanterns] -1"},
		{"is there a season 99 of paper lanterns?", "exists [paper lanterns] 99"},

		// A further season
		{"Will there be another season of Paper Lanterns?", "exists [Paper Lanterns] next"},
		{"is paper lanterns getting a new season", "exists [paper lanterns] next"},
		{"is paper lanterns coming back?", "exists [paper lanterns] next"},
		{"has paper lanterns been renewed", "exists [paper lanterns] next"},
		{"Will there be more episodes of Paper Lanterns?", "exists [Paper Lanterns] next"},

		// When
		{"When does season 3 of Paper Lanterns come out?", "when [Paper Lanterns] 3"},
		{"when did paper lanterns season 2 start", "when [paper lanterns] 2"},
		{"paper lanterns season 3 release date", "when [paper lanterns] 3"},
		{"what is the release date of paper lanterns season 3", "when [paper lanterns] 3"},
		{"whens the next season of paper lanterns", "when [paper lanterns] next"},

		// Cancelled
		{"Was Paper Lanterns cancelled?", "cancelled [Paper Lanterns]"},
		{"did they cancel paper lanterns", "cancelled [paper lanterns]"},
		{"is paper lanterns over for good?", "cancelled [paper lanterns]"},
		{"is season 3 of paper lanterns the last one?", "cancelled [paper lanterns] 3"},

		// How many
		{"How many seasons does Paper Lanterns have?", "how_many [Paper Lanterns]"},
		{"how many seasons of paper lanterns are there", "how_many [paper lanterns]"},

		// Why
		{"Why is there no season 3 of Paper Lanterns?", "why [Paper Lanterns] 3"},
		{"why did they cancel paper lanterns", "why [paper lanterns]"},
		{"why no paper lanterns season 3", "why [paper lanterns] 3"},

		// Where
		{"Where can I watch Paper Lanterns?", "where_to_watch [Paper Lanterns]"},
		{"where to stream paper lanterns season 2", "where_to_watch [paper lanterns] 2"},

		// A continuation in any form
		{"Will there be a sequel to Paper Lanterns?", "sequel_any [Paper Lanterns]"},
		{"is paper lanterns getting a spin off", "sequel_any [paper lanterns]"},

		// About
		{"Who made Paper Lanterns?", "about [Paper Lanterns]"},
		{"what studio animated paper lanterns", "about [paper lanterns]"},
		{"tell me about paper lanterns", "about [paper lanterns]"},

		// Names that hold what could be read otherwise
		{"is there a season 2 of Dr. Stone?", "exists [Dr. Stone] 2"},
		{"is there a season 2 of 22/7?", "exists [22/7] 2"},
		{"is there a season 4 of Mob Psycho 100?", "exists [Mob Psycho 100] 4"},
		{"Is there a season 3 of Haikyu!!?", "exists [Haikyu!!] 3"},
		{"is there a season 2 of Don't Look Down?", "exists [Don't Look Down] 2"},
		{"is there a season 3 of ヒーローマスク?", "exists [ヒーローマスク] 3"},
		{"is there a season 2 of Paper-sama: The Long Night?", "exists [Paper-sama: The Long Night] 2"},

		// Around the question
		{"Hey guys, does anyone know if there is a season 3 of Paper Lanterns please", "exists [Paper Lanterns] 3"},
		{"I loved it so much. Is there a season 3 of Paper Lanterns? I hope so.", "exists [Paper Lanterns] 3"},
		{"Great finale! When is season 3 of Paper Lanterns coming out?", "when [Paper Lanterns] 3"},
		{"is there a season 3?", "exists 3"},

		// A bare name and number are a question only if the name is a show's
		{"paper lanterns season 3", "exists [paper lanterns] 3 weak"},
	} {
		if got := asked(Parse(c.text)); got != c.want {
			t.Errorf("%q is %s, want %s", c.text, got, c.want)
		}
	}
}

func TestParseAbstainsFromTalk(t *testing.T) {
	for _, text := range []string{
		"",
		" ",
		"?",
		"???",
		"no",
		"good morning",
		"I love Paper Lanterns.",
		"season 3 was mid",
		"Paper Lanterns season 2 was the best thing I watched this year.",
		"just finished season 2 of Paper Lanterns and I am crying",
		"the opening of season 2 is a banger",
		"My review of Paper Lanterns season 2: seven out of ten.",
		"who sings the opening of season 2?",
		"is my favourite character alive in season 3?",
		"what chapter should I start after season 2?",
		"Has anyone watched the new season of Paper Lanterns with their kids and enjoyed it as much as we did last night",
		"Does anyone want to play something tonight?",
		"How are you?",
		"the weather is nice this season",
		"it's hunting season",
		"the fourth of july sale starts when the season begins and my team plays",
		"season pass is on sale",
		"lol",
		"😀",
		"👩‍👩‍👧‍👦🏳️‍🌈✨",
		"https://example.com/season-3",
		"`is there a season 3 of Paper Lanterns?`",
	} {
		if q := Parse(text); q.Intent != None || q.Title != "" || q.Named || q.Next || q.Text != text {
			t.Errorf("%q is %s", text, asked(q))
		}
	}
}

// TestParseUnwraps puts one question into what Discord and people wrap around it.
func TestParseUnwraps(t *testing.T) {
	const want = "exists [Paper Lanterns] 3"
	for name, text := range map[string]string{
		"a mention":            "<@123456789012345678> is there a season 3 of Paper Lanterns?",
		"a nickname mention":   "<@!123456789012345678> is there a season 3 of Paper Lanterns?",
		"a role and a room":    "<@&12345> <#67890> is there a season 3 of Paper Lanterns?",
		"a mention at its end": "is there a season 3 of Paper Lanterns? <@123456789012345678>",
		"an emoji of a guild":  "is there a season 3 of Paper Lanterns? <:lantern:123456789012345678>",
		"an animated one":      "<a:wave:123456789012345678> is there a season 3 of Paper Lanterns?",
		"a time":               "<t:1700000000:R> is there a season 3 of Paper Lanterns?",
		"a slash command":      "</season:123456789> is there a season 3 of Paper Lanterns?",
		"a spoiler":            "||is there a season 3 of Paper Lanterns?||",
		"a spoiled name":       "is there a season 3 of ||Paper Lanterns||?",
		"bold":                 "**is there a season 3 of Paper Lanterns?**",
		"a bold name":          "is there a season 3 of **Paper Lanterns**?",
		"underlined":           "__is there a season 3 of Paper Lanterns?__",
		"struck through":       "~~is there a season 3 of Paper Lanterns?~~",
		"a quotation":          "> is there a season 3 of Paper Lanterns?",
		"a heading":            "# is there a season 3 of Paper Lanterns?",
		"a link after it":      "is there a season 3 of Paper Lanterns? https://lantern.example/news?id=3",
		"a hidden link":        "is there a season 3 of Paper Lanterns? <https://lantern.example/>",
		"a link for a name":    "is there a season 3 of [Paper Lanterns](https://lantern.example/)?",
		"code before it":       "```go\nfunc main() {}\n```\nis there a season 3 of Paper Lanterns?",
		"code left open":       "is there a season 3 of Paper Lanterns?\n```go\nfunc main() {}",
		"emoji":                "🎉🎉 is there a season 3 of Paper Lanterns? 🙏",
		"a line before it":     "watched it all in a day\nis there a season 3 of Paper Lanterns?\nthanks",
		"carriage returns":     "\r\nis there a season 3 of Paper Lanterns?\r\n",
		"control characters":   "is there\x07a season 3 of Paper\x1b Lanterns?",
		"brackets":             "(is there a season 3 of Paper Lanterns?)",
		"quotation marks":      `is there a season 3 of "Paper Lanterns"?`,
		"curly quotation":      "is there a season 3 of “Paper Lanterns”?",
		"many marks":           "is there a season 3 of Paper Lanterns?!?!",
		"wide marks":           "is there a season 3 of Paper Lanterns？",
		"many blanks":          "  is   there a  season   3 of   Paper Lanterns ?  ",
	} {
		q := Parse(text)
		q.Title = strings.Join(strings.Fields(q.Title), " ")
		if got := asked(q); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if q.Text != text {
			t.Errorf("%s: the text is %q", name, q.Text)
		}
	}
}

// TestParseBearsAnything gives it what no person would mean. It may abstain, quickly.
func TestParseBearsAnything(t *testing.T) {
	question := "is there a season 3 of Paper Lanterns?"
	for name, text := range map[string]string{
		"10,000 characters":       strings.Repeat("is there a season 3 of ", 435),
		"10,000 question marks":   strings.Repeat("?", 10_000),
		"10,000 numbers":          strings.Repeat("3 ", 5_000),
		"10,000 letters":          strings.Repeat("s", 10_000),
		"10,000 apostrophes":      strings.Repeat("'", 10_000),
		"10,000 short sentences":  strings.Repeat("is it?\n", 1_500),
		"wide characters, cut":    strings.Repeat("灯", 5_000),
		"control characters":      "is there a season 3\x00 of\x07 Paper\x1b[31m Lanterns\x7f?",
		"right to left":           "هل هناك موسم ثالث من Paper Lanterns؟",
		"marks of direction":      "\u202eis there a season 3 of Paper Lanterns?\u202c",
		"blanks without a width":  "is there a sea\u200bson 3 of Paper\u200d Lanterns?\ufeff",
		"broken UTF-8":            "is there a season 3 of \xff\xfe Paper Lanterns?",
		"combining marks":         "Z̸̢̛̪̪̩̗̦a̶̡̢͇̱̳l̵̢̙̬g̵o̷ " + question,
		"only emoji":              strings.Repeat("🏮", 2_000),
		"a number beyond numbers": "is there a season 99999999999999999999999 of Paper Lanterns?",
		"an ordinal beyond them":  "is there a 99999999999999999999999th season of Paper Lanterns?",
	} {
		start := time.Now()
		q := Parse(text)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if a := Embedded().Ask(text, dated(today)); a.Head == "" || a.Show != nil || q.Text != text {
			t.Errorf("%s: answers %q about %v", name, a.Head, a.Show)
		}
	}
	if got := asked(Parse("\u202e" + question + "\u202c")); got != "exists [Paper Lanterns] 3" {
		t.Errorf("marks of direction: %s", got)
	}
	// What stands after the first 4,000 bytes is not read.
	if got := asked(Parse(strings.Repeat("So it was. ", 400) + question)); got != "none" {
		t.Errorf("far down: %s", got)
	}
}

func TestIntentsListEachOnce(t *testing.T) {
	seen := map[Intent]bool{}
	for _, i := range Intents() {
		if seen[i] {
			t.Errorf("%s stands there twice", i)
		}
		seen[i] = true
	}
	if len(seen) != 9 || !Why.outranks(Exists) || Exists.outranks(When) || None.outranks(Exists) || Exists.outranks(Exists) {
		t.Errorf("%d intents, %v", len(seen), Intents())
	}
}

func TestLanguageFilesAreStrict(t *testing.T) {
	const good = "language: xx\nunits: [season]\nseason: [U N]\nfront: {exists: [\"is there (a|an)?\"]}\n"
	if _, err := readLanguage([]byte(good), nil); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"fronts: {}":                      "field fronts not found",
		"units: season":                   "cannot unmarshal",
		"units: [season":                  "did not find expected",
		"":                                "EOF",
		"front: {perhaps: [is there]}":    `"perhaps" is not an intent`,
		"back: {perhaps: [is there]}":     `"perhaps" is not an intent`,
		"front: {exists: [(is there]}":    `phrase "(is there": opens a bracket it does not close`,
		"front: {exists: [is (there (a]}": "opens a bracket it does not close",
		"back: {exists: [is there)]}":     `phrase "is there)": closes a bracket it did not open`,
		"season: [\"? U N\"]":             `phrase "? U N": has a ? that follows nothing`,
		"next: [\"(?|a) U\"]":             "has a ? that follows nothing",
		"next: [\"a??\"]":                 "has a ? that follows nothing",
		"next: [\"a? b?\"]":               `phrase "a? b?": may be empty`,
		"filler_front: [\"\"]":            "may be empty",
		"filler_back: [\"(a|)\"]":         "may be empty",
		"language: xx\nlanguage: yy":      "already defined",
	} {
		if _, err := readLanguage([]byte(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestLanguageErrorsNameTheFile(t *testing.T) {
	_, err := readLanguages(fstest.MapFS{"lang/xx.yaml": {Data: []byte("nope: 1")}, "lang/README.md": {}}, "lang")
	if err == nil || !strings.HasPrefix(err.Error(), "lang/xx.yaml: ") {
		t.Errorf("%v", err)
	}
	if langs, err := readLanguages(fstest.MapFS{"lang/README.md": {}}, "lang"); len(langs) != 0 || err != nil {
		t.Errorf("%d languages: %v", len(langs), err)
	}
	if _, err := readLanguages(fstest.MapFS{"lang/xx.yaml": {Data: []byte("units: [x]")}, "lang/yy.yaml/z": {}}, "lang"); err == nil {
		t.Error("a folder was read as a language")
	}
	if _, err := readLanguages(langFiles, "["); err == nil {
		t.Error("a broken pattern was taken")
	}
}

// TestPhrases matches phrases against words, from the beginning and from the end.
func TestPhrases(t *testing.T) {
	l, err := readLanguage([]byte("units: [season]\nnumbers: [zero, one]\nordinals: [zeroth, first]\nordinal_endings: [st, nd]\nglued: [s]"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		phrase, text string
		words, back  int // how many words it covers from the beginning, and from the end
	}{
		{"is there", "is there a show", 2, 0},
		{"is there", "show is there", 0, 2},
		{"is there a?", "is there a", 3, 3},
		{"is there a?", "is there", 2, 2},
		{"(is|was) (it|this (good|bad))?", "was this good", 3, 3},
		{"(is|was) (it|this (good|bad))?", "was this", 1, 0},
		{"U N", "Season one", 2, 2},
		{"U N", "season 3", 2, 2},
		{"U N", "season three", 0, 0},
		{"ORD U", "2nd season", 2, 2},
		{"ORD U", "first season", 2, 2},
		{"s N", "s3", 2, 2},
		{"s N", "s3e", 0, 0},
		{"a b", "a", 0, 0},
	} {
		forwards, backwards := newPhrases(false), newPhrases(true)
		for _, g := range []*phrases{forwards, backwards} {
			if err := g.add(c.phrase, Exists); err != nil {
				t.Fatal(err)
			}
		}
		ts := l.classified(c.text, splitWords(c.text))
		words, _ := forwards.longest(ts)
		back, _ := backwards.longest(ts)
		if words != c.words || back != c.back {
			t.Errorf("%q on %q covers %d and from the end %d words, want %d and %d", c.phrase, c.text, words, back, c.words, c.back)
		}
	}
}
