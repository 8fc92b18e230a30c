package bot

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/store"
)

// stepsPerPost is about how many steps a bot makes for one post, by which the moments of the kills are spread over the
// whole fan-out.
const stepsPerPost = 45

// TestCrash kills the bot at random moments while it tells many servers of one event, and starts it again: before, between
// and after each write and request. Between two lives the clocks move, now and then for longer than a nonce holds.
func TestCrash(t *testing.T) {
	t.Parallel()
	servers, kills := sized(60, 1000), sized(12, 200)
	k := newKiller(t, servers, false)
	killed, lives := k.kill(kills, func() bool { return k.srv.CountMessages("") == servers })
	early := k.srv.CountMessages("")
	k.complete(func(d store.Delivery, _ store.Event) bool { return d.State == store.Posted })
	k.each()
	t.Logf("%d servers, %d kills in %d lives; %d had their post when the killing ended, %d look-ups, %d requests to post",
		servers, killed, lives, early, k.srv.Answered(sandbox.ListMessages, -1), k.srv.Answered(sandbox.CreateMessage, -1))
	if killed < kills*3/4 {
		t.Errorf("only %d of %d kills came before the end", killed, kills)
	}
}

// TestCrashOfCorrection kills the bot while it publishes its posts, and while it corrects them.
func TestCrashOfCorrection(t *testing.T) {
	t.Parallel()
	servers, kills := sized(20, 300), sized(4, 60)
	k := newKiller(t, servers, true)
	published, lives := k.kill(kills, func() bool { return k.srv.Answered(sandbox.CrosspostMessage, 200) >= servers })
	k.complete(func(d store.Delivery, _ store.Event) bool { return d.State == store.Posted && !d.Published.IsZero() })
	k.dossiers = k.before // it was wrong
	corrected, more := k.kill(kills, func() bool { return k.srv.Answered(sandbox.UpdateMessage, 200) >= servers })
	k.complete(func(d store.Delivery, e store.Event) bool {
		return !e.Withdrawn.IsZero() && d.State == store.Posted && d.Revision == e.Revision
	})
	k.each()
	for _, c := range k.channels {
		if m := k.srv.Messages(c)[0]; !m.Published || !m.Edited || !strings.HasPrefix(m.Text(), "### Corrected") {
			t.Errorf("published: %t, edited: %t, and it reads\n%s", m.Published, m.Edited, m.Text())
		}
	}
	t.Logf("%d servers, %d kills while publishing and %d while correcting in %d lives; %d requests to publish, %d to correct", servers, published, corrected, lives+more,
		k.srv.Answered(sandbox.CrosspostMessage, -1), k.srv.Answered(sandbox.UpdateMessage, -1))
}

// A killer ends the bot at random moments.
type killer struct {
	*procStage
	clock  *sandbox.MovingClock
	random *rand.Rand
}

func newKiller(t *testing.T, servers int, news bool) *killer {
	clock := sandbox.NewClock(today())
	s := newProcStage(t, servers, news, sandbox.Options{Clock: clock})
	if err := s.srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return &killer{s, clock, rand.New(rand.NewPCG(1, 2))}
}

func (k *killer) upTo(d time.Duration) time.Duration { return time.Duration(k.random.Int64N(int64(d))) }

// pass moves the clocks between two lives.
func (k *killer) pass() {
	d := 6 * time.Second // Discord takes one identify in five seconds
	switch k.random.IntN(4) {
	case 0: // what was under way comes up again, and its nonce still holds
		d += lease + k.upTo((nonceLife-lease)/2)
	case 1: // it may hold no longer
		d += nonceLife + k.upTo(20*time.Minute)
	case 2:
		d += k.upTo(time.Minute)
	}
	k.clock.Advance(d)
}

// kill kills so many times, unless the work is done before.
func (k *killer) kill(times int, done func() bool) (killed, lives int) {
	k.t.Helper()
	each := max(1, len(k.channels)/times) // posts between two kills, if they were spread evenly
	for ; killed < times && !done(); lives++ {
		p := proc{Now: k.clock.Now(), UntilRested: true, Kill: 1 + k.random.IntN(2*stepsPerPost*each)}
		if k.random.IntN(2) == 0 {
			p.Kill, p.KillAnswered = 1+k.random.IntN(each), true
		}
		if k.random.IntN(2) == 0 {
			p.KillAfter = k.upTo(4 * time.Millisecond)
		}
		if _, dead := k.end(k.start(p)); dead {
			killed++
		} else {
			k.clock.Advance(lease) // all that is left was under way in earlier lives
		}
		k.pass()
	}
	return killed, lives
}

