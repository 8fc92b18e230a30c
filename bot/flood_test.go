package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"season3/bot/sandbox"
)

// told is a clock that shows the latest time it was told. Deadlines pass in real time: they are for people.
type told struct {
	mu sync.Mutex
	at time.Time
}

func (c *told) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *told) AfterFunc(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

func (c *told) hear(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// most is what the bot may need more while it announces, whatever the number of servers.
const most = 32 << 20

// TestFlood has very many servers follow one show, while a fan goes on asking. Discord's limit of 50 requests a second is
// used, and never met.
func TestFlood(t *testing.T) {
	servers := sized(2000, 100_000)
	clock := &told{at: today()}
	s := newProcStage(t, servers, false, sandbox.Options{Clock: clock})
	handler := s.srv.Handler()
	var mu sync.Mutex
	var first, last time.Time
	requests := 0
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, err := strconv.ParseInt(r.Header.Get(clockHeader), 10, 64); err == nil {
			at := time.Unix(0, n).UTC()
			clock.hear(at)
			post := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages")
			mu.Lock()
			if post && first.IsZero() {
				first = at
			}
			if !first.IsZero() && r.Header.Get("Authorization") != "" { // what has none is outside the limit
				requests++
				last = at
			}
			mu.Unlock()
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)

	l := s.start(proc{Addr: strings.TrimPrefix(front.URL, "http://"), Before: s.before, Settle: time.Duration(sized(200, 10_000)) * time.Millisecond, Now: clock.Now(), Paced: true, Latency: 150 * time.Millisecond})
	ctx := t.Context()
	if err := s.srv.WaitCommand(ctx, "season"); err != nil {
		t.Fatal(err)
	}
	posts := func() int { return s.srv.CountMessages("") - s.srv.CountMessages(sandbox.DefaultGeneralID) }
	unanswered, served := 0, 0
	var waits []time.Duration
	began := time.Now()
	for deadline := began.Add(time.Duration(sized(60, 1800)) * time.Second); posts() < servers; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("only %d of %d have their post", posts(), servers)
			break
		}
		if len(waits)%20 == 19 { // a moderator asks what the bot may do in a channel, for which it asks Discord
			m, err := s.srv.As(sandbox.DefaultModeratorID).Command(sandbox.DefaultGeneralID, "announcements trouble", sandbox.Opt("channel", sandbox.DefaultGeneralID)).Wait(ctx)
			if err != nil || !strings.Contains(m.Message.Text(), "I say so once in") {
				t.Errorf("the moderator was answered %s, %v", m.Body, err)
			}
			served++
		}
		asked := time.Now()
		r, err := s.srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns"), sandbox.Opt("private", true)).Wait(ctx)
		if errors.Is(err, sandbox.ErrNoResponse) {
			unanswered++
			continue
		}
		if err != nil || !strings.Contains(r.Message.Text(), "Paper Lanterns") {
			t.Fatalf("the fan was answered %s, %v", r.Body, err)
		}
		waits = append(waits, time.Since(asked))
	}
	took := time.Since(began)
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	report, _ := s.end(l)
	s.each()

	if n := s.srv.Answered(sandbox.AnyRoute, http.StatusTooManyRequests); n > 0 {
		t.Errorf("%d requests met a limit", n)
	}
	used := float64(requests-1) / (50 * last.Sub(first).Seconds())
	raced := underRace()
	if used < 0.95 && !raced {
		t.Errorf("%s of the limit was used", percent(used, 1))
	}
	heap, anon := report.Peak.Heap-report.Base.Heap, report.Peak.Anon-report.Base.Anon
	if (heap > most || anon > most) && !raced {
		t.Errorf("the heap grew by %d bytes, the process by %d", heap, anon)
	}
	slices.Sort(waits)
	slow := func(share float64) time.Duration {
		return waits[int(share*float64(len(waits)-1))].Round(10 * time.Microsecond)
	}
	if slow(0.5) > 100*time.Millisecond {
		t.Errorf("half of the answers took %v and more", slow(0.5))
	}
	if unanswered > len(waits)/1000 { // a busy machine may stand still for three seconds, but not often
		t.Errorf("%d of %d questions were not answered in time", unanswered, len(waits)+unanswered)
	}
	t.Logf("%d servers in %v of Discord's time (%v here): %s of the limit, heap +%.1f MB of %.1f, process +%.1f MB of %.1f; %d answers meanwhile and %d not in time, half in %v, 99%% in %v, the slowest in %v; a moderator was served %d times",
		servers, last.Sub(first).Round(time.Second), took.Round(time.Second), percent(used, 1), mb(heap), mb(report.Base.Heap), mb(anon), mb(report.Base.Anon),
		len(waits), unanswered, slow(0.5), slow(0.99), slow(1), served)
}

// underRace reports whether the race detector is built in, which needs memory and time of its own.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// TestTurns has many wait for their turn while people's requests go first, in bursts, and now and then a limit holds for
// all: no second sees more than 50, people wait for a fraction of one, and the limit is used.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newRest(nil, "", clock{time.Now, realTimer}).limits
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		var mu sync.Mutex
		var sent []time.Time
		var longest time.Duration
		turn := func(hurry bool) {
			asked := time.Now()
			if l.turn(ctx, hurry) != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, time.Now())
			if hurry {
				longest = max(longest, time.Since(asked))
			}
		}
		for range maxFlight {
			all.Go(func() {
				for ctx.Err() == nil {
					turn(false)
					time.Sleep(150 * time.Millisecond)
				}
			})
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			for range random.IntN(6) { // people who use a command at once, which asks four things
				all.Go(func() {
					for range 4 {
						turn(true)
						time.Sleep(100 * time.Millisecond)
					}
				})
			}
			time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		}
		stop()
		all.Wait()
		first, last := sent[0], sent[len(sent)-1]
		worst := 0
		for i, j := 0, 0; j < len(sent); j++ {
			for sent[j].Sub(sent[i]) >= time.Second {
				i++
			}
			worst = max(worst, j-i+1)
		}
		used := float64(len(sent)) / last.Sub(first).Seconds()
		if worst > 50 || used < 47.5 || longest > time.Second/2 {
			t.Errorf("%d in one second, %.1f in each, people waited up to %v", worst, used, longest)
		}
		t.Logf("%d in one second at most, %.1f on average; people waited up to %v", worst, used, longest)
	})
}
