package store

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// previous returns a copy of a file that was written by the code of schema 3, with news on its way in every state: waiting,
// put off, parked, being sent when the process ended, posted, and posted but not yet corrected. The ids are those of the
// local Discord.
func previous(t *testing.T) string {
	t.Helper()
	in, err := os.Open(filepath.Join("testdata", "schema3.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "season3.db")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, z); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileOfSchema3DeliversWhatWasPending(t *testing.T) {
	s, err := Open(previous(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if g, err := s.Guild("1100000000000000010"); err != nil || !g.Private || len(g.Channels) != 4 {
		t.Errorf("the guild's settings became %+v, %v", g, err)
	}
	expect(t, "before", state(t, s), "1100000000000000040 posted 1200000000000000001 r0, 1100000000000000041 posted 1200000000000000001 r0, "+
		"1100000000000000042 withdrawn (permission), 1100000000000000043 withdrawn (server error), "+
		"1100000000000000040 pending, 1100000000000000041 pending, 1100000000000000042 pending, 1100000000000000043 pending")
	for now := noon; ; now = now.Add(time.Minute) {
		ops, _ := claimed(t, s, now)
		settle(t, s, now, ops, func(op Op) Outcome { return Outcome{Message: "m"} })
		if _, more, err := s.NextDue(); err != nil {
			t.Fatal(err)
		} else if !more {
			break
		}
	}
	expect(t, "after", state(t, s), "1100000000000000040 posted 1200000000000000001 r1, 1100000000000000041 posted 1200000000000000001 r1, "+
		"1100000000000000042 withdrawn (permission), 1100000000000000043 withdrawn (server error), "+
		"1100000000000000040 posted m r0, 1100000000000000041 posted m r0, 1100000000000000042 posted m r0, 1100000000000000043 posted m r0")
}
