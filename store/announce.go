package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

var (
	baselineBucket   = []byte("baseline")
	eventsBucket     = []byte("events")
	openBucket       = []byte("open")
	followsBucket    = []byte("follows")
	deliveriesBucket = []byte("deliveries")
	historyBucket    = []byte("history")
	outboxBucket     = []byte("outbox")
	turnBucket       = []byte("turn")
	lineBucket       = []byte("line")
)

// What a channel may follow beside single shows. No id of a show looks like them.
const (
	FollowAll      = "*" // every show with a dossier
	FollowUpcoming = "+" // whatever concerns a season that is promised
)

// An Event is one piece of news: a fact about a season, which the followers of its show hear of once.
type Event struct {
	ID       string    `json:"id"` // of show, season and fact; it holds no control characters
	Show     string    `json:"show"`
	Season   int       `json:"season"`
	Part     int       `json:"part,omitempty"`
	Kind     string    `json:"kind"`
	Date     string    `json:"date,omitempty"` // the date that the fact is about, as knowledge writes it
	Evidence string    `json:"evidence,omitempty"`
	Listed   bool      `json:"listed,omitempty"`   // of a show without a dossier
	Upcoming bool      `json:"upcoming,omitempty"` // FollowUpcoming hears of it
	Day      string    `json:"day,omitempty"`      // the day, of each place's own calendar, before which it is no news there
	At       time.Time `json:"at"`                 // when it was found, UTC
	Post     Post      `json:"post"`

	// A withdrawn event is no longer true; its posts say Correction instead of Post.
	Withdrawn  time.Time `json:"withdrawn,omitzero"`
	Correction Post      `json:"correction,omitzero"`
	// Revision counts how often what its posts have to say has changed, Changed is when it last did, UTC.
	Revision int       `json:"revision,omitempty"`
	Changed  time.Time `json:"changed,omitzero"`
	// An event that is over still holds, but newer news has overtaken it: posts stay, and no more are made.
	Over bool `json:"over,omitempty"`

	Reached bool   `json:"reached,omitempty"` // all followers have their delivery
	Cursor  []byte `json:"cursor,omitempty"`  // how far the present round has come
}

// Says returns what the event's posts have to say at the moment.
func (e *Event) Says() Post {
	if e.Withdrawn.IsZero() {
		return e.Post
	}
	return e.Correction
}

// A Post is what a channel gets to read, ready for rendering.
type Post struct {
	Line   string   `json:"line"`             // in one sentence, for digests and lists
	Blocks []string `json:"blocks,omitempty"` // the whole text
	Color  int      `json:"color,omitempty"`
}

// The states of a delivery.
const (
	Pending   = "pending"   // waits for its time, or is being tried
	Posted    = "posted"    // the channel has it
	Parked    = "parked"    // cannot reach the channel; it is tried again when the cause may be gone
	Missed    = "missed"    // will not reach the channel any more; Reason says why
	Withdrawn = "withdrawn" // the event was withdrawn, or overtaken, before the channel got it
)

// A Delivery is one event on its way to one channel.
type Delivery struct {
	Event   string `json:"event"`
	Place   string `json:"place"` // a guild id, or "@" and the id of a member who is told by direct message
	Channel string `json:"channel"`

	State    string    `json:"state"`
	Reason   string    `json:"reason,omitempty"` // of Parked, Missed and of the last failed attempt
	Tries    int       `json:"tries,omitempty"`
	Made     time.Time `json:"made"`              // UTC, as all times here
	Due      time.Time `json:"due"`               // when it is to be tried next
	Expires  time.Time `json:"expires"`           // when it is no longer news
	Slot     int64     `json:"slot,omitempty"`    // the digest it belongs to, in Unix seconds; 0 for a post of its own
	Attempt  time.Time `json:"attempt,omitzero"`  // the first attempt whose outcome is not known
	Message  string    `json:"message,omitempty"` // the post
	Posted   time.Time `json:"posted,omitzero"`
	Revision int       `json:"revision,omitempty"` // the event's, as the post shows it, or as the first attempt would

	Unedited string `json:"unedited,omitempty"` // why correcting the post was given up; it may say what no longer holds

	Publish     bool      `json:"publish,omitempty"` // is to be published to following servers
	Published   time.Time `json:"published,omitzero"`
	Unpublished string    `json:"unpublished,omitempty"` // why publishing was given up
}

