package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"season3/store"
)

func TestFeedback(t *testing.T) {
	t.Chdir(t.TempDir())
	env := map[string]string{"STORE": filepath.Join(t.TempDir(), "s.db")}
	if got := invoke(t, "", env, "feedback"); got.code != exitMisuse || !strings.Contains(got.stderr, env["STORE"]) {
		t.Errorf("without a store: exit %d, %s", got.code, got.stderr)
	}
	st, err := store.Open(env["STORE"])
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, f := range []store.Feedback{
		{Kind: store.FeedbackUnknown, Text: "Quux"}, {Kind: store.FeedbackUnknown, Text: "quux"},
		{Kind: store.FeedbackReport, Show: "glow", Text: "It was\x1b[2J\nrevived.", Link: "https://news.example/glow"},
	} {
		if err := st.AddFeedback(f, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := invoke(t, "", env, "feedback"); got.code != exitFailure || !strings.Contains(got.stderr, "another process") {
		t.Errorf("while the bot runs: exit %d, %s", got.code, got.stderr)
	}
	st.Close()

	got := invoke(t, "", env, "feedback")
	want := []string{"  2 times, last 2026-11-20  asked for Quux", "  1 times, last 2026-11-20  glow: It was [2J revived. https://news.example/glow"}
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	if len(lines) != 2 || !strings.HasSuffix(lines[0], want[0]) || !strings.HasSuffix(lines[1], want[1]) {
		t.Fatalf("prints\n%s", got.stdout)
	}
	if got := invoke(t, "", env, "feedback", "--json"); strings.Count(got.stdout, "\n") != 2 || !strings.Contains(got.stdout, `"count":2`) {
		t.Errorf("as JSON\n%s", got.stdout)
	}
	id, _, _ := strings.Cut(lines[0], " ")
	if got := invoke(t, "", env, "feedback", "--clear", id); got.code != 0 {
		t.Error(got.stderr)
	}
	if got := invoke(t, "", env, "feedback", "--clear", id); got.code != exitMisuse {
		t.Error("clearing twice is not noticed")
	}
}
