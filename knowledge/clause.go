package knowledge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parse reads one sentence. When the whole makes no sense, it tries its clauses: what stands before a cut and is a
// question by itself, then what begins a clause.
func (l *language) parse(sentence string, ts []token) Question {
	asks := asking(sentence)
	q := l.clause(sentence, ts, asks)
	if q.Intent != None && !q.Weak {
		return q
	}
	cuts := l.cuts(ts)
	for _, i := range cuts {
		if before := l.before(sentence, ts, i, asks); before.Intent != None && (!before.Weak || q.Intent == None) {
			return before
		}
	}
	tries := maxClauses - len(cuts) + maxClauses
	for i := len(ts) - 1; i > 0 && tries > 0; i-- {
		if !l.beginsClause(ts, i) {
			continue
		}
		tries--
		after := l.clause(sentence, ts[i:], asks)
		if after.Intent == None || after.Weak {
			continue
		}
		before := l.clause(sentence, ts[:i], true)
		if after.Title == "" && !after.Named && before.Title != "" && before.Named && !before.Weak {
			return l.sharpened(before, sentence, ts[i:], asks) // "X s3 please tell me it is happening"
		}
		return after
	}
	return q
}

// cuts returns where the first part of a sentence may end, at most maxClauses: at marks, then before words that break:
// "coming back for season 3, or is it over".
func (l *language) cuts(ts []token) []int {
	var marks, words []int
	for i := 1; i < len(ts); i++ {
		switch {
		case ts[i].kept:
		case ts[i].clause:
			marks = append(marks, i)
		case l.breaks[ts[i].word] && !(i+1 < len(ts) && l.traits[ts[i+1].word]): // but: a temporada 2 de X é boa
			words = append(words, i)
		}
	}
	cuts := append(marks, words...)
	return cuts[:min(len(cuts), maxClauses)]
}

// before reads what stands before the cut at i, if that is a question by itself, with what the rest adds to it.
func (l *language) before(sentence string, ts []token, i int, asks bool) Question {
	none := Question{Intent: None}
	follows, _ := l.openers.longest(ts[i+1:]) // "X s5 or are we getting a film"
	q := l.clause(sentence, ts[:i], asks || follows > 0 && !ts[i].clause)
	if q.Intent == None || q.Weak || q.Title == "" && !(q.Named && ts[i].clause) {
		return none
	}
	if q.Title == "" {
		if after := l.clause(sentence, ts[i:], asks); after.Title != "" && after.Intent != None && !after.Weak {
			return after // "with season 2 over, when is season 3 of X out"
		}
	}
	// Without a season only the base can tell "is it over after the film" from "does she come back in X".
	q.unsure = !ts[i].clause && !q.Named
	q.Weak = q.unsure
	if q.Title != "" && (ts[i].clause || l.joins[ts[i].word]) {
		rest := ts[i:]
		if l.joins[ts[i].word] {
			rest = ts[i+1:]
		}
		if also := l.clause(sentence, rest, true); also.Title != "" && !also.Weak && (also.Named || also.Next) {
			if also.Intent == Exists {
				also.Intent = q.Intent
			}
			q.also = also.aside()
		}
	}
	return l.sharpened(q, sentence, ts[i:], asks)
}

// beginsClause reports whether token i may begin a clause: at a comma and the like; where a question opens after a word
// that breaks; or where so many words open one that it is no chance.
func (l *language) beginsClause(ts []token, i int) bool {
	if ts[i].name > 0 && ts[i].name == ts[i-1].name {
		return false
	}
	opens, _ := l.openers.longest(ts[i:])
	if earlier, _ := l.openers.longest(ts[i-1:]); earlier > opens {
		return false
	}
	breaks := l.breaks[ts[i-1].word]
	return ts[i].clause || breaks && opens > 0 || opens >= strongOpener && !l.never.last[ts[i-1].word]
}

// sharpened returns q with what a later clause asks about the same show: "X season 4: with the book complete, how many
// more can we get?"
func (l *language) sharpened(q Question, sentence string, rest []token, asks bool) Question {
	for i := range rest {
		if rest[i].clause {
			if also := l.clause(sentence, rest[i:], asks); also.Title == "" && also.Intent.outranks(q.Intent) {
				q.Intent = also.Intent
			}
		}
	}
	return q
}

