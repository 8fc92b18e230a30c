package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Thresholds of Find. A name one typo away from a title of seven letters or more scores above Sure.
const (
	sureScore  = 0.84 // a candidate this good is the show
	sureMargin = 0.06 // if it is this much better than the next show
	wholeName  = 0.9  // the words are a name as it stands, or a known part of it
	offerScore = 0.5  // worse candidates are not worth offering
)

// A Candidate is a show that words may mean.
type Candidate struct {
	Show  *Show
	Name  string  // the title or alias that fits best
	Score float64 // 1 for the very name, falling with every change it takes; above 0
}

// A Match is what Find found.
type Match struct {
	// Show is the show that is meant, nil when nothing fits or several do.
	Show *Show
	// Candidates are the shows that may be meant, best first, at most maxCandidates. They are there to ask back with, not
	// to answer about.
	Candidates []Candidate
}

const maxCandidates = 5

// maxQuery bounds the characters of a name that are looked at; the longest real title has 120.
const maxQuery = 150

// Find looks for the show that words name, by title or any alias. Case, width, diacritics, punctuation, spacing and the
// order of words do not matter, and a typo or two is forgiven in names that are long enough.
func (b *Base) Find(words string) Match {
	cs := b.index.find(fold(clip(words, maxQuery)))
	var m Match
	for _, c := range cs {
		if c.Score >= offerScore && len(m.Candidates) < maxCandidates {
			m.Candidates = append(m.Candidates, c)
		}
	}
	if len(cs) > 0 && cs[0].Score >= sureScore && (len(cs) == 1 || cs[0].Score-cs[1].Score >= sureMargin) {
		m.Show = cs[0].Show
	}
	return m
}

// Nearest returns up to limit shows whose names come nearest to the words, however far.
func (b *Base) Nearest(words string, limit int) []Candidate {
	cs := b.index.find(fold(clip(words, maxQuery)))
	return cs[:min(limit, len(cs))]
}

// Complete returns up to limit shows for a name that is still being typed: names that begin with it, then names in which
// a word begins with it, then names that resemble it; among equals the better known first. Nothing typed gives the best
// known.
func (b *Base) Complete(typed string, limit int) []Candidate { return b.CompleteFor(typed, limit, nil) }

// CompleteFor is Complete for a place in which the shows of those ids were asked for, the latest first: among equals they
// lead, and when nothing is typed they come first.
func (b *Base) CompleteFor(typed string, limit int, favoured []string) []Candidate {
	var order map[*Show]int
	if len(favoured) > 0 {
		order = make(map[*Show]int, len(favoured))
		for i, id := range favoured {
			if s := b.byID[id]; s != nil && order[s] == 0 {
				order[s] = len(favoured) - i
			}
		}
	}
	return b.index.complete(fold(clip(typed, maxQuery)), limit, order)
}

// index finds names. Every name is folded once; trigrams say which names are worth comparing.
type index struct {
	entries  []entry
	exact    map[string][]int32 // folded name without spaces -> entries
	trigrams map[string][]int32
	popular  []Candidate
}

type entry struct {
	show   *Show
	name   string
	head   bool   // not the name itself, but what stands before its colon, how a machine reads it, or borrowed
	key    string // folded
	tight  []rune // key without spaces and leading article
	glued  string // the same as text
	sorted string // words of key in order of the alphabet
}

// newIndex indexes the names of the shows, and those that dossiers borrow from what they cover in the catalogue.
func newIndex(shows []*Show, borrowed map[*Show][]string) *index {
	ix := &index{exact: map[string][]int32{}, trigrams: map[string][]int32{}}
	for _, s := range shows {
		for _, name := range s.AllNames() {
			ix.add(s, name, name, false)
			// The part before a subtitle is a name as well: Demon Slayer: Kimetsu no Yaiba.
			if head, _, ok := strings.Cut(name, ": "); ok && len(fold(head)) >= 4 {
				ix.add(s, name, head, true)
			}
		}
		if s.Listed() && s.listing.reading != "" {
			ix.add(s, s.Title, s.listing.reading, true)
		}
		for _, name := range borrowed[s] {
			ix.add(s, s.Title, name, true)
		}
		ix.popular = append(ix.popular, Candidate{s, s.Title, 1})
	}
	slices.SortStableFunc(ix.popular, betterKnown)
	return ix
}

