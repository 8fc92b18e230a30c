package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"season3/bot/sandbox"
)

const lanterns = `id: paper-lanterns
title: Paper Lanterns
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
%ssources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`

const ordered = `claims:
  - {season: 2, status: announced, said: 2026-11-20, text: A second season is ordered., cites: [site]}
`

// suggests waits until the list of suggestions holds the words.
func suggests(words string) step {
	return until(fmt.Sprintf(`document.querySelector("#suggest-list").innerText.includes(%q)`, words))
}

// enter presses that key as a keyboard does: what a page does on the key going down decides whether a character follows.
func enter(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	key := input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
		return chromedp.Void{}, err
	}
	key.Type, key.Text, key.UnmodifiedText = "keyUp", "", ""
	_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key)
	return chromedp.Void{}, err
}

// TestBrowserAnnouncements is a moderator's first day: a channel that refuses, one that works, a show to follow, its news,
// its correction, and what the history says of it.
func TestBrowserAnnouncements(t *testing.T) {
	dir := t.TempDir()
	save := func(claims string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "paper-lanterns.yaml"), fmt.Appendf(nil, lanterns, claims), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("")
	args := []string{"--knowledge", dir, "--hold", "1s"}
	if record := os.Getenv("SEASON3_RECORD"); record != "" {
		args = append(args, "--record", record)
	}
	url := startSandbox(t, args...)
	ctx := browser(t, 1280, 1000)
	do := func(what string, steps ...step) {
		t.Helper()
		for i, s := range steps {
			soon, cancel := context.WithTimeout(ctx, 15*time.Second)
			err := chromedp.Do(soon, s)
			cancel()
			if err != nil {
				text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main, body").innerText`))
				t.Fatalf("%s, step %d: %v; the page says\n%s", what, i+1, err, text)
			}
		}
	}
	picture := func(name string) {
		t.Helper()
		if *screenshots == "" {
			return
		}
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(*screenshots, "announcements-"+name+".png"), png, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
	}
	at := func(channel string) step {
		return chromedp.Click(chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("#channels button, #channels a")].find(c => c.innerText.includes(%q))`, channel)))
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(url+"/#"+sandbox.DefaultModeratorID+"/"+sandbox.DefaultGeneralID), chromedp.WaitVisible(line)); err != nil {
		t.Fatal(err)
	}
	do("a channel that refuses", chromedp.Click(line), chromedp.KeyEvent("/announcements channel channel:#staff"), suggests("staff-only"), enter, enter,
		shows("Missing: Send Messages."))
	picture("refused")
	do("a channel that works", chromedp.Click(line), chromedp.KeyEvent("/announcements channel channel:#anime"), suggests("anime-news"), enter, enter,
		shows("gets season news"))
	do("a show to follow", chromedp.Click(line), chromedp.KeyEvent("/announcements follow show:paper lan"), suggests("Paper Lanterns"),
		until(`!!document.querySelector("#suggest-list [role=option]")`), chromedp.KeyEvent(kb.ArrowDown), enter, enter, shows("now follows Paper Lanterns"))
	do("publishing", chromedp.Click(line), chromedp.KeyEvent("/announcements publish on:"), suggests("rue"), enter, enter, shows("published"))
	picture("set-up")

	do("the channel", at("anime-news"), shows("This is a test post"))
	save(ordered)
	do("news", shows("Season 2 of Paper Lanterns is announced, without a date."), shows("Published"))
	picture("news")
	save("")
	do("the correction", shows("Corrected:"), shows("no longer holds"), shows("(edited)"))
	picture("correction")
	do("history", at("general"), chromedp.Click(line), chromedp.KeyEvent("/announcements history"), enter, enter, shows("News so far"),
		shows("Season 2 of Paper Lanterns is announced"), shows("posted"), shows("published"), shows("corrected since"))
	picture("history")
	do("the settings as a file", chromedp.Click(line), chromedp.KeyEvent("/announcements export"), enter, enter, shows("season3-settings.json"),
		chromedp.Click(line), chromedp.KeyEvent(`/announcements import file:{"season3": 1, "channels": [{"id": "`+sandbox.DefaultNewsID+`", "all": true}]}`), enter,
		shows("All of the file was taken"), shows("Follows all"))
}
