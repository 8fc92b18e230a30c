package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// announce has channels of three guilds follow a show, and news of it waiting for them in the outbox.
func announce(t *testing.T, s *Store) {
	t.Helper()
	for place, channels := range map[string][]Channel{
		"9": {{ID: "90", Shows: []string{"glow"}, News: true, Publish: true}},
		"6": {{ID: "91", All: true}},
		"8": {{ID: "80", Upcoming: true}},
		"7": {{ID: "70", Shows: []string{"other"}}},
	} {
		if err := s.UpdateGuild(place, func(g *GuildSettings) error { g.Channels = channels; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit("2026-11-23", map[string][]byte{"glow": []byte(`{"show":"glow"}`)}, []Event{glow()}); err != nil {
		t.Fatal(err)
	}
	fanOut(t, s, noon, 1)
}

func glow() Event {
	return Event{ID: "glow/4/announced", Show: "glow", Season: 4, Kind: "announced", Upcoming: true, At: noon, Post: Post{Line: "Season 4 of GLOW is announced."}}
}

// fanOut works through the open events in pages; everything is due at once and is news for an hour.
func fanOut(t *testing.T, s *Store, now time.Time, page int) {
	t.Helper()
	for {
		more, err := s.FanOut(now, page, func(e *Event, _ string, _ *GuildSettings, c *Channel) Plan {
			return Plan{Due: now, Expires: now.Add(time.Hour), Publish: c.Publish}
		})
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// claimed takes what is due and names it.
func claimed(t *testing.T, s *Store, now time.Time) ([]Op, string) {
	t.Helper()
	ops, err := s.Claim(now, 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, op := range ops {
		names = append(names, op.Kind+" "+op.Place+"/"+op.Channel)
	}
	slices.Sort(names)
	return ops, strings.Join(names, ", ")
}

// settle finishes operations, each as end says.
func settle(t *testing.T, s *Store, now time.Time, ops []Op, end func(Op) Outcome) {
	t.Helper()
	var out []Outcome
	for _, op := range ops {
		o := end(op)
		o.Op = op
		out = append(out, o)
	}
	if err := s.Finish(now, out); err != nil {
		t.Fatal(err)
	}
}

func posted(op Op) Outcome { return Outcome{Message: "m" + op.Channel} }

// state lists the deliveries of all places.
func state(t *testing.T, s *Store) string {
	t.Helper()
	var out []string
	err := s.Deliveries(func(d Delivery, e Event) bool {
		text := d.Channel + " " + d.State
		if d.Reason != "" {
			text += " (" + d.Reason + ")"
		}
		if d.Message != "" {
			text += fmt.Sprintf(" %s r%d", d.Message, d.Revision)
		}
		if !d.Published.IsZero() {
			text += " published"
		}
		out = append(out, text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, ", ")
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
	}
}

func TestNewsReachesItsFollowersOnce(t *testing.T) {
	s, _ := openTemp(t)
	announce(t, s)
	expect(t, "after fan-out", state(t, s), "91 pending, 80 pending, 90 pending")

	// The process ends after claiming: nothing comes up before the lease is over, then everything does, known to have been
	// tried.
	_, names := claimed(t, s, noon)
	expect(t, "claimed", names, "post 6/91, post 8/80, post 9/90")
	_, names = claimed(t, s, noon.Add(59*time.Second))
	expect(t, "within the lease", names, "")
	ops, _ := claimed(t, s, noon.Add(time.Minute))
	for _, op := range ops {
		if !op.Lead().Attempt.Equal(noon) {
			t.Errorf("channel %s does not know of the first attempt: %v", op.Channel, op.Lead().Attempt)
		}
	}

	settle(t, s, noon, ops, posted)
	expect(t, "after posting", state(t, s), "91 posted m91 r0, 80 posted m80 r0, 90 posted m90 r0")
	ops, names = claimed(t, s, noon)
	expect(t, "then", names, "publish 9/90")
	settle(t, s, noon, ops, func(Op) Outcome { return Outcome{} })
	expect(t, "after publishing", state(t, s), "91 posted m91 r0, 80 posted m80 r0, 90 posted m90 r0 published")

	// The same event again reaches nobody twice, and nobody new.
	if err := s.UpdateGuild("7", func(g *GuildSettings) error { g.Channels[0].All = true; return nil }); err != nil {
		t.Fatal(err)
	}
	e, err := s.Event("glow/4/announced")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit("2026-11-24", nil, []Event{e}); err != nil {
		t.Fatal(err)
	}
	fanOut(t, s, noon, 1)
	_, names = claimed(t, s, noon.Add(time.Hour))
	expect(t, "the event again", names, "")
}

func TestWithdrawnNews(t *testing.T) {
	s, _ := openTemp(t)
	announce(t, s)
	ops, _ := claimed(t, s, noon)
	slices.SortFunc(ops, func(a, b Op) int { return strings.Compare(a.Channel, b.Channel) })
	// One is posted, of one the outcome is not known, one was surely refused.
	settle(t, s, noon, ops, func(op Op) Outcome {
		switch op.Channel {
		case "80":
			return posted(op)
		case "90":
			return Outcome{Retry: noon.Add(time.Minute), Unknown: true, Reason: "no answer"}
		}
		return Outcome{Retry: noon.Add(time.Minute), Reason: "server error"}
	})
	e, err := s.Event("glow/4/announced")
	if err != nil {
		t.Fatal(err)
	}
	e.Withdrawn, e.Revision, e.Correction = noon, 1, Post{Line: "Withdrawn."}
	if err := s.Commit("2026-11-23", nil, []Event{e}); err != nil {
		t.Fatal(err)
	}
	fanOut(t, s, noon, 1)
	expect(t, "withdrawn", state(t, s), "91 withdrawn, 80 posted m80 r0, 90 pending (no answer)")

	ops, names := claimed(t, s, noon.Add(time.Minute))
	expect(t, "what is left to do", names, "edit 8/80, post 9/90")
	settle(t, s, noon, ops, posted) // the unknown one turns out to have been made, and says what the event said then
	expect(t, "found", state(t, s), "91 withdrawn, 80 posted m80 r1, 90 posted m90 r0")
	ops, names = claimed(t, s, noon.Add(time.Minute))
	expect(t, "what the found one needs", names, "edit 9/90")
	settle(t, s, noon, ops, func(Op) Outcome { return Outcome{} })
	expect(t, "at the end", state(t, s), "91 withdrawn, 80 posted m80 r1, 90 posted m90 r1")

	// It was true after all: the posts are edited back, and the one that was never made is made.
	e.Withdrawn, e.Revision, e.Reached = time.Time{}, 2, true
	if err := s.Commit("2026-11-23", nil, []Event{e}); err != nil {
		t.Fatal(err)
	}
	fanOut(t, s, noon, 2)
	_, names = claimed(t, s, noon)
	expect(t, "restored", names, "edit 8/80, edit 9/90, post 6/91")
}

func TestTroubleIsToldOnce(t *testing.T) {
	s, _ := openTemp(t)
	announce(t, s)
	park := func(op Op) Outcome {
		if op.Channel == "90" {
			return Outcome{Park: true, Retry: noon.Add(time.Hour), Reason: "permission"}
		}
		return posted(op)
	}
	ops, _ := claimed(t, s, noon)
	settle(t, s, noon, ops, park)
	ops, names := claimed(t, s, noon)
	expect(t, "moderators hear", names, "tell 9/")
	settle(t, s, noon, ops, func(Op) Outcome { return Outcome{} })

	ops, _ = claimed(t, s, noon.Add(time.Hour))
	settle(t, s, noon, ops, func(Op) Outcome { return Outcome{Park: true, Retry: noon.Add(2 * time.Hour), Reason: "permission"} })
	_, names = claimed(t, s, noon.Add(time.Hour))
	expect(t, "the same trouble again", names, "")

	if resumed, err := s.Resume("9", noon.Add(time.Hour)); err != nil || !resumed {
		t.Fatal(resumed, err)
	}
	ops, names = claimed(t, s, noon.Add(time.Hour))
	expect(t, "the cause is gone", names, "post 9/90")
	settle(t, s, noon, ops, posted)
	g, err := s.Guild("9")
	if err != nil || len(g.Troubles) != 0 {
		t.Errorf("after the post came through the guild has troubles %v, %v", g.Troubles, err)
	}
}

func TestDigestIsOneOperation(t *testing.T) {
	s, _ := openTemp(t)
	if err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Channels = []Channel{{ID: "90", All: true}}; return nil }); err != nil {
		t.Fatal(err)
	}
	second := glow()
	second.ID, second.Show = "other/2/announced", "other"
	if err := s.Commit("2026-11-23", nil, []Event{glow(), second}); err != nil {
		t.Fatal(err)
	}
	evening := noon.Add(6 * time.Hour)
	for more := true; more; {
		var err error
		more, err = s.FanOut(noon, 10, func(*Event, string, *GuildSettings, *Channel) Plan {
			return Plan{Due: evening, Slot: evening.Unix(), Expires: evening.Add(time.Hour)}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ops, names := claimed(t, s, evening)
	expect(t, "the digest", names, "post 9/90")
	if len(ops[0].Deliveries) != 2 {
		t.Fatalf("it holds %d events", len(ops[0].Deliveries))
	}
	settle(t, s, evening, ops, posted)
	expect(t, "posted", state(t, s), "90 posted m90 r0, 90 posted m90 r0")
	ds, es, err := s.History("9", 10)
	if err != nil || len(ds) != 2 || es[0].Post.Line == "" {
		t.Errorf("history: %v %v %v", ds, es, err)
	}
}

// TestPlacesTakeTurns has one guild with much to post and another with little.
func TestPlacesTakeTurns(t *testing.T) {
	s, _ := openTemp(t)
	many := make([]Channel, 40)
	for i := range many {
		many[i] = Channel{ID: fmt.Sprint(100 + i), All: true}
	}
	for place, channels := range map[string][]Channel{"1": many, "2": {{ID: "20", All: true}, {ID: "21", All: true}}} {
		if err := s.UpdateGuild(place, func(g *GuildSettings) error { g.Channels = channels; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit("2026-11-23", nil, []Event{glow()}); err != nil {
		t.Fatal(err)
	}
	fanOut(t, s, noon, 100)
	now := noon
	var order []string
	for range 3 {
		ops, _ := claimed(t, s, now)
		for _, op := range ops {
			order = append(order, op.Place)
		}
		if len(ops) > 2 {
			t.Errorf("%d operations at once for two places", len(ops))
		}
		now = now.Add(time.Second)
		settle(t, s, now, ops, posted)
	}
	expect(t, "served", strings.Join(order, " "), "1 2 1 2 1")
}

func TestMovedChannelTakesWhatWaits(t *testing.T) {
	s, _ := openTemp(t)
	announce(t, s)
	ops, _ := claimed(t, s, noon)
	settle(t, s, noon, ops, func(Op) Outcome { return Outcome{Park: true, Retry: noon.Add(time.Hour), Reason: "channel"} })
	if moved, err := s.MoveChannel("9", "90", "99", noon); err != nil || !moved {
		t.Fatal(moved, err)
	}
	g, err := s.Guild("9")
	if err != nil || len(g.Channels) != 1 || g.Channels[0].ID != "99" || !g.Channels[0].Publish || len(g.Troubles) != 0 {
		t.Errorf("the guild's settings are %+v, %v", g, err)
	}
	ops, names := claimed(t, s, noon)
	expect(t, "at once", names, "post 9/99, tell 6/, tell 8/")
	settle(t, s, noon, ops, posted)
	expect(t, "posted", state(t, s), "91 parked (channel), 80 parked (channel), 99 posted m99 r0")
	if moved, err := s.MoveChannel("9", "90", "98", noon); err != nil || moved {
		t.Errorf("a channel without settings was moved: %v", err)
	}
}

func TestTrimForgetsDeliveriesButNoEvents(t *testing.T) {
	s, _ := openTemp(t)
	announce(t, s)
	if more, err := s.Trim(noon, 2); err != nil || more {
		t.Fatal("what is not old was trimmed", more, err)
	}
	expect(t, "not old", state(t, s), "91 pending, 80 pending, 90 pending")
	if more, err := s.Trim(noon.Add(time.Second), 2); err != nil || !more {
		t.Fatal(more, err)
	}
	if more, err := s.Trim(noon.Add(time.Second), 2); err != nil || more {
		t.Fatal(more, err)
	}
	expect(t, "old", state(t, s), "")
	if ds, _, err := s.History("9", 10); err != nil || len(ds) != 0 {
		t.Errorf("the history still has %v, %v", ds, err)
	}
	if e, err := s.Event("glow/4/announced"); err != nil || e.ID == "" {
		t.Errorf("the event is gone, %v", err)
	}
	if _, names := claimed(t, s, noon.Add(time.Hour)); names != "" {
		t.Errorf("still in the outbox: %s", names)
	}
}
