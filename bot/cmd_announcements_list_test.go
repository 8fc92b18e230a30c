package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// TestHistory shows what became of a piece of news in channels of different fortune.
func TestHistory(t *testing.T) {
	t.Parallel()
	follows := []string{"paper-lanterns"}
	s := newsStage(t, 0,
		store.Channel{ID: sandbox.DefaultGeneralID, Shows: follows},
		store.Channel{ID: sandbox.DefaultStaffID, Shows: follows},
		store.Channel{ID: sandbox.DefaultThreadID, Shows: follows, Paused: true},
		store.Channel{ID: sandbox.DefaultNewsID, Shows: follows, Digest: store.DigestDaily},
	)
	m := &moderation{s, s.srv.As(sandbox.DefaultModeratorID)}
	m.does("history", nil, "Nothing yet")

	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns is announced") // after the answer above
	s.until("the channel in which I may not write is on hold", func() bool { return len(m.settings().Troubles) > 0 })
	post := s.srv.Messages(sandbox.DefaultGeneralID)[1]
	m.does("history", nil,
		"Season 2 of Paper Lanterns is announced, without a date.",
		fmt.Sprintf("[posted](https://discord.com/channels/%s/%s/%s)", sandbox.DefaultGuildID, sandbox.DefaultGeneralID, post.ID),
		"<#"+sandbox.DefaultStaffID+">, on hold: I may not post there",
		"not posted: the channel was paused. The answer: `/season show:Paper Lanterns number:2`",
		fmt.Sprintf("waits until <t:%d:f>", today().Add(21*time.Hour).Unix()),
		"What is on hold is posted by itself",
	)
	m.does("list", nil, "Not working since", "I may not post there. Give my role View Channel")

	// Once the channel can be written to, a test makes up for what it missed.
	s.srv.SetOverwrite(sandbox.DefaultStaffID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Allow: sandbox.ViewChannel | sandbox.SendMessages})
	m.does("test", opts("channel", sandbox.DefaultStaffID), "It works")
	s.until("what was held up is posted", func() bool { return len(s.posts(sandbox.DefaultStaffID)) == 2 })

	// The order is withdrawn: what was posted is corrected, what waited is taken back.
	s.learns()
	s.until("the post is corrected", func() bool { return strings.Contains(s.posts(sandbox.DefaultGeneralID)[1], "Corrected") })
	s.quiet()
	m.does("history", nil, "corrected since", "not posted: it was taken back first")
}

func historyHasPages(m *moderation) {
	var events []store.Event
	for n := range 25 {
		events = append(events, store.Event{ID: fmt.Sprintf("paper-lanterns/%d/announced", n), Show: "paper-lanterns", Season: n, Kind: "announced",
			Post: store.Post{Line: fmt.Sprintf("News number %d is here. %s", n, strings.Repeat("It_has_much_to_say_", 20))}})
	}
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "show", "paper-lanterns"))
	if err := m.bot.store.Commit("2026-11-23", nil, events); err != nil {
		m.t.Fatal(err)
	}
	for range 2 * len(events) {
		_, err := m.bot.store.FanOut(today(), 100, func(*store.Event, string, *store.GuildSettings, *store.Channel) store.Plan {
			return store.Plan{Missed: "history"}
		})
		if err != nil {
			m.t.Fatal(err)
		}
	}
	r := m.does("history", nil, "(page 1)", "so I can't make sure that nothing is posted twice")
	turn := func(button string, want ...string) {
		m.t.Helper()
		r = m.wait(m.mod.Press(r.Message.ID, r.Message.CustomID(button)))
		m.expect(r.Message, want...)
	}
	turn("More", "(page 2)")
	turn("More", "(page 3)")
	if n := strings.Count(r.Message.Text(), "News number"); n != 5 {
		m.t.Errorf("%d on the last page", n)
	}
	turn("Back", "(page 2)")
}

