package knowledge

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Event is what a changed verdict is news of. It is one word of Events.
type Event string

// The events. Rumours, wishes, silence and what only aggregators say are news of nothing.
const (
	EventAnnounced    Event = "announced"     // a season, or a part of one, is promised for the first time, dated or not
	EventDated        Event = "dated"         // a promised one gets a date, or a more exact one
	EventDateMoved    Event = "date_moved"    // it gets another date
	EventDelayed      Event = "delayed"       // it has lost its date, said those who gave it
	EventInProduction Event = "in_production" // an announced one is being made
	EventPremiered    Event = "premiered"     // a season has begun
	EventPartBegins   Event = "part_begins"   // a further part of a season has begun
	EventCancelled    Event = "cancelled"     // those who decide stopped it
	EventConcluded    Event = "concluded"     // it ends by design; or the promised season is now declared the last
	EventContinued    Event = "continued"     // it goes on as a film, a special or a series of another name
	EventRevived      Event = "revived"       // what was cancelled or concluded is promised again
	EventCorrection   Event = "correction"    // what was said before is withdrawn, and nothing on this list replaces it
)

// Events lists the events in the order in which a season may live through them.
func Events() []Event {
	return []Event{EventAnnounced, EventInProduction, EventDated, EventDateMoved, EventDelayed, EventPremiered, EventPartBegins,
		EventContinued, EventConcluded, EventCancelled, EventRevived, EventCorrection}
}

// A Change is a season whose verdict differs in status, date, part, finality or confirmation.
//
// The same news has the same Show, Season, Part and Event; for EventDated and EventDateMoved also the same New.Date, for
// EventDelayed the same Old.Date.
type Change struct {
	Show     string // the id
	Season   int
	Part     int // the part that Event is about, 0 for the whole season
	Old, New Standing
	Event    Event // "" when the change is news of nothing; the weightiest when it is news of several things
}

// A Standing is what a base says of one season on one day, as far as changes tell.
type Standing struct {
	Verdict
	Parts   []Date // the premieres of the parts that have begun; of a season without parts, its own
	Promise Status // what is promised of part Verdict.Part of a season that has begun, "" when nothing is
}

// A Snapshot is what a base says on one day: by the id of each show the standings of seasons 1 to Show.LastKnown.
type Snapshot map[string][]Standing

// Snapshot returns what the base says on the day.
func (b *Base) Snapshot(on Date) Snapshot {
	snap := make(Snapshot, len(b.shows))
	for _, s := range b.shows {
		for n := 1; n <= s.LastKnown(on); n++ {
			snap[s.ID] = append(snap[s.ID], s.standing(n, on))
		}
	}
	return snap
}

func (s *Show) standing(n int, on Date) Standing {
	st := Standing{Verdict: s.Verdict(n, on)}
	if st.Open() {
		return st
	}
	if len(st.For) > 0 {
		st.Promise = st.For[0].Status
	}
	st.Parts = []Date{st.Premiered}
	for i, p := range s.season(n).Parts {
		if i > 0 && (s.sees(on) || p.Premiered.PastBy(on)) {
			st.Parts = append(st.Parts, p.Premiered)
		}
	}
	return st
}

// Diff returns the seasons whose verdict on the day is another in new than in old, ordered by show and season. Shows
// that only one of the bases has are left out: a new dossier is no news of its show.
func Diff(old, new *Base, on Date) []Change { return old.Snapshot(on).Changes(new.Snapshot(on)) }

// Changes returns the seasons that stand differently in new, as Diff does. The snapshots may be of different days; what
// only the calendar changed is then among them.
func (snap Snapshot) Changes(new Snapshot) []Change {
	var out []Change
	for _, id := range slices.Sorted(maps.Keys(new)) {
		before, known := snap[id]
		if !known {
			continue
		}
		after := new[id]
		for n := 1; n <= max(len(before), len(after)); n++ {
			declared := n > 1 && at(before, n-1).Final
			c := Change{Show: id, Season: n, Old: at(before, n), New: at(after, n)}
			c.Event = event(c.Old, c.New, declared)
			c.Part = part(c)
			if c.Event != "" || c.Old.differs(c.New) {
				out = append(out, c)
			}
		}
	}
	return out
}