// complete lets the bot live until all deliveries are as they should be.
func (k *killer) complete(ok func(store.Delivery, store.Event) bool) {
	k.t.Helper()
	for range 10 {
		k.end(k.start(proc{Now: k.clock.Now(), UntilRested: true}))
		k.clock.Advance(2 * time.Minute)
		n := 0
		k.deliveries(func(d store.Delivery, e store.Event) {
			if ok(d, e) {
				n++
			}
		})
		if n == len(k.channels) {
			return
		}
	}
}

// TestCrashAfterPost kills the bot when a post is made and not noted yet. Soon afterwards the nonce keeps it from being
// made again, later it is looked for.
func TestCrashAfterPost(t *testing.T) {
	for _, test := range []struct {
		name           string
		after          time.Duration
		posts, lookups int // requests of the second life
	}{
		{"soon", lease + 10*time.Second, 1, 0},
		{"later", 10 * time.Minute, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock := sandbox.NewClock(today())
			s := newProcStage(t, 1, false, sandbox.Options{Clock: clock})
			if err := s.srv.Listen("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			if _, killed := s.end(s.start(proc{Now: clock.Now(), Kill: 1, KillAnswered: true})); !killed {
				t.Fatal("the bot was not killed")
			}
			if states := s.ledger(); states[store.Pending] != 1 {
				t.Fatalf("the ledger has %v", states)
			}
			clock.Advance(test.after)
			s.end(s.start(proc{Now: clock.Now(), UntilRested: true}))
			s.each()
			posts, lookups := s.srv.Answered(sandbox.CreateMessage, 200)-1, s.srv.Answered(sandbox.ListMessages, 200)
			if posts != test.posts || lookups != test.lookups {
				t.Errorf("%d requests to post and %d look-ups", posts, lookups)
			}
		})
	}
}

// TestTermination ends the bot by SIGTERM in the middle of a fan-out, again and again: it finishes what is under way, and
// loses nothing.
func TestTermination(t *testing.T) {
	t.Parallel()
	servers := sized(100, 300)
	clock := sandbox.NewClock(today())
	s := newProcStage(t, servers, false, sandbox.Options{Clock: clock})
	if err := s.srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	lives := 0
	for posts := 0; posts < servers; lives++ {
		l := s.start(proc{Now: clock.Now()})
		want := min(posts+servers/5, servers)
		for deadline := time.Now().Add(30 * time.Second); s.srv.CountMessages("") < want; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				_ = l.cmd.Process.Kill()
				t.Fatalf("%d posts, waited for %d\n%s", s.srv.CountMessages(""), want, tail(l.log.String()))
			}
		}
		if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if _, killed := s.end(l); killed {
			t.Fatal("the bot was killed")
		}
		posts = s.srv.CountMessages("")
		if states := s.ledger(); states[store.Posted] != posts {
			t.Errorf("%d posts stand, and the ledger has %v", posts, states)
		}
		clock.Advance(6 * time.Second)
	}
	s.each()
	if n := s.srv.Answered(sandbox.CreateMessage, -1); n != servers {
		t.Errorf("%d requests to post", n)
	}
	t.Logf("%d servers, ended %d times", servers, lives)
}

// TestPreviousFile continues with a file that the code of schema 3 wrote, whose process ended in the middle of its work.
func TestPreviousFile(t *testing.T) {
	t.Parallel()
	s := newStage(t, sandbox.Options{}, func(b *Bot) { b.Announce(Announcing{}) })
	s.cancel()
	if err := s.ended(); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(filepath.Join("..", "store", "testdata", "schema3.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(6 * time.Second)
	s.start()

	const dated = "Season 3 of Hero Mask: dated"
	for _, channel := range []string{sandbox.DefaultGeneralID, sandbox.DefaultNewsID, sandbox.DefaultThreadID} {
		s.reads(channel, 1, dated)
	}
	s.quiet()
	s.clock.Advance(lease + time.Second) // corrections were under way when the process ended
	s.until("the posts that Discord no longer has were looked for", func() bool { return s.requests(sandbox.UpdateMessage, 404) == 2 })
	s.reads(sandbox.DefaultStaffID, 0, "") // the bot may not write there
	s.srv.SetOverwrite(sandbox.DefaultStaffID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite,
		Allow: sandbox.ViewChannel | sandbox.SendMessages})
	s.reads(sandbox.DefaultStaffID, 1, dated)

	s.clock.Advance(48 * time.Hour)
	s.quiet()
	for _, channel := range []string{sandbox.DefaultGeneralID, sandbox.DefaultNewsID, sandbox.DefaultThreadID, sandbox.DefaultStaffID} {
		s.reads(channel, 1, dated)
	}
	err = s.bot.store.Deliveries(func(d store.Delivery, e store.Event) bool {
		if want := map[bool]string{true: store.Posted, false: store.Withdrawn}[d.Message != ""]; d.State != want || d.Revision != e.Revision && d.State == store.Posted {
			t.Errorf("%+v", d)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
}
