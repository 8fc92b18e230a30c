package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"season3/bot"
	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// TestKnowledgeFolder saves a good and a broken dossier while the bot runs: the good one answers, the broken one is
// reported with its line, and nothing else changes.
func TestKnowledgeFolder(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(filepath.Join(t.TempDir(), "season3.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	srv := sandbox.New(sandbox.Options{NoRateLimits: true})
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	var logged safeBuffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		b := bot.New(knowledge.Embedded(), st, time.Now, log)
		done <- runBot(ctx, b, knowledge.Embedded(), nil, dir, log, bot.Connection{Token: sandboxToken, Transport: srv.Transport()})
	}()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	wait, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if err := srv.WaitCommand(wait, "season"); err != nil {
		t.Fatal(err)
	}
	fan := srv.As(sandbox.DefaultFanID)
	says := func(command, option, value string) string {
		t.Helper()
		var opts []sandbox.Option
		if option != "" {
			opts = append(opts, sandbox.Opt(option, value))
		}
		r, err := fan.Command(sandbox.DefaultGeneralID, command, opts...).Wait(wait)
		if err != nil {
			t.Fatal(err)
		}
		return r.Message.Text()
	}

	const dossier = `id: paper-lanterns
title: Paper Lanterns
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
claims:
  - {season: 2, status: announced, said: 2026-09-20, text: A second season is ordered., cites: [site]}
sources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("paper-lanterns.yaml", dossier)
	save("broken.yaml", strings.Replace(dossier, "kind: anime", "knd: anime", 1))
	for began := time.Now(); !strings.Contains(says("season", "show", "paper lanterns"), "Season 2 of Paper Lanterns is announced"); {
		if time.Since(began) > 2*time.Second {
			t.Fatal("the saved dossier does not answer after two seconds")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got := says("season", "show", "hero mask"); !strings.Contains(got, "A season 3 of Hero Mask is not planned") {
		t.Errorf("another show answers\n%s", got)
	}
	if got := says("about", "", ""); !strings.Contains(got, "broken.yaml:3:") || strings.Contains(got, "paper-lanterns.yaml") {
		t.Errorf("/about says\n%s", got)
	}
	if n := strings.Count(logged.String(), "broken.yaml:3:"); n != 1 {
		t.Errorf("the broken file is logged %d times:\n%s", n, logged.String())
	}
}

func TestKnowledgeFolderMustExist(t *testing.T) {
	t.Chdir(t.TempDir())
	got := invoke(t, "", map[string]string{"DISCORD_TOKEN": "abc"}, "run", "--knowledge", "no-such-folder")
	if got.code != exitMisuse || !strings.Contains(got.stderr, "no-such-folder") && !strings.Contains(got.stderr, "no such") {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
