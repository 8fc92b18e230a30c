package bot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// full makes the tests of announcements as large as they are meant to be; otherwise they are as short as still tells
// something.
var full = flag.Bool("full", false, "run the long tests of announcements at full size")

// sized returns the size of a test.
func sized(short, long int) int {
	if *full {
		return long
	}
	return short
}

// A proc is a bot in a process of its own: this test's binary, run anew. It can be killed without the local Discord, which
// lives in the test.
type proc struct {
	Addr     string // of the local Discord
	Store    string // the file
	Dossiers string // the folder
	Now      time.Time

	// Before is a folder of dossiers to begin with; those of Dossiers are used once the bot has come to rest and its memory
	// has not shrunk for the time of Settle, and the memory is watched from then on.
	Before string
	Settle time.Duration

	// Kill ends the process by SIGKILL at its n-th step, or that much later; 0 for never. A step is a look at the clock, a
	// wait, or the beginning or the end of a request; with KillAnswered it is only the end of one to post, publish or
	// correct.
	Kill         int
	KillAfter    time.Duration
	KillAnswered bool
	// UntilRested ends the process, as SIGTERM does, when nothing is left to do at present.
	UntilRested bool

	// Paced makes time pass only while the bot waits for it, and each request take Latency of that time. The requests tell
	// the local Discord what time it is.
	Paced   bool
	Latency time.Duration
}

// A procReport is what a process says at its end.
type procReport struct {
	Steps      int
	Goroutines string // those that are left, "" when there are none
	Base       memory // before the first announcement
	Peak       memory
}

// memory is what the bot needs of it, in bytes. The store's file is mapped and counts in neither.
type memory struct {
	Heap int64 // objects and what is not collected yet
	Anon int64 // resident and not of a file; 0 where the system does not tell
}

const procEnv = "SEASON3_TEST_PROC"

func TestMain(m *testing.M) {
	if in := os.Getenv(procEnv); in != "" {
		var p proc
		if err := json.Unmarshal([]byte(in), &p); err != nil {
			panic(err)
		}
		if err := p.main(); err != nil {
			fmt.Fprintln(os.Stderr, "the bot ended with:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	// Most of these tests wait, such as for discordgo, which sleeps a second while it closes.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// main is what the process does.
func (p *proc) main() error {
	began := runtime.NumGoroutine()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	base, err := knowledge.Load(os.DirFS(p.Dossiers))
	if err != nil {
		return err
	}
	first := base
	if p.Before != "" {
		if first, err = knowledge.Load(os.DirFS(p.Before)); err != nil {
			return err
		}
	}
	st, err := store.Open(p.Store)
	if err != nil {
		return err
	}
	var report procReport
	inner := sandbox.TransportTo(p.Addr)
	all, posts := &steps{after: p.KillAfter}, &steps{after: p.KillAfter}
	if p.KillAnswered {
		posts.kill = p.Kill
	} else {
		all.kill = p.Kill
	}
	var now func() time.Time
	var timer func(time.Duration) (<-chan time.Time, func())
	var round func(*http.Request) (*http.Response, error)
	if p.Paced {
		runtime.GOMAXPROCS(1)
		hour := newHour(p.Now)
		now, timer = hour.now, hour.timer
		round = func(r *http.Request) (*http.Response, error) { return hour.roundTrip(inner, r, p.Latency) }
		go hour.pass()
	} else {
		clock := sandbox.NewClock(p.Now)
		now, round = clock.Now, inner.RoundTrip
		timer = func(d time.Duration) (<-chan time.Time, func()) {
			fired := make(chan time.Time, 1)
			return fired, clock.AfterFunc(d, func() { fired <- clock.Now() })
		}
	}
	b := New(first, st, func() time.Time { all.hit(); return now() }, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	b.timer = func(d time.Duration) (<-chan time.Time, func()) { all.hit(); return timer(d) }
	b.Announce(Announcing{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for b.rested.Load() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if p.UntilRested {
			stop()
		}
		if p.Before != "" && ctx.Err() == nil {
			report.Base = settledMemory(ctx, p.Settle)
			b.Use(base, nil)
			report.Peak = peakMemory(ctx)
		}
	}()
	err = b.Run(ctx, Connection{Token: token, Backoff: 20 * time.Millisecond, Patience: 5 * time.Second, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		all.hit()
		res, err := round(r)
		if r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/messages") {
			posts.hit()
		}
		all.hit()
		return res, err
	})})
	stop()
	<-watched
	inner.(interface{ CloseIdleConnections() }).CloseIdleConnections()
	err = errors.Join(err, st.Close())
	report.Steps, report.Goroutines = all.n, left(began)
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(report))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// left waits for goroutines to end and returns the stacks of those that do not.
func left(before int) string {
	before += 2 // of the signal package, which keeps one, and of the clock
	for deadline := time.Now().Add(3 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<18)
			return string(stacks[:runtime.Stack(stacks, true)])
		}
	}
	return ""
}

// steps counts what the bot does that can be seen from outside, and kills the process at one of them.
type steps struct {
	kill  int
	after time.Duration

	mu sync.Mutex
	n  int
}

func (s *steps) hit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n++; s.n != s.kill {
		return
	}
	end := func() {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {}
	}
	if s.after == 0 {
		end()
	}
	time.AfterFunc(s.after, end)
}