// The kinds of operations.
const (
	OpPost    = "post"
	OpEdit    = "edit"
	OpPublish = "publish"
	OpTell    = "tell" // tell moderators of the guild's troubles; it has no deliveries
)

// An Op is something to be done at Discord, claimed for one attempt. Its deliveries are as they were before that: an
// Attempt among them is an earlier one, which may have made the post.
type Op struct {
	Kind       string
	Place      string
	Channel    string
	Deliveries []Delivery // several for a digest, all of one slot; else one
	Events     []Event    // of the deliveries, in their order
	Guild      GuildSettings

	keys [][]byte // in the outbox
}

// Lead returns the first delivery.
func (op *Op) Lead() *Delivery { return &op.Deliveries[0] }

// entry is a row of the outbox.
type entry struct {
	Kind    string `json:"kind"`
	Channel string `json:"channel"`
	Event   string `json:"event"`
}

const sep = "\x00"

func stamp(t time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(t.UnixMilli(), 0)))
	return string(b[:])
}

func unstamp(key []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(key[:8]))).UTC()
}

func deliveryKey(event, place, channel string) string { return event + sep + place + sep + channel }

// Baseline returns what was last announced from: the day, and by the id of each show what Commit was given. Both are
// empty when there never was one.
func (s *Store) Baseline() (day string, standings map[string][]byte, err error) {
	standings = map[string][]byte{}
	err = s.db.View(func(tx *bbolt.Tx) error {
		if err := get(tx, metaBucket, "day", &day); err != nil {
			return err
		}
		return tx.Bucket(baselineBucket).ForEach(func(k, v []byte) error {
			standings[string(k)] = bytes.Clone(v)
			return nil
		})
	})
	if err != nil {
		return "", nil, fmt.Errorf("the baseline: %w", err)
	}
	return day, standings, nil
}

// Commit moves the baseline to a day and to other standings of some shows, and adds or replaces events, in one
// transaction: news is found once. Events whose Reached is false or whose Revision has changed are then brought to their
// channels by FanOut.
func (s *Store) Commit(day string, standings map[string][]byte, events []Event) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		if err := put(tx, metaBucket, "day", day); err != nil {
			return err
		}
		for show, v := range standings {
			if err := tx.Bucket(baselineBucket).Put([]byte(show), v); err != nil {
				return err
			}
		}
		for _, e := range events {
			e.Cursor = nil
			if err := put(tx, eventsBucket, e.ID, e); err != nil {
				return err
			}
			if err := tx.Bucket(openBucket).Put([]byte(e.ID), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("news: %w", err)
	}
	return nil
}

// Event returns an event; its ID is "" when there is none.
func (s *Store) Event(id string) (Event, error) {
	var e Event
	err := s.db.View(func(tx *bbolt.Tx) error { return get(tx, eventsBucket, id, &e) })
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", id, err)
	}
	return e, nil
}

