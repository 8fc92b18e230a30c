package bot

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"season3/bot/sandbox"
	"season3/store"
)

// A moderation is a stage on which a moderator sets up announcements.
type moderation struct {
	*stage
	mod sandbox.Visitor
}

func moderate(t *testing.T, world *sandbox.World) *moderation {
	t.Helper()
	s := newStage(t, sandbox.Options{World: world, NoRateLimits: true}, nil)
	return &moderation{s, s.srv.As(sandbox.DefaultModeratorID)}
}

// does uses a subcommand of /announcements in the general channel and checks that the answer is private and holds what is
// wanted.
func (m *moderation) does(sub string, opts []sandbox.Option, want ...string) sandbox.Reply {
	m.t.Helper()
	r := m.wait(m.mod.Command(sandbox.DefaultGeneralID, "announcements "+sub, opts...))
	if !r.Message.Ephemeral {
		m.t.Errorf("the answer to %s is not private", sub)
	}
	m.expect(r.Message, want...)
	return r
}

// each runs parts of a test, one after the other, on one stage: ending a stage takes a second. Each part begins with a
// server that has set up nothing.
func (m *moderation) each(parts ...func(*moderation)) {
	for _, part := range parts {
		name := runtime.FuncForPC(reflect.ValueOf(part).Pointer()).Name()
		m.t.Run(name[strings.LastIndexByte(name, '.')+1:], func(t *testing.T) {
			m.anew()
			part(&moderation{m.stage.of(t), m.mod})
		})
	}
}

// anew forgets what the server has set up.
func (m *moderation) anew() {
	m.t.Helper()
	if err := m.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error { *g = store.GuildSettings{}; return nil }); err != nil {
		m.t.Fatal(err)
	}
}

// of returns the stage for a part of its test.
func (s *stage) of(t *testing.T) *stage {
	part := *s
	part.t = t
	return &part
}

func opts(pairs ...any) (out []sandbox.Option) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, sandbox.Opt(pairs[i].(string), pairs[i+1]))
	}
	return out
}

func (m *moderation) settings() store.GuildSettings {
	m.t.Helper()
	g, err := m.bot.store.Guild(sandbox.DefaultGuildID)
	if err != nil {
		m.t.Fatal(err)
	}
	return g
}

// posts are the texts of what the bot posted openly in a channel.
func (m *moderation) posts(channel string) (texts []string) {
	for _, msg := range m.srv.Messages(channel) {
		if !msg.Ephemeral {
			texts = append(texts, msg.Text())
		}
	}
	return texts
}

// channelsOf writes what is set up in a line.
func channelsOf(g store.GuildSettings) string {
	var out []string
	for _, c := range g.Channels {
		out = append(out, strings.TrimSpace(fmt.Sprintf("#%s %s", c.Name, strings.Join(c.Shows, ","))))
	}
	return strings.Join(out, "; ")
}

