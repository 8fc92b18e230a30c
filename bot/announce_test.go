package bot

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/store"
)

// lanterns is a base with one show whose second season is what the claims say, beside those of the fixtures.
func lanterns(t testing.TB, claims ...string) *knowledge.Base {
	t.Helper()
	dir := t.TempDir()
	text := `id: paper-lanterns
title: Paper Lanterns
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
` + map[bool]string{true: "claims:\n", false: ""}[len(claims) > 0]
	for _, c := range claims {
		text += "  - {" + c + ", cites: [site]}\n"
	}
	text += `sources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`
	if err := os.WriteFile(filepath.Join(dir, "paper-lanterns.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	base, err := knowledge.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return base
}

const (
	ordered   = "season: 2, status: announced, said: 2026-11-20, text: A second season is ordered."
	dated     = "season: 2, status: scheduled, date: 2026-12-05, said: 2026-11-22, text: The second season begins on 5 December 2026."
	postponed = "season: 2, status: delayed, said: 2026-11-23, text: The second season is put off."
	stopped   = "season: 2, status: cancelled, said: 2026-11-23, text: The second season will not be made."
)

// newsStage is a stage whose bot knows paper lanterns, with the hold, and channels that follow it.
func newsStage(t *testing.T, hold time.Duration, channels ...store.Channel) *stage {
	t.Helper()
	s := newStage(t, sandbox.Options{}, func(b *Bot) {
		b.Use(lanterns(t), nil)
		b.Announce(Announcing{Hold: hold})
	})
	if len(channels) == 0 {
		channels = []store.Channel{{ID: sandbox.DefaultGeneralID, Shows: []string{"paper-lanterns"}}}
	}
	err := s.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error { g.Channels = channels; return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.until("the baseline is taken", func() bool {
		day, _, err := s.bot.store.Baseline()
		return err == nil && day != ""
	})
	return s
}

// learns gives the bot another base.
func (s *stage) learns(claims ...string) {
	s.t.Helper()
	s.base = lanterns(s.t, claims...)
	s.bot.Use(s.base, nil)
}

// posts returns the texts of the bot's messages in a channel.
func (s *stage) posts(channel string) []string {
	var out []string
	for _, m := range s.srv.Messages(channel) {
		if m.AuthorID == sandbox.DefaultBotID {
			out = append(out, m.Text())
		}
	}
	return out
}

// reads waits until the channel has so many messages, the last of which begins with the text.
func (s *stage) reads(channel string, count int, begins string) {
	s.t.Helper()
	var got []string
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		got = s.posts(channel)
		if len(got) == count && (count == 0 || strings.HasPrefix(strings.TrimPrefix(got[count-1], "### "), begins)) {
			return
		}
	}
	s.t.Errorf("waited for %d posts, the last beginning %q; got %d:\n%s", count, begins, len(got), strings.Join(got, "\n---\n"))
}

// quiet waits until nothing is left to find or to deliver now.
func (s *stage) quiet() {
	s.t.Helper()
	before := s.bot.rested.Load()
	s.until("the announcements come to rest", func() bool {
		s.bot.stir()
		return s.bot.rested.Load() >= before+2
	})
}

func TestNewsIsPostedOnce(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.reads(sandbox.DefaultGeneralID, 0, "") // nothing old
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, without a date.")
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date: 5 December 2026.")
	s.restart()
	s.learns(ordered, dated)
	s.learns(ordered, dated, stopped)
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns was ordered, then cancelled.")
	for _, r := range s.srv.Requests() {
		if r.Route != sandbox.CreateMessage {
			continue
		}
		var m struct {
			Nonce    string          `json:"nonce"`
			Enforce  bool            `json:"enforce_nonce"`
			Mentions json.RawMessage `json:"allowed_mentions"`
		}
		if err := json.Unmarshal([]byte(r.Body), &m); err != nil || len(m.Nonce) < 20 || len(m.Nonce) > 25 || !m.Enforce || string(m.Mentions) != `{"parse":[]}` {
			t.Errorf("posted with %s: %v", r.Body, err)
		}
	}
}

func TestCorrection(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, scheduled for 5 December 2026.")
	s.learns()
	s.reads(sandbox.DefaultGeneralID, 1, "Corrected: “Season 2 of Paper Lanterns is announced, scheduled for 5 December 2026” no longer holds.")
	m := s.srv.Messages(sandbox.DefaultGeneralID)[0]
	s.expect(m, "\nThere is nothing official about a season 2 of Paper Lanterns as of 22 November 2026")

	// It was true after all; it must stand for an hour first.
	s.learns(ordered, dated)
	s.quiet()
	s.clock.Advance(50 * time.Minute)
	s.quiet()
	s.reads(sandbox.DefaultGeneralID, 1, "Corrected:")
	s.clock.Advance(11 * time.Minute)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, scheduled")
}

// TestNewsRepliesToNobody: a post answers no question, so it has no word of reply, and does not go on to what comes next.
func TestNewsRepliesToNobody(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns("season: 3, status: continued, as: Paper Lanterns Afloat, said: 2026-11-20, text: A film comes.")
	s.reads(sandbox.DefaultGeneralID, 1, "Paper Lanterns goes on as Paper Lanterns Afloat, not as season 3.")
	s.learns()
	s.reads(sandbox.DefaultGeneralID, 1, "Corrected:")
	s.learns("season: 1, part: 2, status: scheduled, date: 2026-12-05, said: 2026-11-20, text: A second part comes.")
	s.reads(sandbox.DefaultGeneralID, 2, "Part 2 of season 1 of Paper Lanterns is announced")
	for _, post := range s.posts(sandbox.DefaultGeneralID) {
		for _, reply := range []string{"Not so far.", "You asked", "And then?"} {
			if strings.Contains(post, reply) {
				t.Errorf("%q is in\n%s", reply, post)
			}
		}
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 10*time.Minute)
	s.learns(ordered)
	s.quiet()
	s.clock.Advance(9 * time.Minute)
	s.quiet()
	s.learns() // withdrawn unseen
	s.quiet()
	s.clock.Advance(20 * time.Minute)
	s.quiet()
	s.reads(sandbox.DefaultGeneralID, 0, "")
	s.learns(ordered)
	s.quiet()
	s.clock.Advance(10 * time.Minute)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced")
}

func TestFlapping(t *testing.T) {
	t.Parallel()
	for _, hold := range []time.Duration{0, time.Minute, DefaultHold} {
		t.Run(fmt.Sprint(hold), func(t *testing.T) {
			s := newsStage(t, hold)
			for i := range 50 {
				if i%2 == 0 {
					s.learns(ordered)
				} else {
					s.learns()
				}
				s.quiet()
				s.clock.Advance(72 * time.Second)
				s.quiet()
			}
			posts, edits := s.requests(sandbox.CreateMessage, 200), s.requests(sandbox.UpdateMessage, 200)
			if posts > 1 || edits > 1 {
				t.Errorf("%d posts and %d edits", posts, edits)
			}
		})
	}
}

// TestPremieres: a day-precise date is news on its day, at the hour of each place; a vague one never.
func TestPremieres(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	if err := s.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
		g.Zone = "Asia/Tokyo"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, scheduled for 5 December 2026.")
	s.at(time.Date(2026, 12, 4, 23, 58, 0, 0, time.UTC)) // 8:58 in Tokyo
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.at(time.Date(2026, 12, 5, 0, 0, 1, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns is due on 5 December 2026.")
	s.at(time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2")
}

func TestPremiereThatMovesIsNotTold(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
	s.at(time.Date(2026, 12, 4, 20, 0, 0, 0, time.UTC)) // it is the 5th somewhere, and the post waits for nine o'clock here
	s.learns(ordered, dated, strings.Replace(postponed, "2026-11-23", "2026-12-04", 1))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns is postponed; it was scheduled for 5 December 2026.")
	s.at(time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2")
}

func TestVagueDateIsNoPremiere(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	s.learns("season: 2, status: scheduled, date: 2026-12, said: 2026-11-22, text: The second season begins in December 2026.")
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced, scheduled for December 2026.")
	s.at(time.Date(2027, 1, 3, 12, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2")
}

// at moves the clock to a time and lets the announcements do what it brings.
func (s *stage) at(t time.Time) {
	s.t.Helper()
	s.clock.Advance(t.Sub(s.clock.Now()))
	s.quiet()
	s.quiet()
}

func TestDigest(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultGeneralID, All: true, Digest: store.DigestDaily})
	s.learns(ordered)
	s.quiet()
	s.learns(ordered, dated)
	s.quiet()
	s.reads(sandbox.DefaultGeneralID, 0, "")
	s.at(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	s.reads(sandbox.DefaultGeneralID, 1, "2 pieces of season news\n- Season 2 of Paper Lanterns is announced, without a date.\n- Season 2 of Paper Lanterns has a date: 5 December 2026.")
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "2 pieces of season news\n- Season 2 of Paper Lanterns is announced, without a date.\n- Corrected: “Season 2 of Paper Lanterns has a date: 5 December 2026” no longer holds.")
	if id := s.srv.Messages(sandbox.DefaultGeneralID)[0].CustomID("Paper Lanterns, season 2"); id != "v1:news:paper-lanterns/2/announced" {
		t.Errorf("the button of the season has the id %q", id)
	}
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultNewsID, News: true, Publish: true, All: true, Role: sandbox.DefaultPingRoleID})
	s.srv.Inject(sandbox.CrosspostMessage, sandbox.Fault{Times: 1, Refuse: sandbox.ServerError(500)})
	s.learns(ordered)
	s.reads(sandbox.DefaultNewsID, 1, "<@&"+sandbox.DefaultPingRoleID+">")
	s.quiet()
	s.clock.Advance(10 * time.Second)
	s.until("the post is published", func() bool { return s.requests(sandbox.CrosspostMessage, 200) == 1 })
	if n := s.requests(sandbox.CreateMessage, 0); n != 1 {
		t.Errorf("publishing that failed was paid with %d posts", n)
	}
}

// TestTroubleIsToldAndMended: a channel that refuses is no reason to forget its news, and the server hears of it once.
func TestTroubleIsToldAndMended(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultNewsID, News: true, All: true}, store.Channel{ID: sandbox.DefaultGeneralID, All: true})
	if err := s.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
		g.Fallback = sandbox.DefaultThreadID
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.srv.SetOverwrite(sandbox.DefaultNewsID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Deny: sandbox.SendMessages})
	s.learns(ordered)
	s.reads(sandbox.DefaultGeneralID, 1, "Season 2 of Paper Lanterns is announced")
	s.reads(sandbox.DefaultThreadID, 1, "Season news does not get through")
	s.learns(ordered, dated)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns has a date")
	s.quiet()
	s.reads(sandbox.DefaultThreadID, 1, "Season news does not get through")
	s.srv.SetOverwrite(sandbox.DefaultNewsID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Allow: sandbox.SendMessages})
	s.reads(sandbox.DefaultNewsID, 2, "Season 2")
}