// at returns the standing of season n. Beyond the last of which something is known, there is no announcement.
func at(seasons []Standing, n int) Standing {
	if n <= len(seasons) {
		return seasons[n-1]
	}
	return Standing{Verdict: Verdict{Asked: n, Season: n, Status: NoAnnouncement}}
}

func (s Standing) differs(o Standing) bool {
	return s.Status != o.Status || s.Date != o.Date || s.Part != o.Part || s.Final != o.Final ||
		s.Unconfirmed != o.Unconfirmed || s.Promise != o.Promise
}

// fact returns what can be announced of a season that has not begun, or of the next part of one that has: a promise, an
// end, a continuation; "" when there is none.
func (s Standing) fact() Status {
	switch {
	case !s.Open():
		return s.Promise
	case s.Unconfirmed:
		return ""
	case s.Status.ahead(), s.Status == Continued, s.Status == Concluded, s.Status == Cancelled:
		return s.Status
	}
	return ""
}

// event returns what the change is news of. declared tells that the season before was known to be the last.
func event(old, new Standing, declared bool) Event {
	was, is := old.fact(), new.fact()
	switch {
	case old.Open() && !new.Open():
		return EventPremiered
	case !old.Open() && new.Open():
		return EventCorrection
	case begunSince(old, new):
		return EventPartBegins
	case is.ahead():
		return promised(was, is, old, new)
	case is == was:
		return ""
	case is == "":
		return EventCorrection
	case is == Continued:
		return EventContinued
	case was == Cancelled || was == Concluded:
		return EventCorrection // one end was taken for the other
	case is == Cancelled:
		return EventCancelled
	case declared && was == "":
		return "" // it was news when the season before was declared the last
	}
	return EventConcluded
}

// part returns the part that the change's event is about.
func part(c Change) int {
	switch c.Event {
	case "", EventPremiered:
		return 0
	case EventPartBegins:
		return len(c.New.Parts)
	case EventCorrection:
		if !c.Old.Open() && c.New.Open() {
			return 0 // the whole season is withdrawn
		}
		return c.Old.Part
	}
	return c.New.Part
}

// begunSince reports whether a further part of the season has begun. One that had ended before old knew of the season's
// end is a detail of the record.
func begunSince(old, new Standing) bool {
	if len(new.Parts) <= len(old.Parts) || len(old.Parts) == 0 {
		return false
	}
	return old.Status != Released || new.Parts[len(new.Parts)-1].After(old.Ended)
}

// promised returns the event of a season or part that is now promised.
func promised(was, is Status, old, new Standing) Event {
	older := !new.Evidence.IsZero() && !new.Evidence.After(old.Evidence)
	switch {
	case (was == Cancelled || was == Concluded || was == Delayed && is == Scheduled) && older:
		return EventCorrection // no newer statement: the end or the delay was read wrongly, or is withdrawn
	case was == Cancelled || was == Concluded:
		return EventRevived
	case !was.ahead():
		if is == Delayed {
			return EventDelayed
		}
		return EventAnnounced
	case max(old.Part, 1) != max(new.Part, 1):
		// Several parts are promised, and the newest statement is about another one than before.
		return map[Status]Event{Scheduled: EventDated, Delayed: EventDelayed, InProduction: EventInProduction, Announced: EventAnnounced}[is]
	case is == was && is == Scheduled && !new.Date.Overlaps(old.Date):
		if older {
			return EventCorrection // no newer statement: the old one was read wrongly, or is withdrawn
		}
		return EventDateMoved
	case is == was && is == Scheduled && new.Date.Precision() > old.Date.Precision():
		return EventDated
	case is == was && new.Open() && new.Final != old.Final:
		if new.Final {
			return EventConcluded
		}
		return EventCorrection
	case is == was:
		return ""
	case is == Scheduled:
		return EventDated
	case is == Delayed:
		return EventDelayed
	case lost(was, is) && !new.Evidence.After(old.Evidence):
		return EventCorrection // no newer statement: the old one was withdrawn
	case is == InProduction:
		return EventInProduction
	}
	return ""
}