func TestSetUpOfAChannel(t *testing.T) {
	t.Parallel()
	m := moderate(t, nil)
	m.does("list", nil, "No channel gets news yet", "/announcements channel")
	m.does("follow", opts("show", "paper-lanterns"), "No channel gets news yet")

	r := m.does("channel", opts("channel", sandbox.DefaultGeneralID), "gets season news", "It follows nothing yet", "/announcements follow")
	m.expect(m.wait(m.mod.Press(r.Message.ID, r.Message.CustomID("Everything upcoming"))).Message, "now follows everything upcoming.")
	m.does("unfollow", opts("what", store.FollowUpcoming), "follows nothing now")
	if posts := m.posts(sandbox.DefaultGeneralID); len(posts) != 1 || !strings.Contains(posts[0], "test post") {
		t.Errorf("posted: %q", posts)
	}
	m.does("follow", opts("show", "Paper Lanterns"), "now follows Paper Lanterns")
	m.does("follow", opts("show", "paper-lanterns"), "follows that already")
	m.does("follow", opts("show", "night-harbour, Night Harbours"), "now follows Night Harbour, Night Harbours, Paper Lanterns")
	m.does("follow", opts("show", "quux"), "know a show called “quux”", "Nothing was changed")
	m.does("follow", nil, "Say what to follow")

	// One command can do it all, and a thread is a channel, too.
	m.does("channel", opts("channel", sandbox.DefaultThreadID, "what", store.FollowAll), "It follows all 3 shows with a dossier")
	m.does("channel", opts("channel", sandbox.DefaultNewsID, "show", "paper-lanterns", "what", store.FollowUpcoming), "It follows everything upcoming; Paper Lanterns")
	g := m.settings()
	if got, want := channelsOf(g), "#general night-harbour,night-harbour-2011,paper-lanterns; #rewatch night; #anime-news paper-lanterns"; got != want {
		t.Errorf("set up: %s, want %s", got, want)
	}
	if !g.Channels[1].Thread || !g.Channels[1].All || !g.Channels[2].News || !g.Channels[2].Upcoming {
		t.Errorf("set up: %+v", g.Channels)
	}

	// With several channels it must be said which.
	m.does("unfollow", opts("show", "paper-lanterns"), "Say which channel")
	m.does("unfollow", opts("show", "paper-lanterns", "channel", "#rewatch night"), "<#"+sandbox.DefaultThreadID+"> does not follow that show by itself", "all 3 shows")
	m.does("unfollow", opts("show", "paper-lanterns", "channel", sandbox.DefaultNewsID), "still follows everything upcoming")
	m.does("unfollow", opts("what", store.FollowUpcoming, "channel", sandbox.DefaultNewsID), "follows nothing now")
	m.does("unfollow", opts("what", store.FollowUpcoming, "channel", sandbox.DefaultNewsID), "does not follow that")
	m.does("unfollow", opts("show", "x", "channel", "nowhere"), "“nowhere” gets no news")

	m.does("list", nil, "<#"+sandbox.DefaultGeneralID+">", "Follows Night Harbour, Night Harbours, Paper Lanterns", "all 3 shows with a dossier",
		"Follows nothing, so nothing is posted", "at 9:00 (UTC)", "system channel")
	m.does("list", opts("channel", "general"), "Follows Night Harbour, Night Harbours, Paper Lanterns", "every kind of news, at once")
}

