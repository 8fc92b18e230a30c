package knowledge

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
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
	parts    map[string]bool
	glued    []string
	elided   map[string]bool
	fresh    map[string]bool
	links    map[string]bool
	articles map[string]bool
	pronouns map[string]bool
	breaks   map[string]bool
	joins    map[string]bool
	spelled  map[string]string
	talk     map[string]bool
	traits   map[string]bool
	never    struct{ first, last map[string]bool }

	vocabulary map[string]bool // every word in the file
	asked      map[string]bool // those of the phrases of questions
	remarked   map[string]bool // those of tells
	further    map[string]bool // those that mean a further season

	season  *phrases // forwards
	next    *phrases // forwards
	alone   *phrases // forwards
	front   *phrases // forwards, from the beginning
	openers *phrases // the same: they open a question that needs a season or a closing phrase
	tells   *phrases // forwards
	back    *phrases // backwards, from the end
	tags    *phrases // the same: they ask as a question mark does
	states  *phrases // the same: without a question they state something
	lead    *phrases // front and openers read backwards: they may also stand between a name and its season
}

type languageFile struct {
	Language       string              `yaml:"language"`
	Sets           map[string]string   `yaml:"sets"`
	Numbers        []string            `yaml:"numbers"`
	Ordinals       []string            `yaml:"ordinals"`
	OrdinalEndings []string            `yaml:"ordinal_endings"`
	Units          []string            `yaml:"units"`
	Parts          []string            `yaml:"parts"`
	Glued          []string            `yaml:"glued"`
	Season         []string            `yaml:"season"`
	Next           []string            `yaml:"next"`
	Alone          []string            `yaml:"alone"`
	Elided         []string            `yaml:"elided"`
	Fresh          []string            `yaml:"fresh"`
	Links          []string            `yaml:"links"`
	Articles       []string            `yaml:"articles"`
	Pronouns       []string            `yaml:"pronouns"`
	Breaks         []string            `yaml:"breaks"`
	Joins          []string            `yaml:"joins"`
	Spelled        map[string]string   `yaml:"spelled"`
	Openers        map[Intent][]string `yaml:"openers"`
	Front          map[Intent][]string `yaml:"front"`
	Back           map[Intent][]string `yaml:"back"`
	FillerFront    []string            `yaml:"filler_front"`
	FillerBack     []string            `yaml:"filler_back"`
	States         []string            `yaml:"states"`
	Tags           []string            `yaml:"tags"`
	Tells          []string            `yaml:"tells"`
	NeverFirst     []string            `yaml:"never_first"`
	NeverLast      []string            `yaml:"never_last"`
	Talk           []string            `yaml:"talk"`
	Traits         []string            `yaml:"traits"`
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

// sharedFile holds the sets that all languages share: names of services and studios.
const sharedFile = "sets.yaml"

func readLanguages(fsys fs.FS, dir string) ([]*language, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	sets := map[string]string{}
	shared := path.Join(dir, sharedFile)
	if data, err := fs.ReadFile(fsys, shared); err == nil {
		if err := yaml.Unmarshal(data, &sets); err != nil {
			return nil, fmt.Errorf("%s: %w", shared, err)
		}
	}
	var langs []*language
	for _, file := range files {
		if file == shared {
			continue
		}
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		l, err := readLanguage(data, sets)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		langs = append(langs, l)
	}
	return langs, nil
}

// readLanguage reads one file. Its phrases may name the shared sets, and so may its own sets.
func readLanguage(data []byte, shared map[string]string) (*language, error) {
	var f languageFile
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	l := &language{
		numbers: places(f.Numbers), ordinals: places(f.Ordinals), endings: f.OrdinalEndings,
		units: set(f.Units), parts: set(f.Parts), glued: f.Glued, elided: set(f.Elided), fresh: set(f.Fresh),
		links: set(f.Links), articles: set(f.Articles), pronouns: set(f.Pronouns), breaks: set(f.Breaks), joins: set(f.Joins), spelled: f.Spelled,
		talk: set(f.Talk), traits: set(f.Traits),
		season: newPhrases(false), next: newPhrases(false), alone: newPhrases(false), front: newPhrases(false), openers: newPhrases(false),
		tells: newPhrases(false), back: newPhrases(true), tags: newPhrases(true), states: newPhrases(true), lead: newPhrases(true),
		asked: map[string]bool{}, remarked: map[string]bool{}, further: map[string]bool{},
	}
	l.never.first, l.never.last = set(f.NeverFirst), set(f.NeverLast)
	l.openers.opens, l.tags.tags, l.states.states = true, true, true
	l.vocabulary = set(slices.Concat(f.Numbers, f.Ordinals, f.Units, f.Parts, f.Glued, f.Links, f.Articles, f.Pronouns, f.Breaks, f.Joins,
		f.NeverFirst, f.NeverLast, f.Talk, f.Traits, slices.Collect(maps.Keys(f.Spelled))))
	type list struct {
		intent  Intent
		phrases []string
		to      []*phrases
	}
	lists := []list{
		{None, f.Season, []*phrases{l.season}},
		{None, f.Next, []*phrases{l.next}},
		{None, f.Alone, []*phrases{l.alone}},
		{None, f.FillerFront, []*phrases{l.front}},
		{None, f.FillerBack, []*phrases{l.back}},
		{None, f.States, []*phrases{l.states}},
		{None, f.Tags, []*phrases{l.tags}},
		{None, f.Tells, []*phrases{l.tells}},
	}
	for _, intent := range Intents() {
		lists = append(lists,
			list{intent, f.Front[intent], []*phrases{l.front, l.lead}},
			list{intent, f.Openers[intent], []*phrases{l.openers, l.lead}},
			list{intent, f.Back[intent], []*phrases{l.back}})
		delete(f.Front, intent)
		delete(f.Openers, intent)
		delete(f.Back, intent)
	}
	for _, left := range []map[Intent][]string{f.Front, f.Openers, f.Back} {
		for intent := range left {
			return nil, fmt.Errorf("%q is not an intent", intent)
		}
	}
	common := expander(shared)
	for name, set := range f.Sets {
		f.Sets[name] = common.Replace(set)
	}
	expand := expander(f.Sets)
	for _, list := range lists {
		for _, p := range list.phrases {
			for _, to := range list.to {
				if err := to.add(common.Replace(expand.Replace(p)), list.intent); err != nil {
					return nil, fmt.Errorf("phrase %q: %w", p, err)
				}
			}
		}
	}
	for _, g := range []*phrases{l.season, l.next, l.front, l.openers, l.back, l.tags, l.states, l.tells} {
		for word := range g.words {
			l.vocabulary[word] = true
			if g == l.tells {
				l.remarked[word] = true
			} else {
				l.asked[word] = true
			}
			l.further[word] = l.further[word] || g == l.next && !l.articles[word]
		}
	}
	for _, g := range []*phrases{l.season, l.next, l.alone, l.front, l.openers, l.lead, l.back, l.tags, l.states, l.tells} {
		g.pack()
	}
	return l, nil
}

// expander replaces the names of sets by their choices.
func expander(sets map[string]string) *strings.Replacer {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		pairs = append(pairs, name, "("+sets[name]+")")
	}
	return strings.NewReplacer(pairs...)
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
// matching is one step a token. Words are numbers in it, and edges lie together: the choices of seven languages make many.
type phrases struct {
	backwards bool
	opens     bool // its phrases open a question and say too little to make one
	tags      bool // its phrases ask as a question mark does
	states    bool // its phrases state something where nothing asks
	nodes     []phraseNode
	words     map[string]int32
}

type phraseNode struct {
	edges   []edge // by word, once packed
	accepts bool
	intent  Intent
}

type edge struct{ word, to int32 }

func newPhrases(backwards bool) *phrases {
	return &phrases{backwards: backwards, nodes: make([]phraseNode, 1), words: map[string]int32{}}
}

// pack makes a graph that is complete small, and ready for matching.
func (g *phrases) pack() {
	total := 0
	for i := range g.nodes {
		total += len(g.nodes[i].edges)
	}
	all := make([]edge, 0, total)
	for i := range g.nodes {
		n := &g.nodes[i]
		start := len(all)
		all = append(all, n.edges...)
		n.edges = all[start:len(all):len(all)]
		slices.SortStableFunc(n.edges, func(a, b edge) int { return cmp.Compare(a.word, b.word) })
	}
	g.nodes = slices.Clip(g.nodes)
}

// number returns the number of a word, which it gives to a new one.
func (g *phrases) number(word string) int32 {
	n, ok := g.words[word]
	if !ok {
		n = int32(len(g.words))
		g.words[word] = n
	}
	return n
}

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
				it = phraseWord(p.src[p.pos:end])
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

// phraseWord makes an item of a word: in scripts without spaces, of its characters.
func phraseWord(s string) item {
	if !strings.ContainsFunc(s, isWide) {
		return item{word: s}
	}
	var seq []item
	for _, t := range splitWords(s) {
		seq = append(seq, item{word: t.word})
	}
	return item{group: choice{seq}}
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
				e := edge{g.number(it.word), int32(to[0])}
				for _, f := range at {
					g.nodes[f].edges = append(g.nodes[f].edges, e)
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
	var buf [4]int32
	now, then := append(bufA[:0], 0), bufB[:0]
	for i := range ts {
		t := &ts[i]
		if g.backwards {
			t = &ts[len(ts)-1-i]
		}
		words := buf[:0]
		for _, key := range t.keys() {
			if word, ok := g.words[key]; ok {
				words = append(words, word)
			}
		}
		if len(words) == 0 {
			break
		}
		then = then[:0]
		for _, n := range now {
			edges := g.nodes[n].edges
			for _, word := range words {
				k, _ := slices.BinarySearchFunc(edges, word, func(e edge, word int32) int { return cmp.Compare(e.word, word) })
				for ; k < len(edges) && edges[k].word == word; k++ {
					if to := int(edges[k].to); !slices.Contains(then, to) {
						then = append(then, to)
					}
				}
			}
		}
		if len(then) == 0 {
			break
		}
		now, then = then, now
		// A phrase does not end within "K-On".
		if g.backwards && t.joined || !g.backwards && i+1 < len(ts) && ts[i+1].joined {
			continue
		}
		for _, n := range now {
			if node := &g.nodes[n]; node.accepts && (length < i+1 || node.intent.outranks(intent)) {
				length, intent = i+1, node.intent
			}
		}
	}
	return length, intent
}

// A token is a word of the text; in scripts without spaces, a character.
type token struct {
	word       string // folded
	start, end int    // in bytes of the text
	value      int    // of a number or ordinal
	half       bool   // value is rounded up: 2.5
	class      string // "N", "ORD", "R" (Roman), "Y" (a year), "U", "P" or ""
	clause     bool   // a comma, colon, dash or bracket stands before it
	joined     bool   // it is one word with the token before: K-On, l'anime
	kept       bool   // part of a name for sure: no phrase may hold it
	name       int    // which of the known names in the text it is part of, counted from 1; 0 for none
}

// keys are the edges of a phrase that lead over the token: its word, and its class in capitals.
func (t *token) keys() []string {
	switch {
	case t.kept:
		return nil
	case t.class == "":
		return []string{t.word}
	}
	return []string{t.word, t.class}
}

// maxTokens bounds the words of a sentence; questions are short, and longer sentences are not read.
const maxTokens = 80

// splitWords cuts text into words, before any language has looked at them.
func splitWords(text string) []token {
	var ts []token
	clause, quote := false, rune(0)
	quoted := 0 // the first token in quotation marks
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isWord(r) && r != '&' {
			switch closing := closingQuote(r); {
			case r == quote:
				if len(ts)-quoted <= maxTitleWords*3 && (quoted > 0 || strings.ContainsFunc(text[i+size:], isWord)) {
					for j := range ts[quoted:] {
						ts[quoted+j].kept = true
					}
				}
				quote = 0
			case closing != 0 && quote == 0:
				quote, quoted = closing, len(ts)
			}
			within := (r == ':' || r == ';') && i > 0 && i+size < len(text) && text[i-1] != ' ' && text[i+size] != ' ' // Re:Zero
			clause = clause || !within && strings.ContainsRune(",:;()[]{}—–|\n、・", r) || r == '-' && i > 0 && text[i-1] == ' '
			i += size
			continue
		}
		if len(ts) == maxTokens {
			return nil
		}
		start := i
		i += size
		for r != '&' && !isWide(r) && i < len(text) {
			next, size := utf8.DecodeRuneInString(text[i:])
			if isWide(next) || !isWord(next) && !(isApostrophe(next) && i+size < len(text) && isLetterAt(text[i+size:])) {
				break
			}
			i += size
		}
		if i < len(text) && text[i] == '.' && half.MatchString(text[start:min(len(text), i+3)]) {
			i += 2 // season 2.5
		}
		if word := foldWord(text[start:i]); word != "" {
			joined := len(ts) > 0 && ts[len(ts)-1].end == start-1 && text[start-1] == '-'
			ts = append(ts, token{word: word, start: start, end: i, clause: clause, joined: joined})
			clause = false
		}
	}
	return ts
}

// half finds a number such as the 2.5 of "season 2.5", which is read as one word.
var half = regexp.MustCompile(`^\d{1,2}\.\d($|[^\d.])`)

// foldWord is fold, quick about what needs none.
func foldWord(s string) string {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return strings.ReplaceAll(fold(s), "ß", "ss")
		}
	}
	return s
}