// TestModeratorHears: when no channel can be told, the next moderator who uses a command is.
func TestModeratorHears(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0, store.Channel{ID: sandbox.DefaultNewsID, News: true, All: true})
	s.srv.SetOverwrite(sandbox.DefaultNewsID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Deny: sandbox.SendMessages})
	s.learns(ordered)
	s.until("nobody could be told", func() bool {
		g, err := s.bot.store.Guild(sandbox.DefaultGuildID)
		return err == nil && len(g.ForModerators()) == 1
	})
	ask := func(member string) *sandbox.Interaction {
		i := s.srv.As(member).Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", "paper-lanterns"))
		s.wait(i)
		return i
	}
	ask(sandbox.DefaultFanID)
	i := ask(sandbox.DefaultModeratorID)
	if _, err := i.WaitFollowups(s.context(), 1); err != nil {
		t.Fatal(err)
	}
	r := i.Reply()
	s.expect(r.Followups[0], "Season news does not get through", "I may not post there")
	if !r.Followups[0].Ephemeral {
		t.Error("everybody can read it")
	}
	s.until("it is noted", func() bool {
		g, err := s.bot.store.Guild(sandbox.DefaultGuildID)
		return err == nil && len(g.ForModerators()) == 0
	})
	ask(sandbox.DefaultModeratorID)
	if n := s.requests(sandbox.CreateFollowup, 0); n != 1 {
		t.Errorf("moderators were told %d times", n)
	}
}

