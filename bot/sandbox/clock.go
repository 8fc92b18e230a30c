package sandbox

import (
	"sync"
	"time"
)

// Clock is where the server takes its time from: deadlines, the life of
// tokens, rate limits, nonces, timestamps and ids. Heartbeats alone are
// watched in real time, since they are about the wire.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once d has passed, unless stop is called before.
	// f may run in any goroutine, also in one that moves the clock.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// MovingClock keeps the pace of real time and can be moved ahead. It keeps
// running so that a client's own waits, which are real, still end.
type MovingClock struct {
	mu     sync.Mutex
	offset time.Duration // from real time to this clock's
	timers map[*timer]struct{}
}

type timer struct {
	due  time.Time
	real *time.Timer
	f    func()
}

// NewClock returns a clock that shows start now; the zero time means real time.
func NewClock(start time.Time) *MovingClock {
	c := &MovingClock{timers: make(map[*timer]struct{})}
	if !start.IsZero() {
		c.offset = time.Until(start)
	}
	return c
}

// Now returns the clock's time.
func (c *MovingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// The monotonic reading is dropped: it would not know of the offset.
func (c *MovingClock) now() time.Time { return time.Now().Round(0).Add(c.offset) }

// AfterFunc implements Clock.
func (c *MovingClock) AfterFunc(d time.Duration, f func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{due: c.now().Add(d), f: f}
	c.timers[t] = struct{}{}
	t.real = time.AfterFunc(d, func() { c.fire(t) })
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, t)
		t.real.Stop()
	}
}

// fire runs t unless it was stopped or has run.
func (c *MovingClock) fire(t *timer) {
	c.mu.Lock()
	_, waiting := c.timers[t]
	delete(c.timers, t)
	c.mu.Unlock()
	if waiting {
		t.f()
	}
}

// Advance moves the clock ahead by d and runs what becomes due on the way, in
// order and each at its own time, before it returns.
func (c *MovingClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	end := c.now().Add(d)
	for {
		var next *timer
		for t := range c.timers {
			if !t.due.After(end) && (next == nil || t.due.Before(next.due)) {
				next = t
			}
		}
		if next == nil {
			break
		}
		c.moveTo(next.due)
		next.real.Stop()
		c.mu.Unlock()
		c.fire(next)
		c.mu.Lock()
	}
	c.moveTo(end)
	for t := range c.timers {
		t.real.Reset(t.due.Sub(c.now()))
	}
}

// moveTo sets the clock, but never back.
func (c *MovingClock) moveTo(t time.Time) {
	if ahead := t.Sub(c.now()); ahead > 0 {
		c.offset += ahead
	}
}
