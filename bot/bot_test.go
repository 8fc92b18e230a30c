package bot

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// today is the day on which the tests ask.
func today() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// testLog writes the log of the code under test to the test.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func fixtureBase(t testing.TB) *knowledge.Base {
	t.Helper()
	base, err := knowledge.Load(os.DirFS("testdata/shows"))
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func newBot(t testing.TB, base *knowledge.Base) *Bot {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "season3.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return New(base, st, today, testLog(t))
}

// TestHandle compares answers with goldens: payload in, answer out. -update rewrites them.
func TestHandle(t *testing.T) {
	files, err := filepath.Glob("testdata/handle/*.in.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".in.json")
		t.Run(name, func(t *testing.T) {
			in, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var i discordgo.Interaction
			if err := json.Unmarshal(in, &i); err != nil {
				t.Fatal(err)
			}
			b := newBot(t, fixtureBase(t))
			if strings.Contains(name, "private") {
				err := b.store.UpdateGuild("9", func(g *store.GuildSettings) error { g.Private = true; return nil })
				if err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasPrefix(name, "announcements") || strings.HasPrefix(name, "notify") {
				setUp(t, b)
			}
			body, err := encode(b.Handle(t.Context(), &i))
			if err != nil {
				t.Fatal(err)
			}
			var tree any
			if err := json.Unmarshal(body, &tree); err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(tree, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := strings.Replace(file, ".in.json", ".out.json", 1)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// setUp has two channels of guild 9, and member 5, be told of news.
func setUp(t *testing.T, b *Bot) {
	t.Helper()
	for place, settings := range map[string]store.GuildSettings{
		"9": {Channels: []store.Channel{
			{ID: "21", Name: "season-news", News: true, Publish: true, Role: "31", Shows: []string{"night-harbour", "paper-lanterns"}},
			{ID: "22", Name: "old-news", All: true, Digest: store.DigestDaily, Muted: []string{"in_production"}, Paused: true}},
			Troubles: []store.Trouble{{Channel: "22", Reason: "channel", Since: today()}}},
		notifyPlace("5"): {Channels: []store.Channel{{ID: "55", Shows: []string{"night-harbour", "paper-lanterns"}}}},
	} {
		if err := b.store.UpdateGuild(place, func(g *store.GuildSettings) error { *g = settings; return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPanicsAreApologised shows that a handler's panic becomes an answer.
func TestPanicsAreApologised(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	b.commands = append(b.commands, command{name: "boom", run: func(*request) (reply, error) { panic("boom") }})
	resp := b.Handle(t.Context(), &discordgo.Interaction{ID: "77", Type: discordgo.InteractionApplicationCommand,
		Data: discordgo.ApplicationCommandInteractionData{Name: "boom", CommandType: discordgo.ChatApplicationCommand}})
	text := cardText(resp.Data.Components)
	if !strings.Contains(text, "Something went wrong on my side") || !strings.Contains(text, "77") {
		t.Errorf("a panic is answered with %q", text)
	}
	if resp.Data.Flags&discordgo.MessageFlagsEphemeral == 0 {
		t.Error("the apology is not private")
	}
}

// TestHalfPayloads hands Handle what discordgo makes of payloads it cannot decode.
func TestHalfPayloads(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	for _, i := range []*discordgo.Interaction{
		{},
		{Type: discordgo.InteractionApplicationCommand},
		{Type: discordgo.InteractionApplicationCommandAutocomplete},
		{Type: discordgo.InteractionMessageComponent},
		{Type: discordgo.InteractionModalSubmit},
		{Type: 99},
		{Type: discordgo.InteractionApplicationCommand, Data: discordgo.ApplicationCommandInteractionData{Name: "settings", CommandType: 1}},
		{Type: discordgo.InteractionApplicationCommand, Data: discordgo.ApplicationCommandInteractionData{
			Name: "season", CommandType: 1, Options: []*discordgo.ApplicationCommandInteractionDataOption{nil, {Name: "show", Value: 3.0}}}},
		{Type: discordgo.InteractionApplicationCommand, Data: discordgo.ApplicationCommandInteractionData{
			Name: "Is there another season?", CommandType: discordgo.MessageApplicationCommand, TargetID: "1"}},
	} {
		resp := b.Handle(t.Context(), i)
		if resp == nil || resp.Data == nil {
			t.Errorf("%+v got no answer", i)
		}
	}
}

// TestDiscordDecidesWhoMaySet shows that a member without Manage Server whom an admin let in, in Discord's own settings,
// is served: Discord sends the interactions of nobody else.
func TestDiscordDecidesWhoMaySet(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	i := &discordgo.Interaction{Type: discordgo.InteractionApplicationCommand, GuildID: "9",
		Member: &discordgo.Member{User: &discordgo.User{ID: "5"}, Permissions: discordgo.PermissionSendMessages},
		Data: discordgo.ApplicationCommandInteractionData{Name: "settings", CommandType: 1,
			Options: []*discordgo.ApplicationCommandInteractionDataOption{{Name: "answers", Type: 1,
				Options: []*discordgo.ApplicationCommandInteractionDataOption{{Name: "visible", Type: 3, Value: "asker"}}}}}}
	if text := cardText(b.Handle(t.Context(), i).Data.Components); !strings.Contains(text, "Saved") {
		t.Errorf("a member whom an admin let in hears %q", text)
	}
	if g, _ := b.store.Guild("9"); !g.Private {
		t.Error("the setting was not changed")
	}
	for _, d := range b.Definitions() {
		if moderates := d.Name == "settings" || d.Name == "announcements"; moderates &&
			(d.DefaultMemberPermissions == nil || *d.DefaultMemberPermissions != discordgo.PermissionManageGuild) {
			t.Errorf("/%s is not for members with Manage Server by default", d.Name)
		}
	}
	i.GuildID, i.Member, i.User = "", nil, i.Member.User
	if text := cardText(b.Handle(t.Context(), i).Data.Components); !strings.Contains(text, "only in a server") {
		t.Errorf("outside a server it says %q", text)
	}
}

func TestMessages(t *testing.T) {
	message := func(content string, change ...func(*discordgo.Message)) *discordgo.Message {
		m := &discordgo.Message{ID: "3", ChannelID: "2", GuildID: "9", Content: content, Author: &discordgo.User{ID: "5"}}
		for _, f := range change {
			f(m)
		}
		return m
	}
	direct := func(m *discordgo.Message) { m.GuildID = "" }
	for _, test := range []struct {
		name string
		m    *discordgo.Message
		want string // in the reply; "" for silence
	}{
		{"question in a mention", message("<@1> is there a season 3 of paper lanterns?"), "April 2027"},
		{"nickname mention", message("hey <@!1>, when is Paper Lanterns season 3?"), "April 2027"},
		{"question to nobody", message("is there a season 3 of paper lanterns?"), ""},
		{"direct question", message("paper lanterns season 3?", direct), "April 2027"},
		{"unknown show", message("<@1> will there be a season 2 of quux frobnicate?"), "don't know"},
		{"first talk gets help", message("<@1> good morning"), "I see no question"},
		{"another bot", message("<@1> paper lanterns season 3?", func(m *discordgo.Message) { m.Author.Bot = true }), ""},
		{"itself", message("<@1> paper lanterns season 3?", func(m *discordgo.Message) { m.Author.ID = "1" }), ""},
		{"a pin notice", message("<@1> paper lanterns season 3?", func(m *discordgo.Message) { m.Type = discordgo.MessageTypeChannelPinnedMessage }), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBot(t, fixtureBase(t))
			send := b.HandleMessage(t.Context(), test.m, "1")
			if test.want == "" {
				if send != nil {
					t.Fatalf("answered %q", cardText(send.Components))
				}
				return
			}
			if send == nil {
				t.Fatal("kept silent")
			}
			if text := cardText(send.Components); !strings.Contains(text, test.want) {
				t.Errorf("answered %q, want %q in it", text, test.want)
			}
			if send.AllowedMentions == nil || len(send.AllowedMentions.Parse) != 0 || send.AllowedMentions.RepliedUser {
				t.Error("the reply may mention someone")
			}
		})
	}
	t.Run("help once an hour", func(t *testing.T) {
		b := newBot(t, fixtureBase(t))
		now := today()
		b.now = func() time.Time { return now }
		heard := 0
		for range 7 {
			if b.HandleMessage(t.Context(), message("<@1> good morning"), "1") != nil {
				heard++
			}
			now = now.Add(10 * time.Minute)
		}
		if heard != 2 {
			t.Errorf("help came %d times in 70 minutes, want at the start and after an hour", heard)
		}
	})
}

// TestDefinitionsFitDiscord walks the command table against the limits that Discord documents.
func TestDefinitionsFitDiscord(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	nameForm := regexp.MustCompile(`^[-_\p{Ll}\p{N}]{1,32}$`)
	seen := map[string]bool{}
	var walk func(at string, opts []*discordgo.ApplicationCommandOption) int
	walk = func(at string, opts []*discordgo.ApplicationCommandOption) int {
		size, optional := 0, false
		if len(opts) > 25 {
			t.Errorf("%s has %d options", at, len(opts))
		}
		for _, o := range opts {
			at := at + " " + o.Name
			if !nameForm.MatchString(o.Name) {
				t.Errorf("%s: name", at)
			}
			if n := utf8.RuneCountInString(o.Description); n < 1 || n > 100 {
				t.Errorf("%s: description of %d characters", at, n)
			}
			if o.Required && optional {
				t.Errorf("%s: a required option after an optional one", at)
			}
			optional = optional || !o.Required && o.Type > discordgo.ApplicationCommandOptionSubCommandGroup
			if o.Autocomplete && len(o.Choices) > 0 || len(o.Choices) > 25 {
				t.Errorf("%s: choices", at)
			}
			size += len(o.Name) + len(o.Description) + walk(at, o.Options)
		}
		return size
	}
	defs := b.Definitions()
	for _, d := range defs {
		key := fmt.Sprint(d.Type, d.Name)
		if seen[key] {
			t.Errorf("%s stands there twice", d.Name)
		}
		seen[key] = true
		size := len(d.Name) + len(d.Description) + walk(d.Name, d.Options)
		if size > 8000 {
			t.Errorf("%s has %d characters in all", d.Name, size)
		}
		if d.Contexts == nil || len(*d.Contexts) == 0 || d.IntegrationTypes == nil || len(*d.IntegrationTypes) == 0 {
			t.Errorf("%s: no contexts or integration types", d.Name)
		}
		if d.Type == discordgo.ChatApplicationCommand {
			if !nameForm.MatchString(d.Name) || d.Description == "" || utf8.RuneCountInString(d.Description) > 100 {
				t.Errorf("%s: name or description", d.Name)
			}
		} else if d.Description != "" || len(d.Options) > 0 || utf8.RuneCountInString(d.Name) > 32 {
			t.Errorf("%s: a message command has a name only", d.Name)
		}
	}
	help := b.Handle(t.Context(), &discordgo.Interaction{Type: discordgo.InteractionApplicationCommand,
		Member: &discordgo.Member{Permissions: discordgo.PermissionAdministrator},
		Data:   discordgo.ApplicationCommandInteractionData{Name: "help", CommandType: 1}})
	for _, c := range b.commands {
		if !strings.Contains(cardText(help.Data.Components), c.name) {
			t.Errorf("/help does not name %s", c.name)
		}
	}
}

// TestHashIsStable: the same table gives the same hash, another gives another.
func TestHashIsStable(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	_, first, err := b.definitionsBody()
	if err != nil {
		t.Fatal(err)
	}
	if _, again, _ := newBot(t, fixtureBase(t)).definitionsBody(); again != first {
		t.Error("the hash changes without a change")
	}
	b.commands[0].description = "Something else"
	if _, other, _ := b.definitionsBody(); other == first {
		t.Error("the hash does not see a change")
	}
}

func TestAutocomplete(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	complete := func(typed string) []string {
		resp := b.Handle(t.Context(), &discordgo.Interaction{Type: discordgo.InteractionApplicationCommandAutocomplete,
			Data: discordgo.ApplicationCommandInteractionData{Name: "season", CommandType: 1,
				Options: []*discordgo.ApplicationCommandInteractionDataOption{{Name: "show", Type: 3, Value: typed, Focused: true}}}})
		var names []string
		for _, c := range resp.Data.Choices {
			names = append(names, c.Name)
		}
		return names
	}
	for typed, want := range map[string]string{
		"":           "Paper Lanterns, Night Harbour, Night Harbours", // best known first
		"pap":        "Paper Lanterns",
		"lant":       "Paper Lanterns",
		"night":      "Night Harbour, Night Harbours",
		"PAPLAN":     "Paper Lanterns",
		"papr lante": "Paper Lanterns",
		"zzzzzz":     "",
	} {
		if got := strings.Join(complete(typed), ", "); got != want {
			t.Errorf("%q completes to %q, want %q", typed, got, want)
		}
	}
}

// cardText joins the text of a card.
func cardText(parts []discordgo.MessageComponent) string {
	var texts []string
	for _, p := range parts {
		switch p := p.(type) {
		case discordgo.Container:
			texts = append(texts, cardText(p.Components))
		case discordgo.TextDisplay:
			texts = append(texts, p.Content)
		}
	}
	return strings.Join(texts, "\n")
}
