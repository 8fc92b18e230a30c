package knowledge

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// index finds names. Every name is folded once; what it holds does not change, and searches may run at the same time.
//
// What others do, and what of it is here:
//   - fzf wants every letter that is typed to be in the name, in that order, and prefers places where words begin. So a
//     changed or swapped letter finds nothing. Taken: words' beginnings count, in places and initials. Not taken: letters
//     with gaps between them, which in names of shows match by chance.
//   - Sonarr reduces titles to letters and digits without articles and compares for equality, then for one title within
//     the other, and keeps a list of aliases made by people. Taken: the glued key without its article, exact first, and
//     aliases as names in their own right. Not taken: titles within others as an answer. Here they are offered.
//   - guessit tells what in a file's name is the title by what the rest of it is, and compares with no list. That is
//     Parse's work; the index only takes from it that a number belongs to the name or is none of its concern, and never is
//     a typo.
//   - Elasticsearch looks for words within two edits, fewer in short ones, may insist on the first letters, and has
//     phonetic codes for English words. Taken: the room for slips grows with the word, swapped neighbours are one slip,
//     another first letter counts more, rare words count more. Not taken: English codes, which do not suit romanised
//     Japanese; loosen and skeleton are made for that.
//   - SQLite's trigram index finds what contains a text, and with its trigrams asked for one by one ranks by how rare they
//     are. Taken: trigrams weighed so choose what is compared. Not taken: trigrams across words, and three characters as
//     the least: pairs and edges of words let short and Japanese names be found.
//   - None of them says what its score means. Find's thresholds are derived from what came of it: thresholds.go.
type index struct {
	shows   []*Show // the best known first
	rank    map[*Show]int32
	entries []entry

	exact    map[string][]int32 // folded name without spaces -> entries
	sounds   map[string][]int32 // loosened name -> entries, unless it is the glued name
	bones    map[string][]int32 // skeleton -> entries
	initials map[string][]int32 // -> entries

	grams   map[uint64]int32 // trigram -> its number
	starts  []int32          // by number: where its entries begin in posts
	posts   []int32
	weights []int32 // by number: how much it tells

	words      map[string]int32 // -> the place in the vocabulary
	vocabulary []word
	wordsOf    []int32 // the words of all entries
	rarest     float32 // weight of a word that only one name has

	glued  []int32 // entries, in order of their glued names
	places []place // where words begin, in order of what follows
	short  [][]shortEntry

	searches sync.Pool
}

// An entry is a name, or a part of one, under which a show is found.
type entry struct {
	show  int32  // its place in shows
	first int32  // of its words in wordsOf
	words uint8  // how many, at most maxWords
	size  uint16 // characters of glued
	head  bool   // not the name itself, but what stands before its colon, how a machine reads it, or borrowed

	wide bool // in a script in which one character is a syllable or a word

	weight   int32 // of all its trigrams
	name     string
	key      string // folded
	glued    string // key without spaces and leading article
	loose    string
	bones    string
	digits   string // of loose
	initials string
}

type word struct {
	text    string
	letters uint32
	size    uint16
	weight  float32
}

// A place is where a word begins in the key of an entry. Its head is what follows, as far as eight bytes tell.
type place struct {
	head  uint64
	entry int32
	at    uint16
}

type shortEntry struct {
	entry   int32
	letters uint32
}

// shortName is the most characters of a name for which trigrams are too few, so that every such name is compared.
const shortName = 7

// newIndex indexes the names of the shows, and those that dossiers borrow from what they cover in the catalogue.
func newIndex(shows []*Show, borrowed map[*Show][]string) *index {
	ix := &index{shows: slices.Clone(shows), rank: make(map[*Show]int32, len(shows))}
	slices.SortStableFunc(ix.shows, func(a, b *Show) int { return cmp.Or(cmp.Compare(b.fame(), a.fame()), cmp.Compare(a.ID, b.ID)) })
	names := 0
	for i, s := range ix.shows {
		ix.rank[s] = int32(i)
		names += 3 + len(s.Names.Aliases)
	}
	ix.exact, ix.sounds, ix.bones = make(map[string][]int32, names), make(map[string][]int32, names), make(map[string][]int32, names)
	ix.initials, ix.words = map[string][]int32{}, make(map[string]int32, names)
	ix.entries = make([]entry, 0, names)
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
	}
	var wg sync.WaitGroup
	wg.Go(ix.countGrams)
	ix.weighWords()
	ix.order()
	wg.Wait()
	ix.searches.New = func() any {
		return &search{ix: ix, common: make([]int32, len(ix.entries)), in: make([]bool, len(ix.entries)), place: make([]int32, len(ix.shows))}
	}
	return ix
}

