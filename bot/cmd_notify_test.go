package bot

import (
	"testing"

	"season3/bot/sandbox"
	"season3/store"
)

func TestNotify(t *testing.T) {
	t.Parallel()
	s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
	fan := s.srv.As(sandbox.DefaultFanID)
	says := func(want string, opts ...sandbox.Option) sandbox.Reply {
		t.Helper()
		r := s.wait(fan.Command(sandbox.DefaultGeneralID, "notify", opts...))
		if !r.Message.Ephemeral {
			t.Error("the answer is not private")
		}
		s.expect(r.Message, want)
		return r
	}
	settings := func() store.GuildSettings {
		t.Helper()
		g, err := s.bot.store.Guild(notifyPlace(sandbox.DefaultFanID))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	dm := s.srv.DM(sandbox.DefaultFanID)
	says("You are told of nothing")

	s.srv.CloseDMs(sandbox.DefaultFanID, true)
	says("Your direct messages are closed to me", opts("show", "paper-lanterns")...)
	if len(settings().Channels) > 0 {
		t.Error("saved although nothing can be told")
	}
	s.srv.CloseDMs(sandbox.DefaultFanID, false)

	says("You will be told by direct message when a season of Paper Lanterns", opts("show", "paper-lanterns")...)
	if got := s.posts(dm); len(got) != 1 {
		t.Fatalf("direct messages: %q", got)
	}
	says("of Paper Lanterns already", opts("show", "Paper Lanterns")...)
	says("of Night Harbour ", opts("show", "night-harbour")...)
	if got := s.posts(dm); len(got) != 1 {
		t.Errorf("only the first is proved by a message: %q", got)
	}
	if c := settings().Channels; len(c) != 1 || c[0].ID != dm || len(c[0].Shows) != 2 {
		t.Errorf("saved %+v", c)
	}

	// The list stops one show, the message itself another, and stopping nothing does no harm.
	list := says("What you are told of")
	s.expect(s.wait(fan.Press(list.Message.ID, list.Message.CustomID("Stop Night Harbour"))).Message, "no longer told of Night Harbour")
	first := s.srv.Messages(dm)[0]
	r := s.wait(fan.Press(first.ID, first.CustomID("Stop")))
	s.expect(r.Message, "no longer told of Paper Lanterns", "You are told of nothing")
	if g := settings(); len(g.Channels) > 0 {
		t.Errorf("something is kept of a member who is told of nothing: %+v", g)
	}
	s.expect(s.wait(fan.Press(first.ID, first.CustomID("Stop"))).Message, "not told of that")

	// In direct messages it works as well, and all can be stopped at once.
	s.wait(fan.Command(dm, "notify", opts("show", "paper-lanterns")...))
	s.wait(fan.Command(dm, "notify", opts("show", "night-harbour")...))
	list = s.wait(fan.Command(dm, "notify"))
	s.expect(s.wait(fan.Press(list.Message.ID, list.Message.CustomID("Stop all"))).Message, "Stopped")

	err := s.bot.store.UpdateGuild(notifyPlace(sandbox.DefaultFanID), func(g *store.GuildSettings) error {
		g.Channels = []store.Channel{{ID: dm}}
		for n := range maxNotify {
			g.Channels[0].Shows = append(g.Channels[0].Shows, string(rune('a'+n))+"-show")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	says("as many as I can", opts("show", "paper-lanterns")...)
	s.expect(s.wait(fan.Press(list.Message.ID, list.Message.CustomID("Stop all"))).Message, "Stopped")
}

// TestNewsByDirectMessage has a member told of news, until they close their direct messages.
func TestNewsByDirectMessage(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	fan := s.srv.As(sandbox.DefaultFanID)
	dm := s.srv.DM(sandbox.DefaultFanID)
	s.wait(fan.Command(dm, "notify", opts("show", "paper-lanterns")...))
	s.learns(ordered)
	s.reads(dm, 3, "Season 2 of Paper Lanterns is announced, without a date.") // after the answer and the first message
	if s.srv.Messages(dm)[2].CustomID("Stop") == "" {
		t.Error("the news has no button to stop")
	}
	s.srv.CloseDMs(sandbox.DefaultFanID, true)
	s.learns(ordered, dated)
	s.until("the member is told no more", func() bool {
		g, err := s.bot.store.Guild(notifyPlace(sandbox.DefaultFanID))
		return err == nil && len(g.Channels) == 0
	})
}

// TestCorrectionByDirectMessage: a correction leaves the button by which the member stops.
func TestCorrectionByDirectMessage(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	dm := s.srv.DM(sandbox.DefaultFanID)
	s.wait(s.srv.As(sandbox.DefaultFanID).Command(dm, "notify", opts("show", "paper-lanterns")...))
	s.learns(ordered)
	s.reads(dm, 3, "Season 2 of Paper Lanterns is announced, without a date.")
	s.learns()
	s.reads(dm, 3, "Corrected:")
	if s.srv.Messages(dm)[2].CustomID("Stop") == "" {
		t.Error("the correction has no button to stop")
	}
}
