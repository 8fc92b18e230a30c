package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func openTemp(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "season3.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, path
}

func TestSettingsSurviveReopening(t *testing.T) {
	s, path := openTemp(t)
	if g, err := s.Guild("9"); err != nil || !reflect.DeepEqual(g, GuildSettings{}) {
		t.Fatalf("a new guild has %+v, %v", g, err)
	}
	if err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Private = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCommandHash("1", "abc"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if g, err := s.Guild("9"); err != nil || !g.Private {
		t.Errorf("after reopening: %+v, %v", g, err)
	}
	if h, err := s.CommandHash("1"); err != nil || h != "abc" {
		t.Errorf("hash after reopening: %q, %v", h, err)
	}
}

func TestRefusedChangeSavesNothing(t *testing.T) {
	s, _ := openTemp(t)
	refusal := errors.New("not today")
	err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Private = true; return refusal })
	if err != refusal {
		t.Errorf("got %v, want the refusal itself", err)
	}
	if g, _ := s.Guild("9"); g.Private {
		t.Error("the refused change was saved")
	}
}

func TestConcurrentUpdatesAreNotLost(t *testing.T) {
	s, _ := openTemp(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Private = !g.Private; return nil }); err != nil {
				t.Error(i, err)
			}
		})
	}
	wg.Wait()
	if g, _ := s.Guild("9"); g.Private {
		t.Error("20 toggles end where they began; one was lost")
	}
}

// dump draws the bucket tree, values as text.
func dump(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			fmt.Fprintf(&b, "%s\n", name)
			return bucket.ForEach(func(k, v []byte) error {
				key := strconv.Quote(string(k))
				value := strings.ReplaceAll(strconv.Quote(string(v)), `\"`, `"`)
				_, err := fmt.Fprintf(&b, "  %s -> %s\n", key[1:len(key)-1], value[1:len(value)-1])
				return err
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBucketTree pins the tree that the package comment draws.
func TestBucketTree(t *testing.T) {
	s, _ := openTemp(t)
	if err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Private = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCommandHash("1", "abc"); err != nil {
		t.Fatal(err)
	}
	f := Feedback{Kind: FeedbackReport, Show: "glow", Text: "It was revived.", Link: "https://news.example/glow"}
	if err := s.AddFeedback(f, noon); err != nil {
		t.Fatal(err)
	}
	announce(t, s)
	ops, err := s.Claim(noon, 1, time.Minute)
	if err != nil || len(ops) != 1 {
		t.Fatal(ops, err)
	}
	if err := s.Finish(noon, []Outcome{{Op: ops[0], Retry: noon.Add(time.Hour), Park: true, Reason: "permission"}}); err != nil {
		t.Fatal(err)
	}
	const want = `baseline
  glow -> {"show":"glow"}
commands
  1 -> "abc"
deliveries
  glow/4/announced\x006\x0091 -> {"event":"glow/4/announced","place":"6","channel":"91","state":"parked","reason":"permission","tries":1,"made":"2026-11-23T12:00:00Z","due":"2026-11-23T13:00:00Z","expires":"2026-11-23T13:00:00Z"}
  glow/4/announced\x008\x0080 -> {"event":"glow/4/announced","place":"8","channel":"80","state":"pending","made":"2026-11-23T12:00:00Z","due":"2026-11-23T12:00:00Z","expires":"2026-11-23T13:00:00Z"}
  glow/4/announced\x009\x0090 -> {"event":"glow/4/announced","place":"9","channel":"90","state":"pending","made":"2026-11-23T12:00:00Z","due":"2026-11-23T12:00:00Z","expires":"2026-11-23T13:00:00Z","publish":true}
events
  glow/4/announced -> {"id":"glow/4/announced","show":"glow","season":4,"kind":"announced","upcoming":true,"at":"2026-11-23T12:00:00Z","post":{"line":"Season 4 of GLOW is announced."},"reached":true}
feedback
  fe1463b9 -> {"id":"fe1463b9","kind":"report","show":"glow","text":"It was revived.","link":"https://news.example/glow","count":1,"first":"2026-11-23T12:00:00Z","last":"2026-11-23T12:00:00Z"}
follows
  *\x006\x0091 -> 
  +\x008\x0080 -> 
  glow\x009\x0090 -> 
  other\x007\x0070 -> 
guilds
  6 -> {"channels":[{"id":"91","all":true}],"troubles":[{"channel":"91","reason":"permission","since":"2026-11-23T12:00:00Z"}]}
  7 -> {"channels":[{"id":"70","shows":["other"]}]}
  8 -> {"channels":[{"id":"80","upcoming":true}]}
  9 -> {"private":true,"channels":[{"id":"90","news":true,"shows":["glow"],"publish":true}]}
history
  6\x00\x00\x00\x01\xa2\bF\xfe\x00\x00glow/4/announced\x006\x0091 -> 
  8\x00\x00\x00\x01\xa2\bF\xfe\x00\x00glow/4/announced\x008\x0080 -> 
  9\x00\x00\x00\x01\xa2\bF\xfe\x00\x00glow/4/announced\x009\x0090 -> 
line
  \x00\x00\x01\xa2\bF\xfe\x006 -> 
  \x00\x00\x01\xa2\bF\xfe\x008 -> 
  \x00\x00\x01\xa2\bF\xfe\x009 -> 
meta
  day -> "2026-11-23"
  schema -> 4
open
outbox
  6\x00\x00\x00\x01\xa2\bF\xfe\x00tell\x00\x00 -> {"kind":"tell","channel":"","event":""}
  6\x00\x00\x00\x01\xa2\b}\xec\x80post\x0091\x00glow/4/announced -> {"kind":"post","channel":"91","event":"glow/4/announced"}
  8\x00\x00\x00\x01\xa2\bF\xfe\x00post\x0080\x00glow/4/announced -> {"kind":"post","channel":"80","event":"glow/4/announced"}
  9\x00\x00\x00\x01\xa2\bF\xfe\x00post\x0090\x00glow/4/announced -> {"kind":"post","channel":"90","event":"glow/4/announced"}
turn
  6 -> \x00\x00\x01\xa2\bF\xfe\x00
  8 -> \x00\x00\x01\xa2\bF\xfe\x00
  9 -> \x00\x00\x01\xa2\bF\xfe\x00
`
	if got := dump(t, s); got != want {
		t.Errorf("the tree is\n%s\nwant\n%s\nand change the package comment with it", got, want)
	}
}

func TestLockedFileIsNamed(t *testing.T) {
	_, path := openTemp(t)
	_, err := Open(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second Open says %v", err)
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	s, path := openTemp(t)
	err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(schemaKey, []byte("99")) })
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err = Open(path)
	if err == nil || !strings.Contains(err.Error(), "newer season3 (schema 99") || !strings.Contains(err.Error(), path) {
		t.Errorf("a newer file gives %v", err)
	}
}

func TestForeignFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holiday.jpg")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a store ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a foreign file gives %v", err)
	}
}

