package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:generate go run ./calibrate -write thresholds.go

// Words are a name as it stands, or a known part of one, from wholeName on: then the show is meant if no other has a claim
// of the same kind to that name, which is a lead of wholeMargin. What only resembles a name is judged by sureScore and
// sureMargin, and below offerScore it is not worth offering. Those are in thresholds.go, which the program in
// knowledge/calibrate writes.
const (
	wholeName   = 0.9
	wholeMargin = 0.06
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

// Find looks for the show that words name, by title or any alias. Case, width, diacritics, punctuation, spacing, the order
// of words and the system of romanisation do not matter, and a typo or two is forgiven in names that are long enough. Of
// the shows that fit equally well, the better known come first.
func (b *Base) Find(words string) Match {
	cs := b.index.find(fold(clip(words, maxQuery)), maxCandidates)
	var m Match
	if sure(cs) {
		m.Show = cs[0].Show
	}
	for _, c := range cs {
		if c.Score >= offerScore {
			m.Candidates = append(m.Candidates, c)
		}
	}
	return m
}

// sure reports whether the first candidate is the show that is meant.
func sure(cs []Candidate) bool {
	if len(cs) == 0 {
		return false
	}
	lead := cs[0].Score
	if len(cs) > 1 {
		lead -= cs[1].Score
	}
	lead += 1e-9 // scores have three decimals, but not exactly
	if cs[0].Score >= wholeName {
		return lead >= wholeMargin
	}
	return cs[0].Score >= sureScore && lead >= sureMargin
}

// Nearest returns up to limit shows whose names come nearest to the words, however far.
func (b *Base) Nearest(words string, limit int) []Candidate {
	return b.index.find(fold(clip(words, maxQuery)), limit)
}

// How well a name fits, from 1 for the very name. Between whole names come those that were changed, by the share that is
// the same.
const (
	fitSpaced    = 0.98 // as written but for spaces and an article
	fitListed    = 0.93 // the catalogue's other names give way to a dossier and to the show of that very title
	fitHead      = 0.9  // what stands before a colon, and names that a dossier borrows
	fitListing   = 0.86 // the same, of the catalogue
	fitOrder     = 0.96 // all words, in another order
	fitPart      = 0.55 // all words of the query, when they are next to nothing of the name
	wellNamed    = 0.72 // share of a name without which its words may as well be another's: Home, Sweet Home
	fitWithout   = 0.7  // then they fit so well at most
	fitMore      = 0.09 // and so much better the more of the name they are
	fitGrams     = 0.8  // the same trigrams
	fitSound     = 0.94 // as it is heard: another romanisation, roman numbers
	fitSkeleton  = 0.8  // the same consonants, and all vowels too
	fitSlip      = 0.86 // at least, for one slip in six letters or more
	fitBeginning = 0.72 // the name goes on
	fitWithin    = 0.64 // the same, from a word within
	fitInitials  = 0.6  // the first letters of its words
	fitInitial   = 0.94 // the first letter is another
	wideSlip     = 0.5  // a slip in Japanese or Chinese counts so much more
	fitWords     = 0.76 // whole words with which the name begins
	halfMeant    = 0.86 // half a name is meant less often than a whole one
	otherNumber  = 0.9  // a digit that is missing or another one is no typo: it means another show
)

// find returns up to limit shows that share something with a folded name, best first.
func (ix *index) find(key string, limit int) []Candidate {
	if key == "" || limit <= 0 {
		return nil
	}
	if exact := ix.exact[tight(key)]; len(exact) > 0 {
		return ix.wholes(key, exact, limit)
	}
	s := ix.searches.Get().(*search)
	defer s.end()
	s.begin(key)
	s.similar()
	s.beginnings()
	s.alike()
	for _, n := range s.near {
		s.offer(n, s.score(n))
	}
	return s.best(limit)
}

// wholes ranks entries that are the name itself, but for spaces.
func (ix *index) wholes(key string, exact []int32, limit int) []Candidate {
	out := make([]Candidate, 0, len(exact))
	for _, n := range exact {
		e := &ix.entries[n]
		show := ix.shows[e.show]
		score := fitSpaced
		switch {
		case e.head && show.Listed():
			score = fitListing
		case e.head:
			score = fitHead
		case show.Listed() && e.name != show.Title:
			score = fitListed
		case e.key == key:
			score = 1
		}
		i := slices.IndexFunc(out, func(c Candidate) bool { return c.Show == show })
		if i < 0 {
			out = append(out, Candidate{show, e.name, score})
		} else if score > out[i].Score {
			out[i] = Candidate{show, e.name, score}
		}
	}
	if len(out) > 1 {
		slices.SortFunc(out, func(a, b Candidate) int { return cmpRanked(a.Score, b.Score, ix.rank[a.Show], ix.rank[b.Show]) })
	}
	return out[:min(limit, len(out))]
}

func cmpRanked(scoreA, scoreB float64, rankA, rankB int32) int {
	switch {
	case scoreA > scoreB:
		return -1
	case scoreA < scoreB:
		return 1
	}
	return int(rankA - rankB)
}

// A search is the room that one query needs; finished ones are used again.
type search struct {
	ix *index

	key, glued, loose, bones string
	digits                   string  // of loose
	letters                  int     // characters of glued
	whole, sound             pattern // glued and loose
	words                    []queryWord
	total                    float32 // weight of the words

	common  []int32 // by entry: the weight of the trigrams that it shares with the query
	touched []int32 // entries that share any
	in      []bool  // by entry: it is in near
	near    []int32 // entries to be compared
	grams   []gramUse
	weight  int32 // of all its trigrams
	fresh   []int32

	place []int32 // by show: where it is in found, plus 1
	found []hit
}

type hit struct {
	show, entry int32
	score       float64
}

type queryWord struct {
	id      int32 // of the vocabulary, -1 for a word in no name
	weight  float32
	size    int
	letters uint32
	pattern pattern
}

type gramUse struct {
	gram   int32
	posts  []int32
	weight int32
}

func (s *search) begin(key string) {
	s.key, s.glued, s.loose = key, tight(key), loosen(key)
	s.bones, s.digits = skeleton(s.loose), digits(s.loose)
	s.whole.set(s.glued)
	s.sound.set(s.loose)
	s.letters = utf8.RuneCountInString(s.glued)
	s.words, s.total = s.words[:0], 0
	for word := range fields(key) {
		if len(s.words) == maxWords {
			break
		}
		n := len(s.words)
		if n < cap(s.words) {
			s.words = s.words[:n+1] // with its pattern's room
		} else {
			s.words = append(s.words, queryWord{})
		}
		w := &s.words[n]
		id, ok := s.ix.words[word]
		w.id, w.weight = id, s.ix.rarest
		if ok {
			w.weight = s.ix.vocabulary[id].weight
		} else {
			w.id = -1
		}
		w.pattern.set(word)
		w.size, w.letters = w.pattern.size, lettersOf(word)
	}
}

func (s *search) end() {
	for _, n := range s.touched {
		s.common[n] = 0
	}
	for _, n := range s.near {
		s.in[n] = false
	}
	for _, h := range s.found {
		s.place[h.show] = 0
	}
	s.touched, s.near, s.found = s.touched[:0], s.near[:0], s.found[:0]
	s.ix.searches.Put(s)
}

// compare puts an entry among those to be compared.
func (s *search) compare(n int32) {
	if !s.in[n] {
		s.in[n] = true
		s.near = append(s.near, n)
	}
}

// Bounds on what a query may cost.
const (
	maxSimilar    = 60     // names that share most trigrams are compared
	maxLong       = 10     // of them, when the query is too long to be compared quickly
	maxPosts      = 12_000 // occurrences of the query's trigrams are looked at, those of the rarest first
	maxBeginnings = 24     // shows whose names go on as the query begins, the best known
	maxAlike      = 24     // names that sound alike
	maxWords      = 16     // words of a query or name are compared
)

// similar chooses the names that share most trigrams with the query, rare ones counting more.
func (s *search) similar() {
	ix := s.ix
	s.grams = s.grams[:0]
	total := int32(0)
	eachGram(s.key, func(g uint64) {
		if n, ok := ix.grams[g]; ok {
			u := gramUse{n, ix.posts[ix.starts[n]:ix.starts[n+1]], ix.weights[n]}
			s.grams = append(s.grams, u)
			total += u.weight
		} else {
			total += ix.weightOf(1)
		}
	})
	s.weight = total
	slices.SortFunc(s.grams, func(a, b gramUse) int { return cmp.Or(len(a.posts)-len(b.posts), int(a.gram-b.gram)) })
	looked := 0
	for i, u := range s.grams {
		if i > 0 && u.gram == s.grams[i-1].gram {
			continue // counted already
		}
		if looked += len(u.posts); looked > maxPosts && i > 0 {
			break
		}
		for _, n := range u.posts {
			if s.common[n] == 0 {
				s.touched = append(s.touched, n)
			}
			s.common[n] += u.weight
		}
	}
	// The shared weight as a part of both names' is what counts; a histogram of it tells where the cut is.
	const steps = 512
	var counts [steps + 1]int
	part := func(n int32) int {
		return int(2 * steps * s.common[n] / (total + ix.entries[n].weight))
	}
	for _, n := range s.touched {
		counts[min(part(n), steps)]++
	}
	room := maxSimilar
	if s.letters > maxPattern {
		room = maxLong
	}
	least := steps
	for least > 0 && counts[least] <= room {
		room -= counts[least]
		least--
	}
	for _, n := range s.touched {
		if p := min(part(n), steps); p > least {
			s.compare(n)
		} else if p == least && room > 0 {
			room--
			s.compare(n)
		}
	}
}

// beginnings adds the names that begin with the query, and those in which a word begins with it, of the shows that are
// best known.
func (s *search) beginnings() {
	if s.letters < 3 && s.glued[0] < utf8.RuneSelf {
		return
	}
	s.fresh = s.fresh[:0]
	for _, n := range s.ix.beginning(s.glued) {
		s.fresh = append(s.fresh, n)
	}
	s.known(maxBeginnings)
	s.fresh = s.fresh[:0]
	for _, p := range s.ix.wordsBeginning(s.key) {
		s.fresh = append(s.fresh, p.entry)
	}
	s.known(maxBeginnings)
}

// known has the names of up to room shows among s.fresh compared, the best known.
func (s *search) known(room int) {
	if len(s.fresh) > room {
		slices.SortFunc(s.fresh, func(a, b int32) int { return int(s.ix.entries[a].show - s.ix.entries[b].show) })
	}
	last := int32(-1)
	for _, n := range s.fresh {
		if show := s.ix.entries[n].show; show != last {
			if room--; room < 0 {
				return
			}
			last = show
		}
		s.compare(n)
	}
}

// alike adds the names that sound like the query, have its consonants or its letters for initials, and short ones that
// are a slip or two away.
func (s *search) alike() {
	ix := s.ix
	for _, list := range [][]int32{ix.exact[s.loose], ix.sounds[s.loose], ix.bones[s.bones], ix.initials[s.glued]} {
		for _, n := range list[:min(len(list), maxAlike)] {
			s.compare(n)
		}
	}
	if s.letters > shortName {
		return
	}
	letters := lettersOf(s.glued)
	room := 1
	if s.letters > 5 {
		room = 2
	}
	for size := max(1, s.letters-room); size <= s.letters+room && size < len(ix.short); size++ {
		for _, n := range ix.short[size] {
			if apart(letters, n.letters) <= 2*room && !s.in[n.entry] {
				if d, _ := s.whole.distance(ix.entries[n.entry].glued); d <= room {
					s.compare(n.entry)
				}
			}
		}
	}
}

// score compares the query with a name: 1 is the same, 0 is nothing in common.
func (s *search) score(n int32) float64 {
	e := &s.ix.entries[n]
	size := int(e.size)
	d, beginning := s.whole.distance(e.glued)
	score := ratio(d, max(s.letters, size), e.wide)
	d, _ = s.sound.distance(e.loose)
	score = max(score, fitSound*ratio(d, max(s.sound.size, utf8.RuneCountInString(e.loose)), e.wide))
	if otherInitial(s.glued, e.glued) {
		score *= fitInitial
	}
	if s.bones != "" && e.bones == s.bones {
		score = max(score, fitSkeleton*(0.8+0.2*score))
	}
	if len(s.words) > 1 || e.words > 1 {
		score = max(score, s.wordScore(e))
	}
	if common := float64(s.common[n]); common > 0 {
		score = max(score, fitGrams*shared(common/float64(s.weight), common/float64(e.weight)))
	}
	if s.letters >= 3 && size > s.letters {
		switch {
		case beginning == 0 && strings.HasPrefix(e.key, s.key+" "):
			score = max(score, fitWords)
		case beginning == 0:
			score = max(score, fitBeginning)
		case s.letters >= 5 && 4*beginning <= s.letters:
			score = max(score, fitBeginning*(1-float64(beginning)/float64(s.letters)))
		}
		if score < fitWithin && beginning > 0 && within(e.key, s.key) {
			score = fitWithin
		}
	}
	if e.initials == s.glued {
		score = max(score, fitInitials)
	}
	if e.head {
		score *= halfMeant
	}
	if e.digits != s.digits {
		score *= otherNumber
	}
	return score
}

// ratio is 1 less the share of characters that must change. Names of up to four letters have no room for typos: there
// every letter makes another word. Nor has a syllable or a Chinese character as little weight as a letter.
func ratio(slips, longer int, wide bool) float64 {
	if longer == 0 {
		return 0
	}
	r := 1 - float64(slips)/float64(longer)
	if wide {
		return max(r-wideSlip*(1-r), 0)
	}
	if slips == 1 && longer >= 6 {
		r = max(r, fitSlip)
	}
	return max(r, 0)
}

// otherInitial reports whether two names begin with another letter, and not because two letters changed places or one was
// put in or left out. Few slips are made there, and many names differ there.
func otherInitial(a, b string) bool {
	x, n := utf8.DecodeRuneInString(a)
	y, m := utf8.DecodeRuneInString(b)
	if x == y {
		return false
	}
	x2, _ := utf8.DecodeRuneInString(a[n:])
	y2, _ := utf8.DecodeRuneInString(b[m:])
	return x != y2 && x2 != y
}

// wordScore compares word by word: which of the query's words the name has, and which of the name's the query has, rare
// ones counting more.
func (s *search) wordScore(e *entry) float64 {
	ix := s.ix
	words := ix.wordsOf[e.first : e.first+int32(e.words)]
	var used, done uint64
	var ours, theirs, total, all float32
	for i := range s.words {
		w := &s.words[i]
		if w.id < 0 {
			continue
		}
		for j, id := range words {
			if id == w.id && used&(1<<j) == 0 {
				used |= 1 << j
				done |= 1 << i
				ours += w.weight
				theirs += w.weight
				total += w.weight
				break
			}
		}
	}
	for i := range s.words {
		w := &s.words[i]
		if done&(1<<i) != 0 {
			continue
		}
		best, at := float32(0), -1
		for j, id := range words {
			if used&(1<<j) != 0 {
				continue
			}
			v := &ix.vocabulary[id]
			if fit := w.fit(v, i == len(s.words)-1); fit > best {
				best, at = fit, j
			}
		}
		weight := w.weight
		if at >= 0 {
			used |= 1 << at
			v := ix.vocabulary[words[at]].weight
			if w.id < 0 {
				weight = v
			}
			ours += weight * best
			theirs += v * best
		}
		total += weight
	}
	for _, id := range words {
		all += ix.vocabulary[id].weight
	}
	if total == 0 || all == 0 || ours == 0 {
		return 0
	}
	return shared(float64(ours/total), float64(theirs/all))
}

// shared is how well a name fits that has so much of the query, and of which the query has so much.
func shared(has, had float64) float64 {
	fit := fitPart + (fitOrder-fitPart)*had
	if had < wellNamed {
		fit = min(fit, fitWithout+fitMore*had)
	}
	return has * math.Sqrt(has) * fit
}

// fit compares two words: 1 is the same, 0 is another word. The last word of a query may not be typed to its end.
func (w *queryWord) fit(v *word, last bool) float32 {
	size := int(v.size)
	room := w.size / 3
	if w.size > maxPattern || room == 0 && !last {
		return 0
	}
	if size <= w.size+room && size >= w.size-room && apart(w.letters, v.letters) <= 2*room {
		if d, _ := w.pattern.distance(v.text); d <= room {
			return float32(ratio(d, max(size, w.size), isWideText(v.text)))
		}
	}
	if last && w.size >= 2 && size > w.size && v.text[:min(len(v.text), len(w.pattern.text))] == w.pattern.text {
		return 0.5 + 0.5*float32(w.size)/float32(size)
	}
	return 0
}

// offer keeps the best entry of each show.
func (s *search) offer(n int32, score float64) {
	if score = math.Round(score*200) / 200; score <= 0 { // what differs by less is equal, and the better known leads
		return
	}
	show := s.ix.entries[n].show
	if at := s.place[show]; at == 0 {
		s.found = append(s.found, hit{show, n, score})
		s.place[show] = int32(len(s.found))
	} else if h := &s.found[at-1]; score > h.score || score == h.score && n < h.entry {
		h.entry, h.score = n, score
	}
}

// best returns up to limit of what was offered, the best first.
func (s *search) best(limit int) []Candidate {
	slices.SortFunc(s.found, func(a, b hit) int { return cmpRanked(a.score, b.score, a.show, b.show) })
	// The places are no longer right, but end only needs to know which are taken.
	out := make([]Candidate, min(limit, len(s.found)))
	for i := range out {
		h := &s.found[i]
		out[i] = Candidate{s.ix.shows[h.show], s.ix.entries[h.entry].name, h.score}
	}
	return out
}
