package knowledge

import (
	"slices"
	"unicode/utf8"
)

// Complete returns up to limit shows for a name that is still being typed: names that begin with it, then names in which
// a word begins with it, then abbreviations, then names that resemble it; among equals the better known first. Nothing
// typed gives the best known.
func (b *Base) Complete(typed string, limit int) []Candidate { return b.CompleteFor(typed, limit, nil) }

// CompleteFor is Complete for a place in which the shows of those ids were asked for, the latest first: among equals they
// lead, and when nothing is typed they come first.
func (b *Base) CompleteFor(typed string, limit int, favoured []string) []Candidate {
	var order []int32
	for _, id := range favoured {
		if s := b.byID[id]; s != nil && !slices.Contains(order, b.index.rank[s]) {
			order = append(order, b.index.rank[s])
		}
	}
	return b.index.complete(fold(clip(typed, maxQuery)), limit, order)
}

// How well a completion fits.
const (
	completeName    = 1    // it is typed to its end
	completeStart   = 0.9  // the name begins with what is typed
	completeGlued   = 0.85 // the same, without regard to spaces and a leading article
	completeWord    = 0.8  // a word within begins with it
	completeInitial = 0.75 // it is the first letters of the words
	completeLike    = 0.62 // at least, for a name that resembles it
)

// complete returns up to limit shows; those of which the numbers are in favoured lead others that fit equally well.
func (ix *index) complete(key string, limit int, favoured []int32) []Candidate {
	limit = min(limit, len(ix.shows))
	if limit <= 0 {
		return nil
	}
	if key == "" {
		out := make([]Candidate, 0, limit)
		for _, n := range favoured[:min(limit, len(favoured))] {
			out = append(out, Candidate{ix.shows[n], ix.shows[n].Title, completeName})
		}
		for n := int32(0); len(out) < limit; n++ {
			if !slices.Contains(favoured, n) {
				out = append(out, Candidate{ix.shows[n], ix.shows[n].Title, completeName})
			}
		}
		return out
	}
	s := ix.searches.Get().(*search)
	defer s.end()
	for _, p := range ix.wordsBeginning(key) {
		e := &ix.entries[p.entry]
		switch {
		case p.at > 0:
			s.complete(p.entry, completeWord)
		case len(e.key) == len(key):
			s.complete(p.entry, completeName)
		default:
			s.complete(p.entry, completeStart)
		}
	}
	for _, n := range ix.beginning(tight(key)) {
		s.complete(n, completeGlued)
	}
	for _, n := range ix.initials[key] {
		s.complete(n, completeInitial)
	}
	out := s.first(limit, favoured)
	if len(out) < limit && utf8.RuneCountInString(key) >= 3 {
		for _, c := range ix.find(key, limit) {
			known := slices.ContainsFunc(out, func(o Candidate) bool { return o.Show == c.Show })
			if !known && c.Score >= completeLike && len(out) < limit {
				out = append(out, c)
			}
		}
	}
	return out
}

// complete keeps the entry of a show that completes best.
func (s *search) complete(n int32, score float64) {
	show := s.ix.entries[n].show
	if at := s.place[show]; at == 0 {
		s.found = append(s.found, hit{show, n, score})
		s.place[show] = int32(len(s.found))
	} else if h := &s.found[at-1]; score > h.score || score == h.score && n < h.entry {
		h.entry, h.score = n, score
	}
}

// first returns the first of what was found, without bringing the rest into order: a letter or two complete to thousands.
func (s *search) first(limit int, favoured []int32) []Candidate {
	top := make([]hit, 0, limit+1)
	place := func(show int32) int {
		if i := slices.Index(favoured, show); i >= 0 {
			return i - len(favoured)
		}
		return 0
	}
	order := func(a, b hit) int {
		if a.score == b.score && len(favoured) > 0 {
			if d := place(a.show) - place(b.show); d != 0 {
				return d
			}
		}
		return cmpRanked(a.score, b.score, a.show, b.show)
	}
	for _, h := range s.found {
		if len(top) == limit && order(h, top[limit-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(top, h, order)
		if top = slices.Insert(top, i, h); len(top) > limit {
			top = top[:limit]
		}
	}
	out := make([]Candidate, len(top))
	for i, h := range top {
		out[i] = Candidate{s.ix.shows[h.show], s.ix.entries[h.entry].name, h.score}
	}
	return out
}
