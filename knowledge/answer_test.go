package knowledge

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

const today = "2026-11-22"

// TestAnswersAboutHeroMask asks the embedded base what a fan asks. Words are looked for, not whole sentences.
func TestAnswersAboutHeroMask(t *testing.T) {
	const ended = "made as the end of the story"
	for _, c := range []struct {
		question, on string
		intent       Intent
		status       Status
		date         string
		line, why    []string // what must stand in the line, and in the reasons
		sources      []string // what must be cited
	}{
		{question: "Is there a season 3 of Hero Mask?", intent: Exists, status: NotPlanned,
			line: []string{"No. ", "season 3 of Hero Mask is not planned"}, why: []string{ended, "24 episodes", "Mikio Ono, producer"},
			sources: []string{"bustle", "ann-ono", "ann-aoki"}},
		{question: "When did season 2 of Hero Mask come out?", intent: When, status: Released, date: "2019-08-23",
			line: []string{"Season 2 of Hero Mask came out on 23 August 2019."}, why: []string{"9 episodes"}, sources: []string{"wikipedia"}},
		{question: "how many seasons does hero mask have", intent: HowMany, status: NotPlanned,
			line: []string{"Hero Mask has 2 seasons.", "season 3", "not planned"},
			why:  []string{"3 December 2018 (15 episodes)", "23 August 2019 (9 episodes)", ended}},
		{question: "why is there no hero mask season 3", intent: Why, status: NotPlanned,
			line: []string{"not planned"}, why: []string{"laid out as 24 episodes in two parts", ended}, sources: []string{"ann-ono", "bustle"}},
		{question: "was hero mask cancelled?", intent: WasCancelled, status: NotPlanned,
			line: []string{"No. ", "not planned", "cancellation"}, why: []string{ended}, sources: []string{"bustle"}},
		{question: "who made hero mask", intent: About, status: NotPlanned,
			line: []string{"Hero Mask is an anime, 2 seasons (2018 to 2019)."},
			why:  []string{"Pierrot, Fields and Sotsu", "Hiroyasu Aoki directs"}, sources: []string{"ann-ono", "ann-aoki"}},
		{question: "is hero mask season 2 out", intent: Exists, status: Released, date: "2019-08-23",
			line: []string{"Yes. ", "23 August 2019"}, why: []string{"And then?", "not planned"}},
		{question: "will there be a season 4 of hero mask?", intent: Exists, status: NotPlanned,
			line: []string{"season 3 of Hero Mask is not planned", "asked about season 4", "2 seasons", "season 3 comes first"}},
		{question: "hero msak s3??", intent: Exists, status: NotPlanned, line: []string{"No. ", "season 3 of Hero Mask"}},
		{question: "where can i watch hero mask", intent: WhereToWatch, status: NotPlanned, line: []string{"Netflix", "Tokyo MX"}, sources: []string{"wikipedia"}},
		{question: "will there be a sequel to hero mask?", intent: SequelAny, status: NotPlanned, line: []string{"No. "}, why: []string{ended}},

		{question: "is season 2 of hero mask out?", on: "2019-08-01", intent: Exists, status: Scheduled, date: "2019-08-23",
			line: []string{"Season 2 of Hero Mask is scheduled for 23 August 2019."}, why: []string{"official site"}, sources: []string{"everyeye"}},
		{question: "how many seasons does hero mask have", on: "2019-08-01", intent: HowMany, status: Scheduled, date: "2019-08-23",
			line: []string{"Hero Mask has 1 season.", "scheduled for 23 August 2019"}},
		{question: "is season 2 of hero mask out?", on: "2019-09-01", intent: Exists, status: Released, date: "2019-08-23", line: []string{"Yes. "}},
		{question: "is there a season 3 of hero mask?", on: "2019-09-01", intent: Exists, status: NotPlanned, line: []string{"No. "}},

		{question: "is there a season 0 of hero mask?", intent: Exists, status: NotPlanned, line: []string{"There is no season 0", "counted from 1", "has 2 seasons"}},
		{question: "is there a season -1 of hero mask?", intent: Exists, status: NotPlanned, line: []string{"There is no season -1", "has 2 seasons"}},
		{question: "is there a season 99 of hero mask?", intent: Exists, status: NotPlanned, line: []string{"asked about season 99", "has 2 seasons", "season 3"}},
	} {
		t.Run(c.question+" "+c.on, func(t *testing.T) {
			on := today
			if c.on != "" {
				on = c.on
			}
			a := Embedded().Ask(c.question, dated(on))
			if a.Show == nil || a.Show.ID != "hero-mask" {
				t.Fatalf("it answers about %v: %s", a.Show, a.Line())
			}
			if a.Question.Intent != c.intent || a.Status != c.status || a.Verdict.Date != dated(c.date) {
				t.Errorf("%s, %s, %q, want %s, %s, %q", a.Question.Intent, a.Status, a.Verdict.Date, c.intent, c.status, c.date)
			}
			reasons := reasonsOf(a)
			for _, words := range c.line {
				if !strings.Contains(a.Line(), words) {
					t.Errorf("%q is not in the line: %s", words, a.Line())
				}
			}
			for _, words := range c.why {
				if !strings.Contains(reasons, words) {
					t.Errorf("%q is not among the reasons:\n%s", words, reasons)
				}
			}
			for _, id := range c.sources {
				if !slices.ContainsFunc(a.Sources, func(s Cited) bool { return s.ID == id }) {
					t.Errorf("%s is not cited", id)
				}
			}
		})
	}
}

