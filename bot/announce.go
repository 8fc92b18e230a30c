package bot

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"season3/knowledge"
	"season3/store"
)

// Announcing says how news is handled.
type Announcing struct {
	// Hold is for how long a change that comes while the bot runs must stand before it is news, so that a mistake can be
	// taken back unseen.
	Hold time.Duration
	// Off keeps everything in the outbox.
	Off bool
}

// DefaultHold is the hold of an operator who sets none.
const DefaultHold = 10 * time.Minute

const (
	// tooOld is how long ago something may have happened or been said to be news: dossiers also gain what was long known.
	tooOld = 120 * 24 * time.Hour

	// again is for how long what was withdrawn is taken up again in its own post; later it is news, if somebody has said it
	// again.
	again = 7 * 24 * time.Hour

	// settled is how long a fact that was withdrawn once must stand before it is taken up again, so that data that goes back
	// and forth is neither posted nor corrected each time. It doubles with each time.
	settled = time.Hour
)

// farthest is how far the earliest time zone is ahead of UTC: a day begins there first.
const farthest = 14 * time.Hour

// A desk finds the news: it compares what the base says with what was last announced from.
type desk struct {
	bot  *Bot
	hold time.Duration

	base *knowledge.Base      // that was looked at last; nil before the first look
	day  string               // on which
	seen map[string]time.Time // change that is held -> since when it stands
	ripe time.Time            // when the next of them has stood for long enough; zero when none is held
}

// due reports whether it is time to look.
func (d *desk) due(now time.Time) bool {
	return d.base != d.bot.base() || d.day != newsDay(now).String() || !d.ripe.IsZero() && !now.Before(d.ripe)
}

// newsDay is the day that it already is somewhere. Places further west hear of it when it has come to them.
func newsDay(now time.Time) knowledge.Date { return knowledge.DayOf(now.UTC().Add(farthest)) }

// A place in the base: a season of a show.
type season struct {
	show   string
	number int
}

// findings are what one look has found.
type findings struct {
	base   *knowledge.Base
	day    knowledge.Date
	lines  map[string][]byte    // the baseline before
	snap   knowledge.Snapshot   // the baseline from now on
	events []store.Event        // new ones, and earlier ones that have changed
	held   map[string]time.Time // changes that do not stand for long enough, and since when they stand
	ripe   time.Time            // when the next of them does; zero when there is none
}

// look finds what is news and commits it.
func (d *desk) look(now time.Time) error {
	f, err := d.find(now)
	if err != nil {
		return err
	}
	if err := d.commit(f); err != nil {
		return err
	}
	if len(f.lines) == 0 {
		d.bot.log.Info("news is announced from now on", "shows", len(f.snap))
	}
	for _, e := range f.events {
		d.bot.log.Info("news", "event", e.ID, "withdrawn", !e.Withdrawn.IsZero(), "over", e.Over)
	}
	return nil
}

// find compares what the base says now with what was last announced from. It changes nothing.
func (d *desk) find(now time.Time) (f findings, err error) {
	f = findings{base: d.bot.base(), day: newsDay(now), held: map[string]time.Time{}}
	since, lines, err := d.baseline()
	if err != nil {
		return f, err
	}
	f.snap, f.lines = f.base.Snapshot(f.day), lines
	if since.IsZero() { // the very first time: from here on there is news
		return f, nil
	}
	old, err := read(lines)
	if err != nil {
		return f, err
	}

	// First what the data has changed, as of the day on which the baseline was taken; then what the calendar has.
	then := f.snap
	if since != f.day {
		then = f.base.Snapshot(since)
	}
	var changes []knowledge.Change
	waits, shows := map[season]bool{}, map[string]bool{}
	data := old.Changes(then)
	for _, c := range data {
		key := fmt.Sprintf("%s %d %s %s %s", c.Show, c.Season, c.Event, c.New.Status, c.New.Date)
		first, ok := d.seen[key]
		if !ok {
			first = now
		}
		wait, err := d.wait(c)
		if err != nil {
			return f, err
		}
		if at := first.Add(wait); now.Before(at) {
			f.held[key], waits[season{c.Show, c.Season}], shows[c.Show] = first, true, true
			if f.ripe.IsZero() || at.Before(f.ripe) {
				f.ripe = at
			}
			continue
		}
		if c.Event != "" {
			changes = append(changes, c)
		}
		// A day that came while the change was held is told after it.
		for _, due := range (knowledge.Snapshot{c.Show: then[c.Show]}).Due(newsDay(first), since) {
			if due.Season == c.Season {
				changes = append(changes, due)
			}
		}
	}
	for _, c := range data {
		// What is no news by itself may be what other news of the show is seen by, and waits with it.
		if c.Event == "" && shows[c.Show] {
			waits[season{c.Show, c.Season}] = true
		} else if c.Event == "" {
			changes = append(changes, c)
		}
	}
	if since != f.day {
		for _, c := range append(then.Changes(f.snap), f.snap.Due(since, f.day)...) {
			if !waits[season{c.Show, c.Season}] {
				changes = append(changes, calendar(c))
			}
		}
	}
	for at := range waits { // what is held stays in the baseline as it was
		f.snap[at.show] = keep(f.snap, old, at)
	}
	f.events, err = d.events(f.base, changes)
	return f, err
}

