package knowledge

import (
	"strings"
	"testing"
	"unicode"
)

// TestEveryLanguageAsks asks the same in every language.
func TestEveryLanguageAsks(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en", "is paper lanterns getting a season IV or nah", "exists [paper lanterns] 4"},
		{"en", "will paper lanterns return?", "exists [paper lanterns] next"},
		{"en", "Paper Lanterns Season 3, when will it drop?", "when [Paper Lanterns] 3"},
		{"en", "Paper Lanterns: Will There Be A Third Season?", "exists [Paper Lanterns] 3"},
		{"en", "when is the new paper lanterns season", "when [paper lanterns] next"},
		{"en", "when does part 2 of paper lanterns s3 start", "when [paper lanterns] 3"},
		{"en", "Why is there no Lan-On! 4th season?! ;_;", "why [Lan-On!] 4"},
		{"en", "when do we get paper lanterns s4 and glass orchard s3", "when [paper lanterns] 4"},
		{"en", "is the walking lantern over", "cancelled [the walking lantern]"},
		{"en", "just finished Paper Lanterns last night. pls tell me theres a season 2", "exists [Paper Lanterns] 2"},
		{"es", "¿Cuándo sale la tercera temporada de Paper Lanterns?", "when [Paper Lanterns] 3"},
		{"es", "¿Habrá otra temporada del anime de \"Paper Lanterns\"?", "exists [Paper Lanterns] next"},
		{"es", "¿Cuántas temporadas tiene Paper Lanterns?", "how_many [Paper Lanterns]"},
		{"pt", "Vai ter 3ª temporada de Paper Lanterns?", "exists [Paper Lanterns] 3"},
		{"pt", "Onde assistir Paper Lanterns?", "where_to_watch [Paper Lanterns]"},
		{"fr", "Y aura-t-il une saison 3 de Paper Lanterns ?", "exists [Paper Lanterns] 3"},
		{"fr", "Pourquoi il n'y a pas de saison 2 de Paper Lanterns ?", "why [Paper Lanterns] 2"},
		{"de", "Wann kommt die 3. Staffel von Paper Lanterns?", "when [Paper Lanterns] 3"},
		{"de", "Paper Lanterns: Kommt eine zweite Staffel?", "exists [Paper Lanterns] 2"},
		{"it", "Quando esce la seconda stagione di Paper Lanterns?", "when [Paper Lanterns] 2"},
		{"ja", "『ペーパーランタン』アニメ第4期はいつ放送？", "when [ペーパーランタン] 4"},
		{"ja", "約束のランタンは打ち切りになったの？", "cancelled [約束のランタン]"},
		{"ja", "モブランタン100の続編はありますか", "exists [モブランタン100] next"},
	} {
		if got := asked(Parse(c.text)); got != c.want {
			t.Errorf("%s: %q is %s, want %s", c.lang, c.text, got, c.want)
		}
	}
}

func TestEveryLanguageAbstains(t *testing.T) {
	for lang, text := range map[string]string{
		"en 1": "does the captain come back in season 5 of the manga, or only after it?",
		"en 2": "What do you guys think about season 3?",
		"en 3": "Paper Lanterns Season 2 Will Never Happen, here are the reasons",
		"en 4": "so ready for season 4!",
		"es":   "¿Quién muere en la segunda temporada?",
		"pt":   "a segunda temporada é muito boa",
		"fr":   "la saison 2 est incroyable",
		"de":   "Wer stirbt in Staffel 2?",
		"it":   "la seconda stagione era molto bella",
		"ja":   "3期の主題歌は誰が歌っていますか？",
	} {
		if q := Parse(text); q.Intent != None && !q.Weak {
			t.Errorf("%s: %q is %s", lang, text, asked(q))
		}
	}
}

// TestAskKeepsKnownNames asks about a show whose name holds what asks: only the base can tell.
func TestAskKeepsKnownNames(t *testing.T) {
	b, err := New([]*Show{valid(t, func(s *Show) {
		s.ID, s.file, s.Title, s.Names = "is-it-over", "is-it-over.yaml", "Is It Over? Why They Stopped the Lanterns", Names{}
	})})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"is there a season 3 of is it over why they stopped the lanterns",
		"Is It Over? Why They Stopped the Lanterns season 3?",
		"is it over why they stopped the lanterns getting a third season?",
	} {
		if a := b.Ask(text, dated(today)); a.Show == nil || a.Question.Intent != Exists || a.Question.Season != 3 {
			t.Errorf("%q: %s", text, asked(a.Question))
		}
	}
}

// TestLanguageFilesMatchFoldedWords finds words that no text can hold, since texts are folded before they are matched.
func TestLanguageFilesMatchFoldedWords(t *testing.T) {
	names := map[string]bool{"N": true, "ORD": true, "R": true, "Y": true, "U": true, "P": true}
	for i, l := range languages() {
		for word := range l.vocabulary {
			if !names[word] && (word != fold(word) || strings.ContainsFunc(word, unicode.IsSpace)) {
				t.Errorf("language %d: %q is never matched", i, word)
			}
		}
	}
}

// TestEveryLanguageIsUnderstood asks a plain question or two in each language, and makes a remark.
func TestEveryLanguageIsUnderstood(t *testing.T) {
	on := dated(today)
	for _, c := range []struct {
		text   string
		intent Intent
		season int // 0 for none
	}{
		{"Will there be a third season of Hero Mask?", Exists, 3},
		{"I loved the third season of Hero Mask", None, 0},
		{"¿Habrá tercera temporada de Hero Mask?", Exists, 3},
		{"¿Cuándo sale la temporada 3 de Hero Mask?", When, 3},
		{"Me encantó la segunda temporada", None, 0},
		{"Vai ter 3ª temporada de Hero Mask?", Exists, 3},
		{"Quando sai a temporada 3 de Hero Mask?", When, 3},
		{"Y aura-t-il une saison 3 de Hero Mask ?", Exists, 3},
		{"Quand sort la saison 3 de Hero Mask ?", When, 3},
		{"Wird es eine 3. Staffel von Hero Mask geben?", Exists, 3},
		{"Wann kommt Staffel 3 von Hero Mask?", When, 3},
		{"Ci sarà una terza stagione di Hero Mask?", Exists, 3},
		{"HERO MASK 3期はある？", Exists, 3},
		{"ヒーローマスクの第3期はいつ？", When, 3},
	} {
		a := Embedded().Ask(c.text, on)
		q := a.Question
		if q.Intent != c.intent || q.Season != c.season {
			t.Errorf("%q is read as %s %d, want %s %d", c.text, q.Intent, q.Season, c.intent, c.season)
		}
		if c.intent != None && (a.Show == nil || a.Show.ID != "hero-mask") {
			t.Errorf("%q is not about Hero Mask: %s", c.text, a.Line())
		}
	}
}

// TestLanguageFilesAreReadStrictly: an unknown key, an unknown intent and a broken phrase are errors.
func TestLanguageFilesAreReadStrictly(t *testing.T) {
	for _, text := range []string{
		"language: xx\nfillers: [a]\n",
		"language: xx\nfront:\n  perhaps: [a]\n",
		"language: xx\nseason: [(U N]\n",
		"language: xx\nseason: [U N)]\n",
		"language: xx\nnext: ['?']\n",
	} {
		if _, err := readLanguage([]byte(text), nil); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