func TestAnswerLooksAheadOnlyFromTheNewestSeason(t *testing.T) {
	for season, want := range map[int]bool{1: false, 2: true} {
		a := valid(t, nil).Answer(Question{Intent: Exists, Season: season, Named: true}, dated(today))
		if got := strings.Contains(reasonsOf(a), "And then? Season 3 of Paper Lanterns is scheduled for April 2027."); got != want {
			t.Errorf("season %d: looks ahead %t\n%s", season, got, reasonsOf(a))
		}
	}
}

func reasonsOf(a Answer) string {
	var lines []string
	for _, p := range a.Why {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func TestAnswerSaysHowOldItsEvidenceIs(t *testing.T) {
	a := Embedded().Ask("Is there a season 3 of Hero Mask?", dated(today))
	if a.Age() != "Newest evidence: August 2019, 7 years ago." {
		t.Errorf("%q", a.Age())
	}
	for _, text := range []string{"nice weather", "is there a season 3 of Nothing Known?"} {
		if a := Embedded().Ask(text, dated(today)); a.Age() != "" {
			t.Errorf("%s: %q", text, a.Age())
		}
	}
	undated := evidence(t, "claims: [{season: 1, status: announced, text: A., cites: [official]}]")
	if a := undated.Answer(Question{Intent: Exists}, dated(today)); a.Age() != "" {
		t.Errorf("undated: %q", a.Age())
	}
}

// doubles is a base in which two shows share half a name.
func doubles(t *testing.T) *Base {
	t.Helper()
	var shows []*Show
	for _, id := range []string{"lantern-dawn", "lantern-dusk"} {
		shows = append(shows, valid(t, func(s *Show) {
			s.ID, s.file, s.Names = id, id+".yaml", Names{}
			s.Title = "Lantern: " + strings.ToUpper(id[8:9]) + id[9:]
		}))
	}
	b, err := New(shows)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnswerWithoutAShow(t *testing.T) {
	for _, c := range []struct {
		question   string
		status     Status
		line       string
		candidates int
	}{
		{"is there a season 3 of Space Quarry?", Unknown, "I don't know a show called “Space Quarry”.", 0},
		{"is there a season 3 of Lantern?", Unknown, "Did you mean Lantern: Dawn (2022) or Lantern: Dusk (2022)?", 2},
		{"is there a season 3?", Unknown, "Which show do you mean?", 0},
		{"lantern season 3", Unknown, "Did you mean", 2},
		{"I finished it yesterday and cried.", "", "I see no question", 0},
		{"zebra crossing season 2", "", "I see no question", 0},
		{"", "", "I see no question", 0},
	} {
		a := doubles(t).Ask(c.question, dated(today))
		if a.Show != nil || a.Status != c.status || !strings.Contains(a.Line(), c.line) || len(a.Candidates) != c.candidates {
			t.Errorf("%q: %v, %q, %d candidates: %s", c.question, a.Show, a.Status, len(a.Candidates), a.Line())
		}
		if len(a.Why) != 0 || len(a.Sources) != 0 || a.Question.Text != c.question {
			t.Errorf("%q: %d reasons, %d sources, asked %q", c.question, len(a.Why), len(a.Sources), a.Question.Text)
		}
	}
}

func TestAskAboutByIDAndByNumberAtTheEnd(t *testing.T) {
	b := doubles(t)
	if a := b.About(Question{Intent: Exists, Title: "lantern-dusk", Season: 3, Named: true}, dated(today)); a.Show != b.Show("lantern-dusk") {
		t.Errorf("by id: %s", a.Line())
	}
	a := b.About(Question{Intent: Exists, Title: "lantern: dusk III"}, dated(today))
	if a.Show != b.Show("lantern-dusk") || a.Question.Season != 3 || !a.Question.Named || a.Verdict.Asked != 3 {
		t.Errorf("by a Roman number: %+v %s", a.Question, a.Line())
	}
	if a := b.About(Question{Intent: Exists, Title: "lantern dusk 31"}, dated(today)); a.Question.Named {
		t.Errorf("season 31: %s", a.Line())
	}
}

// TestSentences pins what each verdict reads like. The first word of each line replies to the question.
func TestSentences(t *testing.T) {
	claim := func(text string) string {
		return twoSeasons + "\nclaims:\n  - {season: 3, " + text + ", text: A., cites: [official]}\n"
	}
	for _, c := range []struct {
		name, text             string
		season                 int
		exists, when, gone     string // gone: was it cancelled
		existsRest, cancelRest string
	}{
		{name: "released", text: twoSeasons, season: 2,
			exists: "Yes. Season 2 of Evidence ran from 9 January 2022 to 27 March 2022.",
			when:   "Season 2 of Evidence ran from 9 January 2022 to 27 March 2022.",
			gone:   "Nobody has said so. There is nothing official about a season 3 of Evidence as of 1 June 2026."},
		{name: "airing", text: "seasons: [{number: 1, premiered: 2026-04-05, cites: [official]}]", season: 1,
			exists: "Yes. Season 1 of Evidence is on air; it began on 5 April 2026.",
			when:   "Season 1 of Evidence is on air; it began on 5 April 2026.",
			gone:   "Nobody has said so. There is nothing official about a season 2 of Evidence as of 1 June 2026."},
		{name: "scheduled", text: claim("status: scheduled, date: 2027-04, final: true"), season: 3,
			exists: "Yes. Season 3 of Evidence is scheduled for April 2027.", existsRest: "It is declared the last.",
			when: "Season 3 of Evidence is scheduled for April 2027.",
			gone: "No. Season 3 of Evidence is scheduled for April 2027.", cancelRest: "It is declared the last."},
		{name: "overdue", text: claim("status: scheduled, date: 2026-04"), season: 3,
			exists: "Yes, but unconfirmed. Season 3 of Evidence was due in April 2026; that it began is not confirmed here.",
			when:   "Season 3 of Evidence was due in April 2026; that it began is not confirmed here.",
			gone:   "No. Season 3 of Evidence was due in April 2026; that it began is not confirmed here."},
		{name: "delayed", text: claim("status: delayed"), season: 3,
			exists: "Yes, but postponed. Season 3 of Evidence was dated and is postponed.",
			when:   "No date. Season 3 of Evidence was dated and is postponed.",
			gone:   "No. Season 3 of Evidence was dated and is postponed."},
		{name: "in production", text: claim("status: in_production"), season: 3,
			exists: "Yes, no date. Season 3 of Evidence is being made.",
			when:   "No date. Season 3 of Evidence is being made.",
			gone:   "No. Season 3 of Evidence is being made."},
		{name: "announced", text: claim("status: announced"), season: 3,
			exists: "Yes, no date. Season 3 of Evidence is announced.",
			when:   "No date. Season 3 of Evidence is announced.",
			gone:   "No. Season 3 of Evidence is announced."},
		{name: "a part", text: claim("part: 1, status: announced"), season: 3,
			exists: "Yes, no date. Part 1 of season 3 of Evidence is announced.",
			when:   "No date. Part 1 of season 3 of Evidence is announced.",
			gone:   "No. Part 1 of season 3 of Evidence is announced."},
		{name: "continued", text: claim("status: continued, as: Evidence the Movie"), season: 3,
			exists: "Not as a season. Evidence goes on as Evidence the Movie, not as season 3.",
			when:   "Not as a season. Evidence goes on as Evidence the Movie, not as season 3.",
			gone:   "No. Evidence goes on as Evidence the Movie, not as season 3."},
		{name: "rumoured", text: claim("status: rumoured"), season: 3,
			exists: "Nothing official. There are rumours of a season 3 of Evidence, and nothing official as of 1 June 2026.",
			when:   "Nothing official. There are rumours of a season 3 of Evidence, and nothing official as of 1 June 2026.",
			gone:   "Nobody has said so. There are rumours of a season 3 of Evidence, and nothing official as of 1 June 2026."},
		{name: "nothing", text: twoSeasons, season: 3,
			exists: "Not so far. There is nothing official about a season 3 of Evidence as of 1 June 2026.",
			when:   "Not so far. There is nothing official about a season 3 of Evidence as of 1 June 2026.",
			gone:   "Nobody has said so. There is nothing official about a season 3 of Evidence as of 1 June 2026."},
		{name: "not planned", text: claim("status: not_planned"), season: 3,
			exists: "No. A season 3 of Evidence is not planned.",
			when:   "No. A season 3 of Evidence is not planned.",
			gone:   "No. A season 3 of Evidence is not planned.", cancelRest: "No source here speaks of a cancellation."},
		{name: "concluded", text: claim("status: concluded"), season: 3,
			exists: "No. Evidence ended with season 2.",
			when:   "No. Evidence ended with season 2.",
			gone:   "No. Evidence ended with season 2.", cancelRest: "It was not cancelled: the end was its makers' decision."},
		{name: "cancelled", text: claim("status: cancelled"), season: 3,
			exists: "No. Evidence was cancelled after season 2.",
			when:   "No. Evidence was cancelled after season 2.",
			gone:   "Yes. Evidence was cancelled after season 2."},
		{name: "ordered, then cancelled", text: claim("status: cancelled, said: 2024-02-01") +
			"  - {season: 3, status: announced, said: 2023-02-01, text: B., cites: [official]}\n", season: 3,
			exists: "No. Season 3 of Evidence was ordered, then cancelled.",
			when:   "No. Season 3 of Evidence was ordered, then cancelled.",
			gone:   "Yes. Season 3 of Evidence was ordered, then cancelled."},
		{name: "cancelled before it began", text: "claims: [{season: 1, status: cancelled, text: A., cites: [official]}]", season: 1,
			exists: "No. Evidence was cancelled before it began.",
			when:   "No. Evidence was cancelled before it began.",
			gone:   "Yes. Evidence was cancelled before it began."},
		{name: "only an aggregator", text: twoSeasons + "claims: [{season: 3, status: announced, text: A., cites: [aggregator]}]", season: 3,
			exists: "Yes, no date. Season 3 of Evidence is announced.", existsRest: "Only P, which retells others, says so: unconfirmed.",
			when: "No date. Season 3 of Evidence is announced.",
			gone: "No. Season 3 of Evidence is announced.", cancelRest: "Only P, which retells others, says so: unconfirmed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := evidence(t, c.text)
			for _, ask := range []struct {
				intent     Intent
				head, rest string
			}{{Exists, c.exists, c.existsRest}, {When, c.when, c.existsRest}, {WasCancelled, c.gone, c.cancelRest}} {
				a := s.Answer(Question{Intent: ask.intent, Season: c.season, Named: true}, dated("2026-06-01"))
				if a.Head != ask.head || a.Rest != ask.rest {
					t.Errorf("%s:\n got %s | %s\nwant %s | %s", ask.intent, a.Head, a.Rest, ask.head, ask.rest)
				}
			}
		})
	}
}

func TestSeasonLeftWithoutAnEndIsNotOnAirForEver(t *testing.T) {
	s := evidence(t, "seasons: [{number: 1, premiered: 2026-04-05, cites: [official]}]")
	for on, want := range map[string]string{
		"2026-07-14": "is on air; it began on 5 April 2026.",
		"2026-07-15": "began on 5 April 2026; no source here says that it is over.",
	} {
		if a := s.Answer(Question{Intent: Exists, Season: 1, Named: true}, dated(on)); !strings.HasSuffix(a.Head, want) {
			t.Errorf("on %s: %s", on, a.Head)
		}
	}
}

func TestUnitsOfAShow(t *testing.T) {
	for unit, want := range map[string]string{"": "2 seasons", "series": "2 series", "part": "2 parts", "cour": "2 cours"} {
		s := valid(t, func(s *Show) { s.Unit = unit })
		if a := s.Answer(Question{Intent: HowMany}, dated(today)); a.Head != "Paper Lanterns has "+want+"." {
			t.Errorf("%q: %s", unit, a.Head)
		}
	}
	s := evidence(t, "unit: part")
	if a := s.Answer(Question{Intent: HowMany}, dated(today)); a.Head != "Evidence has no part yet." {
		t.Errorf("none: %s", a.Head)
	}
	if a := s.Answer(Question{Intent: About}, dated(today)); a.Head != "Evidence is an anime, no part has come out yet." {
		t.Errorf("none: %s", a.Head)
	}
}

func TestSequelNamesTheOtherWorks(t *testing.T) {
	s := evidence(t, twoSeasons+`
also:
  - {kind: film, title: Evidence the Movie, premiered: 2023-05-05, cites: [official]}
  - {kind: ova, title: More Evidence, cites: [press]}
  - {kind: series, title: Proof, premiered: 2025-05-05, cites: [press]}
`)
	reasons := reasonsOf(s.Answer(Question{Intent: SequelAny}, dated("2024-01-01")))
	for _, want := range []string{"Evidence the Movie, a film, came out on 5 May 2023.", "More Evidence, an OVA, has not come out."} {
		if !strings.Contains(reasons, want) {
			t.Errorf("%q is not among the reasons:\n%s", want, reasons)
		}
	}
	if strings.Contains(reasons, "Proof") {
		t.Errorf("it knows of a series that came later:\n%s", reasons)
	}
}

func TestPointShowsItsCredit(t *testing.T) {
	for _, c := range []struct {
		point Point
		want  string
	}{
		{Point{Text: "It is over.", Who: "A. Writer, author", Said: dated("2020-02"), Cites: []int{1, 3}}, "It is over. (A. Writer, author, February 2020) [1] [3]"},
		{Point{Text: "It is over.", Said: dated("2020-02")}, "It is over. (February 2020)"},
		{Point{Text: "It is over.", Who: "Studio Lantern"}, "It is over. (Studio Lantern)"},
		{Point{Text: "It is over."}, "It is over."},
	} {
		if c.point.String() != c.want {
			t.Errorf("%q, want %q", c.point, c.want)
		}
	}
}

// TestAnswerJSON compares the keys with those that season3 ask --json documents.
func TestAnswerJSON(t *testing.T) {
	top := "question intent title show season next status verdict why date final overdue evidence_date as_of layer reviewed seasons sources candidates also"
	for _, c := range []struct {
		question string
		null     string // keys whose value is absent
		layer    string
	}{
		{"Is there a season 3 of Hero Mask?", "date", "dossier"},
		{"Is there another season of Hero Mask?", "date season", "dossier"},
		{"Is there a season 3 of Space Quarry?", "as_of date evidence_date reviewed show", "none"},
		{"Is there a season 3?", "as_of date evidence_date reviewed show title", "none"},
		{"What a lovely day.", "as_of date evidence_date reviewed season show status title", "none"},
	} {
		object := asJSON(t, Embedded().Ask(c.question, dated(today)))
		if got := slices.Sorted(maps.Keys(object)); !slices.Equal(got, words(top)) {
			t.Errorf("%s: keys %v", c.question, got)
		}
		var null []string
		for key, value := range object {
			if value == nil {
				null = append(null, key)
			}
		}
		if slices.Sort(null); !slices.Equal(null, words(c.null)) {
			t.Errorf("%s: null %v, want %v", c.question, null, words(c.null))
		}
		if object["question"] != c.question || object["layer"] != c.layer {
			t.Errorf("%s: %v, %v", c.question, object["question"], object["layer"])
		}
	}

	hero := asJSON(t, Embedded().Ask("Is there a season 3 of Hero Mask?", dated(today)))
	for key, inner := range map[string]string{
		"show": "id title aliases year", "seasons": "number premiered ended episodes", "sources": "n publisher title url published kind",
	} {
		value := hero[key]
		if list, ok := value.([]any); ok {
			value = list[0]
		}
		if got := slices.Sorted(maps.Keys(value.(map[string]any))); !slices.Equal(got, words(inner)) {
			t.Errorf("%s: keys %v", key, got)
		}
	}
	asked := asJSON(t, doubles(t).Ask("is there a season 3 of lantern?", dated(today)))
	if got := fmt.Sprint(asked["candidates"]); got != "[map[id:lantern-dawn title:Lantern: Dawn] map[id:lantern-dusk title:Lantern: Dusk]]" {
		t.Errorf("candidates: %s", got)
	}
}

func words(s string) []string { return slices.Sorted(slices.Values(strings.Fields(s))) }

func asJSON(t *testing.T, a Answer) map[string]any {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

// TestEveryAnswerReadsWell walks every show, intent and season on a few days.
func TestEveryAnswerReadsWell(t *testing.T) {
	for _, s := range Embedded().Dossiers() {
		t.Run(s.ID, func(t *testing.T) {
			seen := map[string]bool{}
			for _, on := range []Date{s.Reviewed, dated("2019-08-01"), dated("2030-02-03")} {
				for _, intent := range Intents() {
					if intent == None {
						continue
					}
					for n := -1; n <= len(s.Seasons)+3; n++ {
						q := Question{Intent: intent, Title: s.Title, Season: n, Named: true}
						if n == -1 {
							q.Season, q.Named, q.Next = 0, false, true
						}
						for _, fault := range misread(s.Answer(q, on)) {
							if !seen[fault] {
								t.Errorf("%s %d on %s: %s", intent, n, on, fault)
							}
							seen[fault] = true
						}
					}
				}
			}
		})
	}
}

// misread lists what is wrong with the form of an answer.
func misread(a Answer) (out []string) {
	check := func(ok bool, fault, text string) {
		if !ok {
			out = append(out, fault+": "+text)
		}
	}
	check(a.Head != "", "no head", a.Line())
	check(len(a.Why) > 0 || a.Show.Reviewed.After(a.On), "no reasons", a.Line())
	texts := []string{a.Head, a.Rest, a.Age()}
	for _, p := range a.Why {
		if a.Question.Intent != WhereToWatch { // there the first point only says who says it
			texts = append(texts, p.Text)
		}
		check(len(p.Cites) > 0 || strings.HasPrefix(p.Text, "And then? "), "cites nothing", p.Text)
		for _, n := range p.Cites {
			check(n >= 1 && n <= len(a.Sources), "cites what is not listed", p.String())
		}
	}
	for i, src := range a.Sources {
		check(src.N == i+1 && src.Source == a.Show.Sources[src.ID] && src.URL != "", "a source is not under its number", src.ID)
		check(slices.ContainsFunc(a.Why, func(p Point) bool { return slices.Contains(p.Cites, src.N) }), "a source that nothing cites", src.ID)
	}
	for _, text := range texts {
		if text == "" {
			continue
		}
		first := []rune(text)[0]
		check(!unicode.IsLower(first) && !unicode.IsSpace(first), "begins with a small letter or a blank", text)
		ended := strings.HasSuffix(text, ".") || a.Show != nil && strings.HasSuffix(text, a.Show.Title) // Akame ga Kill!
		check(ended, "does not end with a full stop", text)
		check(!strings.Contains(text, "  ") && !strings.ContainsAny(text, "\n\t"), "two blanks or a line break", text)
		check(!strings.Contains(text, " .") && !strings.Contains(text, " ,") && !strings.Contains(text, "unknown date"), "a word is missing", text)
	}
	return out
}

func TestEntriesHoldTheWholeDossier(t *testing.T) {
	for _, s := range Embedded().Dossiers() {
		entries := s.Entries()
		if len(entries) != len(s.Claims)+len(s.Seasons)+len(s.Also) {
			t.Errorf("%s: %d entries", s.ID, len(entries))
		}
		for _, e := range entries {
			if e.Head == "" || e.Text == "" || len(e.Sources) == 0 || (e.Corrects == "") != (len(e.Against) == 0) {
				t.Errorf("%s: %+v", s.ID, e)
			}
		}
	}
	var lines []string
	for _, e := range valid(t, nil).Entries() {
		lines = append(lines, e.Head+": "+e.Text)
	}
	want := []string{
		"Season 3, scheduled, 20 September 2026, Studio Lantern, studio: The third season comes in April 2027 and is the last.",
		"Season 3, continued, 22 September 2024: After the second season the story went on in a film.",
		"The show, 20 September 2026: Studio Lantern makes the show after the novels of A. Writer.",
		"Season 1: Ran from 3 April 2022 to 19 June 2022. 12 episodes.",
		"Season 2: Ran from 7 January 2024 to 22 September 2024. 24 episodes.",
		"Paper Lanterns the Movie, film: Came out on 1 August 2025.",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestBaseServesManyAtOnce is for the race detector.
func TestBaseServesManyAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for _, s := range Embedded().Dossiers()[i:] {
				a := Embedded().Ask("is there a season 3 of "+s.Title+"?", dated(today))
				Embedded().Complete(s.Title[:2], 25)
				if _, err := json.Marshal(a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
