package knowledge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// shelf is a base of a few made-up shows whose names are hard to tell from each other, or hard to type.
func shelf(t testing.TB) *Base {
	t.Helper()
	var shows []*Show
	for _, s := range []Show{
		{ID: "paper-lanterns", Title: "Paper Lanterns", Names: Names{Native: []string{"紙提灯"}, Romaji: []string{"Kami Chōchin"}, Aliases: []string{"paplan"}}, Popularity: 3},
		{ID: "paper-tigers", Title: "Paper Tigers", Popularity: 5},
		{ID: "hero", Title: "HERO≠MASK", Names: Names{Native: []string{"ヒーローマスク"}}, Popularity: 2},
		{ID: "night", Title: "The Long Night's End: Second Dawn", Popularity: 4},
		{ID: "salt", Title: "Salt & Ash", Popularity: 1},
		{ID: "cafe", Title: "Café Krøyer", Popularity: 1},
		{ID: "boys", Title: "The Boys", Popularity: 4},
		{ID: "ferris", Title: "Ferris", Popularity: 3},
		{ID: "gone", Title: "Gone", Popularity: 1},
		{ID: "done", Title: "Done", Popularity: 1},
	} {
		shows = append(shows, &s)
	}
	b, err := New(shows)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFindForgives(t *testing.T) {
	b := shelf(t)
	for _, c := range []struct{ what, words, id string }{
		{"the title", "Paper Lanterns", "paper-lanterns"},
		{"small letters", "paper lanterns", "paper-lanterns"},
		{"capitals", "PAPER LANTERNS", "paper-lanterns"},
		{"an alias", "PapLan", "paper-lanterns"},
		{"the native title", "紙提灯", "paper-lanterns"},
		{"missing diacritics", "Kami Chochin", "paper-lanterns"},
		{"diacritics", "Pápér Låntêrns", "paper-lanterns"},
		{"decomposed letters", "Kami Cho\u0304chin", "paper-lanterns"},
		{"full width", "Ｐａｐｅｒ　Ｌａｎｔｅｒｎｓ", "paper-lanterns"},
		{"no space", "paperlanterns", "paper-lanterns"},
		{"too many spaces", "  paper    lanterns ", "paper-lanterns"},
		{"a hyphen", "paper-lanterns", "paper-lanterns"},
		{"punctuation", "«Paper: Lanterns!»", "paper-lanterns"},
		{"word order", "lanterns paper", "paper-lanterns"},
		{"letters swapped", "paper lantrens", "paper-lanterns"},
		{"a letter missing", "paper lanters", "paper-lanterns"},
		{"a letter doubled", "papper lanterns", "paper-lanterns"},
		{"a letter changed", "paper lamterns", "paper-lanterns"},
		{"an article too many", "the paper lanterns", "paper-lanterns"},
		{"the other one", "paper tigers", "paper-tigers"},
		{"a sign for a space", "hero mask", "hero"},
		{"hiragana for katakana", "ひーろーますく", "hero"},
		{"half width katakana", "ﾋｰﾛｰﾏｽｸ", "hero"},
		{"no apostrophe", "the long nights end: second dawn", "night"},
		{"a curly apostrophe", "The Long Night’s End: Second Dawn", "night"},
		{"no subtitle", "the long night's end", "night"},
		{"and for its sign", "salt and ash", "salt"},
		{"the sign for and", "SALT&ASH", "salt"},
		{"letters of other languages", "cafe kroyer", "cafe"},
		{"no article", "boys", "boys"},
		{"a slip in six letters", "feris", "ferris"},
		{"a short name", "gone", "gone"},
		{"another romanisation", "kami tyouchinn", "paper-lanterns"},
		{"kana for romaji", "かみちょうちん", "paper-lanterns"},
		{"one of l and r", "papel rantelns", "paper-lanterns"},
	} {
		m := b.Find(c.words)
		if m.Show == nil || m.Show.ID != c.id {
			t.Errorf("%s: %q finds %v of %s", c.what, c.words, m.Show, names(m.Candidates))
		} else if len(m.Candidates) == 0 || m.Candidates[0].Show != m.Show {
			t.Errorf("%s: the show is not the first of %s", c.what, names(m.Candidates))
		}
	}
}

func TestFindIsNotSure(t *testing.T) {
	b := shelf(t)
	for _, c := range []struct{ what, words, offered string }{
		{"a word that two names share", "paper", "paper-tigers paper-lanterns"},
		{"between two short names", "lone", "done gone"},
		{"another show", "Space Quarry", ""},
		{"a show with one word in common", "Paper Boats and Other Stories", ""},
		{"nothing", "", ""},
		{"blanks and signs", " -- ?! ", ""},
		{"only emoji", "🏮🏮🏮", ""},
		{"one letter", "p", ""},
		{"control characters", "\x00\x01", ""},
	} {
		m := b.Find(c.words)
		if m.Show != nil {
			t.Errorf("%s: %q is surely %s", c.what, c.words, m.Show.ID)
		}
		if c.offered != "" && names(m.Candidates) != c.offered {
			t.Errorf("%s: %q offers %q, want %q", c.what, c.words, names(m.Candidates), c.offered)
		}
	}
	if m := b.Find(strings.Repeat("paper lanterns ", 1_000)); m.Show != nil {
		t.Errorf("a long text is surely %s", m.Show.ID)
	}
}

func names(cs []Candidate) string {
	ids := make([]string, len(cs))
	for i, c := range cs {
		ids[i] = c.Show.ID
	}
	return strings.Join(ids, " ")
}

// TestFindUnknownNames asks for shows that have no dossier.
func TestFindUnknownNames(t *testing.T) {
	for _, name := range []string{
		"Space Quarry", "The Glass Orchard", "Midnight Tram", "Kingdom of Salt and Rope", "Professor Thimble", "Ghost Bakery", "Nine Tailors of Osaka",
		"Sand", "Mask", "Hero", "Death", "One", "Man", "Season", "Academy", "The", "A", "Part", "Piece", "Dragon", "Night", "Academia", "Piano no Mori",
		"ABC", "X", "42", "1995", "Ночной трамвай", "مدينة الملح", "夜の路面電車", "유리 과수원",
	} {
		if dossierBase().Show(strings.ToLower(name)) != nil {
			continue
		}
		if m := dossierBase().Find(name); m.Show != nil {
			t.Errorf("%q is taken for %s", name, m.Show.Title)
		}
	}
}

// TestFindAfterOneTypo makes one slip in every title of seven letters or more, each of three ways many times. A wrong show
// is never sure, and the right one nearly always is.
func TestFindAfterOneTypo(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	b := dossierBase()
	tried, found := 0, 0
	for _, s := range b.Shows() {
		if letters(s.Title) < 7 {
			continue
		}
		for _, slip := range []func([]rune, int) []rune{swapped, dropped, doubled} {
			for range 10 {
				typed := slip([]rune(s.Title), random.IntN(utf8.RuneCountInString(s.Title)-1))
				tried++
				switch m := b.Find(string(typed)); {
				case m.Show == s:
					found++
				case m.Show != nil:
					t.Errorf("%q for %q is surely %q", string(typed), s.Title, m.Show.Title)
				}
			}
		}
	}
	share := float64(found) / float64(tried)
	t.Logf("%d of %d found, %.2f%%", found, tried, 100*share)
	if share < 0.98 {
		t.Errorf("only %.2f%% are found, want 98%%", 100*share)
	}
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func swapped(r []rune, i int) []rune {
	r = slices.Clone(r)
	r[i], r[i+1] = r[i+1], r[i]
	return r
}

func dropped(r []rune, i int) []rune { return slices.Delete(slices.Clone(r), i, i+1) }

func doubled(r []rune, i int) []rune { return slices.Insert(slices.Clone(r), i, r[i]) }

func TestCandidatesAreInOrder(t *testing.T) {
	for _, words := range []string{"man", "castle", "no", "the", "season", "death note", "dr", "slayer demon", "a b c d e f g h"} {
		for kind, cs := range map[string][]Candidate{
			"Find": dossierBase().Find(words).Candidates, "Nearest": dossierBase().Nearest(words, 100), "Complete": dossierBase().Complete(words, 25),
		} {
			seen := map[*Show]bool{}
			for i, c := range cs {
				if seen[c.Show] || c.Score <= 0 || c.Score > 1 || c.Name == "" {
					t.Errorf("%s(%q): candidate %d is %s, %q, %v", kind, words, i, c.Show.ID, c.Name, c.Score)
				}
				if i > 0 && kind != "Complete" && c.Score > cs[i-1].Score {
					t.Errorf("%s(%q): %s is better than %s before it", kind, words, c.Show.ID, cs[i-1].Show.ID)
				}
				seen[c.Show] = true
			}
		}
		if n := len(dossierBase().Find(words).Candidates); n > maxCandidates {
			t.Errorf("Find(%q) offers %d", words, n)
		}
	}
	if n := len(dossierBase().Nearest("space quarry", 3)); n != 3 {
		t.Errorf("Nearest finds %d of 3", n)
	}
}

func TestComplete(t *testing.T) {
	b := shelf(t)
	for _, c := range []struct {
		typed string
		limit int
		want  string
	}{
		{"", 3, "paper-tigers boys night"}, // the best known
		{"", 100, "paper-tigers boys night ferris paper-lanterns hero cafe done gone salt"},
		{"", 0, ""},
		{"pap", 25, "paper-tigers paper-lanterns"}, // the better known first
		{"paper l", 25, "paper-lanterns"},
		{"PAPER-L", 1, "paper-lanterns"},
		{"lan", 25, "paper-lanterns"}, // a word inside a name
		{"tig", 25, "paper-tigers"},
		{"boy", 25, "boys"}, // behind the article
		{"the b", 25, "boys"},
		{"paperlan", 25, "paper-lanterns"},
		{"papr lantern", 25, "paper-lanterns"}, // what resembles it
		{"紙", 25, "paper-lanterns"},
		{"提灯", 25, "paper-lanterns"}, // every Chinese character begins a word
		{"tlnesd", 25, "night"},      // the first letters of its words
		{"ひーろ", 25, "hero"},
		{"zzzz", 25, ""},
		{"🏮", 2, "paper-tigers boys"}, // nothing that can be looked for
	} {
		if got := names(b.Complete(c.typed, c.limit)); got != c.want {
			t.Errorf("%q gives %q, want %q", c.typed, got, c.want)
		}
	}
}

// TestCompleteFor favours what was asked for, but not before what fits better.
func TestCompleteFor(t *testing.T) {
	b := shelf(t)
	for _, c := range []struct {
		typed    string
		limit    int
		favoured string
		want     string
	}{
		{"", 3, "salt gone", "salt gone paper-tigers"},
		{"", 3, "salt gone salt no-such-show", "salt gone paper-tigers"},
		{"", 1, "salt gone", "salt"},
		{"", 0, "salt", ""},
		{"pap", 25, "paper-lanterns", "paper-lanterns paper-tigers"},
		{"pap", 25, "salt", "paper-tigers paper-lanterns"},
		{"pap", 25, "paper-tigers paper-lanterns", "paper-tigers paper-lanterns"},
		{"paper tigers", 1, "paper-lanterns", "paper-tigers"},
		{"d", 25, "night", "done night"}, // a name that begins with it before a word within one
	} {
		got := b.CompleteFor(c.typed, c.limit, strings.Fields(c.favoured))
		if names(got) != c.want {
			t.Errorf("%q after %q gives %q, want %q", c.typed, c.favoured, names(got), c.want)
		}
	}
}

func TestCompleteFindsEveryShowWhileItIsTyped(t *testing.T) {
	for _, s := range dossierBase().Shows() {
		title := []rune(s.Title)
		for n := 1; n <= len(title); n++ {
			cs := dossierBase().Complete(string(title[:n]), 25)
			if len(cs) > 25 {
				t.Fatalf("%q gives %d", string(title[:n]), len(cs))
			}
			if n >= 4 && !slices.ContainsFunc(cs, func(c Candidate) bool { return c.Show == s }) {
				t.Errorf("%q does not offer %s", string(title[:n]), s.Title)
			}
		}
		if cs := dossierBase().Complete(s.Title, 25); cs[0].Show != s {
			t.Errorf("%q offers %s first", s.Title, cs[0].Show.Title)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Hero Mask", "hero mask"},
		{"HERO≠MASK", "hero mask"},
		{"ｈｅｒｏ　ｍａｓｋ", "hero mask"},
		{"  Hero -- Mask!!  ", "hero mask"},
		{"Pokémon", "pokemon"},
		{"Kaguya's", "kaguyas"},
		{"Kaguya’s", "kaguyas"},
		{"Salt & Ash", "salt and ash"},
		{"&", "and"},
		{"Krøyer Łódź Đorđe", "kroyer lodz dorde"},
		{"Iıİi", "iiii"},
		{"ヒーローマスク", "ひーろーますく"},
		{"ﾋｰﾛｰﾏｽｸ", "ひーろーますく"},
		{"ガギグ", "がぎぐ"},
		{"か\u3099", "が"},
		{"은하", "은하"},
		{"Re:ZERO", "re zero"},
		{"22/7", "22 7"},
		{"①②", "12"},
		{"🏮", ""},
		{"", ""},
		{"\xff", ""},
	} {
		if got := fold(c.text); got != c.want {
			t.Errorf("%q folds to %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	check := func(text string) {
		once := fold(text)
		if twice := fold(once); twice != once {
			t.Errorf("%q folds to %q, and that to %q", text, once, twice)
		}
	}
	for r := range rune(0x30000) {
		check(string(r))
		check("a" + string(r) + "b&" + string(r))
	}
	for _, s := range dossierBase().Shows() {
		for _, name := range s.AllNames() {
			check(name)
		}
	}
}

// TestDistance counts slips as people make them.
func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"mask", "mask", 0}, {"", "mask", 4}, {"mask", "mak", 1}, {"mask", "masks", 1}, {"mask", "mark", 1}, {"mask", "maks", 1},
		{"hero", "mask", 4}, {"abcd", "badc", 2}, {"灯火", "火灯", 1},
	} {
		if d, e := distance([]rune(c.a), []rune(c.b)), distance([]rune(c.b), []rune(c.a)); d != c.want || e != c.want {
			t.Errorf("%q and %q: %d and %d, want %d", c.a, c.b, d, e, c.want)
		}
	}
	long := []rune(strings.Repeat("x", 3*maxQuery))
	if d := distance(long, long[1:]); d != 1 {
		t.Errorf("long names: %d", d)
	}
}

// TestNamesAreApart finds every name of every show: none may belong to two.
func TestNamesAreApart(t *testing.T) {
	owner := map[string]string{}
	for _, s := range dossierBase().Shows() {
		for _, name := range s.AllNames() {
			key := tight(fold(name))
			if other := owner[key]; other != "" && other != s.ID {
				t.Errorf("%q names %s and %s", name, other, s.ID)
			}
			owner[key] = s.ID
			if m := dossierBase().Find(name); m.Show != s && m.Show != nil {
				t.Errorf("%q is surely %s, not %s", name, m.Show.ID, s.ID)
			} else if len(m.Candidates) == 0 || !slices.ContainsFunc(m.Candidates, func(c Candidate) bool { return c.Show == s && c.Score > 0.9 }) {
				t.Errorf("%q does not offer %s but %s", name, s.ID, fmt.Sprint(names(m.Candidates)))
			}
		}
	}
}

// TestFoldPlainIsFoldAny compares the quick way of folding with the one that knows all of Unicode.
func TestFoldPlainIsFoldAny(t *testing.T) {
	check := func(text string) {
		if plain, ok := foldPlain(text); ok && plain != foldAny(text) {
			t.Errorf("%q folds to %q, not to %q", text, plain, foldAny(text))
		}
	}
	for r := range rune(0x30000) {
		check(string(r))
		check("A " + string(r) + string(r) + "b&" + string(r) + "カ ")
	}
	for _, s := range Embedded().Shows() {
		for _, name := range s.AllNames() {
			check(name)
			check(name + "'s  &" + name)
		}
	}
}

func TestLoosen(t *testing.T) {
	for _, same := range [][]string{
		{"Yuu Yuu Hakusho", "Yū Yū Hakusho", "yu yu hakusyo", "ゆうゆうはくしょ", "ユウユウハクショ"},
		{"Shounen", "shōnen", "syounen", "しょうねん", "shohnen"},
		{"Oujo", "ooJo", "Ōjo", "おうじょ", "oozyo"},
		{"Tsuki to Fune", "tuki to hune", "つきとふね"},
		{"Shinbun", "shimbun", "sinbun"},
		{"Macchi", "matchi", "mattchi", "まっち"},
		{"Ruri", "luli", "ルリ"},
		{"Overlord III", "overlord 3", "Overrord 3"},
		{"Kimi wo", "kimi o", "きみを"},
		{"The Salt", "salt"},
		{"カフェ", "kafe"},
	} {
		for _, other := range same[1:] {
			if a, b := loosen(fold(same[0])), loosen(fold(other)); a != b {
				t.Errorf("%q is %q, %q is %q", same[0], a, other, b)
			}
		}
	}
	for _, pair := range [][2]string{{"Overlord II", "Overlord III"}, {"Salt", "Silt"}, {"Spy x Family", "Spy Family"}, {"100", "10"}, {"灯", "火"}} {
		if a := loosen(fold(pair[0])); a == loosen(fold(pair[1])) {
			t.Errorf("%q and %q are both %q", pair[0], pair[1], a)
		}
	}
	if len(kana) != 'ゖ'-'ぁ'+1 {
		t.Errorf("%d readings", len(kana))
	}
}

func TestSkeleton(t *testing.T) {
	for _, c := range []struct{ a, b string }{{"jujutsu kaisen", "jujitsu kaizen"}, {"dandelion", "dendalian"}, {"phantom thief", "fantom tief"}, {"knuckle", "knukle"}} {
		if a, b := skeleton(loosen(c.a)), skeleton(loosen(c.b)); a != b || a == "" {
			t.Errorf("%q has %q, %q has %q", c.a, a, c.b, b)
		}
	}
	for _, name := range []string{"", "oia", "gone", "灯火の町の物語", "added dungeon"} {
		if s := skeleton(loosen(name)); s != "" && s == skeleton(loosen("dungeon")) || len(s) < 4 && s != "" {
			t.Errorf("%q has %q", name, s)
		}
	}
}

// TestPatternDistance compares the quick distance with the plain one, and the beginning that fits best with all of them.
func TestPatternDistance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("abcあ")
	var p pattern
	for range 20_000 {
		text := func(most int) []rune {
			r := make([]rune, random.IntN(most))
			for i := range r {
				r[i] = letters[random.IntN(len(letters))]
			}
			return r
		}
		a, b := text(10), text(12)
		if random.IntN(50) == 0 {
			a = text(3 * maxPattern)
		}
		p.set(string(a))
		whole, beginning := p.distance(string(b))
		if want := distance(a, b); whole != want {
			t.Fatalf("%q and %q: %d, want %d", string(a), string(b), whole, want)
		}
		want := len(a)
		for i := range b {
			want = min(want, distance(a, b[:i+1]))
		}
		if len(a) == 0 {
			want = 0
		}
		if len(a) <= maxPattern && beginning != want {
			t.Fatalf("%q begins %q but for %d, not %d", string(a), string(b), beginning, want)
		}
	}
}