// TestGoodbye: what a server had set is kept for 30 days after it has removed the bot, and through any outage.
func TestGoodbye(t *testing.T) {
	t.Parallel()
	s := newsStage(t, 0)
	settings := func() store.GuildSettings {
		g, err := s.bot.store.Guild(sandbox.DefaultGuildID)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	s.srv.SetUnavailable(sandbox.DefaultGuildID, true)
	s.at(s.clock.Now().Add(40 * 24 * time.Hour))
	s.srv.SetUnavailable(sandbox.DefaultGuildID, false)
	if g := settings(); len(g.Channels) != 1 || !g.Left.IsZero() {
		t.Errorf("after an outage: %+v", g)
	}
	s.srv.RemoveBot(sandbox.DefaultGuildID)
	s.until("the goodbye is noted", func() bool { return !settings().Left.IsZero() })
	s.at(s.clock.Now().Add(29 * 24 * time.Hour))
	if len(settings().Channels) != 1 {
		t.Error("settings are gone after 29 days")
	}
	s.at(s.clock.Now().Add(2 * 24 * time.Hour))
	s.until("the settings are gone", func() bool { return len(settings().Channels) == 0 && settings().Left.IsZero() })
}

// TestTheSameNewsMuchLater: what has come true a second time is news again, if somebody has said it again.
func TestTheSameNewsMuchLater(t *testing.T) {
	t.Parallel()
	const (
		back  = "season: 2, status: announced, said: 2026-12-10, text: The second season will be made after all."
		twice = "season: 2, status: cancelled, said: 2026-12-20, text: The second season is stopped again."
	)
	s := newsStage(t, 0)
	s.learns(stopped)
	s.reads(sandbox.DefaultGeneralID, 1, "Paper Lanterns was cancelled after season 1.")
	s.at(time.Date(2026, 12, 11, 12, 0, 0, 0, time.UTC))
	s.learns(stopped, back)
	s.reads(sandbox.DefaultGeneralID, 2, "Season 2 of Paper Lanterns is announced after all")
	s.at(time.Date(2026, 12, 21, 12, 0, 0, 0, time.UTC))
	s.learns(stopped, back, twice)
	s.reads(sandbox.DefaultGeneralID, 3, "Season 2 of Paper Lanterns was ordered, then cancelled.")
	for _, claims := range [][]string{{stopped, back}, {stopped, back, twice}, {stopped, back}, {stopped, back, twice}} {
		s.learns(claims...)
		s.at(s.clock.Now().Add(24 * time.Hour))
	}
	if n := s.requests(sandbox.CreateMessage, 200); n != 3 {
		t.Errorf("%d posts", n)
	}
}
