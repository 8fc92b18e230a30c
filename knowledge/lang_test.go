package knowledge

import "testing"

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
		if _, err := readLanguage([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