func asking(sentence string) bool { return strings.ContainsAny(sentence, "?？¿") }

const (
	maxTitleWords = 14 // longer names are taken for talk
	longTitle     = 6  // longer ones may be sentences around a name
	maxClauses    = 6  // more breaks are not tried
	strongOpener  = 3  // so many words open a question even in the middle of a sentence: "loved it will there be a"
)

// clause reads ts around each mention of a season, the last numbered one first: "just finished season 2, when is season
// 3". It settles for none that is only a question if the base knows the name when another is one anyway.
func (l *language) clause(text string, ts []token, asks bool) Question {
	q := Question{Intent: None}
	ms := l.mentions(ts)
	for i, m := range ms {
		if i > 0 && m.numbered && l.apart(ts, m, ms[0]) {
			continue // with season 2 over, when is season 3 of X out
		}
		found := l.around(m, text, ts, asks)
		if found.Intent != None && (q.Intent == None || q.Weak && !found.Weak) {
			q = found
		}
		if q.Intent != None && !q.Weak {
			break
		}
	}
	return q
}

// apart reports whether a clause ends between two mentions.
func (l *language) apart(ts []token, a, b seasonMention) bool {
	return a.at < b.at && slices.ContainsFunc(ts[a.at+a.length:b.at+1], func(t token) bool { return t.clause && !t.kept })
}

// around finds the mention of a season, peels off what stands around the name, and looks at what is left.
func (l *language) around(m seasonMention, text string, ts []token, asks bool) Question {
	none := Question{Intent: None}
	left, right := ts[:m.at], ts[m.at+m.length:]
	found, linked := m.length > 0, false
	h := hearing{intent: None}

	left = peel(left, h.hear, false, l.front, l.openers)
	opened := h.opened
	if found {
		// Between a name and its season may stand what also ends or opens a question: is X ever getting a season 2.
		rest := peel(left, h.hearBack, true, l.back, l.states, l.lead)
		for _, t := range left[len(rest):] {
			opened = opened || t.clause && h.opened
		}
		left = peel(rest, h.hear, true, l.front, l.openers)
		linked = len(right) > 0 && l.links[right[0].word]
		for len(right) > 0 && l.links[right[0].word] && !right[0].kept {
			right = right[1:]
		}
		right = peel(right, h.hearBack, linked && h.intent != None, l.tags, l.back, l.states) // will there be a season 2 of the walking dead
		if linked {
			right = peel(right, h.hear, true, l.front) // season 3 of the anime X
		} else {
			rest := peel(right, h.hearBack, false, l.front, l.openers)
			for _, t := range right[:len(right)-len(rest)] { // "X season 2, when is it out"
				opened = opened || t.clause && h.opened
			}
			if n, _ := l.next.longest(rest); n > 0 && len(rest) < len(right) {
				rest = rest[n:] // "X part 4: when is the final cour starting"
			}
			right = peel(rest, h.hearBack, false, l.tags, l.back, l.states)
		}
	} else {
		left = peel(left, h.hearBack, false, l.tags, l.back, l.states)
	}
	left, right = l.withoutPronoun(left), l.withoutPronoun(right)
	if n, _ := l.season.longest(left); found && n > 0 && n < len(left)-1 && l.links[left[n].word] {
		left = left[n+1:] // part 2 of X s3
	}
	asks = asks || opened || h.tagged && found

	title, loose := left, !found && len(left) == 1
	if len(left) == 0 {
		title, loose = right, !linked
	} else if len(right) > 0 {
		return none // words are left on both sides: no form of question that is known
	}
	doubt := l.doubt(title, loose, found)
	inner := l.inner(text, title)
	if doubt == plausible && l.nameIn(title) != nil && l.speaks(title) {
		doubt = doubtful // am I the only one who likes X season 2
	}
	if r, _ := utf8.DecodeRuneInString(span(text, title)); len(left) == 0 && !linked && isWide(r) {
		doubt = impossible // there the name goes before its season
	}
	// "overlord 5 when": that the number is a season's, only the base can tell.
	bare := len(title) == len(ts) && len(title) > 1 && title[0].name > 0 && title[0].name == title[len(title)-2].name
	counted := !found && !h.complete && (asks || h.tagged || h.intent != None || bare) && l.endsInNumber(title)
	switch {
	case doubt == impossible,
		len(title) == 0 && !found && !asks,
		doubt == doubtful && loose && !asks,                  // "season 3 was good"
		!found && !h.complete && !counted,                    // it opens as a question does, and then asks something else
		!asks && !h.tagged && (h.intent != None || h.stated), // "season 2 confirmed", "season 2 comes to Netflix": news
		!asks && len(title) == 0 && !h.complete:              // "season 2"
		return none
	}
	q := Question{Intent: h.intent, Title: span(text, title), Season: m.season, Named: m.numbered, half: m.half, counted: counted}
	if q.Intent == None {
		q.Intent = Exists
	}
	// Will it come back, when does it go on: with what, it does not say.
	q.Next = !q.Named && (found || q.Intent == Exists || len(title) == 0 && h.returns)
	q.unsure = doubt == doubtful || counted
	q.Weak = !asks || q.unsure || h.intent == None && len(title) == 0
	if !q.Weak {
		q.inner = span(text, inner)
	}
	q.short, q.pair = l.splits(text, title)
	return q
}