// classified copies the words and tells what numbers and units of the language are among them.
func (l *language) classified(text string, raw []token) []token {
	ts := make([]token, 0, len(raw)+2)
	for _, t := range raw {
		n, gap := l.unitEnd(t.word), 0
		if n == 0 {
			n, gap = l.elision(text[t.start:t.end])
		}
		if n > 0 && !t.kept {
			before := t
			before.end = t.start + n
			before.word = foldWord(text[before.start:before.end])
			l.classify(&before, text)
			ts = append(ts, before)
			t.start, t.clause, t.joined = before.end+gap, false, true
			t.word = foldWord(text[t.start:t.end])
		}
		l.classify(&t, text)
		ts = append(ts, t)
	}
	for i := range ts { // what names a season is no name: a quotation, or "Paper Lanterns Season 2" among the aliases
		if ts[i].kept && (ts[i].class == "U" || ts[i].class == "P") {
			for j := i; j >= 0 && ts[j].kept; j-- {
				ts[j].kept = false
			}
			for j := i + 1; j < len(ts) && ts[j].kept; j++ {
				ts[j].kept = false
			}
		}
	}
	return ts
}

// unitEnd returns where, in a word such as "s3", the unit ends and its number begins, 0 in all other words.
func (l *language) unitEnd(word string) int {
	n := strings.IndexFunc(word, unicode.IsDigit)
	if n <= 0 || strings.TrimFunc(word[n:], unicode.IsDigit) != "" || !slices.Contains(l.glued, word[:n]) {
		return 0
	}
	return n
}

