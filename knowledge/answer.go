package knowledge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Answer is all that a rendering needs: the terminal, a Discord card and JSON show the same value. MarshalJSON writes
// the form that season3 ask --json documents.
type Answer struct {
	Question Question
	On       Date  // the day for which it is answered
	Show     *Show // nil when no show is known or sure
	Verdict  Verdict
	Status   Status // Verdict.Status, or Unknown; "" when the text asked nothing

	// Head is the verdict in one sentence after its yes or no, to be shown first. It is never empty.
	Head string
	// Rest is what qualifies it, in a sentence or two; often "".
	Rest string
	// Why holds what bears the line, most telling first.
	Why []Point
	// Sources are those that Why cites, numbered from 1 in the order in which they are first cited.
	Sources []Cited
	// Candidates are the shows that may have been meant, when Show is nil.
	Candidates []Candidate
	// Also holds the answer about a second show that the text asks about, if it does.
	Also []Answer
}

// A Point is one reason, in one or two sentences.
type Point struct {
	Text  string
	Who   string // who said it, else who printed it; "" for plain facts such as a season's dates
	Said  Date
	Cites []int // numbers of Answer.Sources
}

// Line returns the answer without its reasons: head and rest in one line.
func (a Answer) Line() string { return strings.TrimSpace(a.Head + " " + a.Rest) }

// Credit returns who said it and when, such as "Mikio Ono, producer, 9 August 2019", or "".
func (p Point) Credit() string {
	parts := []string{}
	if p.Who != "" {
		parts = append(parts, p.Who)
	}
	if !p.Said.IsZero() {
		parts = append(parts, p.Said.Words())
	}
	return strings.Join(parts, ", ")
}

// String returns the point as one line: text, credit and the numbers of its sources.
func (p Point) String() string {
	s := p.Text
	if c := p.Credit(); c != "" {
		s += " (" + c + ")"
	}
	for _, n := range p.Cites {
		s += fmt.Sprintf(" [%d]", n)
	}
	return s
}

// Cited is a source under its number.
type Cited struct {
	N  int
	ID string
	Source
}

// Ask answers a text on the given day. It abstains from texts that ask nothing, asks back when the show is not sure, and
// says so when it is not known; it never answers about another show.
func (b *Base) Ask(text string, on Date) Answer { return b.AskIn(nil, text, on) }

// AskIn is Ask at a place that has a show of its own, such as a reply to an answer: a text that names no show is asked
// about that one. Given nil, it is Ask.
func (b *Base) AskIn(place *Show, text string, on Date) Answer {
	// A name may hold what asks, such as "Is It Wrong to Try to Pick Up Girls in a Dungeon?": the base knows.
	q := parse(text, setting{known: b.knows, placed: place != nil})
	switch {
	case q.Intent == None:
		return abstain(q, on)
	case q.Title == "" && place != nil:
		return place.Answer(q, on)
	}
	a := b.About(q, on)
	if also := q.also; also.title != "" && a.Question.Intent != None {
		second := b.About(also.question(text), on)
		if second.Show != nil && a.Show == nil { // what is known goes first
			a, second = second, a
		}
		if second.Show != a.Show {
			a.Also = append(a.Also, second)
		}
	}
	return a
}

// knows reports whether a show has the name, which is folded and written without spaces.
func (b *Base) knows(name string) bool { return len(b.index.exact[name]) > 0 }

// About answers a question that has been understood already. Its title may also be the id of a show.
func (b *Base) About(q Question, on Date) Answer {
	if s := b.byID[q.Title]; s != nil {
		return s.Answer(q, on)
	}
	if q.Title == "" {
		return Answer{Question: q, On: on, Status: Unknown,
			Head: "Which show do you mean?", Rest: "Ask with its name, such as: is there a season 3 of Hero Mask?"}
	}
	if q.pair[0] != "" && !b.knows(tight(fold(q.Title))) {
		if first, second := b.certain(q.pair[0]), b.certain(q.pair[1]); first != nil && second != nil && first != second {
			other := q
			q.Title, other.Title = q.pair[0], q.pair[1]
			a := first.Answer(q, on)
			a.Also = []Answer{second.Answer(other, on)}
			return a
		}
	}
	m := b.resolve(&q)
	if m.Show != nil {
		return m.Show.Answer(q, on)
	}
	if q.counted || q.Weak && (q.unsure || len(m.Candidates) == 0 || m.Candidates[0].Score < 0.75) {
		return abstain(q, on)
	}
	return unknown(q, m, on)
}

