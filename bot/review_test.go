package bot

import (
	"strings"
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// date is a claim that the second season begins on a day of December 2026.
func date(day, said string) string {
	return "season: 2, status: scheduled, date: 2026-12-" + day + ", said: " + said + ", text: The second season begins in December."
}

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

// TestPostponedByAWeek: the premiere is told on the day on which it comes.
func TestPostponedByAWeek(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"08", "12"} {
		s := newsStage(t, 0)
		s.learns(ordered, dated)
		s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
		s.at(time.Date(2026, 12, 4, 10, 0, 1, 0, time.UTC)) // it is the 5th somewhere
		s.learns(ordered, dated, date(day, "2026-12-04"))
		s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns moves to "+strings.TrimPrefix(day, "0")+" December 2026")
		for s.clock.Now().Before(time.Date(2026, 12, 13, 12, 0, 0, 0, time.UTC)) {
			s.at(s.clock.Now().Add(12 * time.Hour))
		}
		s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns is due on "+strings.TrimPrefix(day, "0")+" December 2026")
	}
}

// TestMisreadDay: the day of a premiere was written wrongly, which is seen on its eve.
func TestMisreadDay(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date")
	s.at(time.Date(2026, 12, 4, 20, 0, 0, 0, time.UTC))
	s.learns(ordered, date("12", "2026-11-22"))
	s.reads(sandbox.DefaultGeneralID, 2, "Corrected:")
	s.at(time.Date(2026, 12, 12, 12, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns is due on 12 December 2026")
}

// TestDateBack: a date that moves, and a few days later moves back.
func TestDateBack(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date: 5 December 2026")
	s.at(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	s.learns(ordered, dated, date("19", "2026-11-24"))
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns moves to 19 December 2026")
	s.at(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC))
	s.learns(ordered, dated, date("19", "2026-11-24"), date("05", "2026-11-27"))
	s.reads(sandbox.DefaultGeneralID, 4, "Season 2 of Paper Lanterns moves to 5 December 2026")
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

// TestWrongDateOfAnAnnouncement: the date that came with the first announcement was wrong.
func TestWrongDateOfAnAnnouncement(t *testing.T) {
	t.Parallel()
	for _, then := range [][]string{{ordered}, {ordered, date("12", "2026-11-22")}} {
		s := newsStage(t, 0)
		s.learns(ordered, dated)
		s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, scheduled for 5 December 2026.")
		s.learns(then...)
		s.quiet()
		s.reads(sandbox.DefaultGeneralID, 1, "Corrected:")
	}
}

// TestOvertakenByMistake: a postponement that was a mistake takes the premiere away, and gives it back.
func TestOvertakenByMistake(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.at(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC))
	s.learns(ordered, dated, date("19", "2026-12-04"))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns moves to 19 December 2026")
	s.quiet()
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Corrected:")
	s.at(time.Date(2026, 12, 5, 10, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns is due on 5 December 2026")
}

// TestDayThatComesDuringTheHold is told as any other.
func TestDayThatComesDuringTheHold(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 10*time.Minute)
	s.learns(ordered)
	s.quiet()
	s.clock.Advance(10 * time.Minute)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.at(time.Date(2026, 12, 4, 9, 55, 0, 0, time.UTC)) // in five minutes it is the 5th somewhere
	s.learns(ordered, date("05", "2026-12-04"))
	s.quiet()
	s.at(time.Date(2026, 12, 4, 10, 1, 0, 0, time.UTC))
	s.at(time.Date(2026, 12, 4, 10, 6, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date: 5 December 2026")
	s.at(time.Date(2026, 12, 5, 9, 1, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns is due")
}

// TestDeclaredTheLastWhileHeld: that a season on air is the last is news, with a hold as without.
func TestDeclaredTheLastWhileHeld(t *testing.T) {
	t.Parallel()
	const last = "season: 1, status: announced, final: true, said: 2026-11-22, text: The first season is the last."
	for _, hold := range []time.Duration{0, 10 * time.Minute} {
		s := newsStage(t, hold)
		s.learns(last)
		s.quiet()
		s.clock.Advance(hold + time.Second)
		s.quiet()
		if got := s.posts(sandbox.DefaultGeneralID); len(got) != 1 {
			t.Errorf("with a hold of %v there are %d posts", hold, len(got))
		}
	}
}

// TestAnnouncedAgainAfterAWithdrawal: much later somebody announces what was withdrawn.
func TestAnnouncedAgainAfterAWithdrawal(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.learns()
	s.reads(sandbox.DefaultGeneralID, 1, "Corrected:")
	s.at(time.Date(2027, 1, 20, 12, 0, 0, 0, time.UTC))
	s.learns("season: 2, status: announced, said: 2027-01-20, text: A second season is ordered.")
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns is announced")
}

// TestUnfollowedWhileWaiting: what waits for its hour is not posted to whoever has let go of the show.
func TestUnfollowedWhileWaiting(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultGeneralID, Shows: []string{"paper-lanterns"}, Digest: store.DigestDaily})
	s.learns(ordered)
	s.quiet()
	if err := s.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
		g.Channels[0].Shows = []string{"hero-mask"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.at(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 0, "")
}

// TestEditThatIsRefused: the history does not say that a post was corrected which was not.
func TestEditThatIsRefused(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.srv.Inject(sandbox.UpdateMessage, sandbox.Fault{Refuse: sandbox.APIError(400, 50035, "Invalid Form Body")})
	s.learns()
	s.quiet()
	s.quiet()
	ds, es, err := s.bot.store.History(sandbox.DefaultGuildID, 10)
	if err != nil || len(ds) != 1 {
		t.Fatal(ds, err)
	}
	if words := s.bot.stateWords(&ds[0], &es[0]); strings.Contains(words, "corrected since") {
		t.Errorf("the post reads %q, and the history says %q", s.posts(sandbox.DefaultGeneralID), words)
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

// TestDigestsOfOneHour: two digests for the same hour are two posts.
func TestDigestRestored(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultGeneralID, All: true, Digest: store.DigestDaily})
	const third = "season: 3, status: announced, said: 2026-11-22, text: A third season is ordered."
	s.learns(ordered, third)
	s.quiet()
	s.at(time.Date(2026, 11, 24, 7, 30, 0, 0, time.UTC))
	s.learns(third)
	s.quiet()
	s.at(time.Date(2026, 11, 24, 8, 0, 30, 0, time.UTC))
	s.learns(ordered, third) // holds again, once it has stood for an hour
	s.quiet()
	s.at(time.Date(2026, 11, 24, 9, 0, 1, 0, time.UTC))
	s.at(time.Date(2026, 11, 24, 9, 0, 31, 0, time.UTC))
	s.at(time.Date(2026, 11, 24, 9, 1, 0, 0, time.UTC))
	for range 30 {
		s.at(s.clock.Now().Add(time.Hour))
	}
	all := strings.Join(s.posts(sandbox.DefaultGeneralID), "\n---\n")
	for _, want := range []string{"Season 2 of Paper Lanterns is announced", "Season 3 of Paper Lanterns is announced"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is nowhere in\n%s", want, all)
		}
	}
}

// TestRestoredPremiereWaits for its day as before.
func TestRestoredPremiereWaits(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2")
	s.at(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC))
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 2, "Corrected:")
	s.learns(ordered, dated)
	s.quiet()
	s.at(time.Date(2026, 12, 4, 14, 0, 0, 0, time.UTC))
	if n := len(s.posts(sandbox.DefaultGeneralID)); n != 2 {
		t.Errorf("%d posts on the eve", n)
	}
	s.at(time.Date(2026, 12, 5, 9, 1, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns is due")
}

// TestDeletedPostWhoseAnswerWasLost does not stop the channel's delivery for ever.
func TestDeletedPostWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.srv.As(sandbox.DefaultFanID).Say(sandbox.DefaultGeneralID, "hello", "")
	s.clock.Advance(time.Hour)
	s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Times: 1, Lost: true})
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.cancel()
	if err := s.ended(); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.srv.Messages(sandbox.DefaultGeneralID) {
		if m.AuthorID == sandbox.DefaultBotID {
			s.srv.DeleteMessage(m.ID)
		}
	}
	s.clock.Advance(20 * time.Minute)
	s.start()
	for range 100 {
		s.at(s.clock.Now().Add(time.Hour))
	}
	ds, _, err := s.bot.store.History(sandbox.DefaultGuildID, 10)
	if err != nil || len(ds) != 1 || ds[0].State == store.Parked {
		t.Errorf("%+v %v", ds, err)
	}
}

// TestNewsThatCannotBeLookedFor keeps nothing from being delivered.
func TestPanickingLook(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultGeneralID, All: true, Digest: store.DigestDaily})
	s.learns(ordered)
	s.quiet()
	s.bot.known.Store(&known{}) // a base in which nothing can be read
	s.clock.Advance(time.Date(2026, 11, 24, 9, 0, 1, 0, time.UTC).Sub(s.clock.Now()))
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.learns(ordered)
}