// keep returns the standings of a show with one season as it was.
func keep(snap, old knowledge.Snapshot, at season) []knowledge.Standing {
	standings := slices.Clone(snap[at.show])
	for n := len(standings) + 1; n <= at.number; n++ {
		standings = append(standings, snap.Of(at.show, n))
	}
	standings[at.number-1] = old.Of(at.show, at.number)
	return standings
}

// calendar returns a change that only the calendar has brought: it is news when an exact day has come, else it is not.
func calendar(c knowledge.Change) knowledge.Change {
	if !begins(c.Event) || c.When().Precision() != knowledge.ToDay {
		c.Event = ""
	}
	return c
}

// wait returns for how long a change must stand.
func (d *desk) wait(c knowledge.Change) (time.Duration, error) {
	if c.Event == "" {
		return 0, nil
	}
	wait := d.hold
	if d.base == nil && c.Event != knowledge.EventCorrection { // it did not come while running
		wait = 0
	}
	told, err := d.bot.store.EventsOf(c.Show)
	for _, e := range told {
		if e.Season == c.Season && e.Revision > 0 && d.bot.now().Sub(e.Changed) < again {
			wait = max(wait, settled<<min(e.Revision-1, 5))
		}
	}
	return wait, err
}

// events makes the events that changes call for: new ones, and earlier ones that no longer hold or hold again. It
// tells of the base in which the changes were found: the bot may be given another one meanwhile.
func (d *desk) events(base *knowledge.Base, changes []knowledge.Change) ([]store.Event, error) {
	b, now := d.bot, d.bot.now().UTC()
	var out []store.Event
	for _, c := range changes {
		show := base.Show(c.Show)
		told, err := b.store.EventsOf(c.Show)
		if err != nil {
			return nil, err
		}
		var news, last store.Event // what the change is news of, and when that was told last
		if c.Fact() != "" && !bygone(c, now) {
			news = b.news(show, c)
			if last = lastTold(told, news); last.ID == "" && slices.ContainsFunc(told, func(e store.Event) bool { return e.ID == news.ID }) {
				news.ID += "+" + news.Date // a premiere of another day was told and did not come
			}
		}
		said := news.Evidence > last.Evidence // somebody has said it once more
		switch gone := !last.Withdrawn.IsZero(); {
		case news.ID == "" || last.ID == "":
		case said && (last.Over || gone && now.Sub(last.Changed) > again):
			news.ID, _, _ = strings.Cut(last.ID, "+")
			news.ID += "+" + news.Evidence
		case gone:
			news.ID = last.ID
			out = append(out, restored(last, news))
			news = store.Event{}
		default:
			news = store.Event{}
		}
		for _, e := range told {
			if e.Season != c.Season || e.ID == last.ID {
				continue
			}
			date, _ := knowledge.ParseDate(e.Date) // the zero Date when the event has none
			kind := knowledge.Event(e.Kind)
			was, is := c.Old.Bears(kind, e.Part, date), c.New.Bears(kind, e.Part, date)
			// An announcement may hold while the date that came with it does not.
			wasRight, isRight := was, is
			if !date.IsZero() && (kind == knowledge.EventAnnounced || kind == knowledge.EventRevived) {
				wasRight = was && c.Old.Bears(knowledge.EventDated, e.Part, date)
				isRight = is && c.New.Bears(knowledge.EventDated, e.Part, date)
			}
			// That a season or part has begun does not make right the day that was told before.
			back := !begins(kind) || c.New.Open() || e.Part > len(c.New.Parts)
			switch correction := c.Event == knowledge.EventCorrection; {
			case !e.Withdrawn.IsZero():
				if isRight && !wasRight && back {
					out = append(out, restored(e, e))
				}
			case e.Over:
				if is && !was && back && (correction || begins(kind)) { // what had overtaken it is taken back
					e.Over = false
					out = append(out, e)
				}
			case correction && (was && !is || wasRight && !isRight):
				out = append(out, b.withdrawn(show, e))
			case was && !is: // newer news has overtaken it
				e.Over = true
				out = append(out, e)
			}
		}
		if news.ID != "" {
			out = append(out, news)
		}
	}
	return out, nil
}

// lastTold returns the latest of the events that told the same fact as the news, the zero Event when none did. A premiere
// that did not come on its day is another fact than that of another day.
func lastTold(told []store.Event, news store.Event) (last store.Event) {
	fact, _, _ := strings.Cut(news.ID, "+")
	for _, e := range told {
		id, _, _ := strings.Cut(e.ID, "+")
		other := begins(knowledge.Event(e.Kind)) && e.Date != news.Date && (e.Over || !e.Withdrawn.IsZero())
		if id == fact && !other && e.At.After(last.At) {
			last = e
		}
	}
	return last
}

func begins(e knowledge.Event) bool {
	return e == knowledge.EventPremiered || e == knowledge.EventPartBegins
}