// splits returns what else a title may hold than one name: the name before its first break, and two names joined.
func (l *language) splits(text string, ts []token) (short string, pair [2]string) {
	for i := 1; i+1 < len(ts); i++ {
		switch {
		case ts[i].kept:
		case l.joins[ts[i].word]:
			pair = [2]string{span(text, ts[:i]), span(text, ts[i+1:])}
		case l.breaks[ts[i].word] && short == "":
			short = span(text, ts[:i])
		}
	}
	return short, pair
}

// speaks reports whether somebody says something among the words of a title, known names aside.
func (l *language) speaks(ts []token) bool {
	return slices.ContainsFunc(ts, func(t token) bool { return t.name == 0 && (l.never.first[t.word] || l.talk[t.word]) })
}

// endsInNumber reports whether ts is a name followed by what may be the number of a season.
func (l *language) endsInNumber(ts []token) bool {
	n := len(ts)
	return n > 1 && !ts[n-1].joined && (ts[n-1].class == "N" || ts[n-1].class == "R") && ts[n-1].value > 0 && ts[n-1].value <= manySeasons
}

// inner returns the one known name among the words of a title that may hold more: those around it are small words of
// questions ("GLOW um eine"), or the whole is a sentence rather than a name.
func (l *language) inner(text string, ts []token) []token {
	long := len(ts) > longTitle
	first, last := len(ts), -1
	for i := range ts {
		if ts[i].kept || !long && ts[i].name > 0 {
			first, last = min(first, i), i
		}
	}
	if last < 0 || last-first+1 == len(ts) || ts[first].name != ts[last].name {
		return nil
	}
	name := ts[first : last+1]
	if long && ts[first].name > 0 {
		return name
	}
	remark, _ := l.tells.longest(ts) // just finished X
	for i := range ts {
		t := &ts[i]
		if t.name > 0 || i < remark {
			continue
		}
		r, _ := utf8.DecodeRuneInString(text[t.start:])
		// "The Last Kingdom" is another show than Kingdom.
		small := l.asked[t.word] || l.pronouns[t.word] || l.links[t.word] || i > first && l.remarked[t.word]
		if i > 0 && unicode.IsUpper(r) || !small || l.joins[t.word] || len(name) == 1 && (l.further[t.word] || t.class != "") {
			return nil
		}
	}
	return name
}

// hearing is what the phrases around a name said.
type hearing struct {
	intent   Intent
	complete bool // a phrase was heard that makes a question without a season
	tagged   bool // a phrase was heard that asks like a question mark
	opened   bool // a phrase was heard that opens a question
	stated   bool // a phrase was heard that states something where nothing asks
	returns  bool // a phrase was heard that asks by itself when something goes on
}

func (h *hearing) hear(g *phrases, i Intent) {
	if i.outranks(h.intent) {
		h.intent = i
	}
	h.complete = h.complete || i != None && !g.opens
	h.opened = h.opened || i != None || g.opens
	h.tagged = h.tagged || g.tags
	h.stated = h.stated || g.states
	h.returns = h.returns || i == When && !g.opens && !g.backwards
}

