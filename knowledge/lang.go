package knowledge

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed lang/*.yaml
var langFiles embed.FS

// A language is what one file of lang says, made ready for matching.
type language struct {
	numbers  map[string]int
	ordinals map[string]int
	endings  []string
	units    map[string]bool
	glued    []string
	links    map[string]bool
	articles map[string]bool
	talk     map[string]bool

	season *phrases // forwards
	next   *phrases // forwards
	front  *phrases // forwards, from the beginning
	back   *phrases // backwards, from the end
	lead   *phrases // front read backwards: it may also stand between a name and its season
}

type languageFile struct {
	Language       string              `yaml:"language"`
	Numbers        []string            `yaml:"numbers"`
	Ordinals       []string            `yaml:"ordinals"`
	OrdinalEndings []string            `yaml:"ordinal_endings"`
	Units          []string            `yaml:"units"`
	Glued          []string            `yaml:"glued"`
	Season         []string            `yaml:"season"`
	Next           []string            `yaml:"next"`
	Links          []string            `yaml:"links"`
	Articles       []string            `yaml:"articles"`
	Front          map[Intent][]string `yaml:"front"`
	Back           map[Intent][]string `yaml:"back"`
	FillerFront    []string            `yaml:"filler_front"`
	FillerBack     []string            `yaml:"filler_back"`
	Talk           []string            `yaml:"talk"`
}

// languages reads the embedded files once. They are part of the program, so a broken one is a panic that every test
// would meet.
var languages = sync.OnceValue(func() []*language {
	langs, err := readLanguages(langFiles, "lang")
	if err != nil {
		panic(err)
	}
	return langs
})

func readLanguages(fsys fs.FS, dir string) ([]*language, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var langs []*language
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		l, err := readLanguage(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		langs = append(langs, l)
	}
	return langs, nil
}

func readLanguage(data []byte) (*language, error) {
	var f languageFile
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	l := &language{
		numbers: places(f.Numbers), ordinals: places(f.Ordinals), endings: f.OrdinalEndings,
		units: set(f.Units), glued: f.Glued, links: set(f.Links), articles: set(f.Articles), talk: set(f.Talk),
		season: newPhrases(false), next: newPhrases(false), front: newPhrases(false), back: newPhrases(true), lead: newPhrases(true),
	}
	type list struct {
		to      []*phrases
		intent  Intent
		phrases []string
	}
	lists := []list{
		{[]*phrases{l.season}, None, f.Season},
		{[]*phrases{l.next}, None, f.Next},
		{[]*phrases{l.front}, None, f.FillerFront},
		{[]*phrases{l.back}, None, f.FillerBack},
	}
	for _, intent := range Intents() {
		lists = append(lists, list{[]*phrases{l.front, l.lead}, intent, f.Front[intent]}, list{[]*phrases{l.back}, intent, f.Back[intent]})
		delete(f.Front, intent)
		delete(f.Back, intent)
	}
	for _, left := range []map[Intent][]string{f.Front, f.Back} {
		for intent := range left {
			return nil, fmt.Errorf("%q is not an intent", intent)
		}
	}
	for _, list := range lists {
		for _, p := range list.phrases {
			for _, to := range list.to {
				if err := to.add(p, list.intent); err != nil {
					return nil, fmt.Errorf("phrase %q: %w", p, err)
				}
			}
		}
	}
	return l, nil
}

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

func places(words []string) map[string]int {
	m := make(map[string]int, len(words))
	for i, w := range words {
		m[w] = i
	}
	return m
}

// phrases is a set of phrases as one graph whose edges are words, read forwards or backwards. It has no empty edges, so
// matching is one step of map look-ups a token.
type phrases struct {
	backwards bool
	nodes     []phraseNode
}

type phraseNode struct {
	edges   map[string][]int
	accepts bool
	intent  Intent
}

func newPhrases(backwards bool) *phrases { return &phrases{backwards, make([]phraseNode, 1)} }

// add reads a phrase: words, choices (a|b), and ? after what may be left out.
func (g *phrases) add(phrase string, intent Intent) error {
	p := &phraseParser{src: phrase}
	alt := p.choice()
	if p.err == nil && p.pos < len(p.src) {
		p.err = fmt.Errorf("closes a bracket it did not open")
	}
	if p.err != nil {
		return p.err
	}
	for _, n := range g.link(alt, []int{0}) {
		if n == 0 {
			return fmt.Errorf("may be empty")
		}
		if node := &g.nodes[n]; !node.accepts {
			node.accepts, node.intent = true, intent
		}
	}
	return nil
}

// A choice is its alternatives, each a sequence of items.
type choice [][]item

type item struct {
	word     string // or:
	group    choice
	optional bool
}

type phraseParser struct {
	src string
	pos int
	err error
}

func (p *phraseParser) choice() choice {
	alts := choice{nil}
	for p.pos < len(p.src) && p.err == nil {
		switch c := p.src[p.pos]; c {
		case ' ':
			p.pos++
		case '|':
			p.pos++
			alts = append(alts, nil)
		case ')':
			return alts
		default:
			it := item{}
			if c == '(' {
				p.pos++
				it.group = p.choice()
				if p.pos == len(p.src) {
					p.err = fmt.Errorf("opens a bracket it does not close")
					return alts
				}
				p.pos++
			} else {
				end := p.pos + strings.IndexAny(p.src[p.pos:]+" ", " |()?")
				it.word = p.src[p.pos:end]
				p.pos = end
			}
			if p.pos < len(p.src) && p.src[p.pos] == '?' {
				it.optional = true
				p.pos++
			}
			if it.word == "" && it.group == nil {
				p.err = fmt.Errorf("has a ? that follows nothing")
				return alts
			}
			alts[len(alts)-1] = append(alts[len(alts)-1], it)
		}
	}
	return alts
}

// link adds the alternatives after the nodes from and returns the nodes where they end.
func (g *phrases) link(alts choice, from []int) []int {
	var ends []int
	for _, seq := range alts {
		at := from
		if g.backwards {
			seq = slices.Clone(seq)
			slices.Reverse(seq)
		}
		for _, it := range seq {
			var to []int
			if it.group != nil {
				to = g.link(it.group, at)
			} else {
				to = []int{len(g.nodes)}
				g.nodes = append(g.nodes, phraseNode{})
				for _, f := range at {
					n := &g.nodes[f]
					if n.edges == nil {
						n.edges = map[string][]int{}
					}
					n.edges[it.word] = append(n.edges[it.word], to[0])
				}
			}
			if it.optional {
				to = append(to, at...)
			}
			at = to
		}
		ends = append(ends, at...)
	}
	slices.Sort(ends)
	return slices.Compact(ends)
}

// longest returns how many tokens of ts the longest phrase covers, from the beginning or, backwards, from the end, and
// what it asks. It returns 0 when none fits.
func (g *phrases) longest(ts []token) (length int, intent Intent) {
	var bufA, bufB [32]int
	now, then := append(bufA[:0], 0), bufB[:0]
	for i := range ts {
		t := &ts[i]
		if g.backwards {
			t = &ts[len(ts)-1-i]
		}
		then = then[:0]
		for _, n := range now {
			edges := g.nodes[n].edges
			if edges == nil {
				continue
			}
			for _, key := range t.keys() {
				for _, to := range edges[key] {
					if !slices.Contains(then, to) {
						then = append(then, to)
					}
				}
			}
		}
		if len(then) == 0 {
			break
		}
		now, then = then, now
		for _, n := range now {
			if node := &g.nodes[n]; node.accepts && (length < i+1 || node.intent.outranks(intent)) {
				length, intent = i+1, node.intent
			}
		}
	}
	return length, intent
}

// A token is a word of the text.
type token struct {
	word       string // folded
	start, end int    // in bytes of the text
	value      int    // of a number or ordinal
	class      string // "N", "ORD", "U" or ""
	clause     bool   // a comma, colon, dash or bracket stands before it
	bare       bool   // no space stands between it and the token before
}

func (t *token) keys() []string {
	if t.class == "" {
		return []string{t.word}
	}
	return []string{t.word, t.class}
}

// maxTokens bounds the words of one sentence that are looked at; questions are short.
const maxTokens = 60

// tokens cuts text into words as the language sees them.
func (l *language) tokens(text string) []token {
	var ts []token
	clause := false
	for i := 0; i < len(text) && len(ts) < maxTokens; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isWord(r) {
			clause = clause || strings.ContainsRune(",:;()[]{}—–|\n", r) || r == '-' && i > 0 && text[i-1] == ' '
			i += size
			continue
		}
		start := i
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !isWord(r) && !(isApostrophe(r) && i+size < len(text) && isLetterAt(text[i+size:])) {
				break
			}
			i += size
		}
		for _, piece := range l.unglue(text[start:i]) {
			t := token{word: fold(piece), start: start, end: start + len(piece), clause: clause}
			if start > 0 && len(ts) > 0 {
				t.bare = ts[len(ts)-1].end == start
			}
			start += len(piece)
			if t.word == "" {
				continue
			}
			clause = false
			l.classify(&t, text)
			ts = append(ts, t)
		}
	}
	return ts
}

// unglue splits "s3" into its unit and number.
func (l *language) unglue(word string) []string {
	digits := strings.IndexFunc(word, unicode.IsDigit)
	if digits <= 0 || strings.TrimFunc(word[digits:], unicode.IsDigit) != "" {
		return []string{word}
	}
	if slices.Contains(l.glued, strings.ToLower(word[:digits])) {
		return []string{word[:digits], word[digits:]}
	}
	return []string{word}
}

func (l *language) classify(t *token, text string) {
	if n, ok := l.numbers[t.word]; ok {
		t.value, t.class = n, "N"
	} else if n, ok := l.ordinals[t.word]; ok {
		t.value, t.class = n, "ORD"
	} else if n, err := strconv.Atoi(t.word); err == nil && len(t.word) <= 6 {
		t.value, t.class = n, "N"
		if t.start > 0 && text[t.start-1] == '-' && (t.start == 1 || text[t.start-2] == ' ') {
			t.value = -n
		}
	} else if l.units[t.word] {
		t.class = "U"
	} else {
		for _, ending := range l.endings {
			if n, err := strconv.Atoi(strings.TrimSuffix(t.word, ending)); err == nil && strings.HasSuffix(t.word, ending) {
				t.value, t.class = n, "ORD"
			}
		}
	}
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '*' || r == '‘' || r == '`' }

func isLetterAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWord(r) || isApostrophe(r)
}
