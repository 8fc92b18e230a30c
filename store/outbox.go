package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// enqueue puts a row into the outbox, and gives its place an earlier turn if it has to wait longer than the row. A second
// row of the same kind, channel and event does no harm: when it comes up, the delivery says that there is nothing left to
// do.
func enqueue(tx *bbolt.Tx, due time.Time, place string, e entry) error {
	v, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := tx.Bucket(outboxBucket).Put(outboxKey(due, place, e), v); err != nil {
		return err
	}
	if v := tx.Bucket(turnBucket).Get([]byte(place)); v != nil && (len(v) > 8 || !unstamp(v).After(due)) {
		return nil
	}
	return setTurn(tx, place, due, false)
}

func outboxKey(due time.Time, place string, e entry) []byte {
	return []byte(place + sep + stamp(due) + e.Kind + sep + e.Channel + sep + e.Event)
}

// first returns the place's earliest row.
func first(tx *bbolt.Tx, place string) (key, value []byte, due time.Time) {
	prefix := []byte(place + sep)
	k, v := tx.Bucket(outboxBucket).Cursor().Seek(prefix)
	if k == nil || !bytes.HasPrefix(k, prefix) {
		return nil, nil, time.Time{}
	}
	return k, v, unstamp(k[len(prefix):])
}

// setTurn moves the place in the line; the zero time takes it out. A place that is being served keeps its turn, whatever
// is put into the outbox for it: it gets one operation at a time.
func setTurn(tx *bbolt.Tx, place string, at time.Time, served bool) error {
	if old := tx.Bucket(turnBucket).Get([]byte(place)); old != nil {
		if err := tx.Bucket(lineBucket).Delete([]byte(string(old[:8]) + place)); err != nil {
			return err
		}
	}
	if at.IsZero() {
		return tx.Bucket(turnBucket).Delete([]byte(place))
	}
	v := stamp(at)
	if served {
		v += "+"
	}
	if err := tx.Bucket(turnBucket).Put([]byte(place), []byte(v)); err != nil {
		return err
	}
	return tx.Bucket(lineBucket).Put([]byte(stamp(at)+place), nil)
}

