package bot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/store"
)

// limitedForAll is Discord's answer when all requests together are too many.
var limitedForAll = sandbox.RateLimited(2*time.Second, true)

// deliveryRoutes are what the announcer uses.
var deliveryRoutes = []sandbox.Route{sandbox.CreateMessage, sandbox.UpdateMessage, sandbox.CrosspostMessage, sandbox.ListMessages, sandbox.GetChannel, sandbox.GetGuild}

// TestFaults has one in ten requests fail, by each fault in its turn. Every server gets its post once, has it published
// and corrected, and the table shows what it took and who was told of trouble.
func TestFaults(t *testing.T) {
	servers := sized(30, 300)
	var mu sync.Mutex
	table := []string{fmt.Sprintf("%-28s %7s %7s %7s %7s %10s  %s", "fault", "struck", "posts", "sent", "edits", "took", "told")}
	t.Cleanup(func() {
		slices.Sort(table[1:])
		t.Logf("%d servers\n%s", servers, strings.Join(table, "\n"))
	})
	for n, f := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"none", sandbox.Fault{Delay: time.Millisecond}},
		{"slow", sandbox.Fault{Delay: 5 * time.Second}},
		{"given up, then done", sandbox.Fault{Late: 20 * time.Second}},
		{"cut before", sandbox.Fault{Cut: true}},
		{"cut after", sandbox.Fault{Lost: true}},
		{"429", sandbox.Fault{Refuse: sandbox.RateLimited(3*time.Second, false)}},
		{"429 for all", sandbox.Fault{Refuse: limitedForAll}},
		{"429 without headers", sandbox.Fault{Refuse: sandbox.BareRateLimited(3 * time.Second)}},
		{"429 as HTML", sandbox.Fault{Refuse: sandbox.HTMLPage(429)}},
		{"500", sandbox.Fault{Refuse: sandbox.ServerError(500)}},
		{"502 as HTML", sandbox.Fault{Refuse: sandbox.HTMLPage(502)}},
		{"503", sandbox.Fault{Refuse: sandbox.ServerError(503)}},
		{"403", sandbox.Fault{Refuse: sandbox.APIError(403, 50013, "Missing Permissions")}},
		{"404", sandbox.Fault{Refuse: sandbox.APIError(404, 10003, "Unknown Channel")}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			row := testFault(t, servers, uint64(1000*n), f.fault)
			mu.Lock()
			defer mu.Unlock()
			table = append(table, fmt.Sprintf("%-28s %s", f.name, row))
		})
	}
	t.Run("all together", func(t *testing.T) {
		t.Parallel()
		row := testFault(t, servers, 1,
			sandbox.Fault{Late: 20 * time.Second}, sandbox.Fault{Cut: true}, sandbox.Fault{Lost: true},
			sandbox.Fault{Refuse: sandbox.BareRateLimited(time.Second)}, sandbox.Fault{Refuse: sandbox.ServerError(503)})
		mu.Lock()
		defer mu.Unlock()
		table = append(table, fmt.Sprintf("%-28s %s", "all together", row))
	})
}

