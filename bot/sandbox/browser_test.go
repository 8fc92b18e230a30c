package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"season3/bot/sandbox"
)

type step = chromedp.Action[chromedp.Void]

// browser opens the page as a member, or skips the test where no browser is
// installed.
func browser(t *testing.T, srv *sandbox.Server, member, channel string) context.Context {
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
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(1280, 900))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 30*time.Second)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL()+"/#"+member+"/"+channel), chromedp.WaitVisible(line)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// line is where the person types.
const line = chromedp.CSS("#line")

// until waits for a condition of the page to hold. It asks again and again,
// because the page's own rules forbid what chromedp.Poll would inject.
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

// shows waits until the log holds the words, suggests until the list of
// suggestions does.
func shows(words string) step {
	return until(fmt.Sprintf(`document.querySelector("#log").innerText.includes(%q)`, words))
}

func suggests(words string) step {
	return until(fmt.Sprintf(`document.querySelector("#suggest-list").innerText.includes(%q)`, words))
}

// enter presses that key as a keyboard does: what a page does on the key going
// down decides whether a character follows. chromedp.KeyEvent sends both.
func enter(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	key := input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
		return chromedp.Void{}, err
	}
	key.Type, key.Text, key.UnmodifiedText = "keyUp", "", ""
	_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key)
	return chromedp.Void{}, err
}