// resolve finds the show of a question, and what of its title is the name: the base decides. It settles the question's
// title, and its season when the title ended in its number.
func (b *Base) resolve(q *Question) Match {
	whole := b.Find(q.Title)
	if b.knows(tight(fold(q.Title))) && whole.Show != nil && !q.counted {
		return whole
	}
	// "overlord 5": a number at the end is a season if the words before it are a show, and the whole is not the name of
	// one. In "overlord IV season 5" it only says which came last.
	if name, n, ok := trailingNumber(q.Title); ok && !b.knows(tight(fold(q.Title))) && !(q.Named && endsInDigit(q.Title)) {
		if m := b.Find(name); m.Show != nil && (!q.counted || b.knows(tight(fold(name)))) {
			if !q.Named {
				q.Title, q.Season, q.Named, q.Next = name, n, true, false
			}
			return m
		}
	}
	if q.counted {
		return Match{}
	}
	if whole.Show != nil {
		return whole
	}
	if q.inner != "" && b.knows(tight(fold(q.inner))) {
		if m := b.Find(q.inner); m.Show != nil {
			q.Title = q.inner
			return m
		}
	}
	if q.short != "" && !q.Weak {
		if m := b.Find(q.short); m.Show != nil {
			q.Title = q.short
			return m
		}
	}
	return whole
}

// certain returns the show of that very name. One word is a name among others only if a dossier has it: "love and
// monster" may be a show that is not known.
func (b *Base) certain(name string) *Show {
	m := b.Find(name)
	if m.Show == nil || m.Candidates[0].Score < wholeName || m.Show.Listed() && !strings.Contains(strings.TrimSpace(name), " ") {
		return nil
	}
	return m.Show
}

func endsInDigit(s string) bool { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }

// trailingNumber splits "overlord 5" or "overlord V" into its words and number.
func trailingNumber(title string) (string, int, bool) {
	i := strings.LastIndexByte(title, ' ')
	if i < 0 {
		return "", 0, false
	}
	romans := []string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"}
	last := title[i+1:]
	if len(last) > 1 {
		last = strings.ToUpper(last) // but "i" and "x" are words
	}
	n := slices.Index(romans, last)
	if n < 0 {
		var err error
		if n, err = strconv.Atoi(last); err != nil {
			return "", 0, false
		}
	}
	return strings.TrimSpace(title[:i]), n, n >= 1 && n <= 30
}

func abstain(q Question, on Date) Answer {
	return Answer{Question: Question{Text: q.Text, Intent: None}, On: on,
		Head: "I see no question about a further season here.", Rest: "Ask like this: is there a season 3 of Hero Mask?"}
}

func unknown(q Question, m Match, on Date) Answer {
	a := Answer{Question: q, On: on, Status: Unknown, Candidates: m.Candidates}
	name := clip(q.Title, 60)
	if len(m.Candidates) == 0 {
		a.Head = fmt.Sprintf("I don't know a show called “%s”.", name)
		a.Rest = "I answer only about shows whose evidence has been checked."
		return a
	}
	a.Head = fmt.Sprintf("I am not sure which show “%s” is.", name)
	a.Rest = fmt.Sprintf("Did you mean %s?", orList(m.Candidates))
	return a
}

func orList(cs []Candidate) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Show.TitleYear()
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// TitleYear returns the title with the year in which the show began, to tell it from others of its name.
func (s *Show) TitleYear() string {
	year := fmt.Sprintf(" (%d)", s.Year())
	if s.Year() == 0 || strings.HasSuffix(s.Title, year) {
		return s.Title
	}
	return s.Title + year
}