// EventsOf returns the events of a show, ordered by id.
func (s *Store) EventsOf(show string) ([]Event, error) {
	var out []Event
	err := s.db.View(func(tx *bbolt.Tx) error {
		return scan(tx, eventsBucket, show+"/", func(_, v []byte) error {
			var e Event
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			out = append(out, e)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("events of %s: %w", show, err)
	}
	return out, nil
}

// scan calls f with each key that has the prefix. f must not keep what it is given.
func scan(tx *bbolt.Tx, bucket []byte, prefix string, f func(k, v []byte) error) error {
	c := tx.Bucket(bucket).Cursor()
	p := []byte(prefix)
	for k, v := c.Seek(p); k != nil && bytes.HasPrefix(k, p); k, v = c.Next() {
		if err := f(k, v); err != nil {
			return err
		}
	}
	return nil
}

// follows returns what the channels of a guild follow, as keys of the index but for the guild.
func follows(g GuildSettings) map[[2]string]bool {
	out := map[[2]string]bool{}
	for _, c := range g.Channels {
		for _, show := range c.Shows {
			out[[2]string{show, c.ID}] = true
		}
		if c.All {
			out[[2]string{FollowAll, c.ID}] = true
		}
		if c.Upcoming {
			out[[2]string{FollowUpcoming, c.ID}] = true
		}
	}
	return out
}

// reindex keeps the index from shows to channels in step with a guild's settings.
func reindex(tx *bbolt.Tx, place string, was, is map[[2]string]bool) error {
	b := tx.Bucket(followsBucket)
	for f := range was {
		if !is[f] {
			if err := b.Delete([]byte(f[0] + sep + place + sep + f[1])); err != nil {
				return err
			}
		}
	}
	for f := range is {
		if !was[f] {
			if err := b.Put([]byte(f[0]+sep+place+sep+f[1]), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Plan says what FanOut does for one follower.
type Plan struct {
	Skip    bool      // the follower does not want the event
	Due     time.Time // when to post
	Expires time.Time // until when it is worth posting
	Slot    int64     // the digest it goes into, 0 for none
	Publish bool
	Missed  string // a reason not to post at all, which the history shows
}

// FanOut works through the events that Commit has left open, at most limit followers or deliveries in one transaction, and
// reports whether there is more to do. For a new event it asks plan about each follower and puts a delivery into the
// outbox; for a changed one it has the posts edited, and takes back what has not been posted. An event that has reached
// everybody is told of to nobody new.
func (s *Store) FanOut(now time.Time, limit int, plan func(e *Event, place string, g *GuildSettings, c *Channel) Plan) (more bool, err error) {
	// Mostly nothing is open, and a transaction that writes costs the disk even when it changes nothing.
	err = s.db.View(func(tx *bbolt.Tx) error {
		id, _ := tx.Bucket(openBucket).Cursor().First()
		more = id != nil
		return nil
	})
	if err != nil || !more {
		return false, err
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		id, _ := tx.Bucket(openBucket).Cursor().First()
		if more = id != nil; !more {
			return nil
		}
		var e Event
		if err := get(tx, eventsBucket, string(id), &e); err != nil {
			return err
		}
		var done bool
		var err error
		switch {
		case !e.Withdrawn.IsZero() || e.Over || e.Reached:
			done, err = revise(tx, &e, now, limit)
		default:
			if done, err = reach(tx, &e, now, limit, plan); done {
				e.Reached = true
			}
		}
		if err != nil {
			return fmt.Errorf("event %s: %w", e.ID, err)
		}
		if done {
			// An event that was withdrawn and came back before it had reached everybody goes round again.
			e.Cursor = nil
			if err := tx.Bucket(openBucket).Delete([]byte(e.ID)); err != nil {
				return err
			}
		}
		return put(tx, eventsBucket, e.ID, e)
	})
	if err != nil {
		return false, fmt.Errorf("fan-out: %w", err)
	}
	return more, nil
}

// errPage ends a page of followers.
var errPage = errors.New("page is full")

// reach gives followers their deliveries, from the event's cursor on.
func reach(tx *bbolt.Tx, e *Event, now time.Time, limit int, plan func(*Event, string, *GuildSettings, *Channel) Plan) (done bool, err error) {
	err = followers(tx, e, e.Cursor, func(key []byte, place string, g *GuildSettings, c *Channel) error {
		if limit--; limit < 0 {
			return errPage
		}
		e.Cursor = bytes.Clone(key)
		if c == nil || !g.Left.IsZero() {
			return nil
		}
		return deliver(tx, e, now, place, c.ID, plan(e, place, g, c))
	})
	if errors.Is(err, errPage) {
		return false, nil
	}
	return true, err
}

// followers calls f with each channel that follows what the event is about, from after the cursor on, and with its key
// in the index. The channel is nil when its guild no longer has settings for it.
func followers(tx *bbolt.Tx, e *Event, cursor []byte, f func(key []byte, place string, g *GuildSettings, c *Channel) error) error {
	c := tx.Bucket(followsBucket).Cursor()
	var place string
	var g GuildSettings
	for _, what := range []string{FollowAll, FollowUpcoming, e.Show} {
		if what == FollowAll && e.Listed || what == FollowUpcoming && !e.Upcoming {
			continue
		}
		prefix := []byte(what + sep)
		from := prefix
		if bytes.Compare(cursor, prefix) > 0 {
			from = append(bytes.Clone(cursor), 0)
		}
		for k, _ := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			parts := strings.Split(string(k), sep)
			if parts[1] != place {
				place, g = parts[1], GuildSettings{}
				if err := get(tx, guildsBucket, place, &g); err != nil {
					return err
				}
			}
			if err := f(k, place, &g, g.Channel(parts[2])); err != nil {
				return err
			}
		}
	}
	return nil
}

// Followers calls f with each channel that would hear of an event now, as FanOut would; one may come up more than once.
func (s *Store) Followers(e *Event, f func(place string, g *GuildSettings, c *Channel)) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		return followers(tx, e, nil, func(_ []byte, place string, g *GuildSettings, c *Channel) error {
			if c != nil && g.Left.IsZero() {
				f(place, g, c)
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("followers of %s: %w", e.Show, err)
	}
	return nil
}

// deliver puts one delivery into the ledger and, when it is to be posted, into the outbox. Who has one already keeps it.
func deliver(tx *bbolt.Tx, e *Event, now time.Time, place, channel string, p Plan) error {
	if p.Skip {
		return nil
	}
	key := deliveryKey(e.ID, place, channel)
	if tx.Bucket(deliveriesBucket).Get([]byte(key)) != nil {
		return renew(tx, e, now, key)
	}
	d := Delivery{Event: e.ID, Place: place, Channel: channel, State: Pending, Made: now.UTC(), Due: p.Due.UTC(), Expires: p.Expires.UTC(),
		Slot: p.Slot, Publish: p.Publish}
	if p.Missed != "" {
		d.State, d.Reason = Missed, p.Missed
	}
	if err := put(tx, deliveriesBucket, key, d); err != nil {
		return err
	}
	if err := tx.Bucket(historyBucket).Put([]byte(place+sep+stamp(d.Made)+sep+key), nil); err != nil {
		return err
	}
	if d.State != Pending {
		return nil
	}
	return enqueue(tx, d.Due, place, entry{OpPost, channel, e.ID})
}

// revise brings what the event says now to the channels that have it, and takes it back from those that do not.
func revise(tx *bbolt.Tx, e *Event, now time.Time, limit int) (done bool, err error) {
	prefix := []byte(e.ID + sep)
	from := prefix
	if len(e.Cursor) > 0 {
		from = append(bytes.Clone(e.Cursor), 0)
	}
	var keys []string // a bucket must not change under its cursor
	c := tx.Bucket(deliveriesBucket).Cursor()
	for k, _ := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix) && len(keys) < limit; k, _ = c.Next() {
		keys = append(keys, string(k))
	}
	for _, k := range keys {
		e.Cursor = []byte(k)
		if err := renew(tx, e, now, k); err != nil {
			return false, err
		}
	}
	return len(keys) < limit, nil
}

// renew brings one delivery in step with its event.
func renew(tx *bbolt.Tx, e *Event, now time.Time, key string) error {
	var d Delivery
	if err := get(tx, deliveriesBucket, key, &d); err != nil {
		return err
	}
	switch {
	case d.State == Posted && d.Revision != e.Revision:
		return enqueue(tx, now, d.Place, entry{OpEdit, d.Channel, d.Event})
	case (!e.Withdrawn.IsZero() || e.Over) && d.Attempt.IsZero() && (d.State == Pending || d.State == Parked):
		d.State, d.Reason = Withdrawn, "" // its row in the outbox is dropped when it comes up
	case e.Withdrawn.IsZero() && !e.Over && d.State == Withdrawn:
		d.State = Pending
		if d.Tries > 0 || d.Due.Before(now) { // it is news from now on; the digest that it belonged to may be posted already
			d.Expires = d.Expires.Add(max(now.Sub(d.Due), 0))
			d.Due, d.Slot = now.UTC(), 0
		}
		if err := enqueue(tx, d.Due, d.Place, entry{OpPost, d.Channel, d.Event}); err != nil {
			return err
		}
	default:
		return nil // among them an attempt whose outcome is not known: once it is, the post is edited
	}
	return put(tx, deliveriesBucket, key, d)
}

// History returns the deliveries of a place, newest first, at most limit, each with its event.
func (s *Store) History(place string, limit int) (ds []Delivery, es []Event, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		return history(tx, place, func(d Delivery) (bool, error) {
			if len(ds) == limit {
				return false, nil
			}
			var e Event
			err := get(tx, eventsBucket, d.Event, &e)
			ds, es = append(ds, d), append(es, e)
			return true, err
		})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("history of %s: %w", place, err)
	}
	return ds, es, nil
}

// history calls f with the deliveries of a place, newest first, until f returns false.
func history(tx *bbolt.Tx, place string, f func(Delivery) (more bool, err error)) error {
	prefix := []byte(place + sep)
	c := tx.Bucket(historyBucket).Cursor()
	k, _ := c.Seek([]byte(place + "\x01"))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	for ; k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Prev() {
		var d Delivery
		if err := get(tx, deliveriesBucket, string(k[len(prefix)+9:]), &d); err != nil {
			return err
		}
		if more, err := f(d); err != nil || !more {
			return err
		}
	}
	return nil
}

// Deliveries calls f with every delivery and its event, ordered by event, until f returns false.
func (s *Store) Deliveries(f func(Delivery, Event) bool) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		var e Event
		c := tx.Bucket(deliveriesBucket).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var d Delivery
			if err := json.Unmarshal(v, &d); err != nil {
				return err
			}
			if e.ID != d.Event {
				e = Event{}
				if err := get(tx, eventsBucket, d.Event, &e); err != nil {
					return err
				}
			}
			if !f(d, e) {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// Channel returns the settings of one channel, nil when the guild has none for it.
func (g *GuildSettings) Channel(id string) *Channel {
	i := slices.IndexFunc(g.Channels, func(c Channel) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &g.Channels[i]
}

// wants reports whether the channel follows what the event is about, and takes news of its kind.
func (c *Channel) wants(e *Event) bool {
	follows := c.All && !e.Listed || c.Upcoming && e.Upcoming || slices.Contains(c.Shows, e.Show)
	return follows && !slices.Contains(c.Muted, e.Kind)
}

// HourOfDay returns the hour, 0 to 23 in the guild's zone, at which digests and premieres are posted.
func (g *GuildSettings) HourOfDay() int {
	if g.Hour == nil {
		return defaultHour
	}
	return *g.Hour
}

const defaultHour = 9

// Location returns the guild's time zone, UTC when it chose none or the system does not know it.
func (g *GuildSettings) Location() *time.Location {
	loc, err := time.LoadLocation(cmp.Or(g.Zone, "UTC"))
	if err != nil {
		return time.UTC
	}
	return loc
}
