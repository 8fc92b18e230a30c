package knowledge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fact names what the change is news of, such as "hero-mask/3/announced" or "frieren/2/date/2026-01-16". The same news
// always has the same name, however often the data goes back and forth. It is "" for a change that is news of nothing,
// and for a correction, which belongs to the news that it takes back.
func (c Change) Fact() string {
	season := fmt.Sprint(c.Season)
	if c.Part > 0 {
		season += fmt.Sprintf(".%d", c.Part)
	}
	fact := string(c.Event)
	switch c.Event {
	case "", EventCorrection:
		return ""
	case EventDated, EventDateMoved:
		fact = "date/" + c.New.Date.String()
	case EventDelayed:
		if d := c.Old.Date; !d.IsZero() && c.Old.fact() == Scheduled {
			fact += "/" + d.String()
		}
	}
	return c.Show + "/" + season + "/" + fact
}

// When returns the date that the news is about: of a premiere or a further part its first day, of a date the date, of an
// announcement the date that came with it; else the zero Date.
func (c Change) When() Date {
	switch c.Event {
	case EventPremiered:
		if c.New.Open() {
			return c.New.Date
		}
		return c.New.Premiered
	case EventPartBegins:
		if n := len(c.New.Parts); c.Part <= n && !c.New.Open() && c.Part > 0 {
			return c.New.Parts[c.Part-1]
		}
		return c.New.Date
	case EventDated, EventDateMoved:
		return c.New.Date
	case EventAnnounced, EventRevived:
		if c.New.fact() == Scheduled {
			return c.New.Date
		}
	}
	return Date{}
}

// Upcoming reports whether the news is of a season or part that was promised or is now.
func (c Change) Upcoming() bool {
	return c.Old.fact().ahead() || c.New.fact().ahead() || c.Event == EventPremiered || c.Event == EventPartBegins
}

// Bears reports whether the standing still bears out news of the kind, about the part, with its date: whether it could be
// told today without a lie.
func (s Standing) Bears(e Event, part int, date Date) bool {
	fact := s.fact()
	// Of a season that has begun and of which no further part is promised, promises have been kept.
	kept := !s.Open() && (part <= 1 || part <= len(s.Parts))
	switch e {
	case EventPremiered:
		return !s.Open() || fact == Scheduled && s.Date == date
	case EventPartBegins:
		return part <= len(s.Parts) && !s.Open() || fact == Scheduled && s.Date == date
	case EventDated, EventDateMoved:
		return kept || fact == Scheduled && s.Date.Overlaps(date)
	case EventAnnounced, EventRevived:
		return kept || fact.ahead()
	case EventInProduction:
		return kept || fact.ahead() && fact != Announced
	case EventDelayed:
		return kept || fact.ahead() && fact != Scheduled
	case EventConcluded:
		return fact == Concluded || s.Final
	case EventContinued:
		return fact == Continued
	case EventCancelled:
		return fact == Cancelled
	}
	return false
}

// Due returns the premieres, of seasons and of further parts, that are promised for one exact day after since and up to
// on, as changes ordered by show and season. Nobody has confirmed them: it is the day that has come. What only an
// aggregator dates is not among them, and a vague date never is.
func (snap Snapshot) Due(since, on Date) []Change {
	var out []Change
	for _, id := range slices.Sorted(maps.Keys(snap)) {
		for i, st := range snap[id] {
			d := st.Date
			if st.fact() != Scheduled || d.Precision() != ToDay || !d.After(since) || d.After(on) {
				continue
			}
			c := Change{Show: id, Season: i + 1, Old: st, New: st, Event: EventPremiered}
			if st.Part > 1 || !st.Open() {
				c.Event, c.Part = EventPartBegins, st.Part
			}
			out = append(out, c)
		}
	}
	return out
}

// Of returns how season n of a show stands; of one that the snapshot does not hold, that there is no announcement.
func (snap Snapshot) Of(show string, n int) Standing { return at(snap[show], n) }

// Headline says the news in one sentence.
func (c Change) Headline(s *Show) string {
	what := s.numbered(c.Season) + " of " + s.Title
	if c.Part > 0 {
		what = fmt.Sprintf("part %d of %s", c.Part, what)
	}
	is, date := c.New.fact(), c.New.Date
	text := capital(what)
	switch c.Event {
	case EventAnnounced, EventRevived:
		text += " is announced"
		if c.Event == EventRevived {
			text += " after all"
		}
		switch is {
		case Scheduled:
			text += ", scheduled for " + date.Words()
		case InProduction:
			if text += " and being made"; c.Event == EventRevived {
				text = capital(what) + " is being made after all"
			}
		default:
			text += ", without a date"
		}
	case EventInProduction:
		text += " is being made"
	case EventDated:
		text += " has a date: " + date.Words()
	case EventDateMoved:
		text += " moves to " + date.Words()
		if !c.Old.Date.IsZero() {
			text += "; it was scheduled for " + c.Old.Date.Words()
		}
	case EventDelayed:
		text += " is postponed"
		if !c.Old.Date.IsZero() && c.Old.fact() == Scheduled {
			text += "; it was scheduled for " + c.Old.Date.Words()
		}
	case EventPremiered, EventPartBegins:
		if s.Listed() {
			text += " is listed to begin " + c.When().in()
		} else if c.New.Open() || c.New.fact() == Scheduled && c.Part > len(c.New.Parts) {
			text += " is due " + c.When().in()
		} else {
			text += " began " + c.When().in()
		}
	case EventConcluded:
		if c.New.fact() != Concluded {
			text += " is declared the last"
			break
		}
		return c.sentence(s)
	default: // an end, or a continuation in another form
		return c.sentence(s)
	}
	return endOnce(text + ".")
}

// Sentence says how season n stands on the day where nobody has asked: without the word that replies to a question. Of a
// season that is too far ahead it tells about the one that comes first.
func (s *Show) Sentence(n int, on Date) string {
	w := &writer{show: s, on: on, v: s.Verdict(n, on), begun: s.begun(on)}
	return strings.TrimSpace(w.sentence(true) + " " + w.qualify())
}

// sentence says the verdict that the change led to.
func (c Change) sentence(s *Show) string {
	w := &writer{show: s, on: c.New.AsOf, v: c.New.Verdict, begun: s.begun(c.New.AsOf)}
	return w.sentence(true)
}