func (ix *index) add(s *Show, name, text string, head bool) {
	key := fold(text)
	if key == "" {
		return
	}
	n := int32(len(ix.entries))
	glued := tight(key)
	ix.entries = append(ix.entries, entry{s, name, head, key, []rune(glued), glued, sortWords(key)})
	ix.exact[glued] = append(ix.exact[glued], n)
	for _, g := range trigrams(key) {
		if list := ix.trigrams[g]; len(list) == 0 || list[len(list)-1] != n {
			ix.trigrams[g] = append(list, n)
		}
	}
}

// tight removes what people leave out or add freely: spaces and a leading article.
func tight(key string) string {
	for _, article := range []string{"the ", "a ", "an "} {
		if rest, ok := strings.CutPrefix(key, article); ok && rest != "" {
			key = rest
			break
		}
	}
	return strings.ReplaceAll(key, " ", "")
}

func sortWords(key string) string {
	words := strings.Fields(key)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// trigrams returns the runs of three characters in key, its edges marked, each word on its own.
func trigrams(key string) []string {
	var out []string
	for word := range strings.FieldsSeq(key) {
		r := []rune("^" + word + "$")
		for i := 0; i+3 <= len(r); i++ {
			out = append(out, string(r[i:i+3]))
		}
		if len(r) == 2 {
			out = append(out, string(r))
		}
	}
	return out
}

// maxCompared is how many names, those that share most trigrams, are compared by edit distance.
const maxCompared = 60

// find returns every show that shares something with the key, best first.
func (ix *index) find(key string) []Candidate {
	if key == "" {
		return nil
	}
	if exact := ix.exact[tight(key)]; len(exact) > 0 {
		return ix.best(exact, func(e *entry) float64 {
			switch {
			case e.head && e.show.Listed():
				return 0.86
			case e.head:
				return 0.9
			case e.show.Listed() && e.name != e.show.Title:
				return 0.93 // the catalogue's other names give way to a dossier and to the show of that very title
			case e.key == key:
				return 1
			}
			return 0.98
		})
	}
	near := ix.near(key)
	squeezed, sorted := []rune(tight(key)), sortWords(key)
	return ix.best(near, func(e *entry) float64 {
		score := similarity(key, sorted, squeezed, e)
		if e.head {
			score *= 0.92 // half a name is meant less often than a whole one
		}
		return score
	})
}

// near returns the entries that share most trigrams with the key, at most maxCompared, best first.
func (ix *index) near(key string) []int32 {
	shared := make([]uint8, len(ix.entries))
	var touched []int32
	for _, g := range trigrams(key) {
		for _, n := range ix.trigrams[g] {
			if shared[n] == 0 {
				touched = append(touched, n)
			}
			if shared[n] < math.MaxUint8 {
				shared[n]++
			}
		}
	}
	// How many share exactly so many: the least number that still makes the cut.
	var counts [math.MaxUint8 + 1]int
	for _, n := range touched {
		counts[shared[n]]++
	}
	least, room := math.MaxUint8, maxCompared
	for least > 1 && counts[least] < room {
		room -= counts[least]
		least--
	}
	near := slices.DeleteFunc(touched, func(n int32) bool { return int(shared[n]) < least })
	slices.SortFunc(near, func(a, b int32) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(len(ix.entries[a].key), len(ix.entries[b].key)), cmp.Compare(a, b))
	})
	return near[:min(len(near), maxCompared)]
}

// best scores the entries and keeps the best of each show, ordered by score, then by how well known the show is.
func (ix *index) best(entries []int32, score func(*entry) float64) []Candidate {
	byShow := map[*Show]Candidate{}
	for _, n := range entries {
		e := &ix.entries[n]
		if c := score(e); c > byShow[e.show].Score {
			byShow[e.show] = Candidate{e.show, e.name, c}
		}
	}
	out := make([]Candidate, 0, len(byShow))
	for _, c := range byShow {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), betterKnown(a, b))
	})
	return out
}