// hearBack hears what stands at a question's end: by itself, a verb there is a statement, and "when" is a question.
func (h *hearing) hearBack(g *phrases, i Intent) {
	if i == WhereToWatch && h.intent != None {
		i = None // "will there be a season 2 on Netflix" does not ask where
	}
	// "release date announced" is news, "release date" a question.
	stated := h.intent == Exists && g.backwards && !h.tagged
	h.hear(g, i)
	h.tagged = h.tagged || i == When && !stated || i == Why || i == HowMany || i == WhereToWatch && !g.backwards
}

// The doubts about words that should be a name.
const (
	plausible = iota
	doubtful  // only if the base knows it
	impossible
)

// doubt judges words that should be a name. What is kept is one. Loose words do not stand where names do, between an
// opening and a season or after "season 3 of"; they may as well say how the season was. Where a season is mentioned beside
// them, a word for a season may be part of the name: season 2 of Season of Love.
func (l *language) doubt(ts []token, loose, mentioned bool) int {
	size, d, named := 0, plausible, false
	for i := range ts {
		t := &ts[i]
		size += 3
		if r, _ := utf8.DecodeRuneInString(t.word); isWide(r) {
			size -= 2
		}
		if t.kept {
			continue
		}
		of := mentioned && t.class == "U" && i+2 < len(ts) && l.links[ts[i+1].word] && (i == 0 || l.articles[ts[i-1].word]) // Season of Love
		if l.talk[t.word] || t.class == "U" && !of || loose && l.traits[t.word] {
			d = doubtful
		}
		if n, _ := l.season.longest(ts[i:]); n > 1 && !l.parts[t.word] {
			return impossible
		}
		if named = named || i > 0 && ts[i-1].name > 0; named && l.traits[t.word] {
			d = doubtful // season 2 of Frieren has such good animation
		}
	}
	if size > 3*maxTitleWords {
		return impossible
	}
	if n := len(ts); n > 0 {
		if last := &ts[n-1]; l.never.last[last.word] && !last.kept && !last.joined {
			if n > 1 {
				return impossible
			}
			d = doubtful // there is a show of the name Another
		}
		for len(ts) > 1 && l.articles[ts[0].word] {
			ts = ts[1:]
		}
		if first := &ts[0]; l.never.first[first.word] && !first.kept && (len(ts) == 1 || !ts[1].joined) {
			return impossible
		}
	}
	return d
}

// withoutPronoun empties words that only point at a show: it, the show.
func (l *language) withoutPronoun(ts []token) []token {
	rest := ts
	for len(rest) > 0 && !rest[0].kept && (l.pronouns[rest[0].word] || l.articles[rest[0].word]) {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return nil
	}
	return ts
}

// A seasonMention is where a text mentions a season; length 0 is no mention.
type seasonMention struct {
	at, length int
	season     int
	half       bool // it stood for more than the season before
	numbered   bool
}

// mentions returns the mentions of seasons: numbered ones, the last first, else those of a further season, longest
// first, and last none at all.
func (l *language) mentions(ts []token) []seasonMention {
	var out []seasonMention
	opener, _ := l.front.longest(ts) // "is this the final season of" is one phrase
	for i, end := 0, 0; i < len(ts); i++ {
		n, _ := l.season.longest(ts[i:])
		if further, _ := l.next.longest(ts[i:]); further > n {
			end = i + further // part 2 of the final season
		}
		if n == 0 || i+n <= opener || i+n <= end {
			continue
		}
		if after, _ := l.season.longest(ts[i+1:]); after > 1 && ts[i].class == "N" && ts[i].value > manySeasons {
			continue // 86 season 3
		}
		m := seasonMention{at: i, length: n, numbered: true}
		m.season, m.half = l.seasonNumber(ts[i : i+n])
		out = append(out, m)
		i += n - 1
	}
	slices.Reverse(out)
	// A part is meant only where no season is.
	slices.SortStableFunc(out, func(a, b seasonMention) int { return l.partsIn(ts, a) - l.partsIn(ts, b) })
	out = out[:min(len(out), maxMentions)]
	if len(out) == 0 {
		next := seasonMention{}
		for i := range ts {
			if n, _ := l.next.longest(ts[i:]); n > next.length && i+n > opener {
				next = seasonMention{at: i, length: n}
			}
		}
		for i, fresh := opener, false; i < len(ts) && next.length == 0; i++ { // "when is the new X season"
			if fresh && ts[i].class == "U" {
				next = seasonMention{at: i, length: 1}
			}
			fresh = fresh || l.fresh[ts[i].word]
		}
		if next.length > 0 {
			out = append(out, next)
		}
	}
	return append(out, seasonMention{at: len(ts)})
}

