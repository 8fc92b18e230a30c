package bot

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"season3/bot/sandbox"
)

// addBoom gives the bot a command whose handler panics.
func addBoom(b *Bot) {
	b.commands = append(b.commands, command{name: "boom", description: "Panics", run: func(*request) (reply, error) { panic("boom") }})
}

// TestVisit is a visit to a server: everything the bot offers, through a real session.
func TestVisit(t *testing.T) {
	s := newStage(t, sandbox.Options{}, addBoom)
	fan, moderator, other := s.srv.As(sandbox.DefaultFanID), s.srv.As(sandbox.DefaultModeratorID), s.srv.As(sandbox.DefaultOtherFanID)
	general := sandbox.DefaultGeneralID

	typed := s.wait(fan.Autocomplete(general, "season", sandbox.Typing("show", "lan")))
	if len(typed.Choices) != 1 || typed.Choices[0].Name != "Paper Lanterns" {
		t.Fatalf("autocomplete gives %+v", typed.Choices)
	}
	if r := s.wait(fan.Autocomplete(general, "season", sandbox.Typing("show", "qqqqq"))); len(r.Choices) != 0 {
		t.Errorf("nonsense completes to %+v", r.Choices)
	}

	season := s.wait(fan.Command(general, "season", sandbox.Opt("show", typed.Choices[0].Value)))
	s.expect(season.Message, "Yes. Season 3 of Paper Lanterns is scheduled for April 2027", "declared the last", "2 months ago", "lantern.example")
	if season.Message.Ephemeral {
		t.Error("an answer is private though the server wants it public")
	}
	asked := s.wait(fan.Command(general, "ask", sandbox.Opt("question", "when did season 2 of paper lanterns come out?"), sandbox.Opt("private", true)))
	s.expect(asked.Message, "Season 2 of Paper Lanterns ran from 7 January 2024")
	if !asked.Message.Ephemeral {
		t.Error("the member's wish for a private answer was not followed")
	}

	said := other.Say(general, "will there be a season 2 of night harbour", "")
	found := s.wait(fan.MessageCommand(said.ID(), "Is there another season?"))
	s.expect(found.Message, "No. Night Harbour was cancelled after season 1.")

	answer, err := fan.Say(general, "<@"+sandbox.DefaultBotID+"> is there a paper lanterns season 3?", "").Wait(s.context())
	if err != nil {
		t.Fatal(err)
	}
	s.expect(answer, "April 2027")
	direct, err := fan.Say(s.srv.DM(sandbox.DefaultFanID), "night harbours s2?", "").Wait(s.context())
	if err != nil {
		t.Fatal(err)
	}
	s.expect(direct, "Nothing official", "rumour")

	pick := s.wait(fan.Command(general, "season", sandbox.Opt("show", "night harbourx"), sandbox.Opt("number", 2)))
	s.expect(pick.Message, "Did you mean Night Harbour (1999) or Night Harbours (2011)?")
	picked := s.wait(fan.Press(pick.Message.ID, pick.Message.CustomID("Night Harbours (2011)")))
	s.expect(picked.Message, "There are rumours of a season 2 of Night Harbours")

	turned := s.wait(other.Press(season.Message.ID, season.Message.CustomID("Season 2")))
	s.expect(turned.Message, "ran from 7 January 2024")
	if !turned.Message.Ephemeral || turned.Message.ID == season.Message.ID {
		t.Error("another member's button changed the card of the member who asked")
	}
	sources := s.wait(fan.Press(season.Message.ID, season.Message.CustomID("Sources")))
	s.expect(sources.Message, "Everything on Paper Lanterns", "A third season has been ordered.")
	if !sources.Message.Ephemeral || sources.Message.ID == season.Message.ID {
		t.Error("Sources changed a card that others can see")
	}
	turnedOver := s.wait(fan.Press(sources.Message.ID, sources.Message.CustomID("Answer")))
	s.expect(turnedOver.Message, "April 2027")
	if turnedOver.Message.ID != sources.Message.ID {
		t.Error("a card that the member alone sees was not turned over")
	}

	if i := fan.Command(general, "settings view"); i.Err() == nil {
		t.Error("a fan may use /settings")
	}
	s.expect(s.wait(moderator.Command(general, "settings view")).Message, "visible to everybody")
	s.expect(s.wait(moderator.Command(general, "settings answers", sandbox.Opt("visible", "asker"))).Message, "Saved", "only to the member")
	if r := s.wait(fan.Command(general, "season", sandbox.Opt("show", "paper-lanterns"))); !r.Message.Ephemeral {
		t.Error("the answer is public though the server wants it private")
	}
	s.expect(s.wait(moderator.Command(general, "help")).Message, "/season", "/settings answers", "Is there another season?")
	if help := s.wait(fan.Command(general, "help")).Message.Text(); strings.Contains(help, "/settings") {
		t.Error("/help offers a fan what only moderators may use")
	}
	s.expect(s.wait(fan.Command(general, "about")).Message, "3 shows", "Privacy", "Apache License")
	s.expect(s.wait(fan.Command(general, "season", sandbox.Opt("show", "no such thing at all"))).Message, "don't know")
	s.expect(s.wait(fan.Command(general, "boom")).Message, "Something went wrong on my side")

	form := fan.Press(season.Message.ID, season.Message.CustomID("Wrong or outdated?"))
	if r := s.wait(form); r.Modal == nil {
		t.Fatal("the button opens no form")
	}
	thanks := s.wait(fan.SubmitModal(form.ID(), map[string]any{"wrong": "It was delayed.", "link": "https://news.example/delay"}))
	s.expect(thanks.Message, "Thank you")
	form = fan.Press(season.Message.ID, season.Message.CustomID("Wrong or outdated?"))
	s.wait(form)
	s.expect(s.wait(fan.SubmitModal(form.ID(), map[string]any{"wrong": "It was delayed.", "link": "somewhere"})).Message, "not a web address", "It was delayed.")
	notes, err := s.bot.store.Feedback()
	var kept []string
	for _, n := range notes {
		kept = append(kept, n.Kind+" "+n.Text)
	}
	slices.Sort(kept)
	if want := "report It was delayed., unknown night harbourx, unknown no such thing at all"; err != nil || strings.Join(kept, ", ") != want {
		t.Errorf("kept as feedback: %q, %v", kept, err)
	}

	// A reply to a mention meets a rate limit, and comes all the same.
	s.srv.Inject(sandbox.CreateMessage, sandbox.Fault{Refuse: sandbox.RateLimited(50*time.Millisecond, false), Times: 1})
	late, err := fan.Say(general, "<@"+sandbox.DefaultBotID+"> was night harbour cancelled?", "").Wait(s.context())
	if err != nil {
		t.Fatal(err)
	}
	s.expect(late, "cancelled after season 1")

	// The connection drops; the session is resumed.
	s.srv.DropConnections(0)
	if err := s.srv.WaitDisconnected(s.context()); err != nil {
		t.Fatal(err)
	}
	if err := s.srv.WaitReady(s.context()); err != nil {
		t.Fatal(err)
	}
	s.expect(s.wait(fan.Command(general, "season", sandbox.Opt("show", "night-harbour"))).Message, "cancelled")

	// After a restart settings and buttons work as before, and the commands are not registered again.
	s.restart()
	again := s.wait(fan.Press(season.Message.ID, season.Message.CustomID("Season 2")))
	s.expect(again.Message, "ran from 7 January 2024")
	s.expect(s.wait(moderator.Command(general, "settings view")).Message, "only to the member")
	if n := s.requests(sandbox.SetCommands, http.StatusOK); n != 1 {
		t.Errorf("commands were registered %d times, want once", n)
	}
	if log := s.log.String(); strings.Contains(log, token) || strings.Contains(log, "paper lanterns season 3") {
		t.Error("the log holds the token or the text of a message")
	}
}