func (ix *index) add(s *Show, name, text string, head bool) {
	key := fold(text)
	if key == "" {
		return
	}
	n := int32(len(ix.entries))
	e := entry{show: ix.rank[s], name: name, head: head, key: key, glued: tight(key), loose: loosen(key), first: int32(len(ix.wordsOf))}
	e.size = uint16(min(utf8.RuneCountInString(e.glued), math.MaxUint16))
	e.wide = isWideText(key)
	e.bones, e.digits = skeleton(e.loose), digits(e.loose)
	if e.loose == e.glued {
		e.loose = e.glued // one copy
	}
	var initials []byte
	for w := range fields(key) {
		initials = append(initials, w[0])
		if e.words == maxWords {
			continue
		}
		id, ok := ix.words[w]
		if !ok {
			id = int32(len(ix.vocabulary))
			ix.words[w] = id
			ix.vocabulary = append(ix.vocabulary, word{text: w, letters: lettersOf(w), size: uint16(min(utf8.RuneCountInString(w), math.MaxUint16))})
		}
		ix.vocabulary[id].weight++ // counted here, weighed later
		ix.wordsOf = append(ix.wordsOf, id)
		e.words++
	}
	if len(initials) >= 3 && slices.Max(initials) < utf8.RuneSelf {
		e.initials = string(initials)
		ix.initials[e.initials] = append(ix.initials[e.initials], n)
	}
	ix.exact[e.glued] = append(ix.exact[e.glued], n)
	if e.loose != e.glued {
		ix.sounds[e.loose] = append(ix.sounds[e.loose], n)
	}
	if e.bones != "" {
		ix.bones[e.bones] = append(ix.bones[e.bones], n)
	}
	ix.entries = append(ix.entries, e)
}

// countGrams lists for each trigram the entries that have it, all lists in one.
func (ix *index) countGrams() {
	ix.grams = make(map[uint64]int32, 2*len(ix.entries))
	var all, of []int32 // the trigrams of all entries, and whose each is
	var counts, last []int32
	for n := range ix.entries {
		eachGram(ix.entries[n].key, func(g uint64) {
			id, ok := ix.grams[g]
			if !ok {
				id = int32(len(counts))
				ix.grams[g] = id
				counts, last = append(counts, 0), append(last, -1)
			}
			if last[id] != int32(n) {
				last[id] = int32(n)
				counts[id]++
				all, of = append(all, id), append(of, int32(n))
			}
		})
	}
	ix.starts, ix.weights, ix.posts = make([]int32, len(counts)+1), make([]int32, len(counts)), make([]int32, len(all))
	for id, count := range counts {
		ix.starts[id+1] = ix.starts[id] + count
		ix.weights[id] = ix.weightOf(count)
	}
	next := slices.Clone(ix.starts)
	for i, id := range all {
		ix.posts[next[id]] = of[i]
		next[id]++
		ix.entries[of[i]].weight += ix.weights[id]
	}
}

// weightOf says how much a trigram tells that so many entries have.
func (ix *index) weightOf(count int32) int32 {
	return int32(8 * math.Log2(1+float64(len(ix.entries))/float64(count)))
}

func (ix *index) weighWords() {
	weigh := func(count float32) float32 { return float32(math.Log2(1 + float64(len(ix.entries))/float64(count))) }
	for i := range ix.vocabulary {
		ix.vocabulary[i].weight = weigh(ix.vocabulary[i].weight)
	}
	ix.rarest = weigh(1)
}