// click presses the button that has a text, below what selector finds.
func click(selector, text string) step {
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].find(b => b.innerText.includes(%q))`, selector+" button", text)
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := until("!!"+find)(ctx, t); err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.Click(chromedp.JSPath(find))(ctx, t)
	}
}

// follow takes steps, each of which may need a few seconds.
func follow(t *testing.T, ctx context.Context, what string, steps []step) {
	t.Helper()
	for i, s := range steps {
		soon, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := chromedp.Do(soon, s)
		cancel()
		if err != nil {
			picture(t, ctx, "failed")
			t.Fatalf("%s, step %d: %v", what, i+1, err)
		}
	}
}

// picture keeps what the page looks like in the folder SEASON3_PICTURES names,
// for the eye.
func picture(t *testing.T, ctx context.Context, name string) {
	dir := os.Getenv("SEASON3_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestBrowserSetUp is a moderator who sets up announcements: a subcommand with
// a channel, a role and a text with suggestions, then selects of every kind.
func TestBrowserSetUp(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	type option = discordgo.ApplicationCommandOption
	manage := int64(discordgo.PermissionManageGuild)
	answering(t, srv, []*discordgo.ApplicationCommand{{Name: "announcements", Description: "News", DefaultMemberPermissions: &manage, Options: []*option{
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "setup", Description: "Where", Options: []*option{
			{Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "Where to", Required: true, ChannelTypes: []discordgo.ChannelType{0, 5}},
			{Type: discordgo.ApplicationCommandOptionRole, Name: "role", Description: "Whom to ping"},
			{Type: discordgo.ApplicationCommandOptionString, Name: "digest", Description: "How often", Choices: []*discordgo.ApplicationCommandOptionChoice{
				{Name: "At once", Value: "once"}, {Name: "Once a day", Value: "daily"}}},
		}},
		{Type: discordgo.ApplicationCommandOptionSubCommandGroup, Name: "show", Description: "Shows", Options: []*option{
			{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "follow", Description: "Follow a show", Options: []*option{
				{Type: discordgo.ApplicationCommandOptionString, Name: "show", Description: "Which", Required: true, Autocomplete: true}}}}},
	}}}, setUp)
	ctx := browser(t, srv, moderator, general)
	do := func(what string, steps ...step) {
		t.Helper()
		follow(t, ctx, what, steps)
	}
	do("a subcommand", chromedp.Click(line), chromedp.KeyEvent("/announcements"), suggests("/announcements show follow"), suggests("/announcements setup"),
		chromedp.KeyEvent(" setup channel:#anime"), suggests("anime-news"), until(`!document.querySelector("#suggest-list").innerText.includes("rewatch night")`),
		enter, chromedp.KeyEvent(" role:Season"), suggests("Season news"), enter, chromedp.KeyEvent(" digest:Once a"), suggests("Once a day"),
		enter, enter, shows("channel="+news+" digest=daily role="+sandbox.DefaultPingRoleID))
	picture(t, ctx, "setup")
	do("a select of several", click("#log", "Kinds of news"), click(".popup", "Announced"), click(".popup", "Premiere"), click(".popup", "Done"), shows("kinds picks announced and premiere"))
	do("a select of channels", click("#log", "Another channel"), until(`!document.querySelector(".popup").innerText.includes("general")`),
		click(".popup", "anime-news"), shows("where picks "+news))
	do("a select of roles", click("#log", "Another role"), click(".popup", "Moderators"), shows("whom picks "+sandbox.DefaultModRoleID))
	do("a subcommand of a group", chromedp.Click(line), chromedp.KeyEvent("/announcements show follow show:hero"), suggests("Hero Mask"),
		chromedp.KeyEvent(kb.ArrowDown), enter, enter, shows("show=hero-mask"))
	picture(t, ctx, "selects")
}

// TestBrowserNews is a fan who reads announcements: one that pings a role of
// theirs, is published, and corrected.
func TestBrowserNews(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	ctx := browser(t, srv, fan, news)
	do := func(what string, steps ...step) {
		t.Helper()
		follow(t, ctx, what, steps)
	}
	post := func(body obj) string {
		t.Helper()
		a := rest(t, srv, "POST", messages(news), body)
		accepted(t, "post", a)
		return messages(news) + "/" + a.body["id"].(string)
	}
	text := func(words string) []obj {
		return []obj{{"type": 10, "content": words}}
	}
	ping := "<@&" + sandbox.DefaultPingRoleID + ">"
	news := post(obj{"flags": 1 << 15, "components": text(ping + " Season 3 is announced"), "allowed_mentions": obj{"roles": []string{sandbox.DefaultPingRoleID}}})
	const last = `document.querySelector("#log article:last-of-type")`
	do("a ping", shows("@Season news Season 3 is announced"), until(last+`.matches(".ping")`))
	accepted(t, "publishing", rest(t, srv, "POST", news+"/crosspost", nil))
	do("publishing", shows("Published"))
	accepted(t, "correcting", rest(t, srv, "PATCH", news, obj{"components": text("Season 3 is not announced after all"), "allowed_mentions": obj{"parse": []string{}}}))
	do("correcting", shows("after all"), shows("(edited)"), until(`!`+last+`.matches(".ping")`))
	post(obj{"content": ping + " quietly", "allowed_mentions": obj{"parse": []string{}}})
	do("a role named without a ping", shows("@Season news quietly"), until(`!`+last+`.matches(".ping")`))
	picture(t, ctx, "news")
}

// setUp answers the commands of TestBrowserSetUp with what it was given, and
// with selects; it answers those with what was picked.
func setUp(i *discordgo.Interaction) *discordgo.InteractionResponse {
	switch i.Type {
	case discordgo.InteractionApplicationCommandAutocomplete:
		return &discordgo.InteractionResponse{Type: 8, Data: &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "Hero Mask", Value: "hero-mask"}}}}
	case discordgo.InteractionMessageComponent:
		data := i.MessageComponentData()
		return says(data.CustomID + " picks " + strings.Join(data.Values, " and "))
	}
	options := i.ApplicationCommandData().Options
	for len(options) == 1 && options[0].Value == nil {
		options = options[0].Options
	}
	given := map[string]any{}
	for _, o := range options {
		given[o.Name] = o.Value
	}
	r := says(strings.Trim(strings.NewReplacer(":", "=").Replace(fmt.Sprint(given)), "map[]"))
	two := 2
	row := func(m discordgo.SelectMenu) discordgo.MessageComponent {
		return discordgo.ActionsRow{Components: []discordgo.MessageComponent{m}}
	}
	r.Data.Components = []discordgo.MessageComponent{
		row(discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: "kinds", Placeholder: "Kinds of news", MinValues: &two, MaxValues: 2,
			Options: []discordgo.SelectMenuOption{{Label: "Announced", Value: "announced"}, {Label: "Dated", Value: "dated"}, {Label: "Premiere", Value: "premiere"}}}),
		row(discordgo.SelectMenu{MenuType: discordgo.ChannelSelectMenu, CustomID: "where", Placeholder: "Another channel", ChannelTypes: []discordgo.ChannelType{5}}),
		row(discordgo.SelectMenu{MenuType: discordgo.RoleSelectMenu, CustomID: "whom", Placeholder: "Another role"}),
	}
	return r
}