// TestChangedCommandsAreRegistered: a new table is sent once, when the bot next connects.
func TestChangedCommandsAreRegistered(t *testing.T) {
	s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
	s.adjust = addBoom
	s.restart()
	if err := s.srv.WaitCommand(s.context(), "boom"); err != nil {
		t.Fatal(err)
	}
	s.until("the answer is noted", func() bool { return s.requests(sandbox.SetCommands, http.StatusOK) >= 2 })
	if n := s.requests(sandbox.SetCommands, 0); n != 2 {
		t.Errorf("commands were registered %d times, want twice", n)
	}
}

// TestConnectionsAreMended breaks the connection in every way that time mends. After each the next question is answered.
func TestConnectionsAreMended(t *testing.T) {
	for _, test := range []struct {
		name string
		hurt func(*sandbox.Server)
	}{
		{"dropped", func(s *sandbox.Server) { s.DropConnections(0) }},
		{"closed with 4000", func(s *sandbox.Server) { s.DropConnections(4000) }},
		{"session timed out", func(s *sandbox.Server) { s.DropConnections(4009) }},
		{"asked to reconnect", func(s *sandbox.Server) { s.AskReconnect() }},
		{"session invalid, resumable", func(s *sandbox.Server) { s.Invalidate(true) }},
		{"session invalid", func(s *sandbox.Server) { s.Invalidate(false) }},
		{"op 9 in answer to resume", func(s *sandbox.Server) { s.RefuseSessions(1, false); s.DropConnections(0) }},
		{"op 9 in a loop", func(s *sandbox.Server) { s.RefuseSessions(60, false); s.DropConnections(0) }},
		{"op 7 before READY, which hangs discordgo", func(s *sandbox.Server) { s.ReconnectBeforeReady(1); s.DropConnections(0) }},
		{"gateway address refused", func(s *sandbox.Server) {
			s.Inject(sandbox.GetGateway, sandbox.Fault{Refuse: sandbox.HTMLPage(503), Times: 2})
			s.DropConnections(0)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
			fan := s.srv.As(sandbox.DefaultFanID)
			test.hurt(s.srv)
			s.until("an answer", func() bool {
				// A question may fall into the gap; then it is asked again, as a member would.
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				r, err := fan.Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "night-harbour")).Wait(ctx)
				return err == nil && strings.Contains(r.Message.Text(), "cancelled")
			})
		})
	}
}