// TestReasonsHaveWords goes through the reasons that deliveries and troubles have.
func TestReasonsHaveWords(t *testing.T) {
	for _, reason := range []string{"permission", "channel", "thread", "history", "closed", "paused", "late", "left", "removed", "unfollowed", "refused",
		"server error", "no answer", "limit", "role"} {
		what, mend := reasonWords(reason)
		if what == reason || strings.HasSuffix(what, ".") {
			t.Errorf("%s: %q", reason, what)
		}
		troubled := reason == "permission" || reason == "channel" || reason == "thread" || reason == "history" || reason == "closed" || reason == "role"
		if troubled && mend == "" {
			t.Errorf("%s: nothing says how to mend it", reason)
		}
	}
}

func previewShowsThePresent(m *moderation) {
	posts := len(m.posts(sandbox.DefaultGeneralID))
	m.does("preview", opts("show", "Paper Lanterns"), "Preview: nothing has changed", "Season 3 of Paper Lanterns is announced, scheduled for April 2027.")
	m.does("preview", opts("show", "night-harbour"), "cancelled")
	m.does("preview", opts("show", "night-harbour-2011"), "Season 1 of Night Harbours began on 1 May 2011.")
	m.does("preview", opts("show", "quux"), "know a show called")
	if len(m.posts(sandbox.DefaultGeneralID)) != posts {
		m.t.Error("a preview was posted")
	}
	if ds, _, err := m.bot.store.History(sandbox.DefaultGuildID, 1); err != nil || len(ds) > 0 {
		m.t.Errorf("history: %v %v", ds, err)
	}
}

// TestEveryShowHasItsPreview makes a preview of every show of the program's own base: none panics, none is too long.
func TestEveryShowHasItsPreview(t *testing.T) {
	b := newBot(t, knowledge.Embedded())
	for _, show := range b.base().Dossiers() {
		c, ok := standingNews(show, b.today())
		if !ok {
			continue
		}
		if e := b.news(show, c); e.Post.Line == "" || length(e.Post.Blocks) > maxCardText {
			t.Errorf("%s: %d characters, line %q", show.ID, length(e.Post.Blocks), e.Post.Line)
		}
	}
}

// TestSeveralShowsByName names shows one after the other, with the titles that hold a comma themselves among them.
func TestSeveralShowsByName(t *testing.T) {
	b := newBot(t, knowledge.Embedded())
	shows := b.base().Dossiers()
	for i, show := range shows {
		if strings.Contains(show.Title, ",") {
			if ids, err := b.showsNamed(show.Title); err != nil || len(ids) != 1 || ids[0] != show.ID {
				t.Errorf("%q names %v: %v", show.Title, ids, err)
			}
			continue
		}
		other := shows[(i+1)%len(shows)]
		if ids, err := b.showsNamed(other.ID + ", " + show.Title); err != nil || len(ids) != 2 || ids[0] != other.ID || ids[1] != show.ID {
			t.Errorf("%q names %v: %v", other.ID+", "+show.Title, ids, err)
		}
	}
}

// TestTroubleCard: each trouble is told with its channel, also with one that Discord no longer knows; a role that is not
// pinged keeps no news back.
func TestTroubleCard(t *testing.T) {
	role := store.Trouble{Channel: "1", Reason: store.TroubleRole}
	gone := store.Trouble{Channel: "2", Reason: "channel"}
	g := &store.GuildSettings{Channels: []store.Channel{{ID: "1", Name: "news"}, {ID: "2", Name: "old-news"}}, Troubles: []store.Trouble{role, gone}}
	says := func(troubles ...store.Trouble) string {
		return troubleCard(g, troubles)[0].(discordgo.Container).Components[0].(discordgo.TextDisplay).Content
	}
	if text := says(role); !strings.HasPrefix(text, "### A role is not pinged\n- <#1>: the role") || strings.Contains(text, "held up") {
		t.Errorf("of a role it says %q", text)
	}
	if text := says(role, gone); !strings.HasPrefix(text, "### Season news does not get through\n") || !strings.Contains(text, "\n- #old-news: the channel is gone.") {
		t.Errorf("of both it says %q", text)
	}
}