// elision returns where the elided word of "l'anime" ends, and how long its apostrophe is, 0 in all other words.
func (l *language) elision(word string) (n, gap int) {
	if len(l.elided) == 0 {
		return 0, 0
	}
	n = strings.IndexFunc(word, isApostrophe)
	if n <= 0 || !l.elided[strings.ToLower(word[:n])] {
		return 0, 0
	}
	_, gap = utf8.DecodeRuneInString(word[n:])
	return n, gap
}

var romans = []string{"", "", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"}

func (l *language) classify(t *token, text string) {
	if as, ok := l.spelled[t.word]; ok && !t.kept {
		t.word = as
	}
	if n, ok := l.numbers[t.word]; ok {
		t.value, t.class = n, "N"
	} else if n, ok := l.ordinals[t.word]; ok {
		t.value, t.class = n, "ORD"
	} else if n, ok := numeral(t.word); ok {
		t.value, t.class = n, "N"
		if n >= 1900 && n < 2100 {
			t.class = "Y"
		}
		if t.start > 0 && text[t.start-1] == '-' && (t.start == 1 || text[t.start-2] == ' ') {
			t.value = -n
		}
	} else if whole, _, ok := strings.Cut(t.word, " "); ok {
		if n, ok := numeral(whole); ok && len(whole) <= 2 {
			t.value, t.class, t.half = n+1, "N", true
		}
	} else if l.units[t.word] {
		t.class = "U"
	} else if l.parts[t.word] {
		t.class = "P"
	} else if n := slices.Index(romans, t.word); n > 1 {
		t.value, t.class = n, "R"
	} else {
		for _, ending := range l.endings {
			if number, ok := strings.CutSuffix(t.word, ending); ok {
				if n, ok := numeral(number); ok {
					t.value, t.class = n, "ORD"
				}
			}
		}
	}
}

// numeral reads a number of up to six digits. Most words are none, and an error of strconv for each would be costly.
func numeral(word string) (n int, ok bool) {
	if word == "" || len(word) > 6 {
		return 0, false
	}
	for _, c := range []byte(word) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r)
}

// isWide reports whether a letter is of a script without spaces: there every character is a token.
func isWide(r rune) bool {
	return r >= 0x3005 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー')
}

// closingQuote returns the mark that closes what r opens, 0 when r opens no quotation.
func closingQuote(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '“':
		return '”'
	case '„':
		return '“'
	case '«':
		return '»'
	case '「':
		return '」'
	case '『':
		return '』'
	}
	return 0
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '*' || r == '‘' || r == '`' }

func isLetterAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWord(r) || isApostrophe(r)
}