// bygone reports whether what the change tells is too long ago to be news.
func bygone(c knowledge.Change, now time.Time) bool {
	d := c.New.Evidence
	if when := c.When(); begins(c.Event) {
		d = when
	}
	return !d.IsZero() && now.Sub(d.Last().Time()) > tooOld
}

// baseline reads what was last announced from: the day, zero when nothing ever was, and a line for each show.
func (d *desk) baseline() (since knowledge.Date, lines map[string][]byte, err error) {
	day, lines, err := d.bot.store.Baseline()
	if err != nil || day == "" {
		return knowledge.Date{}, nil, err
	}
	if since, err = knowledge.ParseDate(day); err != nil {
		return knowledge.Date{}, nil, fmt.Errorf("the baseline's day: %w", err)
	}
	return since, lines, nil
}

func read(lines map[string][]byte) (knowledge.Snapshot, error) {
	var all bytes.Buffer
	for _, line := range lines {
		all.Write(line)
	}
	snap, err := knowledge.ReadSnapshot(&all)
	if err != nil {
		return nil, fmt.Errorf("the baseline: %w", err)
	}
	return snap, nil
}

// commit makes the findings the baseline, together with their events. Only shows whose line has changed are written; a
// show that is gone from the base keeps its line, for when it comes back.
func (d *desk) commit(f findings) error {
	changed := map[string][]byte{}
	for show := range f.snap {
		var line bytes.Buffer
		if err := (knowledge.Snapshot{show: f.snap[show]}).Write(&line); err != nil {
			return err
		}
		if !bytes.Equal(line.Bytes(), f.lines[show]) {
			changed[show] = line.Bytes()
		}
	}
	if err := d.bot.store.Commit(f.day.String(), changed, f.events); err != nil {
		return err
	}
	d.base, d.day, d.seen, d.ripe = f.base, f.day.String(), f.held, f.ripe
	return nil
}

// An Expected is a post that would be made or edited.
type Expected struct {
	Event   store.Event
	Place   string // a guild id, or "@" and a member's
	Channel string
	Due     time.Time // UTC
	Edit    bool
	Not     string // why it would not be posted, "" when it would
}

// DryRun calls f with each post that would be made or edited if the bot were started now, and changes nothing.
func (b *Bot) DryRun(f func(Expected)) error {
	found, err := (&desk{bot: b}).find(b.now())
	if err != nil {
		return err
	}
	now := b.now().UTC()
	plan := plan(now)
	for _, e := range found.events {
		switch {
		case e.Over: // no post is changed by that
		case e.Revision > 0 || e.Reached:
			err = b.store.Deliveries(func(d store.Delivery, was store.Event) bool {
				switch {
				case d.Event != e.ID:
				case d.State == store.Posted && e.Revision != was.Revision:
					f(Expected{Event: e, Place: d.Place, Channel: d.Channel, Due: now, Edit: true})
				case d.State == store.Withdrawn && e.Withdrawn.IsZero():
					f(Expected{Event: e, Place: d.Place, Channel: d.Channel, Due: now})
				}
				return true
			})
		default:
			seen := map[string]bool{}
			err = b.store.Followers(&e, func(place string, g *store.GuildSettings, c *store.Channel) {
				p := plan(&e, place, g, c)
				if key := place + " " + c.ID; !p.Skip && !seen[key] {
					seen[key] = true
					f(Expected{Event: e, Place: place, Channel: c.ID, Due: p.Due.UTC(), Not: p.Missed})
				}
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// plan says when and whether a channel hears of an event.
func plan(now time.Time) func(*store.Event, string, *store.GuildSettings, *store.Channel) store.Plan {
	return func(e *store.Event, place string, g *store.GuildSettings, c *store.Channel) store.Plan {
		if slices.Contains(c.Muted, e.Kind) {
			return store.Plan{Skip: true}
		}
		at := now
		if day, err := time.ParseInLocation(time.DateOnly, e.Day, g.Location()); err == nil {
			// A premiere is news at the place's own hour of that day.
			if hour := time.Date(day.Year(), day.Month(), day.Day(), g.HourOfDay(), 0, 0, 0, g.Location()); hour.After(at) {
				at = hour
			}
		}
		p := store.Plan{Due: at, Publish: c.Publish && c.News}
		if c.Digest != "" {
			p.Due = nextDigest(at, g, c)
			p.Slot = p.Due.Unix()
		}
		p.Expires = p.Due.Add(fresh)
		if c.Paused {
			p.Missed = "paused"
		}
		return p
	}
}

// fresh is how long after its time an announcement is still worth posting.
const fresh = 72 * time.Hour

// nextDigest returns the first moment after t at which the channel's digest is posted.
func nextDigest(t time.Time, g *store.GuildSettings, c *store.Channel) time.Time {
	local := t.In(g.Location())
	for n := 0; ; n++ {
		// The hour itself may be of the day before, when clocks go forward at midnight.
		day := time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, time.UTC)
		at := time.Date(day.Year(), day.Month(), day.Day(), g.HourOfDay(), 0, 0, 0, g.Location())
		if at.After(t) && (c.Digest != store.DigestWeekly || int(day.Weekday()) == c.Weekday) {
			return at
		}
	}
}
