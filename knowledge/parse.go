package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
func (i Intent) outranks(j Intent) bool { return i.rank() < j.rank() }

func (i Intent) rank() int {
	switch i {
	case Why:
		return 0
	case HowMany:
		return 1
	case WhereToWatch:
		return 2
	case WasCancelled:
		return 3
	case SequelAny:
		return 4
	case When:
		return 5
	case About:
		return 6
	case Exists:
		return 7
	}
	return 8
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
	// mark of asking, or a title with words that names seldom have.
	Weak bool

	unsure  bool      // Weak, and a resemblance is not enough
	counted bool      // it asks something only if Title ends in the number of a season: "overlord 5 when"
	half    bool      // the number stood for more than the season before: season 2.5
	short   string    // the title before its first break ("Barakamon on uk tv"), should the whole be no show; else ""
	inner   string    // the one known name within the title, should the whole be no show; else ""
	pair    [2]string // the title before and after the word that joins two names, should the whole be no show
	also    aside     // the second show that the text asks about
}

// An aside is a further question of a text, about another show.
type aside struct {
	intent      Intent
	title       string
	season      int
	named, next bool
}

func (q Question) aside() aside { return aside{q.Intent, q.Title, q.Season, q.Named, q.Next} }

// question returns the aside as a question of its own.
func (a aside) question(text string) Question {
	return Question{Text: text, Intent: a.intent, Title: a.title, Season: a.season, Named: a.named, Next: a.next}
}

// A setting is what is known of a text before it is read.
type setting struct {
	known  func(name string) bool // reports a name that a show has, written without spaces; may be nil
	placed bool                   // the place gives the show, so that the text need not name one
}

// maxQuestion bounds, in bytes, how much of a text Parse reads.
const maxQuestion = 4000

// Parse reads what a text asks. It abstains with None from remarks, reviews and other talk, and from everything that it
// does not understand. It never fails.
func Parse(text string) Question { return parse(text, setting{}) }

func parse(text string, in setting) Question {
	q := Question{Intent: None}
	cleaned := text
	if len(cleaned) > maxQuestion {
		cleaned = cleaned[:maxQuestion]
	}
	cleaned = clean(cleaned)
	parts := unbroken(sentences(cleaned), cleaned, in)
	told := ""
	for i := range parts {
		found := read(cleaned[parts[i].start:parts[i].end], in, &told)
		if i+1 < len(parts) && cleaned[parts[i].end-1] != '\n' { // a name may end in a mark: "K-On! 4th season?"
			joined := readJoined(cleaned[parts[i].start:parts[i+1].end], in)
			if joined.Title != "" && (!joined.Weak || found.Intent == None) {
				found = joined
			}
		}
		better := q.Weak && !found.Weak || q.Title == "" && found.Title != "" && q.Weak == found.Weak
		switch {
		case found.Intent == None:
		case q.Intent == None || better:
			q = found
		case found.Title != "" && !found.Weak && q.also.title == "" && fold(found.Title) != fold(q.Title):
			q.also = found.aside()
		}
	}
	if q.Intent != None && q.Title == "" && told != "" {
		q.Title = told
		q.unsure = !q.Named && !q.Next
		q.Weak = q.Weak || q.unsure
	}
	if q.Title == "" && !q.Named && !q.Next && !in.placed {
		q = Question{Intent: None} // neither a show nor a season
	}
	q.Text = text
	return q
}

// unbroken joins sentences where the mark between them belongs to a name: "when is Haikyu!! coming back".
func unbroken(parts []extent, text string, in setting) []extent {
	for i := 0; i+1 < len(parts); {
		if !endsInName(text[parts[i].start:parts[i].end], text[parts[i+1].start:], in) {
			i++
			continue
		}
		parts[i].end = parts[i+1].end
		parts = slices.Delete(parts, i+1, i+2)
	}
	return parts
}

// endsInName reports whether a sentence ends in a known name and its mark, and what follows goes on in small letters.
func endsInName(sentence, next string, in setting) bool {
	sentence = strings.TrimRight(sentence, " ")
	if r, _ := utf8.DecodeRuneInString(next); in.known == nil || !unicode.IsLower(r) || !strings.HasSuffix(sentence, "!") && !strings.HasSuffix(sentence, "?") {
		return false
	}
	ts := tokensOf(sentence, in)
	return len(ts) > 0 && ts[len(ts)-1].name > 0
}

// read reads a sentence in the languages that it is likely to be in; of several readings the shorter name is taken, since
// more of the sentence was understood. It notes in told the name that a remark mentions.
func read(sentence string, in setting, told *string) Question {
	q := Question{Intent: None}
	raw := tokensOf(sentence, in)
	for _, l := range likely(raw) {
		ts := l.classified(sentence, raw)
		q = shorter(q, l.parse(sentence, ts))
		if *told == "" {
			*told = l.told(sentence, ts)
		}
		if q.Intent != None && !q.Weak {
			continue
		}
		if found := l.loosely(sentence, ts, in.placed, *told != ""); found.Intent != None && (q.Intent == None || fold(found.Title) != fold(q.Title)) {
			q = found
		}
		for j := 1; j < len(ts) && q.Intent == None && *told != ""; j++ { // "just finished X, is there a third one?"
			if ts[j].clause {
				q = l.loosely(sentence, ts[j:], in.placed, true)
			}
		}
	}
	return q
}