// Claim takes up to limit operations that are due, one from each place, and puts them off by the lease, so that they come
// up again when the process ends before Finish. Places take turns: whoever was served goes to the end of the line, however
// much waits for it. Of each delivery to be posted it notes that an attempt begins.
func (s *Store) Claim(now time.Time, limit int, lease time.Duration) (ops []Op, err error) {
	// Mostly nothing is due, and a transaction that writes costs the disk even when it changes nothing.
	if due, ok, err := s.NextDue(); err != nil || !ok || due.After(now) {
		return nil, err
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		var places []string
		c := tx.Bucket(lineBucket).Cursor()
		for k, _ := c.First(); k != nil && len(places) < limit && !unstamp(k).After(now); k, _ = c.Next() {
			places = append(places, string(k[8:]))
		}
		for _, place := range places {
			op, err := serve(tx, place, now, lease)
			if err != nil {
				return err
			}
			if op != nil {
				ops = append(ops, *op)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return ops, nil
}

// serve takes the place's first operation that is due, nil when there is none, and sets its next turn: after the lease when
// an operation is under way, since Finish sets it anew.
func serve(tx *bbolt.Tx, place string, now time.Time, lease time.Duration) (*Op, error) {
	for {
		k, v, due := first(tx, place)
		if k == nil || due.After(now) {
			return nil, setTurn(tx, place, due, false)
		}
		var e entry
		if err := json.Unmarshal(v, &e); err != nil {
			return nil, err
		}
		op, err := claim(tx, bytes.Clone(k), place, e, now, lease)
		if err != nil {
			return nil, err
		}
		if op == nil {
			continue // there was nothing left to do
		}
		if op.Kind == OpPost && op.Lead().Slot != 0 {
			if err := gather(tx, op, now, lease); err != nil {
				return nil, err
			}
		}
		return op, setTurn(tx, place, now.Add(lease), true)
	}
}

// gather adds to a digest what else is due in its channel for the same hour.
func gather(tx *bbolt.Tx, op *Op, now time.Time, lease time.Duration) error {
	type row struct {
		key []byte
		e   entry
	}
	var rows []row
	err := scan(tx, outboxBucket, op.Place+sep, func(k, v []byte) error {
		var e entry
		if err := json.Unmarshal(v, &e); err != nil {
			return err
		}
		if e.Kind == OpPost && e.Channel == op.Channel && !unstamp(k[len(op.Place)+1:]).After(now) {
			rows = append(rows, row{bytes.Clone(k), e})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		var d Delivery
		if err := get(tx, deliveriesBucket, deliveryKey(r.e.Event, op.Place, op.Channel), &d); err != nil {
			return err
		}
		if d.Slot != op.Lead().Slot {
			continue
		}
		more, err := claim(tx, r.key, op.Place, r.e, now, lease)
		if err != nil {
			return err
		}
		if more != nil {
			op.Deliveries, op.Events = append(op.Deliveries, more.Deliveries...), append(op.Events, more.Events...)
			op.keys = append(op.keys, more.keys...)
		}
	}
	return nil
}

// claim makes an operation of a row, and puts the row off by the lease. When there is nothing left to do it drops the row
// and returns nil.
func claim(tx *bbolt.Tx, key []byte, place string, e entry, now time.Time, lease time.Duration) (*Op, error) {
	if err := tx.Bucket(outboxBucket).Delete(key); err != nil {
		return nil, err
	}
	op := &Op{Kind: e.Kind, Place: place, Channel: e.Channel, keys: [][]byte{outboxKey(now.Add(lease), place, e)}}
	if err := get(tx, guildsBucket, place, &op.Guild); err != nil {
		return nil, err
	}
	if e.Kind == OpTell {
		if !op.Guild.untold() {
			return nil, nil
		}
		return op, enqueue(tx, now.Add(lease), place, e)
	}
	var d Delivery
	var ev Event
	dkey := deliveryKey(e.Event, place, e.Channel)
	if err := errors.Join(get(tx, deliveriesBucket, dkey, &d), get(tx, eventsBucket, e.Event, &ev)); err != nil {
		return nil, err
	}
	switch e.Kind {
	case OpPost:
		if d.State != Pending && d.State != Parked {
			return nil, nil
		}
		if c := op.Guild.Channel(d.Channel); d.Attempt.IsZero() && c != nil && !c.wants(&ev) {
			d.State, d.Reason = Missed, "unfollowed"
			return nil, put(tx, deliveriesBucket, dkey, d)
		}
		if err := attempt(tx, dkey, d, ev.Revision, now); err != nil {
			return nil, err
		}
	case OpEdit:
		if d.State != Posted || d.Revision == ev.Revision {
			return nil, nil
		}
	case OpPublish:
		if d.State != Posted || !d.Published.IsZero() || d.Unpublished != "" {
			return nil, nil
		}
	}
	op.Deliveries, op.Events = []Delivery{d}, []Event{ev}
	return op, enqueue(tx, now.Add(lease), place, e)
}

// attempt notes that an attempt begins whose outcome may never be known, and which revision of the event it posts. The
// operation keeps the delivery as it was: whether one was under way before.
func attempt(tx *bbolt.Tx, key string, d Delivery, revision int, now time.Time) error {
	if !d.Attempt.IsZero() {
		return nil
	}
	d.Attempt, d.Revision = now.UTC(), revision
	return put(tx, deliveriesBucket, key, d)
}

// NextDue returns when the next operation is due, and false when the outbox is empty.
func (s *Store) NextDue() (due time.Time, ok bool, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		if k, _ := tx.Bucket(lineBucket).Cursor().First(); k != nil {
			due, ok = unstamp(k), true
		}
		return nil
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("outbox: %w", err)
	}
	return due, ok, nil
}

// An Outcome is how an operation ended: done, unless Retry or Miss is set. Unknown, Absent and Park say more of Retry.
type Outcome struct {
	Op      Op
	Message string // of a post that was made or found

	Retry   time.Time // try again then
	Unknown bool      // with Retry: the post may have been made
	Absent  bool      // with Retry: neither this nor an earlier attempt has made the post
	Park    bool      // with Retry: something in the way has to change first
	Miss    bool      // give up
	Reason  string    // of Retry, Park and Miss
}

// Finish notes how operations ended, all in one transaction.
func (s *Store) Finish(now time.Time, outcomes []Outcome) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for i := range outcomes {
			if err := finish(tx, now, &outcomes[i]); err != nil {
				return err
			}
			// Whoever was served goes behind all who wait already.
			place := outcomes[i].Op.Place
			_, _, due := first(tx, place)
			if !due.IsZero() && due.Before(now) {
				due = now
			}
			if err := setTurn(tx, place, due, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("outcomes: %w", err)
	}
	return nil
}

func finish(tx *bbolt.Tx, now time.Time, o *Outcome) error {
	if o.Op.Kind == OpTell {
		return finishTell(tx, o)
	}
	if err := troubles(tx, now, o); err != nil {
		return err
	}
	for i := range o.Op.Deliveries {
		if err := tx.Bucket(outboxBucket).Delete(o.Op.keys[i]); err != nil {
			return err
		}
		d, claimed := Delivery{}, &o.Op.Deliveries[i]
		key := deliveryKey(claimed.Event, claimed.Place, claimed.Channel)
		if err := get(tx, deliveriesBucket, key, &d); err != nil {
			return err
		}
		if d.Event == "" { // its place, or its event, was forgotten while the attempt was under way
			continue
		}
		d.settle(now, o)
		if i > 0 && d.State == Posted {
			d.Publish = false // the first of a digest has it published for all
		}
		if !o.Retry.IsZero() {
			if err := enqueue(tx, o.Retry, d.Place, entry{o.Op.Kind, d.Channel, d.Event}); err != nil {
				return err
			}
		}
		if err := put(tx, deliveriesBucket, key, d); err != nil {
			return err
		}
		// What has changed while the attempt was under way.
		var e Event
		if err := get(tx, eventsBucket, d.Event, &e); err != nil {
			return err
		}
		if o.Op.Kind == OpPost {
			if err := renew(tx, &e, now, key); err != nil {
				return err
			}
			if d.State == Posted && d.Publish && d.Published.IsZero() && i == 0 {
				if err := enqueue(tx, now, d.Place, entry{OpPublish, d.Channel, d.Event}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// settle changes the delivery as the outcome says.
func (d *Delivery) settle(now time.Time, o *Outcome) {
	d.Tries++
	d.Reason, d.Due = o.Reason, o.Retry.UTC()
	switch o.Op.Kind {
	case OpPost:
		// What refuses this attempt says nothing of an earlier one.
		if before := o.Op.Deliveries[o.Op.index(d.Event)].Attempt; o.Absent || !o.Unknown && before.IsZero() {
			d.Attempt = time.Time{}
		}
		switch {
		case o.Miss:
			d.State = Missed
		case o.Park:
			d.State = Parked
		case !o.Retry.IsZero():
			d.State = Pending
		default:
			// The revision stays that of the first attempt, which may be the one that made the post: if the event has
			// changed since, the post is edited.
			d.State, d.Message, d.Posted, d.Attempt = Posted, o.Message, now.UTC(), time.Time{}
		}
	case OpEdit:
		if o.Retry.IsZero() { // done, the post is gone, or it is given up: either way there is nothing left to do
			d.Unedited = ""
			if o.Miss {
				d.Unedited = o.Reason
			}
			d.Revision = o.Op.Events[o.Op.index(d.Event)].Revision
		}
	case OpPublish:
		switch {
		case o.Miss:
			d.Unpublished = o.Reason
		case o.Retry.IsZero():
			d.Published = now.UTC()
		}
	}
}

// index returns where an event stands in the operation.
func (op *Op) index(event string) int {
	return slices.IndexFunc(op.Events, func(e Event) bool { return e.ID == event })
}

// troubles notes what keeps a channel from its news, so that moderators are told of it once, and forgets it when a post
// has come through.
func troubles(tx *bbolt.Tx, now time.Time, o *Outcome) error {
	if o.Op.Kind != OpPost || !o.Park && !o.Retry.IsZero() || o.Miss {
		return nil
	}
	var g GuildSettings
	if err := get(tx, guildsBucket, o.Op.Place, &g); err != nil {
		return err
	}
	// That the role is gone keeps no post away, and no post brings it back.
	here := func(t Trouble) bool { return t.Channel == o.Op.Channel && t.Reason != TroubleRole }
	i := slices.IndexFunc(g.Troubles, here)
	switch {
	case !o.Park && i < 0, o.Park && i >= 0 && g.Troubles[i].Reason == o.Reason, o.Park && g.Channel(o.Op.Channel) == nil:
		return nil
	}
	g.Troubles = slices.DeleteFunc(g.Troubles, here)
	if o.Park {
		g.Troubles = append(g.Troubles, Trouble{Channel: o.Op.Channel, Reason: o.Reason, Since: now.UTC()})
		if err := enqueue(tx, now, o.Op.Place, entry{Kind: OpTell}); err != nil {
			return err
		}
	}
	return put(tx, guildsBucket, o.Op.Place, g)
}

// AddTrouble notes something in the way of a channel's news that was seen otherwise than by a failed post, and has
// moderators told. The same trouble twice is one.
func (s *Store) AddTrouble(place string, t Trouble) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		added := false
		err := updateGuild(tx, place, func(g *GuildSettings) error {
			same := func(o Trouble) bool { return o.Channel == t.Channel && o.Reason == t.Reason }
			if g.Channel(t.Channel) != nil && !slices.ContainsFunc(g.Troubles, same) {
				g.Troubles, added = append(g.Troubles, t), true
			}
			return nil
		})
		if err != nil || !added {
			return err
		}
		return enqueue(tx, t.Since, place, entry{Kind: OpTell})
	})
	if err != nil {
		return fmt.Errorf("trouble of guild %s: %w", place, err)
	}
	return nil
}

// Told notes that moderators have heard of the troubles.
func (s *Store) Told(place string, troubles []Trouble) error {
	return s.UpdateGuild(place, func(g *GuildSettings) error { g.tell(troubles); return nil })
}

func (g *GuildSettings) tell(troubles []Trouble) {
	for i, t := range g.Troubles {
		g.Troubles[i].Told = t.Told || slices.Contains(troubles, t)
	}
}

func (g *GuildSettings) untold() bool {
	return slices.ContainsFunc(g.Troubles, func(t Trouble) bool { return !t.Told })
}

// ForModerators returns the troubles that no channel could be told of.
func (g *GuildSettings) ForModerators() []Trouble {
	return slices.DeleteFunc(slices.Clone(g.Troubles), func(t Trouble) bool { return t.Told || !t.Deaf })
}

// finishTell notes that a guild was told of its troubles. When it could not be, they stay untold, and the next moderator
// who uses a command hears of them.
func finishTell(tx *bbolt.Tx, o *Outcome) error {
	if err := tx.Bucket(outboxBucket).Delete(o.Op.keys[0]); err != nil {
		return err
	}
	if !o.Retry.IsZero() {
		return enqueue(tx, o.Retry, o.Op.Place, entry{Kind: OpTell})
	}
	var g GuildSettings
	if err := get(tx, guildsBucket, o.Op.Place, &g); err != nil || len(g.Troubles) == 0 {
		return err
	}
	if o.Miss {
		for i := range g.Troubles {
			g.Troubles[i].Deaf = true
		}
	} else {
		g.tell(o.Op.Guild.Troubles)
	}
	return put(tx, guildsBucket, o.Op.Place, g)
}

// Resume makes what is parked at a place due now, and corrections that wait to be tried again, because something there has
// changed, and reports whether there was anything.
func (s *Store) Resume(place string, now time.Time) (resumed bool, err error) {
	if g, err := s.Guild(place); err != nil || len(g.Channels) == 0 {
		return false, err
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		var keys, values [][]byte
		err := scan(tx, outboxBucket, place+sep, func(k, v []byte) error {
			if unstamp(k[len(place)+1:]).After(now) {
				keys, values = append(keys, bytes.Clone(k)), append(values, bytes.Clone(v))
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, k := range keys {
			var e entry
			if err := json.Unmarshal(values[i], &e); err != nil {
				return err
			}
			var d Delivery
			if err := get(tx, deliveriesBucket, deliveryKey(e.Event, place, e.Channel), &d); err != nil {
				return err
			}
			if d.State != Parked && e.Kind != OpEdit {
				continue
			}
			resumed = true
			if err := errors.Join(tx.Bucket(outboxBucket).Delete(k), enqueue(tx, now, place, e)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("resuming %s: %w", place, err)
	}
	return resumed, nil
}

// PostedTogether returns the events that one message holds, as a digest does, in the order in which they were found.
func (s *Store) PostedTogether(place, message string) ([]Event, error) {
	var out []Event
	err := s.db.View(func(tx *bbolt.Tx) error {
		return history(tx, place, func(d Delivery) (bool, error) {
			if d.Message != message {
				return true, nil
			}
			var e Event
			err := get(tx, eventsBucket, d.Event, &e)
			out = append(out, e)
			return true, err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("a digest of %s: %w", place, err)
	}
	slices.Reverse(out)
	return out, nil
}

// Published returns when posts of a channel were published after since.
func (s *Store) Published(place, channel string, since time.Time) ([]time.Time, error) {
	var out []time.Time
	err := s.db.View(func(tx *bbolt.Tx) error {
		return history(tx, place, func(d Delivery) (bool, error) {
			if d.Channel == channel && d.Published.After(since) {
				out = append(out, d.Published)
			}
			return d.Made.After(since.Add(-maxDelay)), nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("published posts of %s: %w", place, err)
	}
	return out, nil
}

// maxDelay is how long after it was found an event may still be published: a weekly digest, and then some.
const maxDelay = 14 * 24 * time.Hour

// Purge forgets a place: its settings, and all that was or is to be posted there.
func (s *Store) Purge(place string) error {
	if err := s.UpdateGuild(place, func(g *GuildSettings) error { *g = GuildSettings{}; return nil }); err != nil {
		return err
	}
	return s.Forget(place)
}

// Forget forgets all that was or is to be posted at a place, and keeps its settings.
func (s *Store) Forget(place string) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		var keys []string
		if err := scan(tx, historyBucket, place+sep, func(k, _ []byte) error { keys = append(keys, string(k)); return nil }); err != nil {
			return err
		}
		for _, k := range keys {
			// Rows in the outbox are dropped when they come up: their delivery is gone.
			if err := errors.Join(tx.Bucket(historyBucket).Delete([]byte(k)), tx.Bucket(deliveriesBucket).Delete([]byte(k[len(place)+10:]))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting what was posted at %s: %w", place, err)
	}
	return nil
}

// MoveChannel gives the settings of one channel of a guild to another, with all that waits for it, which becomes due now.
// It reports whether old was there; new must not have settings of its own, or they are replaced.
func (s *Store) MoveChannel(place, old, new string, now time.Time) (moved bool, err error) {
	err = s.db.Update(func(tx *bbolt.Tx) error {
		err := updateGuild(tx, place, func(g *GuildSettings) error {
			i := slices.IndexFunc(g.Channels, func(c Channel) bool { return c.ID == old })
			if i < 0 {
				return nil
			}
			moved = true
			c := g.Channels[i]
			c.ID = new
			g.Channels = slices.DeleteFunc(g.Channels, func(c Channel) bool { return c.ID == old || c.ID == new })
			g.Channels = append(g.Channels, c)
			g.Troubles = slices.DeleteFunc(g.Troubles, func(t Trouble) bool { return t.Channel == old })
			return nil
		})
		if err != nil || !moved || old == new {
			return err
		}
		var waiting []Delivery
		err = history(tx, place, func(d Delivery) (bool, error) {
			// What may have been posted already stays with the channel in which it would be found.
			if d.Channel == old && (d.State == Pending || d.State == Parked) && d.Attempt.IsZero() {
				waiting = append(waiting, d)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		for _, d := range waiting {
			if err := drop(tx, &d); err != nil {
				return err
			}
			is := deliveryKey(d.Event, place, new)
			if tx.Bucket(deliveriesBucket).Get([]byte(is)) != nil {
				continue // the new channel has the same news already
			}
			d.Channel, d.State, d.Reason = new, Pending, ""
			if d.Slot == 0 && d.Due.After(now) && d.Tries > 0 {
				d.Due = now.UTC()
			}
			err := errors.Join(put(tx, deliveriesBucket, is, d), tx.Bucket(historyBucket).Put([]byte(place+sep+stamp(d.Made)+sep+is), nil),
				enqueue(tx, d.Due, place, entry{OpPost, new, d.Event}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("moving channel %s of guild %s: %w", old, place, err)
	}
	return moved, nil
}

// drop removes a delivery from the ledger and from the history.
func drop(tx *bbolt.Tx, d *Delivery) error {
	key := deliveryKey(d.Event, d.Place, d.Channel)
	return errors.Join(tx.Bucket(deliveriesBucket).Delete([]byte(key)),
		tx.Bucket(historyBucket).Delete([]byte(d.Place+sep+stamp(d.Made)+sep+key)))
}

// Trim forgets the deliveries of events that were found before the time, at most limit of them, and reports whether there
// are more. The events stay: the same news is never told twice.
func (s *Store) Trim(before time.Time, limit int) (more bool, err error) {
	err = s.db.Update(func(tx *bbolt.Tx) error {
		var old []string
		err := tx.Bucket(eventsBucket).ForEach(func(k, v []byte) error {
			var e struct {
				At time.Time `json:"at"`
			}
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			if e.At.Before(before) {
				old = append(old, string(k))
			}
			return nil
		})
		if err != nil {
			return err
		}
		var gone []Delivery
		for _, id := range old {
			c := tx.Bucket(deliveriesBucket).Cursor()
			prefix := []byte(id + sep)
			for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
				if more = len(gone) == limit; more {
					break
				}
				var d Delivery
				if err := json.Unmarshal(v, &d); err != nil {
					return err
				}
				gone = append(gone, d)
			}
		}
		for _, d := range gone { // rows in the outbox are dropped when they come up
			if err := drop(tx, &d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("trimming the history: %w", err)
	}
	return more, nil
}