// testFault announces one event among faults and returns a row of the table.
func testFault(t *testing.T, servers int, seed uint64, faults ...sandbox.Fault) string {
	base := lanterns(t)
	s, channels := manyStage(t, servers, func(b *Bot) {
		b.Use(base, nil)
		b.Announce(Announcing{})
		// What is under way when a limit on all comes looks as if it were sent after it, to whoever reads the recording.
		if slices.ContainsFunc(faults, func(f sandbox.Fault) bool { return f.Refuse == limitedForAll }) {
			b.flights = 1
		}
	})
	s.quiet() // the baseline is taken
	for i, f := range faults {
		for j, r := range deliveryRoutes {
			f.Share, f.Seed = 0.1, seed+uint64(100*i+j)
			s.srv.Inject(r, f)
		}
	}
	s.answered = 2 * time.Second
	if slices.ContainsFunc(faults, func(f sandbox.Fault) bool { return f.Delay > time.Millisecond || f.Late > 0 }) {
		s.answered = 20 * time.Millisecond
	}
	began := s.clock.Now()
	s.learns(ordered)
	state := func(ok func(store.Delivery, store.Event) bool) func() bool {
		return func() bool {
			n := 0
			err := s.bot.store.Deliveries(func(d store.Delivery, e store.Event) bool {
				if ok(d, e) {
					n++
				}
				return true
			})
			return err == nil && n == servers
		}
	}
	s.passUntil("all have it", state(func(d store.Delivery, _ store.Event) bool {
		return d.State == store.Posted && (!d.Publish || !d.Published.IsZero())
	}))
	took := s.clock.Now().Sub(began)
	s.learns() // it was wrong
	s.passUntil("all are corrected", state(func(d store.Delivery, e store.Event) bool {
		return !e.Withdrawn.IsZero() && d.State == store.Posted && d.Revision == e.Revision
	}))
	posts, told := 0, map[string]int{}
	for i, c := range channels {
		ms := s.srv.Messages(c)
		posts += len(ms)
		if len(ms) != 1 || !strings.HasPrefix(ms[0].Text(), "### Corrected") || ms[0].Published != (i%3 == 0) {
			t.Errorf("channel %d holds %d posts: %v", i, len(ms), s.posts(c))
		}
		for _, m := range s.srv.Messages(channels[i] + "9") {
			line := strings.Split(m.Text(), "\n")[1]
			told[strings.ReplaceAll(line, channels[i], "C")]++
		}
	}
	struck := 0
	for _, r := range deliveryRoutes {
		struck += s.srv.Answered(r, -1) - s.srv.Answered(r, 200)
	}
	var words []string
	for line, n := range told {
		words = append(words, fmt.Sprintf("%d× %s", n, line))
	}
	slices.Sort(words)
	return fmt.Sprintf("%7d %7d %7d %7d %10v  %s", struck, posts, s.srv.Answered(sandbox.CreateMessage, -1), s.srv.Answered(sandbox.UpdateMessage, -1),
		took.Round(time.Second), strings.Join(words, "; "))
}

// manyStage is a stage with many servers that follow paper lanterns in a channel each, every third in an announcement
// channel with publishing. The channel that hears of trouble has the same id with a 9 behind it.
func manyStage(t *testing.T, servers int, adjust func(*Bot)) (s *stage, channels []string) {
	t.Helper()
	w, channels := manyGuilds(servers)
	for i, g := range w.Guilds[1:] {
		if i%3 == 0 {
			g.Channels[0].Type = sandbox.AnnouncementChannel
		}
		system := &sandbox.Channel{ID: channels[i] + "9", Name: "moderators"}
		g.Channels, g.SystemChannelID = append(g.Channels, system), system.ID
	}
	s = newStage(t, sandbox.Options{World: w, NoRateLimits: true}, adjust)
	for i, g := range w.Guilds[1:] {
		err := s.bot.store.UpdateGuild(g.ID, func(settings *store.GuildSettings) error {
			settings.Channels = []store.Channel{{ID: channels[i], Shows: []string{"paper-lanterns"}, News: i%3 == 0, Publish: i%3 == 0}}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, channels
}

// passUntil lets time pass until a condition holds: to the next thing due when the bot is at rest, else by the turn.
func (s *stage) passUntil(what string, true func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Duration(sized(30, 300)) * time.Second); !true(); {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain until %s, to %v", what, s.clock.Now())
		}
		s.step(pace / 2)
	}
}

// step lets time pass to the next thing due when the bot is at rest, else a little.
func (s *stage) step(little time.Duration) {
	s.t.Helper()
	before := s.bot.rested.Load()
	s.bot.stir()
	for began := time.Now(); s.bot.rested.Load() == before && time.Since(began) < 2*time.Millisecond; time.Sleep(100 * time.Microsecond) {
	}
	// What is under way is answered before time passes: otherwise a request could reach Discord long after it was sent.
	for began := time.Now(); s.flight.Load() > 0 && time.Since(began) < s.answered; time.Sleep(50 * time.Microsecond) {
	}
	step := little
	if s.bot.rested.Load() > before {
		due, ok, err := s.bot.store.NextDue()
		if err != nil {
			s.t.Fatal(err)
		}
		if wait := due.Sub(s.clock.Now()); ok && wait > step {
			step = wait
		}
	}
	s.clock.Advance(step)
}

// TestFlappingSettles takes a season back and forth at random, with restarts in between, and then leaves it: there were at
// most one post and one correction an hour, and in the end the channel reads what holds.
func TestFlappingSettles(t *testing.T) {
	for n, hold := range []time.Duration{0, time.Minute, DefaultHold} {
		for _, holds := range []bool{true, false} {
			t.Run(fmt.Sprint(hold, " ", holds), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(uint64(n), 7))
				s := newsStage(t, hold)
				is := func(yes bool) {
					if yes {
						s.learns(ordered)
					} else {
						s.learns()
					}
					s.quiet()
				}
				for range sized(25, 200) {
					is(random.IntN(2) == 0)
					s.clock.Advance(time.Duration(random.Int64N(int64(4 * time.Minute))))
					s.quiet()
				}
				hours := s.clock.Now().Sub(today()).Hours()
				posts, edits := s.requests(sandbox.CreateMessage, 200), s.requests(sandbox.UpdateMessage, 200)
				if posts > 1 || float64(edits) > hours+1 {
					t.Errorf("%d posts and %d edits in %.1f hours", posts, edits, hours)
				}
				is(holds)
				for range 50 {
					s.clock.Advance(time.Hour)
					s.quiet()
				}
				got := s.posts(sandbox.DefaultGeneralID)
				switch says := strings.Join(got, "\n---\n"); {
				case len(got) > 1, holds && !strings.HasPrefix(says, "### Season 2 of Paper Lanterns is announced"),
					!holds && len(got) == 1 && !strings.HasPrefix(says, "### Corrected"):
					t.Errorf("in the end the channel reads\n%s", says)
				}
			})
		}
	}
}