// Answer answers a question about this show on the given day.
func (s *Show) Answer(q Question, on Date) Answer {
	n := 0
	if q.Named {
		n = max(q.Season, 0)
	}
	v := s.Verdict(n, on)
	begun := s.begun(on)
	if q.Intent == WasCancelled && !v.Open() {
		v = s.Verdict(begun+1, on)
	}
	w := &writer{show: s, on: on, v: v, begun: begun, answer: Answer{Question: q, On: on, Show: s, Verdict: v, Status: v.Status}}
	switch q.Intent {
	case HowMany:
		w.howMany()
	case About:
		w.about()
	case Why:
		w.why()
	case WhereToWatch:
		w.where()
	case When:
		w.when()
	case WasCancelled:
		w.cancelled()
	case SequelAny:
		w.sequel()
	default:
		w.exists()
	}
	w.answer.Rest = strings.TrimSpace(w.lead(q) + " " + w.answer.Rest)
	return w.answer
}

// maxWhy is how many points an answer shows: the reader wants the verdict, not the file.
const maxWhy = 3

// writer puts one answer into words.
type writer struct {
	show   *Show
	on     Date
	v      Verdict
	begun  int
	answer Answer
}

// lead says what exists, when the number that was asked for cannot be answered as it stands.
func (w *writer) lead(q Question) string {
	s := w.show
	have := "has no " + s.UnitName() + " yet"
	if w.begun > 0 {
		have = "has " + w.count()
	}
	switch {
	case q.half && q.Season > 1:
		return fmt.Sprintf("Seasons are counted in whole numbers here, so this is about %s.", s.numbered(q.Season))
	case q.Named && q.Season < 1:
		return fmt.Sprintf("There is no %s: they are counted from 1, and %s %s.", s.numbered(q.Season), s.Title, have)
	case w.v.Asked != w.v.Season:
		return fmt.Sprintf("You asked about %s; %s %s, so %s comes first.", s.numbered(w.v.Asked), s.Title, have, s.numbered(w.v.Season))
	}
	return ""
}

// count says how many seasons have begun.
func (w *writer) count() string {
	n := 0
	for _, season := range w.show.Seasons {
		if season.Number <= w.begun {
			n++
		}
	}
	if w.show.UnitName() == "series" {
		return fmt.Sprintf("%d series", n)
	}
	return plural(n, w.show.UnitName())
}

func (w *writer) exists() {
	w.say(w.reply() + ".")
	w.evidence()
}

func (w *writer) when() {
	switch st := w.v.Status; {
	case !w.v.Open() || st == Scheduled:
		w.say("")
	case st.ahead():
		w.say("No date.")
	default:
		w.say(w.reply() + ".")
	}
	if !w.answer.Question.Named && w.v.Open() && !w.v.Status.ahead() {
		w.newestSeason()
	}
	w.evidence()
}

func (w *writer) cancelled() {
	switch st := w.v.Status; {
	case st == Unlisted:
		w.say(w.reply() + ".")
	case st == Cancelled:
		w.say("Yes.")
	case st == Concluded:
		w.say("No.")
		w.answer.Rest = "It was not cancelled: the end was its makers' decision. " + w.answer.Rest
	case st == NotPlanned:
		w.say("No.")
		w.answer.Rest = "No source here speaks of a cancellation. " + w.answer.Rest
	case st == NoAnnouncement || st == Rumoured:
		w.say("Nobody has said so.")
	default:
		w.say("No.")
	}
	w.evidence()
}

func (w *writer) why() {
	if !w.v.Open() {
		w.say("There is one.")
	} else {
		w.say("")
	}
	w.topic(TopicWhy)
	if len(w.answer.Why) == 0 && w.v.Open() {
		w.answer.Rest = strings.TrimSpace(w.answer.Rest + " No source here gives the reason.")
	}
	w.evidence()
}