// TestRefusedSetUp goes through everything that keeps a channel from being set up: it is named, and nothing is saved.
func TestRefusedSetUp(t *testing.T) {
	t.Parallel()
	m := moderate(t, nil)
	denied := func(deny sandbox.Permissions) func(*sandbox.Server) {
		return func(srv *sandbox.Server) {
			srv.SetOverwrite(sandbox.DefaultGeneralID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Deny: deny})
		}
	}
	inject := func(route sandbox.Route, f sandbox.Fault) func(*sandbox.Server) {
		return func(srv *sandbox.Server) { srv.Inject(route, f) }
	}
	for _, test := range []struct {
		name, channel string
		prepare       func(*sandbox.Server)
		want          []string
	}{
		{"may not write", sandbox.DefaultStaffID, nil, []string{"**Send Messages**", "settings, under Permissions"}},
		{"may not see", sandbox.DefaultGeneralID, denied(sandbox.ViewChannel), []string{"**View Channel**"}},
		{"may not read", sandbox.DefaultGeneralID, denied(sandbox.ReadMessageHistory), []string{"**Read Message History**", "posted twice"}},
		{"may do neither", sandbox.DefaultGeneralID, denied(sandbox.ReadMessageHistory | sandbox.SendMessages), []string{"**Send Messages**, **Read Message History**"}},
		{"may not write in threads", sandbox.DefaultThreadID, denied(sandbox.SendMessagesInThreads), []string{"**Send Messages in Threads**", "the channel that the thread is in"}},
		{"refused without saying why", sandbox.DefaultGeneralID, inject(sandbox.CreateMessage, sandbox.Fault{Refuse: sandbox.APIError(403, 50013, "Missing Permissions"), Times: 1}),
			[]string{"does not let me post"}},
		{"refused for a reason of its own", sandbox.DefaultGeneralID, inject(sandbox.CreateMessage, sandbox.Fault{Refuse: sandbox.APIError(400, 20028, "Slow *down*"), Times: 1}),
			[]string{`Slow \*down\*`, "20028"}},
		{"Discord's fault", sandbox.DefaultGeneralID, inject(sandbox.GetGuild, sandbox.Fault{Refuse: sandbox.ServerError(502), Times: 1}), []string{"(502)", "Try again"}},
		{"an answer that comes too late", sandbox.DefaultGeneralID, inject(sandbox.GetChannel, sandbox.Fault{Delay: 1e10, Times: 1}), []string{"did not answer in time"}},
		{"no answer", sandbox.DefaultGeneralID, inject(sandbox.CreateMessage, sandbox.Fault{Lost: true, Times: 1}), []string{"did not answer in time", "may have come through"}},
		{"locked thread", sandbox.DefaultThreadID, func(srv *sandbox.Server) { srv.ArchiveThread(sandbox.DefaultThreadID, true) }, []string{"locked or archived"}},
		{"limit", sandbox.DefaultGeneralID, inject(sandbox.CreateMessage, sandbox.Fault{Refuse: sandbox.RateLimited(9e9, false), Times: 1}), []string{"no more posts", "Try again"}},
		{"the same limit", sandbox.DefaultGeneralID, nil, []string{"takes no more requests", "Try again <t:"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &moderation{m.of(t), m.mod}
			denied(0)(m.srv)
			if test.prepare != nil {
				test.prepare(m.srv)
			}
			m.does("channel", opts("channel", test.channel, "what", store.FollowAll), append(test.want, "othing was saved")...)
			if g := m.settings(); len(g.Channels) > 0 {
				t.Errorf("saved: %+v", g.Channels)
			}
		})
	}
}

// TestAnnouncementsSettings goes through what a channel can be told beside what it follows, today being a Monday and noon.
func TestAnnouncementsSettings(t *testing.T) {
	t.Parallel()
	moderate(t, nil).each(fansMaySetNothing, kindsAreChosen, roleIsPinged, postsArePublished, digestHasItsHour, pauseAndResume,
		troubleHasItsChannel, optionsComplete, previewShowsThePresent, historyHasPages, roleThatIsGone)
}

// fansMaySetNothing shows that Discord keeps members without Manage Server away, unless an admin lets them.
func fansMaySetNothing(m *moderation) {
	fan := m.srv.As(sandbox.DefaultFanID)
	if i := fan.Command(sandbox.DefaultGeneralID, "announcements list"); i.Err() == nil {
		m.t.Error("a fan may use /announcements")
	}
	for _, raw := range m.srv.Commands("") {
		var c struct{ ID, Name string }
		if err := json.Unmarshal(raw, &c); err != nil {
			m.t.Fatal(err)
		}
		if c.Name == "announcements" {
			m.srv.SetCommandPermissions(sandbox.DefaultGuildID, c.ID, sandbox.CommandPermission{ID: sandbox.DefaultFanID, Type: 2, Allow: true})
			defer m.srv.SetCommandPermissions(sandbox.DefaultGuildID, c.ID)
		}
	}
	m.expect(m.wait(fan.Command(sandbox.DefaultGeneralID, "announcements list")).Message, "No channel gets news yet")
	if r := m.wait(fan.Command(sandbox.DefaultGeneralID, "help")); strings.Contains(r.Message.Text(), "announcements") {
		m.t.Error("/help offers a fan what they may not use")
	}
	m.expect(m.wait(m.mod.Command(sandbox.DefaultGeneralID, "help")).Message, "`/announcements`", "follow")
}

