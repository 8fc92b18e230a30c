package knowledge

import (
	"encoding/json"
	"errors"
	"os"
	"path"
	"slices"
	"testing"
	"unicode/utf8"
)

// One fuzz target a language: go test ./knowledge -run - -fuzz 'FuzzParseEnglish$' -fuzztime 60s.
func FuzzParseEnglish(f *testing.F)    { fuzzParse(f, "en") }
func FuzzParseSpanish(f *testing.F)    { fuzzParse(f, "es") }
func FuzzParsePortuguese(f *testing.F) { fuzzParse(f, "pt") }
func FuzzParseFrench(f *testing.F)     { fuzzParse(f, "fr") }
func FuzzParseGerman(f *testing.F)     { fuzzParse(f, "de") }
func FuzzParseItalian(f *testing.F)    { fuzzParse(f, "it") }
func FuzzParseJapanese(f *testing.F)   { fuzzParse(f, "ja") }

// fuzzParse reads texts that grow from the sentences of a language.
func fuzzParse(f *testing.F, code string) {
	for _, s := range sentencesOf(f, code) {
		f.Add(s.text)
	}
	for _, text := range []string{
		"", "hero msak s3??", "when does s-2 of Dr. Stone come out", "season 2.5 of overlord and 86 season 3", "''s3'' 2.5.5 season 2.",
		"<@123> ||is there a `season` 99999999999 of **X**?|| https://x.example/ <a:b:1>", "is there a 3rd season of that?\nhow many seasons?",
		"is there a season -1 of Don't!! \u202e\x00\xff 灯", "(((is there (a season 3) of [x](y)))", "3 3 3 3", "Akame ga Kill! Haikyu!! K-On! ?",
	} {
		f.Add(text)
	}
	day := dated(today)
	show := Embedded().Show("overlord")
	f.Fuzz(func(t *testing.T, text string) {
		q := Parse(text)
		if q != Parse(text) {
			t.Error("the same text is read in two ways")
		}
		if q.Text != text || !slices.Contains(Intents(), q.Intent) || q.Named && q.Next {
			t.Errorf("%+v", q)
		}
		if q.Intent == None && q != (Question{Text: text, Intent: None}) {
			t.Errorf("it abstains and understands: %+v", q)
		}
		if len(q.Title) > len(text) || !utf8.ValidString(q.Title) {
			t.Errorf("the title is %q", q.Title)
		}
		for _, place := range []*Show{nil, show} {
			a := Embedded().AskIn(place, text, day)
			if _, err := json.Marshal(a); err != nil || a.Head == "" || (a.Status == "") != (a.Question.Intent == None) || len(a.Also) > 1 {
				t.Errorf("%v: %q, status %q, intent %q, %d more", err, a.Head, a.Status, a.Question.Intent, len(a.Also))
			}
			if fold(fold(a.Question.Title)) != fold(a.Question.Title) {
				t.Errorf("%q folds twice", a.Question.Title)
			}
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, words := range []string{"", "Hero Mask", "HERO≠MASK", "hero msak", "the", "ｈｅｒｏ　ｍａｓｋ", "ヒーローマスク", "castle", "a b c", "\xff", "é\u0301\u0301"} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		b := Embedded()
		m := b.Find(words)
		if len(m.Candidates) > maxCandidates || m.Show != nil && (len(m.Candidates) == 0 || m.Candidates[0].Show != m.Show) {
			t.Errorf("%v of %d candidates", m.Show, len(m.Candidates))
		}
		for i, c := range m.Candidates {
			if c.Score <= 0 || c.Score > 1 || i > 0 && c.Score > m.Candidates[i-1].Score {
				t.Errorf("candidate %d has score %v", i, c.Score)
			}
		}
		if utf8.RuneCountInString(words) < maxQuery && utf8.RuneCountInString(fold(words)) < maxQuery {
			if again := b.Find(fold(words)); again.Show != m.Show {
				t.Errorf("folded, it finds %v and not %v", again.Show, m.Show)
			}
		}
		for _, limit := range []int{0, 1, 25} {
			if n := len(b.Complete(words, limit)); n > limit {
				t.Errorf("%d completions, want at most %d", n, limit)
			}
			if n := len(b.Nearest(words, limit)); n > limit {
				t.Errorf("%d nearest, want at most %d", n, limit)
			}
		}
	})
}

// FuzzReadShow reads dossiers and, when one is without faults, asks it everything.
func FuzzReadShow(f *testing.F) {
	f.Add(example(f))
	files, err := os.ReadDir(lintDir)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if !file.IsDir() {
			f.Add([]byte(page(f, path.Join(lintDir, file.Name()))))
		}
	}
	f.Add([]byte("id: &a [*a]"))
	f.Add([]byte("\xef\xbb\xbfid: x\n...\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadShow("fuzz.yaml", data)
		if err != nil {
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 || s != nil {
				t.Fatalf("%v, and a show %v", err, s)
			}
			for _, p := range ps {
				if p.File != "fuzz.yaml" || p.Line < 0 || p.Text == "" {
					t.Errorf("the problem is %+v", p)
				}
			}
			return
		}
		s.file = s.ID + ".yaml"
		if len(s.Lint()) > 0 {
			return
		}
		for _, on := range []Date{s.Reviewed, s.Reviewed.AddDays(-1), dated("2000-01-01"), dated("2199")} {
			for n := -1; n <= len(s.Seasons)+2; n++ {
				for _, fault := range faults(s, n, on, s.Verdict(n, on)) {
					t.Errorf("season %d on %s: %s", n, on, fault)
				}
				for _, intent := range Intents() {
					a := s.Answer(Question{Intent: intent, Season: n, Named: n >= 0}, on)
					if _, err := json.Marshal(a); err != nil || a.Head == "" {
						t.Errorf("season %d on %s: %q, %v", n, on, a.Head, err)
					}
				}
			}
		}
		if len(s.Entries()) == 0 && len(s.Claims) > 0 {
			t.Error("no entries")
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, c := range dateForms {
		f.Add(c.text)
	}
	for _, text := range []string{"", "2019-13", "2019-02-30", "2019-fall", "0000", "9999-12-31", "2019-08-23 ", "-2019"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		if err != nil {
			if d != (Date{}) || !utf8.ValidString(err.Error()) {
				t.Errorf("%v with %q", d, err)
			}
			return
		}
		if d.String() != text || d.IsZero() || d.First().After(d.Last()) || !d.Overlaps(d) || !d.PastBy(d.Last()) || d.Words() == "" {
			t.Errorf("%q reads as %s, %s to %s", text, d, d.First(), d.Last())
		}
		if d.Age(d.First().AddDays(-1)) != "" || d.Age(d.Last()) == "" {
			t.Errorf("%q has the age %q before it came, %q when it has", text, d.Age(d.First().AddDays(-1)), d.Age(d.Last()))
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, text := range []string{"", "HERO≠MASK", "ｈｅｒｏ　ｍａｓｋ", "Pokémon's", "か\u3099\u3099", "A&&b", "\u0345\u1fb3", "ᄀ\u0301ᅡ", "ﾊﾟ", "\xff\xc0", "İıẞς"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := fold(text)
		if twice := fold(once); twice != once {
			t.Errorf("%q folds to %q, and that to %q", text, once, twice)
		}
		if !utf8.ValidString(once) || tight(once) == "" && once != "" {
			t.Errorf("%q folds to %q", text, once)
		}
	})
}