func (w *writer) sequel() {
	w.say(w.reply() + ".")
	if !w.v.Status.ahead() {
		for _, work := range w.show.Also {
			article := "a"
			if work.Kind == "ova" {
				article = "an"
			}
			text := fmt.Sprintf("%s, %s %s, has not come out.", work.Title, article, kindName(work.Kind))
			switch {
			case work.Premiered.PastBy(w.on):
				text = fmt.Sprintf("%s, %s %s, came out %s.", work.Title, article, kindName(work.Kind), work.Premiered.in())
			case !work.Premiered.IsZero():
				continue // it came later than the day that is asked about
			}
			w.fact(text, work.Cites)
		}
	}
	w.evidence()
}

func kindName(kind string) string {
	switch kind {
	case "ova":
		return "OVA"
	case "series":
		return "series of another name"
	}
	return kind
}

func (w *writer) howMany() {
	s := w.show
	if w.begun == 0 {
		w.answer.Head = fmt.Sprintf("%s has no %s yet.", s.Title, s.UnitName())
	} else {
		w.answer.Head = fmt.Sprintf("%s has %s.", s.Title, w.count())
	}
	w.next()
	for i := range w.begun {
		w.season(i + 1)
	}
	w.decided()
}

func (w *writer) about() {
	s := w.show
	kind := map[string]string{"anime": "an anime", "animation": "an animated series", "live-action": "a live-action series"}[s.Kind]
	span := ""
	if w.begun > 0 {
		first, last := s.Seasons[0].Premiered.Year(), s.season(w.begun)
		span = fmt.Sprintf(" (%d)", first)
		if end := cmp.Or(last.Ended.Year(), last.Premiered.Year()); end != first {
			span = fmt.Sprintf(" (%d to %d)", first, end)
		}
	}
	have := "no " + s.UnitName() + " has come out yet"
	if w.begun > 0 {
		have = w.count()
	}
	w.answer.Head = fmt.Sprintf("%s is %s, %s%s.", s.Title, kind, have, span)
	w.next()
	w.topic(TopicMade)
	for i := range w.begun {
		w.season(i + 1)
	}
	w.decided()
}

func (w *writer) where() {
	w.topic(TopicWhere)
	if len(w.answer.Why) == 0 {
		w.answer.Head = endOnce(fmt.Sprintf("No source here says where to watch %s.", w.show.Title))
		w.evidence()
		return
	}
	// The first claim becomes the head; what is left of it is who says so.
	first := &w.answer.Why[0]
	w.answer.Head, first.Text = first.Text, "So the source says."
	w.answer.Verdict.Evidence = first.Said
}

// next adds what is known of the next season.
func (w *writer) next() {
	if !w.v.Open() {
		w.v = w.show.Verdict(w.begun+1, w.on)
	}
	w.answer.Rest = strings.TrimSpace(w.sentence(true) + " " + w.qualify())
}

// reply is the word or two that answer "is there".
func (w *writer) reply() string {
	reply := w.v.Status.Reply()
	switch q := w.answer.Question; {
	case strings.HasPrefix(reply, "Yes") && (w.v.Asked != w.v.Season || q.Named && q.Season < 1):
		return NoAnnouncement.Reply() // a promise of another season is no yes to this one
	case w.v.Overdue && w.v.Open():
		return "Yes, but unconfirmed"
	}
	return reply
}

// onAir is for how many days after its premiere a season without a recorded end is said to be on air: a cour has 13
// weeks. Later the honest word is that no end is recorded.
const onAir = 100

// say makes the verdict the head of the answer, after the word that replies to the question.
func (w *writer) say(reply string) {
	w.answer.Head = strings.TrimSpace(reply + " " + w.sentence(reply == ""))
	w.answer.Rest = w.qualify()
}