func kindsAreChosen(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "what", store.FollowAll))
	r := m.does("kinds", nil, "Choose which kinds of news")
	menu := r.Message.CustomID("Kinds of news")
	choose := func(want string, kinds ...string) {
		m.t.Helper()
		r := m.wait(m.mod.Select(r.Message.ID, menu, kinds...))
		m.expect(r.Message, "Saved.", want)
	}
	var all []string
	for _, e := range newsKinds() {
		all = append(all, string(e))
	}
	choose("only this news: Date set, Season begins", "premiered", "dated")
	if g := m.settings(); len(g.Channels[0].Muted) != len(all)-2 || slices.Contains(g.Channels[0].Muted, "dated") {
		m.t.Errorf("muted: %v", g.Channels[0].Muted)
	}
	choose("every kind of news", all...)
	choose("every kind of news but Announced", all[1:]...)
	choose("no kind is chosen")
	m.does("list", nil, "Gets no news: no kind is chosen. Choose some with `/announcements kinds`.")
	m.does("follow", opts("show", "paper-lanterns"), "But no kind of news is chosen")
	m.does("remove", opts("channel", "general"))
	m.expect(m.wait(m.mod.Select(r.Message.ID, menu, all...)).Message, "gets no news any more")
}

func roleIsPinged(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "what", store.FollowAll))
	m.does("role", opts("role", sandbox.DefaultModRoleID), "would not ping", "Allow anyone to @mention", "Nothing was changed")
	m.does("role", opts("role", sandbox.DefaultGuildID), "I don't ping everyone")
	m.does("role", opts("role", sandbox.DefaultBotRoleID), "belongs to a bot")
	if g := m.settings(); g.Channels[0].Role != "" {
		m.t.Errorf("saved: %s", g.Channels[0].Role)
	}
	m.does("role", opts("role", sandbox.DefaultPingRoleID), "ping <@&"+sandbox.DefaultPingRoleID+">, and nobody else")
	m.does("list", nil, "Pings <@&"+sandbox.DefaultPingRoleID+">")
	m.does("role", nil, "ping nobody")
	if g := m.settings(); g.Channels[0].Role != "" {
		m.t.Error("the role is still pinged")
	}
	// Where the bot may mention every role, any will do.
	m.srv.SetOverwrite(sandbox.DefaultGeneralID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite, Allow: sandbox.MentionEveryone})
	m.does("role", opts("role", sandbox.DefaultModRoleID), "and nobody else")
	m.srv.SetOverwrite(sandbox.DefaultGeneralID, sandbox.Overwrite{ID: sandbox.DefaultBotID, Type: sandbox.MemberOverwrite})
	m.does("test", nil, "It works", "no longer ping")
}

func postsArePublished(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "what", store.FollowAll))
	m.does("publish", opts("on", true), "is not an announcement channel", "Nothing was changed")
	m.does("channel", opts("channel", sandbox.DefaultNewsID, "what", store.FollowAll))
	m.does("publish", opts("on", true, "channel", "anime-news"), "are published")
	if g := m.settings(); g.Channels[0].Publish || !g.Channels[1].Publish {
		m.t.Errorf("%+v", g.Channels)
	}
	m.does("list", nil, "Posts are published.")
	m.does("publish", opts("on", false, "channel", "anime-news"), "stay in this server")
	if g := m.settings(); g.Channels[1].Publish {
		m.t.Error("still published")
	}
}

func digestHasItsHour(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "what", store.FollowAll))
	m.does("digest", nil, "at once", "9:00 UTC")
	m.does("digest", opts("every", "daily", "hour", 18, "zone", "Europe/Berlin"), "daily at 18:00 (Europe/Berlin)", fmt.Sprintf("<t:%d:F>", today().Unix()+5*3600))
	m.does("digest", opts("every", "weekly"), "on Mondays at 18:00 (Europe/Berlin)", fmt.Sprintf("<t:%d:F>", today().Unix()+5*3600))
	m.does("digest", opts("day", 5), "on Fridays")
	m.does("digest", opts("hour", 12), "on Fridays at 12:00")
	m.does("digest", opts("every", "once"), "at once", "12:00 Europe/Berlin")
	m.does("digest", opts("day", 5), "belongs to `every:week`", "Nothing was changed")
	m.does("digest", opts("zone", "Local"), "I don't know the time zone “Local”")
	m.does("digest", opts("zone", "america/new york"), "America/New_York")
	if g := m.settings(); g.Zone != "America/New_York" || g.HourOfDay() != 12 || g.Channels[0].Digest != "" {
		m.t.Errorf("%+v", g)
	}
}