const (
	maxMentions = 3
	manySeasons = 30 // a greater number before the word for a season may belong to a name
)

func (l *language) partsIn(ts []token, m seasonMention) int {
	for _, t := range ts[m.at : m.at+m.length] {
		if t.class == "U" || slices.Contains(l.glued, t.word) && !l.parts[t.word] {
			return 0
		}
	}
	return 1
}

// seasonNumber returns the number in a mention, of several the one beside the word for a season, and whether it was
// rounded up.
func (l *language) seasonNumber(ts []token) (number int, half bool) {
	for i, t := range ts {
		if t.class != "N" && t.class != "ORD" && t.class != "R" {
			continue
		}
		beside := func(j int) bool { return j >= 0 && j < len(ts) && ts[j].class == "U" }
		if number == 0 || beside(i-1) || beside(i+1) {
			number, half = t.value, t.half
		}
	}
	return number, half
}

// goesOn reports whether what stands after a mark goes on with a name: there a season is mentioned, or a known name holds
// the mark or ends with it. Such a name is whole, so its last word, if there is one, must be the title's last.
func (l *language) goesOn(text string, ts []token) (ok bool, last string) {
	for i := 1; i < len(ts); i++ {
		if strings.ContainsAny(text[ts[i-1].end:ts[i].start], "?!.？！") {
			if n, _ := l.season.longest(ts[i:]); n > 0 || ts[i-1].kept && ts[i-1].name == ts[i].name {
				return true, ""
			}
			if ts[i-1].name > 0 {
				return true, ts[i-1].word
			}
		}
	}
	return false, ""
}

// told returns the name in a remark that may precede a question: "just finished X. Is there a season 2?"
func (l *language) told(text string, ts []token) string {
	for i := range ts {
		n, _ := l.tells.longest(ts[i:])
		if n == 0 || i > 0 && !ts[i].clause && i > 3 {
			continue
		}
		rest := ts[i+n:]
		for j := 1; j < len(rest); j++ {
			if rest[j].clause || j+1 < len(rest) && l.breaks[rest[j].word] && l.never.first[rest[j+1].word] {
				rest = rest[:j]
			}
		}
		if s, _ := l.season.longest(rest); s > 0 {
			rest = rest[s:]
			for len(rest) > 0 && l.links[rest[0].word] {
				rest = rest[1:]
			}
		}
		if name := l.nameIn(rest); len(name) > 1 || name != nil && rest[0].name > 0 {
			return span(text, name)
		}
		rest = peel(rest, func(*phrases, Intent) {}, false, l.tags, l.back, l.states)
		if len(rest) > 0 && len(rest) <= 7 && l.doubt(rest, true, false) == plausible {
			return span(text, l.withoutPronoun(rest))
		}
	}
	if name := l.nameIn(ts); len(name) > 1 || len(name) == 1 && name[0].start > ts[0].start && capital(text[name[0].start:name[0].end]) == text[name[0].start:name[0].end] {
		return span(text, name)
	}
	return ""
}

// nameIn returns the one known name among ts, nil when there is none or several.
func (l *language) nameIn(ts []token) []token {
	first, last := -1, -1
	for i := range ts {
		switch {
		case ts[i].name == 0, !ts[i].kept && l.vocabulary[ts[i].word]:
		case first < 0:
			first, last = i, i
		case ts[i].name != ts[first].name:
			return nil
		default:
			last = i
		}
	}
	if first < 0 {
		return nil
	}
	return ts[first : last+1]
}

