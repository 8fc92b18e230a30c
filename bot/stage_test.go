package bot

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

const token = "sandbox-token"

// A stage is a bot connected to a local Discord by a real discordgo session. The local Discord's clock can be moved.
type stage struct {
	t      *testing.T
	srv    *sandbox.Server
	clock  *sandbox.MovingClock
	path   string // of the store
	log    *logBuffer
	bot    *Bot
	adjust func(*Bot)
	base   *knowledge.Base // what the bot was given last; nil for what adjust or the fixtures give

	flight *atomic.Int64 // requests of the bot that it has not done with

	// answered is how long, in real time, step waits for those; some of them may wait for time to pass.
	answered time.Duration

	cancel context.CancelFunc
	ended  func() error // waits for Run to end and returns what it returned
}

// newStage starts a local Discord and a bot in it. adjust may change the bot before it runs.
func newStage(t *testing.T, opts sandbox.Options, adjust func(*Bot)) *stage {
	t.Helper()
	if dir := os.Getenv("SEASON3_RECORD"); dir != "" {
		opts.Recording = record(t, dir)
	}
	clock := sandbox.NewClock(today())
	opts.Clock = clock
	s := &stage{t: t, srv: sandbox.New(opts), clock: clock, path: filepath.Join(t.TempDir(), "season3.db"), log: &logBuffer{}, adjust: adjust, flight: new(atomic.Int64)}
	if err := s.srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cancel()
		_ = s.ended() // tests that care look at it themselves
		if err := s.srv.Close(); err != nil {
			t.Error(err)
		}
	})
	s.start()
	if err := s.srv.WaitCommand(s.context(), "season"); err != nil {
		t.Fatal(err)
	}
	return s
}

// start runs the bot until cancel, and waits until it is connected.
func (s *stage) start() {
	s.t.Helper()
	st, err := store.Open(s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	b := New(fixtureBase(s.t), st, s.clock.Now,
		slog.New(slog.NewTextHandler(io.MultiWriter(testWriter{s.t}, s.log), &slog.HandlerOptions{Level: slog.LevelDebug})))
	b.timer = func(d time.Duration) (<-chan time.Time, func()) {
		fired := make(chan time.Time, 1)
		return fired, s.clock.AfterFunc(d, func() { fired <- s.clock.Now() })
	}
	if s.adjust != nil {
		s.adjust(b)
	}
	if s.base != nil {
		b.Use(s.base, nil)
	}
	s.bot = b
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- b.Run(ctx, Connection{Token: token, Transport: counting{s.srv.Transport(), s.flight}, Backoff: 20 * time.Millisecond, Patience: time.Second})
	}()
	s.cancel = cancel
	s.ended = sync.OnceValue(func() error { return errors.Join(<-done, st.Close()) })
	if err := s.srv.WaitReady(s.context()); err != nil {
		s.t.Fatal(err)
	}
}

// restart ends the bot and starts it again over the same store.
func (s *stage) restart() {
	s.t.Helper()
	s.cancel()
	if err := s.ended(); err != nil {
		s.t.Fatal(err)
	}
	s.clock.Advance(6 * time.Second) // Discord takes one identify in five seconds
	s.start()
}

func (s *stage) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.t.Cleanup(cancel)
	return ctx
}

// wait returns the reply to an interaction; its absence ends the test.
func (s *stage) wait(i *sandbox.Interaction) sandbox.Reply {
	s.t.Helper()
	r, err := i.Wait(s.context())
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// expect checks that the text of a message holds what is wanted.
func (s *stage) expect(m interface{ Text() string }, want ...string) {
	s.t.Helper()
	for _, w := range want {
		if !strings.Contains(m.Text(), w) {
			s.t.Errorf("%q is not in\n%s", w, m.Text())
		}
	}
}

// requests counts the requests of a route that the server has answered with the status, 0 for any.
func (s *stage) requests(route sandbox.Route, status int) int {
	n := 0
	for _, r := range s.srv.Requests() {
		if r.Route == route && (status == 0 || r.Status == status) {
			n++
		}
	}
	return n
}

// until waits for a condition that becomes true by work under way elsewhere.
func (s *stage) until(what string, true func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("waited in vain:", what)
		}
	}
}

// record opens the files that openapi-check reads, for one test.
func record(t *testing.T, dir string) sandbox.Recording {
	create := func(kind string) io.Writer {
		f, err := os.Create(filepath.Join(dir, "bot-"+strings.NewReplacer("/", "_", " ", "_", ",", "").Replace(t.Name())+kind))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	return sandbox.Recording{HTTP: create(".http.jsonl"), Gateway: create(".gateway.jsonl")}
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// counting counts the requests that are under way until their answer was read.
type counting struct {
	http.RoundTripper
	flight *atomic.Int64
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.flight.Add(1)
	res, err := c.RoundTripper.RoundTrip(r)
	if err != nil {
		c.flight.Add(-1)
		return nil, err
	}
	res.Body = counted{res.Body, sync.OnceFunc(func() { c.flight.Add(-1) })}
	return res, nil
}

type counted struct {
	io.ReadCloser
	done func()
}

func (c counted) Close() error {
	defer c.done()
	return c.ReadCloser.Close()
}