// qualify says what must be known beside the verdict.
func (w *writer) qualify() string {
	text := ""
	if w.v.Final && w.v.Status != Concluded && w.v.Status != Cancelled {
		text = "It is declared the last."
	}
	if w.v.Unconfirmed {
		says := "says so: unconfirmed"
		if w.v.Status == NoAnnouncement {
			says = "is known to have looked"
		}
		if w.v.Status == NoAnnouncement && len(w.v.For) > 1 {
			return strings.TrimSpace(text + " Only sites that retell others are known to have looked.")
		}
		text += fmt.Sprintf(" Only %s, which retells others, %s.", w.show.aggregator(w.v.For[0]), says)
	}
	return strings.TrimSpace(text)
}

// aggregator returns the publisher of the strongest source that the claim cites.
func (s *Show) aggregator(c *Claim) string {
	i := slices.IndexFunc(c.Cites, func(id string) bool { return s.Sources[id].Kind == s.kind(c) })
	return s.Sources[c.Cites[i]].Publisher
}

// sentence says the verdict in full; alone when no reply goes before it.
func (w *writer) sentence(alone bool) string {
	s, v := w.show, w.v
	run := s.numbered(v.Season) + " of " + s.Title
	text := ""
	switch v.Status {
	case Released:
		text = capital(run) + " " + ran(v.Premiered, v.Ended) + "."
	case Airing:
		switch {
		case len(v.For) > 0:
			text = fmt.Sprintf("%s began %s; its part %d %s.", capital(run), v.Premiered.in(), v.Part, ahead(v, true))
		case w.on.After(v.Date.Last().AddDays(onAir)):
			text = fmt.Sprintf("%s began %s; no source here says that it is over.", capital(run), v.Date.in())
		default:
			text = fmt.Sprintf("%s is on air; it began %s.", capital(run), v.Date.in())
		}
	case Scheduled, Delayed, InProduction, Announced:
		if v.Part > 0 {
			run = fmt.Sprintf("part %d of %s", v.Part, run)
		}
		text = capital(run) + " " + ahead(v, alone) + "."
	case Continued:
		text = fmt.Sprintf("%s goes on as %s, not as %s.", s.Title, v.For[0].As, s.numbered(v.Season))
	case Unlisted:
		text = fmt.Sprintf("The catalogue lists no %s yet, and it carries no announcements.", run)
		if w.begun > 0 {
			text = fmt.Sprintf("The catalogue lists %s of %s up to %s; it carries no announcements.", w.listedSeasons(), s.Title, v.AsOf.Words())
		}
	case Rumoured:
		text = fmt.Sprintf("There are rumours of a %s, and nothing official as of %s.", run, v.AsOf.Words())
	case NoAnnouncement:
		text = fmt.Sprintf("There is nothing official about a %s as of %s.", run, v.AsOf.Words())
	case NotPlanned:
		text = fmt.Sprintf("A %s is not planned.", run)
	case Concluded:
		verb := "ended"
		if v.Season-1 > w.begun || s.Verdict(v.Season-1, w.on).Status != Released {
			verb = "is to end"
		}
		text = fmt.Sprintf("%s %s with %s.", s.Title, verb, s.numbered(v.Season-1))
		if v.Season == 1 {
			text = fmt.Sprintf("%s was declared over before it began.", s.Title)
		}
	case Cancelled:
		text = fmt.Sprintf("%s was cancelled after %s.", s.Title, s.numbered(v.Season-1))
		if slices.ContainsFunc(v.Against, func(c *Claim) bool { return c.Season == v.Season && c.Status.ahead() }) {
			text = fmt.Sprintf("%s was ordered, then cancelled.", capital(run))
		} else if v.Season == 1 {
			text = fmt.Sprintf("%s was cancelled before it began.", s.Title)
		}
	}
	return endOnce(text)
}

// endOnce drops the full stop after a name that ends with a mark of its own: Gangsta., Kill!
func endOnce(s string) string {
	for _, mark := range []string{"..", "!.", "?."} {
		if strings.HasSuffix(s, mark) {
			return s[:len(s)-1]
		}
	}
	return s
}

