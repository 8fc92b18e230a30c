package knowledge

import (
	"regexp"
	"slices"
	"strings"
)

// Intent is what a text wants to know.
type Intent string

// The intents. None is an abstention: the text asks nothing about a show's further seasons.
const (
	Exists       Intent = "exists"
	When         Intent = "when"
	WasCancelled Intent = "cancelled"
	HowMany      Intent = "how_many"
	Why          Intent = "why"
	WhereToWatch Intent = "where_to_watch"
	SequelAny    Intent = "sequel_any"
	About        Intent = "about"
	None         Intent = "none"
)

// Intents lists the intents, those that ask for something more particular first, None last.
func Intents() []Intent {
	return []Intent{Why, HowMany, WhereToWatch, WasCancelled, SequelAny, When, About, Exists, None}
}

// outranks reports whether i is more particular than j.
func (i Intent) outranks(j Intent) bool {
	all := Intents()
	return slices.Index(all, i) < slices.Index(all, j)
}

// A Question is what Parse understood of a text.
type Question struct {
	Text   string
	Intent Intent
	Title  string // the words of the name as they stand in the text; "" when it names no show
	Season int    // the number asked about; meaningful when Named
	Named  bool   // a season's number stands in the text
	Next   bool   // a further season is meant, without a number

	// Weak marks a text that is a question only if Title is the name of a show: "hero mask season 3", without a word or
	// mark of asking.
	Weak bool
}

// maxText bounds, in bytes, how much of a text Parse reads.
const maxQuestion = 4000

// Parse reads what a text asks. It abstains with None from remarks, reviews and other talk, and from everything that it
// does not understand. It never fails.
func Parse(text string) Question {
	q := Question{Text: text, Intent: None}
	if len(text) > maxQuestion {
		text = text[:maxQuestion]
	}
	for _, sentence := range sentences(clean(text)) {
		for _, l := range languages() {
			found := l.parse(sentence)
			if found.Intent == None {
				continue
			}
			found.Text = q.Text
			if q.Intent == None || q.Weak && !found.Weak || q.Title == "" && found.Title != "" && q.Weak == found.Weak {
				q = found
			}
		}
	}
	return q
}

// What Discord and the web wrap around words. Each is replaced by a blank, or by what it shows.
var (
	codeBlock = regexp.MustCompile("(?s)```.*?(```|$)|`[^`\n]*`")
	link      = regexp.MustCompile(`<?\bhttps?://[^\s>)]+>?`)
	mention   = regexp.MustCompile(`<(@[!&]?|#|a?:\w+:|/[^:>]*:|t:)\d+(:\w)?>`)
	markdown  = regexp.MustCompile(`\*\*|__|~~|\|\||(?m:^\s*(>+|#+|-#)\s)`)
	masked    = regexp.MustCompile(`\[([^\[\]]*)\]\(\s*\)`)
)

func clean(text string) string {
	text = strings.ToValidUTF8(text, " ")
	text = codeBlock.ReplaceAllString(text, " ")
	text = link.ReplaceAllString(text, "")
	text = masked.ReplaceAllString(text, "$1")
	text = mention.ReplaceAllString(text, " ")
	text = markdown.ReplaceAllString(text, " ")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r == 0xfeff {
			return ' '
		}
		return r
	}, text)
}

// sentenceEnd finds where a sentence ends: at a line's end, or at marks followed by space. A full stop after a short word
// with a capital ("Dr. Stone", "Mr. Robot") or a digit ends nothing.
var sentenceEnd = regexp.MustCompile(`\n+|[?!？！。]+["')\]]*(\s+|$)|\.{1,3}["')\]]*(\s+|$)|…`)
var shortWord = regexp.MustCompile(`(^|[\s"'(])(\p{Lu}\p{L}{0,2}|No|vs|\d+)$`)

// maxSentences bounds how many sentences of a text are read.
const maxSentences = 40

func sentences(text string) []string {
	var out []string
	start := 0
	for _, m := range sentenceEnd.FindAllStringIndex(text, -1) {
		if len(out) == maxSentences {
			return out
		}
		if text[m[0]] == '.' && !strings.HasPrefix(text[m[0]:], "..") && m[1] < len(text) && shortWord.MatchString(text[start:m[0]]) {
			continue
		}
		if s := strings.TrimSpace(text[start:m[1]]); s != "" {
			out = append(out, s)
		}
		start = m[1]
	}
	if s := strings.TrimSpace(text[start:]); s != "" {
		out = append(out, s)
	}
	return out
}

