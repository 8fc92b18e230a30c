package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screenshots is a folder for pictures of the page; they are taken only when it is named.
var screenshots = flag.String("screenshots", "", "folder for pictures of the page")

// startSandbox runs "season3 sandbox" on a free port, from noon of 23 November 2026 on, and returns the address it prints.
func startSandbox(t *testing.T, args ...string) string {
	t.Helper()
	out, print := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	began := time.Now()
	sys := &system{stdout: print, stderr: os.Stderr, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(time.Since(began)) }}
	go func() { done <- run(ctx, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, args...), sys) }()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the sandbox ended with %d", code)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the sandbox prints nothing")
	}
	_, url, ok := strings.Cut(lines.Text(), ": ")
	if !ok {
		t.Fatalf("the sandbox prints %q", lines.Text())
	}
	go io.Copy(io.Discard, out)
	return url
}

// browser starts a browser of the size, or skips the test where none is installed.
func browser(t *testing.T, width, height int) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no browser here: install chromium to run this test")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU, chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(width, height))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// shows waits until the log of the page holds the words.
func shows(words string) step {
	return until(fmt.Sprintf(`document.querySelector("#log").innerText.includes(%q)`, words))
}

// line is where the person types.
const line = chromedp.CSS("#line")

type step = chromedp.Action[chromedp.Void]

// until waits for a condition of the page to hold. It asks again and again, because the page's own rules forbid what
// chromedp.Poll would inject.
func until(condition string) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			ok, err := chromedp.Evaluate[bool](condition)(ctx, t)
			if ok || err != nil {
				return chromedp.Void{}, err
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("%s: %w", condition, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}

// TestBrowser is a fan's first minute on the page: type a command, choose from the list, read the card, press Sources.
func TestBrowser(t *testing.T) {
	url := startSandbox(t)
	ctx := browser(t, 1280, 900)
	err := chromedp.Do(ctx,
		chromedp.Navigate(url),
		chromedp.WaitVisible(line),
		chromedp.Click(line),
		chromedp.KeyEvent("/season show:hero mas"),
		until(`document.querySelector("#suggest-list").innerText.includes("Hero Mask")`),
		chromedp.KeyEvent(kb.ArrowDown), // autocomplete leaves the choice to the person
		chromedp.KeyEvent(kb.Enter),     // takes Hero Mask
		chromedp.KeyEvent(kb.Enter),     // sends
		shows("No. A season 3 of Hero Mask is not planned."),
		chromedp.Click(chromedp.JSPath(`[...document.querySelectorAll("#log button")].find(b => b.innerText == "Sources")`)),
		shows("Everything on Hero Mask"),
	)
	if err != nil {
		t.Fatal(err)
	}
	log, err := chromedp.Run(ctx, chromedp.InnerHTML(chromedp.CSS("#log")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hero-mask-producer-mikio-ono", "Only you can see this"} {
		if !strings.Contains(log, want) {
			t.Errorf("the sources lack %q", want)
		}
	}
}

// prefers sets the colour scheme that the person likes.
func prefers(scheme string) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, params)
		return chromedp.Void{}, err
	}
}

// TestScreenshots takes the pictures that a reviewer looks at, and the README's: go test ./cmd/season3 -run Screenshots
// -screenshots FOLDER.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken only with -screenshots FOLDER")
	}
	url := startSandbox(t)
	for _, width := range []int64{1280, 380} {
		for _, scheme := range []string{"dark", "light"} {
			ctx := browser(t, int(width), 860)
			err := chromedp.Do(ctx,
				chromedp.EmulateViewport(width, 860),
				prefers(scheme),
				chromedp.Navigate(url),
				chromedp.WaitVisible(line),
				chromedp.Click(line),
				chromedp.KeyEvent("/season show:Hero Mask"+kb.Enter),
				shows("No. A season 3 of Hero Mask is not planned."),
				chromedp.Sleep(300*time.Millisecond), // fonts and scrolling settle
			)
			if err != nil {
				t.Fatal(err)
			}
			png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("sandbox-%d-%s.png", width, scheme)), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