// ahead says what is promised. Alone, it also says that a date is missing, which the reply to a question says otherwise.
func ahead(v Verdict, alone bool) string {
	dateless := ""
	if alone {
		dateless = ", without a date"
	}
	switch {
	case v.Overdue:
		return "was due " + v.Date.in() + "; that it began is not confirmed here"
	case !v.Date.IsZero() && v.Status != Delayed:
		return "is scheduled for " + v.Date.Words()
	case v.Status == Delayed:
		return "was dated and is postponed" + dateless
	case v.Status == InProduction:
		return "is being made" + dateless
	}
	return "is announced" + dateless
}

func ran(premiered, ended Date) string {
	if ended == premiered {
		return "came out " + premiered.in()
	}
	if ended.IsZero() {
		return "began " + premiered.in()
	}
	if ended.Precision() < premiered.Precision() {
		return "began " + premiered.in() + " and ended " + ended.in()
	}
	return "ran from " + premiered.Words() + " to " + ended.Words()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// evidence adds the points that bear the verdict: the season's own dates, or the deciding claim, reasons, and what the
// deciding claim overruled.
func (w *writer) evidence() {
	v := w.v
	if !v.Open() {
		w.season(v.Season)
		for _, c := range v.For {
			w.claim("", c)
		}
		if v.Season == w.begun && w.answer.Question.Intent != Why {
			after := &writer{show: w.show, on: w.on, begun: w.begun, v: w.show.Verdict(w.begun+1, w.on)}
			text := "And then? " + after.sentence(true)
			var cites []string
			if len(after.v.For) > 0 {
				cites = after.v.For[0].Cites
			}
			w.fact(text, cites)
		}
		return
	}
	w.decided()
	// What was said before, and is overruled now, keeps the last place.
	room := maxWhy
	if len(v.Against) > 0 {
		room--
	}
	// That a show is over rests on its last season having come, too.
	last := v.Status == Concluded && v.Season-1 == w.begun
	if last {
		room--
	}
	if w.answer.Question.Intent != Why {
		w.topicUpTo(TopicWhy, room)
	}
	for i, c := range v.For {
		if i > 0 && len(w.answer.Why) < room {
			w.claim("", c)
		}
	}
	if len(v.Against) > 0 {
		w.claim("Earlier: ", v.Against[0])
	} else if len(w.answer.Why) < room && len(v.Talk) > 0 && (len(v.For) == 0 || w.show.date(v.Talk[0]).After(v.Evidence)) {
		w.claim(talkWords(v.Talk[0].Status), v.Talk[0])
	}
	if len(v.For) == 0 || last {
		w.newestSeason()
	}
	w.goesOn()
}

// talkWords introduce what decides nothing.
func talkWords(s Status) string {
	switch s {
	case Interest:
		return "A wish, not news: "
	case Rumoured:
		return "A rumour: "
	case NoAnnouncement:
		return "A later look: "
	}
	return "Unconfirmed: "
}

// goesOn names the shows of the catalogue in which the story goes on.
func (w *writer) goesOn() {
	if !w.show.Listed() {
		return
	}
	for _, l := range w.show.listing.links {
		if l.Relation == "continues as" {
			w.fact(fmt.Sprintf("The story goes on as %s, which is listed apart.", l.Title), nil)
		}
	}
}

// decided adds the claim that decided.
func (w *writer) decided() {
	if len(w.v.For) > 0 {
		w.claim("", w.v.For[0])
	}
}

// newestSeason adds the dates of the newest season that has begun.
func (w *writer) newestSeason() {
	if w.begun > 0 {
		w.season(w.begun)
	}
}

// season adds the dates of season n as far as they are known on the day.
func (w *writer) season(n int) {
	season := w.show.season(n)
	if season == nil {
		return // a gap in the catalogue's numbers
	}
	v := w.show.Verdict(n, w.on)
	text := w.show.numbered(n)
	if w.show.Listed() && w.show.listing.others[n] > 0 {
		counted := ", counted"
		if len(season.Parts) > 0 {
			counted = ", in part counted"
		}
		text += fmt.Sprintf("%s by some as %s,", counted, w.show.numbered(w.show.listing.others[n]))
	}
	if season.Title != "" && !strings.EqualFold(season.Title, text) {
		text += ", " + season.Title + ","
	}
	if v.Status == Released {
		text += " " + ran(v.Premiered, v.Ended)
	} else {
		text += " began " + v.Premiered.in()
	}
	cites := season.Cites
	if v.Status == Airing && len(v.For) > 0 && w.v.Open() {
		// A further part is promised: whoever asks for more waits for that first.
		text += fmt.Sprintf("; its part %d %s", v.Part, ahead(v, true))
		for _, id := range v.For[0].Cites {
			if !slices.Contains(cites, id) {
				cites = append(slices.Clip(cites), id)
			}
		}
		w.newest(v.Evidence)
	}
	if w.v.Status == Concluded {
		w.newest(v.Evidence)
	}
	if season.Episodes > 0 && v.Status == Released {
		text += fmt.Sprintf(" (%s)", plural(season.Episodes, "episode"))
	}
	w.fact(capital(text)+".", cites)
}

// topic adds the claims that explain something: those about the season in question before those about the whole show.
func (w *writer) topic(topic string) { w.topicUpTo(topic, maxWhy) }

// topicUpTo adds no more once the answer has limit points.
func (w *writer) topicUpTo(topic string, limit int) {
	var found []*Claim
	for i := range w.show.Claims {
		c := &w.show.Claims[i]
		if c.Topic == topic && w.show.visible(c, w.on) && (c.Season == 0 || c.Season == w.v.Season) && !slices.Contains(w.v.For, c) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *Claim) int { return cmp.Compare(b.Season, a.Season) })
	for _, c := range found {
		if len(w.answer.Why) < limit {
			w.claim("", c)
		}
	}
}

