// Package damage writes names as people write them in haste: with typos, without a word or the punctuation, half-way.
// The same seed damages the same names in the same way, so that finders can be compared and a change be measured.
package damage

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// A Kind is one way of writing a name badly.
type Kind string

// The kinds. Exact leaves the name as it is; Queries does not use it.
const (
	Exact       Kind = "as written"
	OneTypo     Kind = "one typo"
	TwoTypos    Kind = "two typos"
	Dropped     Kind = "dropped words"
	Prefix      Kind = "prefix of 3 to 8"
	Punctuation Kind = "no punctuation"
	Width       Kind = "width and case"
	Order       Kind = "word order"
)

// Kinds lists the kinds that Queries takes in turn.
func Kinds() []Kind {
	return []Kind{OneTypo, TwoTypos, Dropped, Prefix, Punctuation, Width, Order}
}

// A Name is what a show is called.
type Name struct {
	Text string
	Show string // its id
}

// A Query is a damaged name.
type Query struct {
	Kind  Kind
	Text  string   // what is typed
	Name  string   // what was meant
	Shows []string // the ids of all shows of that name: any of them is right
}

// Names is a set of names to damage.
type Names struct {
	list   []Name
	owners map[string][]string // plain name -> ids
	others []rune              // characters that names are written with, as often as they are
}

// New makes a set of names. Names without a letter or digit are left out.
func New(names []Name) *Names {
	n := &Names{owners: map[string][]string{}}
	for _, name := range names {
		key := plain(name.Text)
		if key == "" {
			continue
		}
		n.list = append(n.list, name)
		if !slices.Contains(n.owners[key], name.Show) {
			n.owners[key] = append(n.owners[key], name.Show)
		}
		for _, r := range key {
			if r >= utf8.RuneSelf {
				n.others = append(n.others, r)
			}
		}
	}
	return n
}

// Queries damages count names taken at random, each kind in turn. What has become the name of another show is no damage
// but another question, and is not used. It returns fewer when the set has no names that can be damaged so.
func (n *Names) Queries(count int, seed uint64, kinds ...Kind) []Query {
	rnd := rand.New(rand.NewPCG(seed, 0))
	if len(n.list) == 0 {
		return nil
	}
	if len(kinds) == 0 {
		kinds = Kinds()
	}
	out := make([]Query, 0, count)
	for i := range count {
		for range 1000 { // a few tries find a name that can be damaged in this way
			if q, ok := n.query(rnd, kinds[i%len(kinds)], n.list[rnd.IntN(len(n.list))]); ok {
				out = append(out, q)
				break
			}
		}
	}
	return out
}

// Harder makes a further typo in every query that has room for one.
func (n *Names) Harder(queries []Query, seed uint64) []Query {
	rnd := rand.New(rand.NewPCG(seed, 1))
	out := make([]Query, 0, len(queries))
	for _, q := range queries {
		for range 20 {
			harder := q
			harder.Text = n.typo(rnd, q.Text)
			if n.fair(harder) {
				q = harder
				break
			}
		}
		out = append(out, q)
	}
	return out
}

func (n *Names) query(rnd *rand.Rand, kind Kind, name Name) (Query, bool) {
	q := Query{Kind: kind, Text: name.Text, Name: name.Text, Shows: n.owners[plain(name.Text)]}
	letters := utf8.RuneCountInString(plain(name.Text))
	switch kind {
	case OneTypo:
		if letters < 5 {
			return q, false
		}
		q.Text = n.typo(rnd, q.Text)
	case TwoTypos:
		if letters < 8 {
			return q, false
		}
		q.Text = n.typo(rnd, n.typo(rnd, q.Text))
	case Dropped:
		words := strings.Fields(q.Text)
		if len(words) < 3 {
			return q, false
		}
		for range 1 + rnd.IntN(len(words)/3) {
			at := rnd.IntN(len(words))
			words = slices.Delete(words, at, at+1)
		}
		q.Text = strings.Join(words, " ")
	case Prefix:
		r := []rune(q.Text)
		end := 3 + rnd.IntN(6)
		if len(r) <= end {
			return q, false
		}
		q.Text = strings.TrimSpace(string(r[:end]))
	case Punctuation:
		gap := []string{"", " "}[rnd.IntN(2)]
		var b strings.Builder
		for _, r := range q.Text {
			if unicode.IsPunct(r) || unicode.IsSymbol(r) {
				b.WriteString(gap)
			} else {
				b.WriteRune(r)
			}
		}
		q.Text = strings.Join(strings.Fields(b.String()), " ")
	case Width:
		switch rnd.IntN(4) {
		case 0:
			q.Text = strings.ToUpper(q.Text)
		case 1:
			q.Text = strings.ToLower(q.Text)
		case 2:
			q.Text = width.Widen.String(q.Text)
		case 3:
			q.Text = width.Narrow.String(q.Text)
		}
	case Order:
		words := strings.Fields(q.Text)
		if len(words) < 2 {
			return q, false
		}
		from := rnd.IntN(len(words))
		to := (from + 1 + rnd.IntN(len(words)-1)) % len(words)
		words[from], words[to] = words[to], words[from]
		q.Text = strings.Join(words, " ")
	case Exact:
		return q, true
	}
	return q, q.Text != name.Text && n.fair(q)
}

// fair reports whether a query still has three letters, and is not another show's name.
func (n *Names) fair(q Query) bool {
	key := plain(q.Text)
	if utf8.RuneCountInString(key) < 3 && utf8.RuneCountInString(key) < utf8.RuneCountInString(plain(q.Name)) {
		return false
	}
	for _, id := range n.owners[key] {
		if !slices.Contains(q.Shows, id) {
			return false
		}
	}
	return true
}

// typo makes one slip at a letter: two change places, one is missing, doubled, or another one.
func (n *Names) typo(rnd *rand.Rand, text string) string {
	r := []rune(text)
	var at []int
	for i := range r {
		if unicode.IsLetter(r[i]) || unicode.IsNumber(r[i]) {
			at = append(at, i)
		}
	}
	if len(at) < 2 {
		return text
	}
	i := at[rnd.IntN(len(at))]
	switch rnd.IntN(5) {
	case 0:
		if i+1 < len(r) && r[i] != r[i+1] {
			r[i], r[i+1] = r[i+1], r[i]
			break
		}
		fallthrough
	case 1:
		r = slices.Delete(r, i, i+1)
	case 2:
		r = slices.Insert(r, i, r[i])
	case 3:
		r[i] = n.slip(rnd, r[i])
	case 4:
		r = slices.Insert(r, i, n.slip(rnd, r[i]))
	}
	return string(r)
}

// keys are the rows of a keyboard.
var keys = []string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}

// slip returns what is typed instead of r: a key beside it, or, of other scripts, another character.
func (n *Names) slip(rnd *rand.Rand, r rune) rune {
	for row, line := range keys {
		col := strings.IndexRune(line, unicode.ToLower(r))
		if col < 0 {
			continue
		}
		var near []byte
		for _, to := range [][2]int{{row, col - 1}, {row, col + 1}, {row - 1, col}, {row - 1, col + 1}, {row + 1, col - 1}, {row + 1, col}} {
			if to[0] >= 0 && to[0] < len(keys) && to[1] >= 0 && to[1] < len(keys[to[0]]) {
				near = append(near, keys[to[0]][to[1]])
			}
		}
		return rune(near[rnd.IntN(len(near))])
	}
	if len(n.others) == 0 {
		return 'x'
	}
	return n.others[rnd.IntN(len(n.others))]
}

// plain is what two writings of the same name share.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}