// TestRunEndsWhereOnlyAPersonCanHelp: a sentence that says what to do, without the token.
func TestRunEndsWhereOnlyAPersonCanHelp(t *testing.T) {
	check := func(t *testing.T, err error, want string) {
		t.Helper()
		var f Fatal
		if !errors.As(err, &f) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token) {
			t.Errorf("Run returned %v, want a fatal error with %q and without the token", err, want)
		}
	}
	t.Run("the token is wrong", func(t *testing.T) {
		t.Parallel()
		srv := sandbox.New(sandbox.Options{Token: "another-token"})
		if err := srv.Listen("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		check(t, newBot(t, fixtureBase(t)).Run(t.Context(), Connection{Token: token, Transport: srv.Transport()}), "DISCORD_TOKEN")
	})
	t.Run("the token is withdrawn later", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
		s.srv.SetToken("another-token")
		check(t, s.ended(), "DISCORD_TOKEN")
	})
	t.Run("the gateway hangs each time", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
		s.srv.ReconnectBeforeReady(maxHung)
		s.srv.DropConnections(0)
		if err := s.ended(); err == nil || !strings.Contains(err.Error(), "start season3 again") {
			t.Errorf("Run returned %v", err)
		}
	})
}

// TestShutdownFinishesAnswers tells the bot to end while a callback is under way.
func TestShutdownFinishesAnswers(t *testing.T) {
	s := newStage(t, sandbox.Options{}, nil)
	handling := make(chan struct{})
	s.adjust = func(b *Bot) {
		inner := b.commands[0].run
		b.commands[0].run = func(r *request) (reply, error) {
			close(handling)
			time.Sleep(300 * time.Millisecond) // the work that the shutdown must wait for
			return inner(r)
		}
	}
	s.restart()
	i := s.srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns"))
	<-handling
	began := time.Now()
	s.cancel()
	if err := s.ended(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("shutting down took %v", took)
	}
	s.expect(s.wait(i).Message, "April 2027")
}