// order lists the names in order, as they begin and as each of their words begins.
func (ix *index) order() {
	ix.glued = make([]int32, len(ix.entries))
	byGlued := make([]place, len(ix.entries))
	ix.places = make([]place, 0, 5*len(ix.entries))
	ix.short = make([][]shortEntry, shortName+3)
	for n := range ix.entries {
		e := &ix.entries[n]
		byGlued[n] = place{head(e.glued), int32(n), 0}
		if int(e.size) < len(ix.short) {
			ix.short[e.size] = append(ix.short[e.size], shortEntry{int32(n), lettersOf(e.glued)})
		}
		before := ' '
		for at, r := range e.key {
			if at > math.MaxUint16 {
				break
			}
			if r != ' ' && (before == ' ' || beginsWord(before, r)) {
				ix.places = append(ix.places, place{head(e.key[at:]), int32(n), uint16(at)})
			}
			before = r
		}
	}
	slices.SortFunc(byGlued, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.head, b.head), strings.Compare(ix.entries[a.entry].glued, ix.entries[b.entry].glued), cmp.Compare(a.entry, b.entry))
	})
	for i, p := range byGlued {
		ix.glued[i] = p.entry
	}
	slices.SortFunc(ix.places, func(a, b place) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(strings.Compare(ix.after(a), ix.after(b)), cmp.Compare(a.entry, b.entry), cmp.Compare(a.at, b.at))
	})
}

func (ix *index) after(p place) string { return ix.entries[p.entry].key[p.at:] }

// beginning returns the entries whose glued name begins with a text.
func (ix *index) beginning(text string) []int32 {
	from, _ := slices.BinarySearchFunc(ix.glued, text, func(n int32, t string) int { return strings.Compare(ix.entries[n].glued, t) })
	to, _ := slices.BinarySearchFunc(ix.glued[from:], text, func(n int32, t string) int {
		if strings.HasPrefix(ix.entries[n].glued, t) {
			return -1
		}
		return 1
	})
	return ix.glued[from : from+to]
}

// wordsBeginning returns the places where a word begins from which on a key goes as the text does.
func (ix *index) wordsBeginning(text string) []place {
	from, _ := slices.BinarySearchFunc(ix.places, text, func(p place, t string) int { return strings.Compare(ix.after(p), t) })
	to, _ := slices.BinarySearchFunc(ix.places[from:], text, func(p place, t string) int {
		if strings.HasPrefix(ix.after(p), t) {
			return -1
		}
		return 1
	})
	return ix.places[from : from+to]
}

// within reports whether a word within key begins as text does.
func within(key, text string) bool {
	for i := 0; ; {
		j := strings.Index(key[i:], text)
		if j < 0 {
			return false
		}
		if i += j; i == 0 {
			return true
		}
		before, _ := utf8.DecodeLastRuneInString(key[:i])
		r, n := utf8.DecodeRuneInString(key[i:])
		if before == ' ' || beginsWord(before, r) {
			return true
		}
		i += n
	}
}

// beginsWord reports whether a word may begin between two characters without a space: where Chinese characters stand, and
// where the script changes.
func beginsWord(before, r rune) bool {
	return r >= 0x2e80 && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) != unicode.Is(unicode.Hiragana, before))
}

// head packs the first bytes of a text, so that most comparisons are of numbers.
func head(text string) uint64 {
	var h uint64
	for i := range 8 {
		h <<= 8
		if i < len(text) {
			h |= uint64(text[i])
		}
	}
	return h
}

// eachGram calls f with the trigrams of each word, its edges marked, and with the pairs of characters where each of them
// tells as much as a syllable.
func eachGram(key string, f func(uint64)) {
	pack := func(a, b, c rune) uint64 { return uint64(a)<<42 | uint64(b)<<21 | uint64(c) }
	const edge = 1
	for w := range fields(key) {
		before, r := rune(0), rune(edge)
		for _, next := range w {
			if before != 0 {
				f(pack(before, r, next))
			}
			if next >= 0x2e80 {
				f(pack(0, r, next))
			}
			before, r = r, next
		}
		f(pack(before, r, edge))
	}
}

// fields is strings.FieldsSeq for folded names, which have single spaces.
func fields(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for key != "" {
			word, rest, _ := strings.Cut(key, " ")
			if !yield(word) {
				return
			}
			key = rest
		}
	}
}

// lettersOf is the set of characters in a text, some of them sharing a bit.
func lettersOf(text string) uint32 {
	var set uint32
	for _, r := range text {
		set |= 1 << (uint32(r) & 31)
	}
	return set
}

// apart is at most how many characters are in one of two sets only. Each slip puts in or takes out two at most.
func apart(a, b uint32) int { return bits.OnesCount32(a ^ b) }

// isWideText reports whether a text begins in a script in which one character is a syllable or a word.
func isWideText(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return r >= 0x2e80
}