// TestDigestPublished: the history does not say for ever that a digest is to be published.
func TestDigestPublished(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultNewsID, News: true, Publish: true, All: true, Digest: store.DigestDaily})
	s.learns(ordered)
	s.quiet()
	s.learns(ordered, dated)
	s.quiet()
	s.at(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultNewsID, 1, "2 pieces")
	s.until("it is published", func() bool { return s.requests(sandbox.CrosspostMessage, 200) == 1 })
	s.quiet()
	ds, es, err := s.bot.store.History(sandbox.DefaultGuildID, 10)
	if err != nil || len(ds) != 2 {
		t.Fatal(ds, err)
	}
	for i := range ds {
		if words := s.bot.stateWords(&ds[i], &es[i]); strings.Contains(words, "to be published") {
			t.Error(words)
		}
	}
}

func TestDigestAtAnHourThatIsSkipped(t *testing.T) {
	for _, name := range []string{"Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for hour := range 3 {
			g := &store.GuildSettings{Zone: name, Hour: &hour}
			for day := range 7 {
				c := &store.Channel{Digest: store.DigestWeekly, Weekday: day}
				for now := time.Date(2026, 1, 1, 12, 30, 0, 0, loc); now.Year() == 2026; {
					next := nextDigest(now, g, c)
					if d := next.Sub(now); d > 7*24*time.Hour+2*time.Hour {
						t.Errorf("%s: after %v comes %v", name, now, next)
					}
					now = next
				}
			}
		}
	}
}