func betterKnown(a, b Candidate) int {
	return cmp.Or(cmp.Compare(b.Show.fame(), a.Show.fame()), cmp.Compare(a.Show.ID, b.Show.ID))
}

// similarity compares a query with a name: 1 is the same, 0 is nothing in common.
func similarity(key, sorted string, squeezed []rune, e *entry) float64 {
	if sorted == e.sorted {
		return 0.96
	}
	score := ratio(squeezed, e.tight)
	if strings.Contains(sorted, " ") {
		score = max(score, 0.96*ratio([]rune(sorted), []rune(e.sorted)))
	}
	// Whole words at the beginning of a longer name: "frieren" for Frieren: Beyond Journey's End. A common word alone
	// proves little, so the share of the name counts.
	if strings.HasPrefix(e.key, key+" ") && len(squeezed) >= 4 {
		score = max(score, 0.7+0.2*float64(len(squeezed))/float64(len(e.tight)))
	} else if strings.Contains(" "+e.key+" ", " "+key+" ") && len(squeezed) >= 4 {
		score = max(score, 0.5+0.3*float64(len(squeezed))/float64(len(e.tight)))
	}
	return score
}

// ratio is 1 less the share of characters that must change to make a of b. Names of up to four letters have no room for
// typos: there every letter makes another word.
func ratio(a, b []rune) float64 {
	longer := max(len(a), len(b))
	if longer == 0 {
		return 0
	}
	d := distance(a, b)
	r := 1 - float64(d)/float64(longer)
	if d == 1 && longer >= 6 {
		r = max(r, 0.86) // one slip in six letters or more
	}
	return max(r, 0)
}

// distance counts the insertions, deletions, changes and swaps of neighbours that make b of a.
func distance(a, b []rune) int {
	if len(a) < len(b) {
		a, b = b, a
	}
	var buf [3 * (maxQuery + 1)]int
	row := buf[:]
	if n := 3 * (len(b) + 1); n > len(row) {
		row = make([]int, n)
	}
	before, prev, cur := row[:len(b)+1], row[len(b)+1:2*(len(b)+1)], row[2*(len(b)+1):3*(len(b)+1)]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}

// complete puts shows of a larger number in favoured before others that fit equally well.
func (ix *index) complete(key string, limit int, favoured map[*Show]int) []Candidate {
	favouredFirst := func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(favoured[b.Show], favoured[a.Show]))
	}
	if key == "" {
		var out []Candidate
		for s := range favoured {
			out = append(out, Candidate{s, s.Title, 1})
		}
		slices.SortFunc(out, favouredFirst)
		for i := 0; i < len(ix.popular) && len(out) < limit; i++ {
			if favoured[ix.popular[i].Show] == 0 {
				out = append(out, ix.popular[i])
			}
		}
		return out[:min(limit, len(out))]
	}
	squeezed, within := tight(key), " "+key
	var hits []int32
	for n := range ix.entries {
		e := &ix.entries[n]
		if strings.HasPrefix(e.key, key) || strings.HasPrefix(e.glued, squeezed) || strings.Contains(e.key, within) {
			hits = append(hits, int32(n))
		}
	}
	out := ix.best(hits, func(e *entry) float64 {
		switch {
		case e.key == key:
			return 1
		case strings.Contains(" "+e.key, " "+key):
			if strings.HasPrefix(e.key, key) {
				return 0.9
			}
			return 0.8
		}
		return 0.85
	})
	if len(favoured) > 0 {
		slices.SortStableFunc(out, favouredFirst)
	}
	if len(out) < limit && len([]rune(key)) >= 3 {
		for _, c := range ix.find(key) {
			known := slices.ContainsFunc(out, func(o Candidate) bool { return o.Show == c.Show })
			if !known && c.Score >= offerScore {
				out = append(out, c)
			}
		}
	}
	return out[:min(limit, len(out))]
}