// TestCallbackFailures: a callback that fails is not tried again, the log says so once without its address, which holds a
// token, and the next question is answered.
func TestCallbackFailures(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"429", sandbox.Fault{Refuse: sandbox.RateLimited(time.Second, false), Times: 1}},
		{"global 429", sandbox.Fault{Refuse: sandbox.RateLimited(time.Second, true), Times: 1}},
		{"bare 429", sandbox.Fault{Refuse: sandbox.BareRateLimited(time.Second), Times: 1}},
		{"page of HTML", sandbox.Fault{Refuse: sandbox.HTMLPage(502), Times: 1}},
		{"500", sandbox.Fault{Refuse: sandbox.ServerError(500), Times: 1}},
		{"unknown interaction", sandbox.Fault{Refuse: sandbox.APIError(404, 10062, "Unknown interaction"), Times: 1}},
		{"answer lost", sandbox.Fault{Lost: true, Times: 1}},
		{"too slow", sandbox.Fault{Delay: callbackTimeout + 200*time.Millisecond, Times: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
			fan := s.srv.As(sandbox.DefaultFanID)
			s.srv.Inject(sandbox.InteractionCallback, test.fault)
			fan.Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns"))
			s.until("a word in the log", func() bool { return strings.Contains(s.log.String(), "answer was not delivered") })
			s.expect(s.wait(fan.Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "night-harbour"))).Message, "cancelled")
			if n := strings.Count(s.log.String(), "answer was not delivered"); n != 1 {
				t.Errorf("the log says it %d times", n)
			}
			if n := s.requests(sandbox.InteractionCallback, 0); n > 2 {
				t.Errorf("%d callbacks for two questions", n)
			}
			if strings.Contains(s.log.String(), "/callback") {
				t.Error("the log holds the address of a callback")
			}
		})
	}
}

// TestUnansweredHeartbeats: a connection that has gone quiet is opened again.
func TestUnansweredHeartbeats(t *testing.T) {
	s := newStage(t, sandbox.Options{NoRateLimits: true, HeartbeatInterval: 40 * time.Millisecond}, nil)
	s.srv.StopAcknowledging(true)
	if err := s.srv.WaitDisconnected(s.context()); err != nil {
		t.Fatal("discordgo did not notice:", err)
	}
	s.srv.StopAcknowledging(false)
	if err := s.srv.WaitReady(s.context()); err != nil {
		t.Fatal(err)
	}
	s.expect(s.wait(s.srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "night-harbour"))).Message, "cancelled")
}

// TestRepliesThatCannotBePosted: a reply to a mention is given up with one line in the log, unless Discord says when to
// try again, or a gateway error is likely to pass; /season goes on.
func TestRepliesThatCannotBePosted(t *testing.T) {
	refuse := func(r *sandbox.Refusal, times int) func(*sandbox.Server) {
		return func(s *sandbox.Server) {
			s.Inject(sandbox.CreateMessage, sandbox.Fault{Refuse: r, Times: times})
		}
	}
	for _, test := range []struct {
		name     string
		hurt     func(*sandbox.Server)
		posted   bool // in the end
		requests int  // for posting
	}{
		{"permission withdrawn", func(s *sandbox.Server) {
			s.SetOverwrite(sandbox.DefaultGeneralID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Deny: sandbox.SendMessages})
		}, false, 1},
		{"channel gone", refuse(sandbox.APIError(404, 10003, "Unknown Channel"), 1), false, 1},
		{"500", refuse(sandbox.ServerError(500), 1), false, 1},
		{"503 as a page", refuse(sandbox.HTMLPage(503), 1), false, 1},
		{"502 twice", refuse(sandbox.ServerError(502), 2), true, 3},
		{"429 with headers", refuse(sandbox.RateLimited(20*time.Millisecond, false), 1), true, 2},
		{"429 for the whole bot", refuse(sandbox.RateLimited(20*time.Millisecond, true), 1), true, 2},
		{"429 without headers", refuse(sandbox.BareRateLimited(20*time.Millisecond), 1), true, 2},
		{"429 as a page", refuse(sandbox.HTMLPage(429), 1), false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
			fan := s.srv.As(sandbox.DefaultFanID)
			test.hurt(s.srv)
			said := fan.Say(sandbox.DefaultGeneralID, "<@"+sandbox.DefaultBotID+"> was night harbour cancelled?", "")
			if test.posted {
				m, err := said.Wait(s.context())
				if err != nil {
					t.Fatal(err)
				}
				s.expect(m, "cancelled")
			} else {
				s.until("a word in the log", func() bool { return strings.Contains(s.log.String(), "reply to a mention was not posted") })
			}
			if n := s.requests(sandbox.CreateMessage, 0); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			s.expect(s.wait(fan.Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "night-harbour"))).Message, "cancelled")
		})
	}
}

