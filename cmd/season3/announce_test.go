package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"season3/knowledge"
	"season3/store"
)

// TestAnnounce is an operator before and after a new dossier: what would be posted, what waits, what was posted.
func TestAnnounce(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("dossiers", 0o755); err != nil {
		t.Fatal(err)
	}
	save := func(claims string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join("dossiers", "paper-lanterns.yaml"), fmt.Appendf(nil, lanterns, claims), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("")
	env := map[string]string{"STORE": "season3.db", "KNOWLEDGE_DIR": "dossiers"}
	says := func(want string, args ...string) {
		t.Helper()
		if got := invoke(t, "", env, append([]string{"announce"}, args...)...); got.code != 0 || got.stdout != want {
			t.Errorf("announce %v: exit %d\n%s%s\nwant\n%s", args, got.code, got.stdout, got.stderr, want)
		}
	}
	if got := invoke(t, "", env, "announce", "pending"); got.code != exitMisuse || !strings.Contains(got.stderr, "there is no store season3.db") {
		t.Errorf("without a store: exit %d, %s", got.code, got.stderr)
	}

	st, err := store.Open("season3.db")
	if err != nil {
		t.Fatal(err)
	}
	base, _, err := knowledge.NewFolder(knowledge.Embedded(), os.DirFS("dossiers")).Reload(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	day := knowledge.Day(2026, time.November, 24)
	lines := map[string][]byte{}
	for id, standings := range base.Snapshot(day) {
		var line bytes.Buffer
		if err := (knowledge.Snapshot{id: standings}).Write(&line); err != nil {
			t.Fatal(err)
		}
		lines[id] = line.Bytes()
	}
	if err := st.Commit(day.String(), lines, nil); err != nil {
		t.Fatal(err)
	}
	for place, c := range map[string]store.Channel{"7": {ID: "70", All: true}, "8": {ID: "80", Shows: []string{"paper-lanterns"}, Paused: true}, "9": {ID: "90", Shows: []string{"glow"}}} {
		if err := st.UpdateGuild(place, func(g *store.GuildSettings) error { g.Channels = []store.Channel{c}; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	closeStore := func() {
		t.Helper()
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
	closeStore()
	says("Nothing would be announced.\n", "dry-run")
	says("Nothing waits to be posted.\n", "pending")
	says("Nothing was announced yet.\n", "history")

	save(ordered)
	says("2026-11-23 12:00  7/70  would post  Season 2 of Paper Lanterns is announced, without a date.\n"+
		"2026-11-23 12:00  8/80  would not post (paused)  Season 2 of Paper Lanterns is announced, without a date.\n", "dry-run")
	got := invoke(t, "", env, "announce", "dry-run", "--json")
	var first announceLine
	if err := json.NewDecoder(strings.NewReader(got.stdout)).Decode(&first); err != nil || first.Event != "paper-lanterns/2/announced" || first.Place != "7" {
		t.Errorf("--json prints %s: %v", got.stdout, err)
	}
	says("Nothing waits to be posted.\n", "pending") // a dry run leaves nothing behind
}