func (w *writer) claim(lead string, c *Claim) {
	who := c.By
	if c.Role != "" {
		who += ", " + c.Role
	}
	if who == "" {
		who = w.show.Sources[c.Cites[0]].Publisher
	}
	if lead == "" {
		w.newest(w.show.date(c))
	}
	w.add(Point{Text: lead + c.Text, Who: who, Said: w.show.date(c)}, c.Cites)
}

// newest notes the date of evidence that is shown, so that the answer names none that is older than its reasons.
func (w *writer) newest(d Date) {
	if e := w.answer.Verdict.Evidence; d.After(e) && !d.Overlaps(e) {
		w.answer.Verdict.Evidence = d
	}
}

func (w *writer) fact(text string, cites []string) { w.add(Point{Text: text}, cites) }

// add appends the point, once, and numbers its sources.
func (w *writer) add(p Point, cites []string) {
	if slices.ContainsFunc(w.answer.Why, func(o Point) bool { return o.Text == p.Text }) {
		return
	}
	a := &w.answer
	for _, id := range cites {
		i := slices.IndexFunc(a.Sources, func(c Cited) bool { return c.ID == id })
		if i < 0 {
			i = len(a.Sources)
			a.Sources = append(a.Sources, Cited{i + 1, id, w.show.Sources[id]})
		}
		p.Cites = append(p.Cites, i+1)
	}
	a.Why = append(a.Why, p)
}

// Age says how old the evidence is: "Newest evidence: August 2019, 7 years ago." It is "" when the answer rests on no
// dated evidence.
func (a Answer) Age() string {
	d := a.Verdict.Evidence
	if a.Show == nil || d.IsZero() {
		return ""
	}
	s := "Newest evidence: " + d.Words()
	if age := d.Age(a.On); age != "" {
		s += ", " + age
	}
	return s + "."
}

// Footer says how old the answer is, and who last looked: the evidence's age and the day of the review, or the day up to
// which the catalogue can see.
func (a Answer) Footer() string {
	if a.Show == nil {
		return ""
	}
	return strings.TrimSpace(a.Age() + " " + a.seen())
}

