package knowledge

import (
	"fmt"
	"path"
	"strings"
	"testing"
)

// A sentence is a line of testdata/sentences: a text with what is to be understood of it.
type sentence struct{ want, text string }

// sentencesOf reads the sentences of a language, written by people before they saw its patterns.
func sentencesOf(t testing.TB, code string) []sentence {
	t.Helper()
	var out []sentence
	for line := range strings.Lines(page(t, path.Join("testdata", "sentences", code+".tsv"))) {
		fields := strings.SplitN(strings.TrimSpace(line), "\t", 4)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 4 {
			t.Fatalf("%s: %q has not four fields", code, line)
		}
		out = append(out, sentence{strings.Join(fields[:3], " "), fields[3]})
	}
	return out
}

// languageCodes are the languages that have a file.
var languageCodes = []string{"de", "en", "es", "fr", "it", "ja", "pt"}

// TestWhatPeopleWrite asks the embedded base what people wrote in each language. A name that it comes to know, or to mistake, is
// for the tests of names; here it is enough that no other show is answered about.
func TestWhatPeopleWrite(t *testing.T) {
	if n := len(languages()); n != len(languageCodes) {
		t.Fatalf("%d languages have a file, want %d", n, len(languageCodes))
	}
	for _, code := range languageCodes {
		t.Run(code, func(t *testing.T) {
			for _, s := range sentencesOf(t, code) {
				a := Embedded().Ask(s.text, dated(today))
				if got := understood(a); got != s.want {
					t.Errorf("%q is %s, want %s", s.text, got, s.want)
				}
			}
		})
	}
}

// understood writes an answer's question in short: intent, shows, season.
func understood(a Answer) string {
	show, season := "-", "-"
	if a.Show != nil {
		show = a.Show.ID
	}
	for _, also := range a.Also {
		if also.Show != nil {
			show += "+" + also.Show.ID
		}
	}
	switch q := a.Question; {
	case q.Named:
		season = fmt.Sprint(q.Season)
	case q.Next:
		season = "next"
	}
	return fmt.Sprintf("%s %s %s", a.Question.Intent, show, season)
}

// TestKindsOfSentences is one sentence or two for each kind that once went wrong, in English.
func TestKindsOfSentences(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// The base decides which words are the name and which the number
		{"overlord 5", "exists overlord 5"},
		{"overlord 5 when", "when overlord 5"},
		{"is overlord 5 out?", "exists overlord 5"},
		{"kaiju no 8 3 when", "when kaiju-no-8 3"},
		{"Kaiju No. 8 season 3?", "exists kaiju-no-8 3"},
		{"is mob psycho 100", "none - -"},
		{"fallout 5?", "none - -"}, // it resembles All Out!!
		{"Overlord II season 5?", "exists overlord 5"},
		{"is overlord ii over after the movie", "cancelled overlord 2"},
		{"is there a season 2.5 of overlord", "exists overlord 3"},
		// Marks within names and at their end
		{"was Akame ga Kill! cancelled?", "cancelled akame-ga-kill -"},
		{"Akame ga Kill! Is there a second season?", "exists akame-ga-kill 2"},
		{"Kaguya-sama? Will Overlord get a season 5?", "exists overlord 5"},
		// Several sentences of which one asks
		{"just finished season 2. when is season 3 of overlord", "when overlord 3"},
		{"With season 2 over, when can we expect Overlord season 5?", "when overlord 5"},
		{"I watched Made in Abyss. Is there a third one?", "sequel_any made-in-abyss -"},
		{"Finished Vinland Saga. Loved it. What a ride", "none - -"},
		// Two shows in one message
		{"when is overlord season 5 and frieren season 3", "when overlord+frieren 5"},
		{"is frieren or overlord getting a new season?", "exists frieren+overlord next"},
		{"is frieren cancelled? and when is overlord s5?", "cancelled frieren+overlord -"},
		{"Is there a season 3 of Spice and Wolf? And of course I mean the old one", "exists - 3"},
		// What stands around is no name
		{"dandadan season 3 by mappa?", "exists dandadan 3"},
		{"Netflix Dandadan season 3?", "exists dandadan 3"},
		{"is dandadan (2024) getting a season 3 on crunchyroll", "exists dandadan 3"},
		// A further season without a number
		{"Beastars final season part 2 release date?", "when beastars next"},
		// Another show than the one whose name it holds
		{"is there a season 3 of the last kingdom", "exists - 3"},
		{"is there a season 3 of Another Life", "exists - 3"},
		{"is there a season 2 of Love and Monster?", "exists - 2"},
		{"is there a season 2 of Love Monster?", "exists - 2"},
		// Opinions, asked and told
		{"why is Frieren season 2 so bad", "none - -"},
		{"Am I the only one who didn't like Tokyo Revengers season 3?", "none - -"},
		{"Season 2 of Frieren has such good animation, don't you think?", "none - -"},
		{"[News] Akame ga Kill! Second Season Confirmed", "none - -"},
	} {
		if got := understood(Embedded().Ask(c.text, dated(today))); got != c.want {
			t.Errorf("%q is %s, want %s", c.text, got, c.want)
		}
	}
}

// TestAskInAPlace asks without a name where the place has a show.
func TestAskInAPlace(t *testing.T) {
	overlord := Embedded().Show("overlord")
	for _, c := range []struct{ text, want string }{
		{"and season 4?", "exists overlord 4"},
		{"season 4", "exists overlord 4"},
		{"the fourth one?", "exists overlord 4"},
		{"when?", "when overlord -"},
		{"why?", "why overlord -"},
		{"is it cancelled?", "cancelled overlord -"},
		{"how many seasons are there?", "how_many overlord -"},
		{"et la saison 4 ?", "exists overlord 4"},
		{"und wann?", "when overlord -"},
		{"¿y la cuarta?", "exists overlord 4"},
		{"4期は?", "exists overlord 4"},
		{"is there a season 3 of frieren?", "exists frieren 3"},
		{"lol thanks", "none - -"},
		{"season 4 was so good", "none - -"},
		{"", "none - -"},
	} {
		if got := understood(Embedded().AskIn(overlord, c.text, dated(today))); got != c.want {
			t.Errorf("%q is %s, want %s", c.text, got, c.want)
		}
	}
	if got := understood(Embedded().AskIn(nil, "and season 4?", dated(today))); got != "exists - 4" {
		t.Errorf("without a place it is %s", got)
	}
}

// TestAnswersAboutTwoShows puts the show that is known first, and keeps JSON flat for one.
func TestAnswersAboutTwoShows(t *testing.T) {
	a := Embedded().Ask("when is the glass orchard season 2 and overlord season 5?", dated(today))
	if a.Show == nil || a.Show.ID != "overlord" || len(a.Also) != 1 || a.Also[0].Show != nil {
		t.Fatalf("answers about %v and %d more", a.Show, len(a.Also))
	}
	if also := asJSON(t, a)["also"].([]any); len(also) != 1 || also[0].(map[string]any)["show"] != nil {
		t.Errorf("JSON has %v", also)
	}
	half := Embedded().Ask("is there a season 2.5 of overlord?", dated(today))
	if !strings.Contains(half.Line(), "whole numbers") {
		t.Errorf("a half season is answered %q", half.Line())
	}
}