// TestMigration takes a file of schema 1 to the present one and on to an imagined later one, and shows that a migration
// that fails half-way leaves the file as it was.
func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "season3.db")
	s, err := open(path, migrations[:1])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateGuild("9", func(g *GuildSettings) error { g.Private = true; return nil }); err != nil {
		t.Fatal(err)
	}
	before := dump(t, s)
	s.Close()

	rename := func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("servers"))
		if err != nil {
			return err
		}
		if err := b.Put([]byte("9"), tx.Bucket(guildsBucket).Get([]byte("9"))); err != nil {
			return err
		}
		return tx.DeleteBucket(guildsBucket)
	}
	broken := func(tx *bbolt.Tx) error {
		if err := rename(tx); err != nil {
			return err
		}
		return errors.New("power cut")
	}
	if _, err := open(path, append(migrations[:1:1], broken)); err == nil || !strings.Contains(err.Error(), "from schema 1 to 2: power cut") {
		t.Fatalf("a failing migration gives %v", err)
	}
	s, err = open(path, migrations[:1])
	if err != nil {
		t.Fatal(err)
	}
	if after := dump(t, s); after != before {
		t.Errorf("a failing migration left\n%s\nof\n%s", after, before)
	}
	s.Close()

	for _, step := range []struct {
		migrations []migration
		want       string
	}{
		{migrations, "baseline\ncommands\ndeliveries\nevents\nfeedback\nfollows\nguilds\n  9 -> {\"private\":true}\nhistory\nline\nmeta\n  schema -> 4\nopen\noutbox\nturn\n"},
		{append(migrations[:4:4], rename), "baseline\ncommands\ndeliveries\nevents\nfeedback\nfollows\nhistory\nline\nmeta\n  schema -> 5\nopen\noutbox\nservers\n  9 -> {\"private\":true}\nturn\n"},
	} {
		s, err = open(path, step.migrations)
		if err != nil {
			t.Fatal(err)
		}
		if got := dump(t, s); got != step.want {
			t.Errorf("after the migration\n%s\nwant\n%s", got, step.want)
		}
		s.Close()
	}
}
