package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// says types a line and sends it.
func says(words string) []step {
	return []step{
		chromedp.Click(line),
		chromedp.KeyEvent(words),
		chromedp.KeyEvent(kb.Enter),
		until(`document.querySelector("#line").value == ""`),
	}
}

// repliesTo opens the menu of the newest message that holds the words, and chooses Reply.
func repliesTo(words string) []step {
	return []step{
		chromedp.Click(chromedp.JSPath(fmt.Sprintf(
			`[...document.querySelectorAll("#log article")].filter(a => a.innerText.includes(%q)).at(-1).querySelector(".more")`, words))),
		chromedp.Click(chromedp.JSPath(`[...document.querySelectorAll("[role=menuitem]")].find(i => i.innerText.includes("Reply"))`)),
		until(`!document.querySelector("#replying").hidden`),
	}
}

// conversation is what a fan does after the first answer: ask on from the card, get a name wrong, chat, and ask about two
// shows at once.
func conversation(url string) []step {
	steps := []step{chromedp.Navigate(url), chromedp.WaitVisible(line)}
	for _, more := range [][]step{
		says("@season3 is there a season 3 of Dandadan?"),
		{shows("Season 3 of Dan Da Dan")},
		repliesTo("Season 3 of Dan Da Dan"),
		says("and season 4?"),
		{shows("You asked about season 4")},
		says("@season3 is there a season 2 of the villainess?"),
		{shows("Did you mean")},
		repliesTo("Did you mean"),
		says("haha no idea"),
		// The bot answers in order, so with this answer it has passed over the chatter.
		says("@season3 season 2 of cannon busters?"),
		{shows("of Cannon Busters")},
		says("@season3 when is overlord season 5 and frieren season 3?"),
		{shows("season 5 of Overlord"), shows("Reasons and sources")},
	} {
		steps = append(steps, more...)
	}
	return steps
}

// TestConversation goes on from a card: a further question gets its answer, a wrong name a choice, and chatter silence.
func TestConversation(t *testing.T) {
	ctx := browser(t, 1280, 900)
	if err := chromedp.Do(ctx, conversation(startSandbox(t))...); err != nil {
		t.Fatal(err)
	}
	const cards = `[...document.querySelectorAll("#log article")].filter(a => a.innerText.includes("APP")).length`
	if err := chromedp.Do(ctx, until(cards+" == 5")); err != nil {
		t.Errorf("there are not five answers: %v", err)
	}
}

// TestConversationScreenshots takes the pictures that a reviewer looks at.
func TestConversationScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken only with -screenshots FOLDER")
	}
	for _, width := range []int64{1280, 380} {
		for _, scheme := range []string{"dark", "light"} {
			ctx := browser(t, int(width), 3600)
			steps := append([]step{chromedp.EmulateViewport(width, 3600), prefers(scheme)}, conversation(startSandbox(t))...)
			if err := chromedp.Do(ctx, append(steps, chromedp.Sleep(300*time.Millisecond))...); err != nil { // scrolling settles
				t.Fatal(err)
			}
			png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("conversation-%d-%s.png", width, scheme)), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