// TestEverythingAtOnce takes a season back and forth while requests fail in every way and the bot is restarted in between.
// In the end every server has one post at most, and it says what holds.
func TestEverythingAtOnce(t *testing.T) {
	for seed := range uint64(sized(2, 20)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 3))
			base := lanterns(t)
			s, channels := manyStage(t, 12, func(b *Bot) {
				b.Use(base, nil)
				b.Announce(Announcing{})
			})
			s.quiet()
			var repaired []func()
			for i, f := range []sandbox.Fault{{Late: 20 * time.Second}, {Cut: true}, {Lost: true}, {Refuse: sandbox.RateLimited(time.Second, true)},
				{Refuse: sandbox.ServerError(503)}, {Refuse: sandbox.APIError(403, 50013, "Missing Permissions")}} {
				for j, r := range deliveryRoutes {
					f.Share, f.Seed = 0.1, seed*1000+uint64(10*i+j)
					repaired = append(repaired, s.srv.Inject(r, f))
				}
			}
			holds := false
			is := func(yes bool) {
				holds, base = yes, lanterns(t)
				if yes {
					base = lanterns(t, ordered)
				}
				s.bot.Use(base, nil)
			}
			for range 12 {
				is(!holds)
				for until := s.clock.Now().Add(time.Duration(random.Int64N(int64(3 * time.Minute)))); s.clock.Now().Before(until); {
					s.step(10 * pace)
				}
				if random.IntN(4) == 0 {
					s.restart()
				}
			}
			for _, repair := range repaired {
				repair()
			}
			if seed%2 == 0 {
				is(!holds)
			}
			for until := s.clock.Now().Add(40 * time.Hour); s.clock.Now().Before(until); {
				s.step(10 * pace)
				s.quiet()
				s.clock.Advance(30 * time.Minute)
			}
			for _, c := range channels {
				says := strings.Join(s.posts(c), "\n---\n")
				right := holds && strings.HasPrefix(says, "### Season 2 of Paper Lanterns is announced") || !holds && (says == "" || strings.HasPrefix(says, "### Corrected"))
				if s.srv.CountMessages(c) > 1 || !right {
					t.Errorf("holds: %t, and channel %s reads\n%s", holds, c, says)
				}
			}
		})
	}
}
