package bot

import (
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// TestFoundPostOfWithdrawnNewsIsCorrected: a post whose answer was lost is found again, and says what was withdrawn
// meanwhile.
func TestFoundPostOfWithdrawnNewsIsCorrected(t *testing.T) {
	t.Parallel()
	for _, wait := range []time.Duration{70 * time.Second, 20 * time.Minute} {
		t.Run(wait.String(), func(t *testing.T) {
			s := newsStage(t, 0)
			s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Times: 1, Lost: true})
			s.learns(ordered)
			s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced")
			s.quiet()
			s.learns()
			s.quiet()
			s.clock.Advance(wait)
			s.quiet()
			s.clock.Advance(wait)
			s.quiet()
			s.reads(sandbox.DefaultGeneralID, 1, "Corrected:")
		})
	}
}

// TestWithdrawnNewsIsNotPostedAsCorrection: an attempt that made no post leaves nothing to correct.
func TestWithdrawnNewsIsNotPostedAsCorrection(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Times: 1, Cut: true})
	s.learns(ordered)
	s.until("the attempt has failed", func() bool { return s.srv.Answered(sandbox.CreateMessage, -1) >= 1 })
	s.quiet()
	s.learns()
	for range 10 {
		s.quiet()
		s.clock.Advance(time.Minute)
	}
	s.quiet()
	s.reads(sandbox.DefaultGeneralID, 0, "")
}

// TestMistakenPostponement and cancellation: a mistake is corrected, not told as a change of mind.
func TestMistakenEnd(t *testing.T) {
	t.Parallel()
	for _, mistake := range []string{postponed, stopped} {
		s := newsStage(t, 0)
		s.learns(ordered)
		s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
		s.learns(ordered, dated)
		s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date")
		s.learns(ordered, dated, mistake)
		s.reads(sandbox.DefaultGeneralID, 3, "Season 2")
		s.quiet()
		s.learns(ordered, dated)
		s.quiet()
		s.reads(sandbox.DefaultGeneralID, 3, "Corrected:")
	}
}

// TestBaseChangesDuringTheLook: what was found in one base is told from it, or not forgotten.
func TestBaseChangesDuringTheLook(t *testing.T) {
	st, err := store.Open(t.TempDir() + "/season3.db")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	empty, err := knowledge.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := New(lanterns(t), st, today, testLog(t))
	d := &desk{bot: b}
	if err := d.look(today()); err != nil {
		t.Fatal(err)
	}
	b.Use(lanterns(t, ordered), nil)
	b.now = func() time.Time { b.Use(empty, nil); return today() } // while it looks
	if err := d.look(today()); err != nil {
		t.Fatal(err)
	}
	b.now = today
	b.Use(lanterns(t, ordered), nil)
	if err := d.look(today()); err != nil {
		t.Fatal(err)
	}
	if es, err := st.EventsOf("paper-lanterns"); err != nil || len(es) != 1 {
		t.Errorf("%d events, %v", len(es), err)
	}
}