// readJoined reads two sentences as one, if the second goes on with a name that ends in the mark between them.
func readJoined(sentences string, in setting) Question {
	q := Question{Intent: None}
	raw := tokensOf(sentences, in)
	for _, l := range likely(raw) {
		ts := l.classified(sentences, raw)
		if ok, last := l.goesOn(sentences, ts); ok {
			if found := l.clause(sentences, ts, asking(sentences)); strings.HasSuffix(fold(found.Title), last) {
				q = shorter(q, found)
			}
		}
	}
	return q
}

func shorter(q, other Question) Question {
	if q.Intent == None || other.Intent != None && len(other.Title) < len(q.Title) {
		return other
	}
	return q
}

// tokensOf cuts a sentence into words and marks the names among them.
func tokensOf(sentence string, in setting) []token {
	ts := splitWords(sentence)
	if in.known != nil {
		keepNames(ts, in.known)
	}
	return ts
}

// likely returns the languages that know most of the words.
func likely(ts []token) []*language {
	var most int
	var out []*language
	for _, l := range languages() {
		known := 0
		for i := range ts {
			if r, _ := utf8.DecodeRuneInString(ts[i].word); ts[i].kept || !l.vocabulary[ts[i].word] {
				continue
			} else if known++; !isWide(r) {
				known += 2 // a word tells more than a character
			}
		}
		if known > most {
			most, out = known, out[:0]
		}
		if known == most && known > 0 || len(ts) > 0 && most == 0 {
			out = append(out, l)
		}
	}
	return out
}

// keepNames marks the longest known names. Those of two words or more are kept whole; one word may still be a mere word.
func keepNames(ts []token, known func(string) bool) {
	names := 0
	for i := 0; i < len(ts); i++ {
		name, length := "", 0
		for j := i; j < len(ts) && j < i+3*maxTitleWords; j++ {
			name += strings.ReplaceAll(ts[j].word, " ", "")
			if long := len(name) >= minName || j == i && len(name) >= minWord || ts[j].joined; long && known(name) {
				length = j + 1 - i
			}
		}
		if length == 0 {
			continue
		}
		names++
		for j := range length {
			ts[i+j].name, ts[i+j].kept = names, length > 1
		}
		i += length - 1
	}
}

// How many bytes a name has that is known where it stands, of several words and of one; shorter ones are too easily words.
const (
	minName = 6
	minWord = 4
)

// wraps are what Discord and the web put around words: where a mark is, its pattern is replaced by what it shows.
var wraps = []struct {
	marks   string
	pattern *regexp.Regexp
	shown   string
}{
	{"`", regexp.MustCompile("(?s)```.*?(```|$)|`[^`\n]*`"), " "},
	{"/", regexp.MustCompile(`<?\bhttps?://[^\s>)]+>?`), ""},
	{"[", regexp.MustCompile(`\[([^\[\]]*)\]\(\s*\)`), "$1"},
	{"<", regexp.MustCompile(`<(@[!&]?|#|a?:\w+:|/[^:>]*:|t:)\d+(:\w)?>`), " "},
	{"*_~|>#", regexp.MustCompile(`\*\*|__|~~|\|\||(?m:^\s*(>+|#+|-#)\s)`), " "},
}

func clean(text string) string {
	text = strings.ToValidUTF8(text, " ")
	for _, w := range wraps {
		if strings.ContainsAny(text, w.marks) {
			text = w.pattern.ReplaceAllString(text, w.shown)
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r == 0xfeff {
			return ' '
		}
		return r
	}, text)
}

// sentenceEnd finds where a sentence ends: at a line's end, or at marks followed by space. A full stop after a capital or
// an abbreviation ("Dr. Stone", "Kaiju No. 8"), or between a number and a word for a season ("3. Staffel"), ends nothing.
var (
	sentenceEnd = regexp.MustCompile(`\n+|[?!]+["')\]”»]*(\s+|$)|\?+[\p{Han}\p{Hiragana}\p{Katakana}]|[？！。]+|\.{1,3}["')\]”»]*(\s+|$)|…`)
	shortWord   = regexp.MustCompile(`(^|[\s"'(])(\p{Lu}|(?i:no|vs|dr|mr|mrs|ms|st|jr|vol|mt|lt|sgt|prof))$`)
	number      = regexp.MustCompile(`(^|\s)\d+$`)
)

// maxShortWord is how many bytes before a full stop shortWord needs to see.
const maxShortWord = 24

// maxSentences bounds how many sentences of a text are read.
const maxSentences = 40

type extent struct{ start, end int } // in bytes

func sentences(text string) []extent {
	var out []extent
	start := 0
	add := func(end int) {
		for start < end && text[start] == ' ' {
			start++
		}
		if strings.TrimSpace(text[start:end]) != "" && len(out) < maxSentences {
			out = append(out, extent{start, end})
		}
		start = end
	}
	for _, m := range sentenceEnd.FindAllStringIndex(text, -1) {
		if r, size := utf8.DecodeLastRuneInString(text[m[0]:m[1]]); isWide(r) {
			m[1] -= size // it begins the next sentence
		}
		stop := text[m[0]] == '.' && m[1] < len(text) && text[m[0]+1] != '.'
		if before := text[max(start, m[0]-maxShortWord):m[0]]; stop && (shortWord.MatchString(before) || number.MatchString(before) && beginsWithUnit(text[m[1]:])) {
			continue
		}
		add(m[1])
	}
	add(len(text))
	return out
}

// beginsWithUnit reports whether the first word of text is one for a season or a part of one, in any language.
func beginsWithUnit(text string) bool {
	end := strings.IndexFunc(text, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		end = len(text)
	}
	word := fold(text[:end])
	return slices.ContainsFunc(languages(), func(l *language) bool { return l.units[word] || l.parts[word] })
}