// peel takes phrases of any of the sets off one end of ts, the longest first, as many as fit, and reports what they ask.
// It stops where the name is likely to begin: once a phrase asked, a lone word at the beginning is no filler and one at
// the end is no verb ("is The Walking Dead over"), and once the question is whole no other begins ("did they cancel Do
// You Love Your Mom"). Said tells that something stands at that end already.
func peel(ts []token, heard func(*phrases, Intent), said bool, sets ...*phrases) []token {
	for whole := false; len(ts) > 0; {
		var best *phrases
		n, intent := 0, None
		for _, g := range sets {
			m, i := g.longest(ts)
			switch {
			case m <= n,
				g.backwards && said && m == 1 && i != None && i != Exists,
				!g.backwards && said && m == 1 && i == None && !g.opens,
				!g.backwards && whole && (g.opens || i != None):
				continue
			}
			best, n, intent = g, m, i
		}
		if n == 0 {
			break
		}
		heard(best, intent)
		said = said || intent != None || best.opens
		if best.backwards {
			ts = ts[:len(ts)-n]
		} else {
			ts = ts[n:]
			whole = whole || intent != None && !best.opens
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

// loosely reads a sentence of which only the words are known and not their order: one known name, and around it nothing
// but phrases of questions. It takes it for a question only about the show of that very name. Where the show is told by a
// remark before, the sentence may do without the name; placed, it need not look like a question either.
func (l *language) loosely(text string, ts []token, placed, told bool) Question {
	name := l.nameIn(ts)
	named := name != nil
	if !named && (!placed && !told || slices.ContainsFunc(ts, func(t token) bool { return t.name > 0 })) {
		return Question{Intent: None}
	}
	h := hearing{intent: None}
	var left, right []token = nil, ts
	if named {
		first := slices.IndexFunc(ts, func(t token) bool { return t.name > 0 })
		left, right = ts[:first], ts[first+len(name):]
	}
	begins, ends := []*phrases{l.season, l.next, l.front, l.openers}, []*phrases{l.back, l.states, l.tags}
	if !named {
		begins = append(begins, l.alone)
	}
	if !l.covers(left, &h, begins, ends[:2]) || !l.covers(right, &h, begins, ends) {
		return Question{Intent: None}
	}
	if (named || !placed) && !asking(text) && !h.opened && !h.tagged {
		return Question{Intent: None}
	}
	m := seasonMention{}
	for _, side := range [][]token{right, left} {
		if found := l.mentions(side)[0]; found.length > 0 && (m.length == 0 || found.numbered && !m.numbered) {
			m = found
		}
	}
	for i := range right {
		if n, _ := l.alone.longest(right[i:]); !named && n > 0 && m.length == 0 {
			m = seasonMention{at: i, length: n, numbered: true}
			m.season, m.half = l.seasonNumber(right[i : i+n])
		}
	}
	if m.length == 0 && !h.complete && (named || h.intent == None) {
		return Question{Intent: None}
	}
	q := Question{Intent: h.intent, Season: m.season, Named: m.numbered, half: m.half}
	if named {
		q.Title, q.Weak, q.unsure = span(text, name), true, true
	}
	if q.Intent == None {
		q.Intent = Exists
	}
	q.Next = !q.Named && (m.length > 0 || q.Intent == Exists)
	return q
}

// covers reports whether ts is nothing but phrases of questions, and hears them; those of ends are read backwards.
func (l *language) covers(ts []token, h *hearing, begins, ends []*phrases) bool {
	reached := make([]bool, len(ts)+1)
	reached[0] = true
	for i := range ts {
		if t := &ts[i]; l.links[t.word] || l.articles[t.word] || l.pronouns[t.word] || l.joins[t.word] {
			reached[i+1] = reached[i+1] || reached[i]
		}
		for _, g := range begins {
			n, intent := g.longest(ts[i:])
			if n == 1 && i > 0 && l.breaks[ts[i].word] && !ts[i].clause {
				continue // "did you like", and the ou of où, folded
			}
			if n > 0 && reached[i] {
				reached[i+n] = true
				h.hear(g, intent)
			}
		}
		for _, g := range ends {
			if n, intent := g.longest(ts[:i+1]); n > 0 && reached[i+1-n] {
				reached[i+1] = true
				opened := h.opened
				h.hearBack(g, intent)
				h.opened = opened // a verb at the end opens nothing
			}
		}
	}
	return reached[len(ts)]
}