// TestStopKeepsNothing: of a member who is told of nothing any more, nothing is kept.
func TestStopKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.wait(s.srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "notify", sandbox.Opt("show", "paper-lanterns")))
	s.learns(ordered)
	s.reads(s.srv.DM(sandbox.DefaultFanID), 2, "Season 2")
	s.quiet()
	last := s.srv.Messages(s.srv.DM(sandbox.DefaultFanID))[1]
	s.wait(s.srv.As(sandbox.DefaultFanID).Press(last.ID, "v1:stop:paper-lanterns"))
	if ds, _, err := s.bot.store.History(notifyPlace(sandbox.DefaultFanID), 10); err != nil || len(ds) != 0 {
		t.Errorf("%+v %v", ds, err)
	}
}

// TestUnknownPostInAChannelThatIsGone is not looked for for ever.
func TestUnknownPostInAChannelThatIsGone(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Times: 1, Lost: true})
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.cancel()
	if err := s.ended(); err != nil {
		t.Fatal(err)
	}
	s.srv.DeleteChannel(sandbox.DefaultGeneralID)
	s.clock.Advance(20 * time.Minute)
	s.start()
	for range 20 {
		s.at(s.clock.Now().Add(2 * 24 * time.Hour))
	}
	ds, _, err := s.bot.store.History(sandbox.DefaultGuildID, 10)
	if err != nil || len(ds) != 1 || ds[0].State != store.Missed {
		t.Errorf("%+v %v", ds, err)
	}
}

// TestPausedWhileUnknown: nothing is posted in a channel that was paused after an attempt that made no post.
func TestPausedWhileUnknown(t *testing.T) {
	t.Parallel()
	for _, removed := range []bool{false, true} {
		s := newsStage(t, 0)
		s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Times: 1, Cut: true})
		s.learns(ordered)
		s.until("the attempt has failed", func() bool { return s.srv.Answered(sandbox.CreateMessage, -1) >= 1 })
		s.quiet()
		if err := s.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
			g.Channels[0].Paused = true
			if removed {
				g.Channels = nil
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			s.at(s.clock.Now().Add(time.Minute))
		}
		s.reads(sandbox.DefaultGeneralID, 0, "")
	}
}

// TestTellingBacksOff: while Discord has trouble, a server's trouble is not told every other second.
func TestTellingBacksOff(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.srv.Inject(sandbox.GetGuild, sandbox.Fault{Refuse: sandbox.ServerError(503), Times: -1})
	if err := s.bot.store.AddTrouble(sandbox.DefaultGuildID, store.Trouble{Channel: sandbox.DefaultGeneralID, Reason: "permission", Since: s.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		s.at(s.clock.Now().Add(3 * time.Second))
	}
	if n := s.srv.Answered(sandbox.GetGuild, -1); n > 20 {
		t.Errorf("%d requests in ten minutes", n)
	}
}

// TestNonces: Discord swallows a second post with the nonce of the first, so that another digest for the same hour, as
// after a clock was set back, must have another.
func TestNonces(t *testing.T) {
	digest := func(events ...string) *store.Op {
		op := &store.Op{Channel: "1"}
		for _, id := range events {
			op.Events = append(op.Events, store.Event{ID: id})
			op.Deliveries = append(op.Deliveries, store.Delivery{Event: id, Channel: "1", Slot: 100})
		}
		return op
	}
	if nonce(digest("a/2/announced")) == nonce(digest("b/2/announced")) {
		t.Error("two digests have one nonce")
	}
	if nonce(digest("a/2/announced", "b/2/announced")) != nonce(digest("a/2/announced", "b/2/announced")) {
		t.Error("one digest has two")
	}
}

// TestCorrectionWaitsForItsThread and comes when the thread is open again.
func TestCorrectionWaitsForItsThread(t *testing.T) {
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultThreadID, Thread: true, All: true})
	s.learns(ordered)
	s.reads(sandbox.DefaultThreadID, 1, "Season 2")
	s.srv.ArchiveThread(sandbox.DefaultThreadID, true)
	s.learns()
	s.quiet()
	if n := s.srv.Answered(sandbox.UpdateMessage, 200); n > 0 {
		t.Fatal("the thread was not closed to corrections")
	}
	s.srv.UnarchiveThread(sandbox.DefaultThreadID)
	s.reads(sandbox.DefaultThreadID, 1, "Corrected:")
}