func pauseAndResume(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "what", store.FollowAll))
	m.does("resume", nil, "was not paused")
	m.does("pause", nil, "is paused")
	m.does("list", nil, "Paused")
	m.does("test", nil, "The channel is paused")
	if !m.settings().Channels[0].Paused {
		m.t.Error("not paused")
	}
	m.does("resume", nil, "gets its news again")
	if m.settings().Channels[0].Paused {
		m.t.Error("still paused")
	}
}

// TestChannelThatIsGone lets go of a channel that was deleted, and gives its settings to another.
func TestChannelThatIsGone(t *testing.T) {
	t.Parallel()
	m := moderate(t, nil)
	m.does("channel", opts("channel", sandbox.DefaultNewsID, "show", "paper-lanterns"))
	m.does("publish", opts("on", true))
	m.does("channel", opts("channel", sandbox.DefaultThreadID, "show", "night-harbour"))
	m.srv.DeleteChannel(sandbox.DefaultNewsID)
	m.srv.DeleteChannel(sandbox.DefaultThreadID)
	m.until("the trouble is noted", func() bool { return len(m.settings().Troubles) == 2 })
	m.does("list", nil, "Not working since", "**#anime-news**", "the channel is gone", "`replaces`")
	m.does("test", opts("channel", "anime-news"), "it is gone")
	m.does("follow", opts("show", "night-harbour", "channel", "anime-news"), "now follows")

	m.does("remove", opts("channel", "rewatch night"), "#rewatch night gets no more news", "It followed Night Harbour")
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "replaces", "nowhere"), "“nowhere” gets no news")
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "replaces", "anime-news"), "It follows Night Harbour, Paper Lanterns", "no longer published")
	g := m.settings()
	if got, want := channelsOf(g), "#general night-harbour,paper-lanterns"; got != want || len(g.Troubles) > 0 || g.Channels[0].ID != sandbox.DefaultGeneralID {
		t.Errorf("set up: %s, want %s; troubles %v", got, want, g.Troubles)
	}
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "replaces", "general"), "is set up already")
}

func troubleHasItsChannel(m *moderation) {
	m.does("trouble", opts("channel", sandbox.DefaultStaffID), "**Send Messages**", "Nothing was saved")
	m.does("trouble", opts("channel", sandbox.DefaultGeneralID), "once in <#"+sandbox.DefaultGeneralID+">")
	if m.settings().Fallback != sandbox.DefaultGeneralID {
		m.t.Error("not saved")
	}
	m.does("trouble", nil, "system channel")
	if m.settings().Fallback != "" {
		m.t.Error("still there")
	}
}

// roleThatIsGone shows that posts go on without the role, and that it is told until another is chosen.
func roleThatIsGone(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "show", "paper-lanterns"))
	m.does("role", opts("role", sandbox.DefaultPingRoleID))
	m.srv.DeleteRole(sandbox.DefaultGuildID, sandbox.DefaultPingRoleID)
	m.until("the trouble is noted", func() bool { return len(m.settings().Troubles) == 1 })
	m.does("list", nil, "Since <t:", "the role to ping is gone", "/announcements role")
	m.does("test", nil, "It works")
	if len(m.settings().Troubles) != 1 {
		m.t.Error("a test makes the role's loss forgotten")
	}
	m.does("role", nil, "ping nobody")
	if len(m.settings().Troubles) != 0 {
		m.t.Error("the trouble stays")
	}
}