// lost reports whether is promises less than was.
func lost(was, is Status) bool {
	return was == Scheduled || was == InProduction && is == Announced
}

// snapshotLine is a show in the form of Write, one JSON object a line.
type snapshotLine struct {
	Show    string         `json:"show"`
	Seasons []standingLine `json:"seasons"`
}

type standingLine struct {
	Season      int      `json:"season"`
	Part        int      `json:"part,omitempty"`
	Status      Status   `json:"status"`
	Date        string   `json:"date,omitempty"`
	Ended       string   `json:"ended,omitempty"`
	Parts       []string `json:"parts,omitempty"`
	Promise     Status   `json:"promise,omitempty"`
	Final       bool     `json:"final,omitempty"`
	Unconfirmed bool     `json:"unconfirmed,omitempty"`
	Evidence    string   `json:"evidence,omitempty"`
}

// Write writes the snapshot as ReadSnapshot reads it: one JSON object a line and show, ordered by id.
func (snap Snapshot) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, id := range slices.Sorted(maps.Keys(snap)) {
		line := snapshotLine{Show: id}
		for _, st := range snap[id] {
			l := standingLine{Season: st.Season, Part: st.Part, Status: st.Status, Date: st.Date.String(),
				Promise: st.Promise, Final: st.Final, Unconfirmed: st.Unconfirmed, Evidence: st.Evidence.String()}
			if st.Status == Released {
				l.Ended = st.Ended.String()
			}
			for _, d := range st.Parts {
				l.Parts = append(l.Parts, d.String())
			}
			line.Seasons = append(line.Seasons, l)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// ReadSnapshot reads what Write wrote. Of the verdicts only what changes tell is there: no claims, and no premiere but
// the first of Parts. The error names the line.
func ReadSnapshot(r io.Reader) (Snapshot, error) {
	snap := Snapshot{}
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxDossier)
	for n := 1; in.Scan(); n++ {
		var line snapshotLine
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if _, ok := snap[line.Show]; ok || !idForm.MatchString(line.Show) {
			return nil, fmt.Errorf("line %d: %q is there already, or is no id of a show", n, clip(line.Show, 40))
		}
		snap[line.Show] = make([]Standing, 0, len(line.Seasons))
		for i, l := range line.Seasons {
			st, err := l.standing()
			if err == nil && st.Season != i+1 {
				err = fmt.Errorf("season %d stands where %d follows", st.Season, i+1)
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", n, line.Show, err)
			}
			snap[line.Show] = append(snap[line.Show], st)
		}
	}
	return snap, in.Err()
}

func (l standingLine) standing() (Standing, error) {
	st := Standing{Promise: l.Promise, Verdict: Verdict{Asked: l.Season, Season: l.Season, Part: l.Part, Status: l.Status,
		Final: l.Final, Unconfirmed: l.Unconfirmed}}
	for _, status := range []Status{l.Status, cmp.Or(l.Promise, Announced)} {
		if status.Reply() == "" {
			return st, fmt.Errorf("%q is no status of a season", status)
		}
	}
	st.Parts = make([]Date, len(l.Parts))
	texts := append([]string{l.Date, l.Ended, l.Evidence}, l.Parts...)
	dates := []*Date{&st.Date, &st.Ended, &st.Evidence}
	for i := range st.Parts {
		dates = append(dates, &st.Parts[i])
	}
	for i, text := range texts {
		if text == "" {
			continue
		}
		d, err := ParseDate(text)
		if err != nil {
			return st, err
		}
		*dates[i] = d
	}
	if len(st.Parts) > 0 {
		st.Premiered = st.Parts[0]
	}
	return st, nil
}
