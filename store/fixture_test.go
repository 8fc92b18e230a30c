package store

import (
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var writeFixture = flag.Bool("fixture", false, "write testdata/schema3.db.gz, with the code of schema 3")

// TestWriteFixture makes a file with news on its way in every state: waiting, put off, parked, being sent when the process
// ended, posted, and posted but not yet corrected. The ids are those of the local Discord.
func TestWriteFixture(t *testing.T) {
	if !*writeFixture {
		t.Skip("the fixture is in the tree; -fixture writes it anew")
	}
	const guild, general, news, staff, thread = "1100000000000000010", "1100000000000000040", "1100000000000000041", "1100000000000000042", "1100000000000000043"
	s, path := openTemp(t)
	err := s.UpdateGuild(guild, func(g *GuildSettings) error {
		g.Private = true
		g.Channels = []Channel{{ID: general, Shows: []string{"hero-mask"}}, {ID: news, All: true, News: true, Publish: true}, {ID: staff, All: true},
			{ID: thread, Thread: true, Shows: []string{"hero-mask"}}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	event := func(kind string) Event {
		return Event{ID: "hero-mask/3/" + kind, Show: "hero-mask", Season: 3, Kind: kind, Upcoming: true, At: noon,
			Post: Post{Line: "Season 3 of Hero Mask: " + kind + ".", Blocks: []string{"### Season 3 of Hero Mask: " + kind}, Color: 0x2f9e63}}
	}
	fan := func(e ...Event) {
		if err := s.Commit("2026-11-23", map[string][]byte{"hero-mask": []byte(`{"show":"hero-mask","seasons":[]}`)}, e); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			more, err = s.FanOut(noon, 100, func(*Event, string, *GuildSettings, *Channel) Plan {
				return Plan{Due: noon, Expires: noon.Add(72 * time.Hour)}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	fan(event("announced"))
	ops, _ := claimed(t, s, noon)
	settle(t, s, noon, ops, func(op Op) Outcome {
		switch op.Channel {
		case staff:
			return Outcome{Park: true, Retry: noon.Add(time.Hour), Reason: "permission"}
		case thread:
			return Outcome{Retry: noon.Add(time.Minute), Reason: "server error"}
		}
		return Outcome{Message: "1200000000000000001"}
	})
	e, err := s.Event("hero-mask/3/announced")
	if err != nil {
		t.Fatal(err)
	}
	e.Withdrawn, e.Revision, e.Correction = noon, 1, Post{Line: "Withdrawn.", Blocks: []string{"### Withdrawn"}}
	fan(e)
	fan(event("dated"))
	if _, err := s.Claim(noon, 2, time.Minute); err != nil { // the process ends here
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join("testdata", "schema3.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(out)
	if _, err := io.Copy(z, in); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