// settledMemory waits until the memory no longer shrinks: what READY says of many servers is worked through beside all else.
func settledMemory(ctx context.Context, enough time.Duration) memory {
	least, since := memory{Heap: math.MaxInt64}, time.Now()
	for time.Since(since) < enough && ctx.Err() == nil {
		debug.FreeOSMemory()
		if m := memoryNow(); m.Heap < least.Heap-least.Heap/20 {
			least, since = m, time.Now()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return least
}

// peakMemory looks at the memory again and again until ctx ends.
func peakMemory(ctx context.Context) (peak memory) {
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return peak
		case <-tick.C:
		}
		m := memoryNow()
		peak.Heap, peak.Anon = max(peak.Heap, m.Heap), max(peak.Anon, m.Anon)
	}
}

func memoryNow() memory {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m := memory{Heap: int64(stats.HeapAlloc)}
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return m // another system
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if size, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(size), " kB"), 10, 64)
			m.Anon = n << 10
		}
	}
	return m
}

// An hour is a clock that stands still while the bot works, and moves on to the next moment for which it waits when
// nothing else happens. What is slow on this machine takes no time, so that it disturbs no limit. The process must run on
// one processor: then a goroutine that can go on does so when pass lets it.
type hour struct {
	mu     sync.Mutex
	woken  *sync.Cond // calls has changed
	calls  int        // looks at the clock, and whatever else shows that the bot works
	wire   int        // requests under way
	at     time.Time
	timers map[*hourTimer]struct{}
}

type hourTimer struct {
	due   time.Time
	fired chan time.Time
}

func newHour(at time.Time) *hour {
	h := &hour{at: at, timers: map[*hourTimer]struct{}{}}
	h.woken = sync.NewCond(&h.mu)
	return h
}

// enter locks and notes that the bot does something.
func (h *hour) enter() {
	h.mu.Lock()
	h.calls++
	h.woken.Signal()
}

func (h *hour) now() time.Time {
	h.enter()
	defer h.mu.Unlock()
	return h.at
}

func (h *hour) timer(d time.Duration) (<-chan time.Time, func()) {
	h.enter()
	defer h.mu.Unlock()
	t := &hourTimer{due: h.at.Add(d), fired: make(chan time.Time, 1)}
	h.timers[t] = struct{}{}
	return t.fired, func() {
		h.enter()
		defer h.mu.Unlock()
		delete(h.timers, t)
	}
}

// mayOvertake is how many requests may still be on their way when time moves on. One that arrives late puts one more into
// the second in which it does; for more of them the bot's pace has no room.
const mayOvertake = 1

// next returns the timer that may fire now, or nil. Nobody waits long for a request that is under way.
func (h *hour) next() *hourTimer {
	var next *hourTimer
	for t := range h.timers {
		if next == nil || t.due.Before(next.due) {
			next = t
		}
	}
	if next == nil || h.wire > mayOvertake || h.wire > 0 && next.due.Sub(h.at) > 2*pace {
		return nil
	}
	return next
}