func TestTooMany(t *testing.T) {
	t.Parallel()
	world := sandbox.DefaultWorld()
	for n := range maxNewsChannels {
		world.Guilds[0].Channels = append(world.Guilds[0].Channels, &sandbox.Channel{ID: fmt.Sprint(1100000000000000500 + n), Name: fmt.Sprint("news-", n), Type: sandbox.TextChannel})
	}
	m := moderate(t, world)
	for n := range maxNewsChannels {
		m.does("channel", opts("channel", fmt.Sprint(1100000000000000500+n)), "gets season news")
	}
	m.does("channel", opts("channel", sandbox.DefaultGeneralID), "At most 10 channels", "Nothing was changed")
	r := m.does("list", nil, "page 1 of 3")
	m.expect(m.wait(m.mod.Press(r.Message.ID, r.Message.CustomID("More"))).Message, "page 2 of 3")

	err := m.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
		for n := range maxFollows {
			g.Channels[0].Shows = append(g.Channels[0].Shows, fmt.Sprintf("a-show-with-a-very-long-name-that-does-not-seem-to-end-%03d", n))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.does("follow", opts("show", "paper-lanterns", "channel", "news-0"), "at most 200 shows", "Nothing was changed")

	// The longest list there can be still fits into a message.
	err = m.bot.store.UpdateGuild(sandbox.DefaultGuildID, func(g *store.GuildSettings) error {
		for i := range g.Channels {
			c := &g.Channels[i]
			c.Name, c.Shows, c.All, c.Upcoming, c.Paused, c.Publish, c.Role = strings.Repeat("n", 100), g.Channels[0].Shows, true, true, true, true, sandbox.DefaultPingRoleID
			c.Digest, c.Muted = store.DigestWeekly, []string{"announced", "in_production", "dated", "part_begins", "continued"}
			g.Troubles = append(g.Troubles, store.Trouble{Channel: c.ID, Reason: "permission", Since: today()}, store.Trouble{Channel: c.ID, Reason: "channel", Since: today()})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.does("list", nil, "page 1 of 3", "200 shows")
	m.does("list", opts("channel", fmt.Sprint(1100000000000000500)), "a-show-with-a-very-long-name-that-does-not-seem-to-end-000", "more")
}

func optionsComplete(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "show", "paper-lanterns"))
	m.does("channel", opts("channel", sandbox.DefaultNewsID, "show", "night-harbour"))
	for _, test := range []struct {
		sub  string
		opts []sandbox.Option
		want string
	}{
		{"follow", []sandbox.Option{sandbox.Typing("show", "lant")}, "Paper Lanterns"},
		{"follow", []sandbox.Option{sandbox.Typing("show", "night-harbour, lant")}, "night-harbour, Paper Lanterns"},
		{"follow", []sandbox.Option{sandbox.Typing("channel", "")}, "#general, #anime-news"},
		{"remove", []sandbox.Option{sandbox.Typing("channel", "#ani")}, "#anime-news"},
		{"unfollow", []sandbox.Option{sandbox.Typing("show", "")}, "Night Harbour (1999), Paper Lanterns (2022)"},
		{"unfollow", []sandbox.Option{sandbox.Opt("channel", sandbox.DefaultGeneralID), sandbox.Typing("show", "")}, "Paper Lanterns (2022)"},
		{"digest", []sandbox.Option{sandbox.Typing("zone", "new y")}, "America/New_York (now 07:00)"},
		{"channel", []sandbox.Option{sandbox.Typing("replaces", "gen")}, "#general"},
	} {
		r := m.wait(m.mod.Autocomplete(sandbox.DefaultGeneralID, "announcements "+test.sub, test.opts...))
		var names []string
		for _, c := range r.Choices {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, ", "); got != test.want {
			m.t.Errorf("%s %v offers %q, want %q", test.sub, test.opts, got, test.want)
		}
	}
}