// parse reads one sentence: it finds the mention of a season, peels off what stands around the name, and looks at what
// is left. When the whole makes no sense, its clauses are tried.
func (l *language) parse(sentence string) Question {
	ts := l.tokens(sentence)
	asks := strings.ContainsAny(sentence, "?？")
	if q := l.clause(sentence, ts, asks); q.Intent != None {
		return q
	}
	start := 0
	for i := 1; i <= len(ts); i++ {
		if i < len(ts) && !ts[i].clause {
			continue
		}
		if start > 0 || i < len(ts) {
			if q := l.clause(sentence, ts[start:i], asks); q.Intent != None && !q.Weak {
				return q
			}
		}
		start = i
	}
	return Question{Intent: None}
}

// maxTitleWords bounds the words of a name; longer ones are taken for talk.
const maxTitleWords = 14

func (l *language) clause(text string, ts []token, asks bool) Question {
	q := Question{Intent: None}
	at, length := l.findSeason(ts, &q)
	left, right := ts, ts[len(ts):]
	if length > 0 {
		left, right = ts[:at], ts[at+length:]
	}

	intent := None
	heard := func(i Intent) {
		if i.outranks(intent) {
			intent = i
		}
	}
	left = peel(left, l.front, heard)
	opened := intent != None // it begins as a question does, with or without a mark at its end
	if length > 0 {
		// Between a name and its season may stand what also ends or opens a question: is X ever getting a season 2.
		for before := -1; before != len(left); {
			before = len(left)
			left = peel(left, l.back, heard)
			left = peel(left, l.lead, heard)
			for len(left) > 0 && l.links[left[len(left)-1].word] {
				left = left[:len(left)-1]
			}
		}
		left = peel(left, l.front, heard)
		right = peel(right, l.front, heard)
	} else {
		left = peel(left, l.back, heard)
	}
	right = peel(right, l.back, heard)
	if length > 0 && len(right) > 0 && l.links[right[0].word] {
		right = peel(right[1:], l.back, heard)
	}

	title := left
	if len(left) == 0 || len(left) == 1 && l.articles[left[0].word] {
		title = right
	} else if len(right) > 0 {
		return q // words are left on both sides: no form of question that is known
	}
	if len(title) > maxTitleWords || l.isTalk(title) {
		return q
	}
	q.Title = span(text, title)
	if q.Title == "" && length == 0 {
		return q // neither a show nor a season
	}
	switch {
	case intent != None:
		if length == 0 && intent == Exists && !asks && len(title) > 6 {
			return q
		}
		q.Weak = !asks && !opened && length == 0
	case length > 0:
		intent = Exists
		q.Weak = !asks || len(title) == 0
	default:
		return q
	}
	if intent == Exists && length == 0 {
		q.Next = true // will it come back: with what, it does not say
	}
	q.Intent = intent
	return q
}

// isTalk reports whether most of what should be a name is a remark.
func (l *language) isTalk(ts []token) bool {
	for _, t := range ts {
		if l.talk[t.word] {
			return true
		}
	}
	return false
}

// findSeason finds the mention of a season and notes it in q. Of several, the last with a number counts: "just finished
// season 2, when is season 3".
func (l *language) findSeason(ts []token, q *Question) (at, length int) {
	for i := 0; i < len(ts); i++ {
		n, _ := l.season.longest(ts[i:])
		if n == 0 {
			continue
		}
		q.Named = true
		for _, t := range ts[i : i+n] {
			if t.class == "N" || t.class == "ORD" {
				q.Season = t.value
			}
		}
		at, length = i, n
		i += n - 1
	}
	if length > 0 {
		return at, length
	}
	for i := range ts {
		if n, _ := l.next.longest(ts[i:]); n > length {
			at, length = i, n
		}
	}
	q.Next = length > 0
	return at, length
}

// peel takes phrases off one end of ts, as many as fit, and reports what they ask.
func peel(ts []token, g *phrases, heard func(Intent)) []token {
	for len(ts) > 0 {
		n, intent := g.longest(ts)
		if n == 0 {
			break
		}
		heard(intent)
		if g.backwards {
			ts = ts[:len(ts)-n]
		} else {
			ts = ts[n:]
		}
	}
	return ts
}

// span returns the text that the tokens cover, with the marks that belong to a name.
func span(text string, ts []token) string {
	if len(ts) == 0 {
		return ""
	}
	end := ts[len(ts)-1].end
	if end < len(text) && text[end] == '!' {
		end++ // Haikyu!!, Toradora!
		if end < len(text) && text[end] == '!' {
			end++
		}
	}
	return text[ts[0].start:end]
}