// TestGuildsComeAndGo: neither an outage, nor a goodbye, nor a deleted channel disturbs other places.
func TestGuildsComeAndGo(t *testing.T) {
	for name, hurt := range map[string]func(*sandbox.Server){
		"outage and return": func(s *sandbox.Server) {
			s.SetUnavailable(sandbox.DefaultGuildID, true)
			s.SetUnavailable(sandbox.DefaultGuildID, false)
		},
		"channel deleted":    func(s *sandbox.Server) { s.DeleteChannel(sandbox.DefaultNewsID) },
		"removed from guild": func(s *sandbox.Server) { s.RemoveBot(sandbox.DefaultGuildID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
			hurt(s.srv)
			fan := s.srv.As(sandbox.DefaultFanID)
			s.expect(s.wait(fan.Command(s.srv.DM(sandbox.DefaultFanID), "season", sandbox.Opt("show", "night-harbour"))).Message, "cancelled")
		})
	}
}

// TestCommandsAreRegisteredLater: when Discord refuses the commands, the next connection tries again.
func TestCommandsAreRegisteredLater(t *testing.T) {
	s := newStage(t, sandbox.Options{NoRateLimits: true}, nil)
	s.adjust = addBoom
	s.srv.Inject(sandbox.SetCommands, sandbox.Fault{Refuse: sandbox.ServerError(500), Times: 1})
	s.restart()
	s.until("a word in the log", func() bool { return strings.Contains(s.log.String(), "commands were not registered") })
	s.restart()
	if err := s.srv.WaitCommand(s.context(), "boom"); err != nil {
		t.Fatal(err)
	}
}

// TestTwoHundredAtOnce: two hundred members ask in the same moment, and each is answered once. The local Discord fails an
// answer that comes after three seconds.
func TestTwoHundredAtOnce(t *testing.T) {
	const members = 200
	world := sandbox.DefaultWorld()
	for i := range members {
		id := strconv.Itoa(7000 + i)
		world.Guilds[0].Members = append(world.Guilds[0].Members, &sandbox.Member{User: &sandbox.User{ID: id, Username: "member" + id}})
	}
	s := newStage(t, sandbox.Options{World: world}, nil)
	var all sync.WaitGroup
	for i := range members {
		all.Go(func() {
			r, err := s.srv.As(strconv.Itoa(7000+i)).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns")).Wait(s.context())
			if err != nil || !strings.Contains(r.Message.Text(), "April 2027") {
				t.Errorf("member %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := s.requests(sandbox.InteractionCallback, 0); n != members {
		t.Errorf("%d callbacks for %d members", n, members)
	}
}

// TestNothingIsLeftRunning compares goroutines before and after a bot's life.
func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newStage(t, sandbox.Options{}, nil)
	s.wait(s.srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns")))
	s.cancel()
	if err := s.ended(); err != nil {
		t.Error(err)
	}
	if err := s.srv.Close(); err != nil {
		t.Error(err)
	}
	s.until("all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}