// pass lets time pass, for ever.
func (h *hour) pass() {
	h.mu.Lock()
	for {
		before := h.calls
		if h.next() == nil {
			for h.calls == before {
				h.woken.Wait()
			}
			continue
		}
		h.mu.Unlock()
		for range 20 {
			runtime.Gosched()
		}
		h.mu.Lock()
		if t := h.next(); t != nil && h.calls == before {
			delete(h.timers, t)
			if t.due.After(h.at) {
				h.at = t.due
			}
			t.fired <- h.at
		}
	}
}

// clockHeader tells the local Discord what time it is.
const clockHeader = "Season3-Test-Clock"

// roundTrip sends a request, whose answer takes the latency on its way. Answers to interactions, for which people wait,
// take none.
func (h *hour) roundTrip(inner http.RoundTripper, r *http.Request, latency time.Duration) (*http.Response, error) {
	h.enter()
	h.wire++
	at := h.at
	h.mu.Unlock()
	r = r.Clone(r.Context())
	r.Header.Set(clockHeader, strconv.FormatInt(at.UnixNano(), 10))
	res, err := inner.RoundTrip(r)
	if err == nil { // the answer is there when its body is
		var body []byte
		body, err = io.ReadAll(res.Body)
		res.Body.Close()
		res.Body = io.NopCloser(bytes.NewReader(body))
	}
	h.enter()
	h.wire--
	h.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Authorization") != "" {
		fired, stop := h.timer(latency)
		defer stop()
		select {
		case <-fired:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return res, nil
}

// ---- the test's side

// A procStage is a local Discord with many guilds, and a store in which a channel of each follows a show. The bot runs in
// processes of its own.
type procStage struct {
	t        *testing.T
	srv      *sandbox.Server
	path     string
	before   string // dossiers that the store's baseline is taken from
	dossiers string // tell the event
	channels []string
}

// newProcStage makes a stage of n guilds, whose channels are announcement channels to be published when they are for news;
// the event waits in the dossiers.
func newProcStage(t *testing.T, n int, news bool, opts sandbox.Options) *procStage {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SIGTERM cannot be sent on Windows")
	}
	if dir := os.Getenv("SEASON3_RECORD"); dir != "" {
		opts.Recording = record(t, dir)
	}
	s := &procStage{t: t, path: filepath.Join(memoryDir(t), "season3.db")}
	opts.World, s.channels = manyGuilds(n)
	for _, g := range opts.World.Guilds[1:] {
		if news {
			g.Channels[0].Type = sandbox.AnnouncementChannel
		}
	}
	s.srv = sandbox.New(opts)
	t.Cleanup(func() {
		if err := s.srv.Close(); err != nil {
			t.Error(err)
		}
	})
	s.before, s.dossiers = dossiers(t, ""), dossiers(t, "claims:\n  - {season: 2, status: announced, said: 2026-11-20, text: A second season is ordered., cites: [site]}\n")
	st, err := store.Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	first := opts.World.Guilds[1]
	err = st.UpdateGuild(first.ID, func(g *store.GuildSettings) error {
		g.Channels = []store.Channel{{ID: s.channels[0], Shows: []string{"paper-lanterns"}, News: news, Publish: news}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	base, err := knowledge.Load(os.DirFS(s.before))
	if err != nil {
		t.Fatal(err)
	}
	b := New(base, st, opts.Clock.Now, slog.New(slog.DiscardHandler))
	if err := (&desk{bot: b}).look(opts.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	followLike(t, s.path, opts.World.Guilds[1:])
	return s
}

// memoryDir is a folder for the test's store, in memory where the system has such a place: killing a process takes nothing
// from the page cache, so that waiting for a disk would only cost time.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "season3-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// dossiers writes a folder with the one show that the guilds follow, and returns its path.
func dossiers(t *testing.T, claims string) string {
	t.Helper()
	dir := t.TempDir()
	text := `id: paper-lanterns
title: Paper Lanterns
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
` + claims + `sources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`
	if err := os.WriteFile(filepath.Join(dir, "paper-lanterns.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// manyGuilds is the default world with n more guilds of one channel each, whose ids it returns.
func manyGuilds(n int) (*sandbox.World, []string) {
	w := sandbox.DefaultWorld()
	everyone := w.Guilds[0].Roles[0].Permissions
	members := []*sandbox.Member{{User: &sandbox.User{ID: sandbox.DefaultBotID}}}
	var channels []string
	for i := range n {
		guild, channel := strconv.Itoa(1_200_000_000_000_000_000+i), strconv.Itoa(1_300_000_000_000_000_000+i)
		w.Guilds = append(w.Guilds, &sandbox.Guild{ID: guild, Name: "Server", OwnerID: sandbox.DefaultOwnerID, Silent: true, Members: members,
			Roles: []*sandbox.Role{{ID: guild, Name: "@everyone", Permissions: everyone}}, Channels: []*sandbox.Channel{{ID: channel, Name: "news"}}})
		channels = append(channels, channel)
	}
	return w, channels
}

// followLike copies what the store has of the first guild for the others, all in one transaction: 100,000 of their own
// would take minutes.
func followLike(t *testing.T, path string, guilds []*sandbox.Guild) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		settings, follows := tx.Bucket([]byte("guilds")), tx.Bucket([]byte("follows"))
		like := guilds[0]
		row := string(settings.Get([]byte(like.ID)))
		index, _ := follows.Cursor().First()
		for _, g := range guilds[1:] {
			as := strings.NewReplacer(like.ID, g.ID, like.Channels[0].ID, g.Channels[0].ID)
			if err := settings.Put([]byte(g.ID), []byte(as.Replace(row))); err != nil {
				return err
			}
			if err := follows.Put([]byte(as.Replace(string(index))), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A life is one process of the bot.
type life struct {
	cmd *exec.Cmd
	out bytes.Buffer
	log bytes.Buffer
}

// start starts the bot. What p does not say of the stage is filled in.
func (s *procStage) start(p proc) *life {
	s.t.Helper()
	if p.Addr == "" {
		p.Addr = s.srv.Addr()
	}
	p.Store, p.Dossiers = s.path, s.dossiers
	in, err := json.Marshal(p)
	if err != nil {
		s.t.Fatal(err)
	}
	l := &life{cmd: exec.Command(os.Args[0])}
	l.cmd.Env = append(os.Environ(), procEnv+"="+string(in))
	l.cmd.Stdout, l.cmd.Stderr = &l.out, &l.log
	if err := l.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return l
}

// end waits for the process to end and reports whether it was killed; any other end but a good one ends the test.
func (s *procStage) end(l *life) (report procReport, killed bool) {
	s.t.Helper()
	late := time.AfterFunc(time.Duration(sized(60, 1800))*time.Second, func() { _ = l.cmd.Process.Kill() })
	err := l.cmd.Wait()
	if !late.Stop() {
		s.t.Fatalf("the bot does not end\n%s", tail(l.log.String()))
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == -1:
		return report, true
	case err != nil:
		s.t.Fatalf("the bot: %v\n%s", err, tail(l.log.String()))
	}
	if err := json.Unmarshal(l.out.Bytes(), &report); err != nil {
		s.t.Fatalf("the bot's report: %v\n%s", err, tail(l.out.String()))
	}
	if report.Goroutines != "" {
		s.t.Errorf("goroutines are left after the end:\n%s", report.Goroutines)
	}
	return report, false
}

func tail(log string) string { return log[max(0, len(log)-8000):] }

// ledger counts the deliveries by their state.
func (s *procStage) ledger() map[string]int {
	s.t.Helper()
	states := map[string]int{}
	s.deliveries(func(d store.Delivery, _ store.Event) { states[d.State]++ })
	return states
}

// deliveries reads the store while no bot lives.
func (s *procStage) deliveries(f func(store.Delivery, store.Event)) {
	s.t.Helper()
	st, err := store.Open(s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	err = st.Deliveries(func(d store.Delivery, e store.Event) bool {
		f(d, e)
		return true
	})
	if err := errors.Join(err, st.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// each checks that every channel holds exactly one post, and that the ledger knows it.
func (s *procStage) each() {
	s.t.Helper()
	lost, doubled := 0, 0
	for _, c := range s.channels {
		switch n := s.srv.CountMessages(c); {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	if lost > 0 || doubled > 0 {
		s.t.Errorf("of %d channels %d have nothing and %d too much", len(s.channels), lost, doubled)
	}
	if states := s.ledger(); states[store.Posted] != len(s.channels) || len(states) != 1 {
		s.t.Errorf("the ledger has %v, want %d posted", states, len(s.channels))
	}
}

// percent writes a share.
func percent(part, whole float64) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", math.Round(1000*part/whole)/10)
}