// Dates says the same as Footer without how long ago it is, for what will be read later.
func (a Answer) Dates() string {
	if a.Show == nil {
		return ""
	}
	if d := a.Verdict.Evidence; !d.IsZero() {
		return "Newest evidence: " + d.Words() + ". " + a.seen()
	}
	return a.seen()
}

func (a Answer) seen() string {
	if a.Show.Listed() {
		return fmt.Sprintf("From the catalogue of %s (%s).", a.Show.Reviewed.Words(), a.Show.credit())
	}
	return "Last reviewed " + a.Show.Reviewed.Words() + "."
}

// answerJSON is the documented form. Absent values are null.
type answerJSON struct {
	Question   string          `json:"question"`
	Intent     Intent          `json:"intent"`
	Title      *string         `json:"title"`
	Show       *showJSON       `json:"show"`
	Season     *int            `json:"season"`
	Next       bool            `json:"next"`
	Status     *Status         `json:"status"`
	Verdict    string          `json:"verdict"`
	Why        []string        `json:"why"`
	Date       Date            `json:"date"`
	Final      bool            `json:"final"`
	Overdue    bool            `json:"overdue"`
	Evidence   Date            `json:"evidence_date"`
	AsOf       Date            `json:"as_of"`
	Layer      string          `json:"layer"`
	Reviewed   Date            `json:"reviewed"`
	Seasons    []seasonJSON    `json:"seasons"`
	Sources    []sourceJSON    `json:"sources"`
	Candidates []candidateJSON `json:"candidates"`
	Also       []Answer        `json:"also"`
}

type showJSON struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Aliases []string `json:"aliases"`
	Year    *int     `json:"year"`
}

type seasonJSON struct {
	Number    int  `json:"number"`
	Premiered Date `json:"premiered"`
	Ended     Date `json:"ended"`
	Episodes  *int `json:"episodes"`
}

type sourceJSON struct {
	N         int        `json:"n"`
	Publisher string     `json:"publisher"`
	Title     *string    `json:"title"`
	URL       string     `json:"url"`
	Published Date       `json:"published"`
	Kind      SourceKind `json:"kind"`
}

type candidateJSON struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// MarshalJSON writes the object that season3 ask --json prints. Lists are never null, absent values always are.
func (a Answer) MarshalJSON() ([]byte, error) {
	q := a.Question
	out := answerJSON{
		Question: q.Text, Intent: q.Intent, Title: orNull(q.Title), Next: q.Next, Status: orNull(a.Status), Verdict: a.Line(),
		Layer: "none", Why: []string{}, Seasons: []seasonJSON{}, Sources: []sourceJSON{}, Candidates: []candidateJSON{},
		Also: append([]Answer{}, a.Also...),
	}
	if q.Named {
		out.Season = &q.Season
	}
	for _, p := range a.Why {
		out.Why = append(out.Why, p.String())
	}
	for _, c := range a.Sources {
		out.Sources = append(out.Sources, sourceJSON{c.N, c.Publisher, orNull(c.Title), c.URL, c.Published, c.Kind})
	}
	for _, c := range a.Candidates {
		out.Candidates = append(out.Candidates, candidateJSON{c.Show.ID, c.Show.Title})
	}
	if s := a.Show; s != nil {
		v := a.Verdict
		out.Layer, out.Reviewed = "dossier", s.Reviewed
		if s.Listed() {
			out.Layer = "catalogue"
		}
		out.Date, out.Final, out.Overdue, out.Evidence, out.AsOf = v.Date, v.Final, v.Overdue, v.Evidence, v.AsOf
		out.Show = &showJSON{s.ID, s.Title, append([]string{}, s.AllNames()[1:]...), orNull(s.Year())}
		for n := 1; n <= s.begun(a.On); n++ {
			season, at := s.season(n), s.Verdict(n, a.On)
			if season == nil {
				continue
			}
			j := seasonJSON{Number: n, Premiered: season.Premiered, Ended: at.Ended}
			if at.Status == Released {
				j.Episodes = orNull(season.Episodes)
			}
			out.Seasons = append(out.Seasons, j)
		}
	}
	return json.Marshal(out)
}
