package knowledge

import "unicode/utf8"

// A pattern is a word or name prepared for being compared with many others. Bit i of a mask stands for its character i, so
// that one step compares a character of the other text with all of the pattern: Myers' method in Hyyrö's form, which
// counts swapped neighbours as one slip.
type pattern struct {
	text   string
	size   int // in characters, at most 64; longer texts are compared slowly
	ascii  [utf8.RuneSelf]uint64
	others []rune
	masks  []uint64 // of the others
}

const maxPattern = 64

// set prepares the pattern for text, in place of what it held.
func (p *pattern) set(text string) {
	for i := range len(p.text) {
		if p.text[i] < utf8.RuneSelf {
			p.ascii[p.text[i]] = 0
		}
	}
	p.text, p.size, p.others, p.masks = text, utf8.RuneCountInString(text), p.others[:0], p.masks[:0]
	if p.size > maxPattern {
		return
	}
	i := 0
	for _, r := range text {
		bit := uint64(1) << i
		i++
		if r < utf8.RuneSelf {
			p.ascii[r] |= bit
			continue
		}
		known := false
		for j := range p.others {
			if p.others[j] == r {
				p.masks[j] |= bit
				known = true
			}
		}
		if !known {
			p.others, p.masks = append(p.others, r), append(p.masks, bit)
		}
	}
}

// distance counts the insertions, deletions, changes and swaps of neighbours between the pattern and text: the whole of
// it, and the beginning of it that fits best. A text too long for the quick way has no beginnings: they count as the
// whole.
func (p *pattern) distance(text string) (whole, beginning int) {
	if p.size == 0 {
		return utf8.RuneCountInString(text), 0
	}
	if p.size > maxPattern {
		d := distance([]rune(p.text), []rune(text))
		return d, d
	}
	last := uint64(1) << (p.size - 1)
	vp, vn, d0, before := ^uint64(0), uint64(0), uint64(0), uint64(0)
	whole, beginning = p.size, p.size
	for i := 0; i < len(text); {
		var pm uint64
		if c := text[i]; c < utf8.RuneSelf {
			pm = p.ascii[c]
			i++
		} else {
			r, n := utf8.DecodeRuneInString(text[i:])
			i += n
			for j := range p.others {
				if p.others[j] == r {
					pm = p.masks[j]
				}
			}
		}
		swap := (^d0 & pm) << 1 & before
		d0 = (pm&vp + vp) ^ vp | pm | vn | swap
		hp, hn := vn|^(d0|vp), d0&vp
		if hp&last != 0 {
			whole++
		} else if hn&last != 0 {
			whole--
			beginning = min(beginning, whole)
		}
		hp, hn = hp<<1|1, hn<<1
		vp, vn = hn|^(d0|hp), hp&d0
		before = pm
	}
	return whole, beginning
}

// distance counts as a pattern's does, for texts of any length.
func distance(a, b []rune) int {
	if len(a) < len(b) {
		a, b = b, a
	}
	row := make([]int, 3*(len(b)+1))
	before, prev, cur := row[:len(b)+1], row[len(b)+1:2*(len(b)+1)], row[2*(len(b)+1):]
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
