package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// Bounds of what a server can set up.
const (
	maxNewsChannels = 10
	maxFollows      = 200 // shows of one channel, beside "all" and "upcoming"
)

// patience is how long a command waits for Discord. Its answer must be there within three seconds, which began when the
// member pressed enter.
const patience = 2200 * time.Millisecond

func announcementsCommand() command {
	return command{
		name:        "announcements",
		description: "News about seasons in this server's channels",
		permissions: discordgo.PermissionManageGuild,
		guildOnly:   true,
		subcommands: []command{
			{
				name: "channel", description: "Set up a channel for news; a test post shows that it works",
				options: []*discordgo.ApplicationCommandOption{
					{Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "A text or announcement channel, or a thread", Required: true,
						ChannelTypes: []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews,
							discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread}},
					showOption("A show that it follows; more with /announcements follow"),
					whatOption(),
					{Type: discordgo.ApplicationCommandOptionString, Name: "replaces", Description: "The channel whose shows, settings and waiting news it takes over",
						Autocomplete: true, MaxLength: 100},
				},
				run: setUpChannel, complete: completeAnnouncements,
			},
			{
				name: "follow", description: "Choose what a channel hears of",
				options: []*discordgo.ApplicationCommandOption{showOption("A show, or several with commas between them"), whatOption(), channelOption()},
				run:     follow, complete: completeAnnouncements,
			},
			{
				name: "unfollow", description: "Choose what a channel hears of no longer",
				options: []*discordgo.ApplicationCommandOption{showOption("One of the shows that it follows"), whatOption(), channelOption()},
				run:     unfollow, complete: completeFollowed,
			},
			{
				name: "kinds", description: "Choose which kinds of news a channel gets",
				options: []*discordgo.ApplicationCommandOption{channelOption()},
				run:     kinds, complete: completeAnnouncements,
			},
			{
				name: "role", description: "Choose a role that posts ping, or none",
				options: []*discordgo.ApplicationCommandOption{
					{Type: discordgo.ApplicationCommandOptionRole, Name: "role", Description: "The role; none when left out"}, channelOption()},
				run: pingRole, complete: completeAnnouncements,
			},
			{
				name: "publish", description: "Publish posts of an announcement channel to the servers that follow it",
				options: []*discordgo.ApplicationCommandOption{
					{Type: discordgo.ApplicationCommandOptionBoolean, Name: "on", Description: "Publish posts", Required: true}, channelOption()},
				run: publish, complete: completeAnnouncements,
			},
			{
				name: "digest", description: "Choose when a channel gets its news: at once, daily or weekly",
				options: []*discordgo.ApplicationCommandOption{
					{Type: discordgo.ApplicationCommandOptionString, Name: "every", Description: "How often",
						Choices: []*discordgo.ApplicationCommandOptionChoice{
							{Name: "at once", Value: "once"}, {Name: "day", Value: store.DigestDaily}, {Name: "week", Value: store.DigestWeekly}}},
					{Type: discordgo.ApplicationCommandOptionInteger, Name: "hour", Description: "0 to 23, for the whole server; also for premieres",
						MinValue: new(float64), MaxValue: 23},
					{Type: discordgo.ApplicationCommandOptionString, Name: "zone", Description: "The time zone of the hour, for the whole server",
						Autocomplete: true, MaxLength: 64},
					{Type: discordgo.ApplicationCommandOptionInteger, Name: "day", Description: "The day of the week", Choices: weekdays()},
					channelOption()},
				run: digest, complete: completeAnnouncements,
			},
			{
				name: "pause", description: "Post nothing in a channel until you resume",
				options: []*discordgo.ApplicationCommandOption{channelOption()},
				run:     func(r *request) (reply, error) { return pause(r, true) }, complete: completeAnnouncements,
			},
			{
				name: "resume", description: "Post again in a channel that was paused",
				options: []*discordgo.ApplicationCommandOption{channelOption()},
				run:     func(r *request) (reply, error) { return pause(r, false) }, complete: completeAnnouncements,
			},
			{
				name: "list", description: "Which channels get news, which, and whether something stands in the way",
				options: []*discordgo.ApplicationCommandOption{channelOption()},
				run:     listChannels, complete: completeAnnouncements,
			},
			{
				name: "test", description: "Check a channel again, with a test post",
				options: []*discordgo.ApplicationCommandOption{channelOption()},
				run:     testChannel, complete: completeAnnouncements,
			},
			{
				name: "preview", description: "See what a post about a show would look like; nothing is posted",
				options: []*discordgo.ApplicationCommandOption{required(showOption("The show"))},
				run:     preview, complete: completeAnnouncements,
			},
			{
				name: "history", description: "What was posted where and when, what failed, and why",
				run: func(r *request) (reply, error) { return history(r, 1) },
			},
			{
				name: "trouble", description: "Choose the channel that hears of what keeps news from being posted",
				options: []*discordgo.ApplicationCommandOption{{Type: discordgo.ApplicationCommandOptionChannel, Name: "channel",
					Description:  "Such as one for moderators; the server's system channel when left out",
					ChannelTypes: []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews}}},
				run: troubleChannel,
			},
			{
				name: "remove", description: "Stop news in a channel; works also when the channel is gone",
				options: []*discordgo.ApplicationCommandOption{required(channelOption())},
				run:     removeChannel, complete: completeAnnouncements,
			},
			{
				name: "export", description: "Get this server's settings as a file",
				run: exportSettings,
			},
			{
				name: "import", description: "Replace this server's settings with those of a file",
				options: []*discordgo.ApplicationCommandOption{{Type: discordgo.ApplicationCommandOptionAttachment, Name: "file",
					Description: "A file of /announcements export", Required: true}},
				run: importSettings,
			},
		},
	}
}

func required(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	o.Required = true
	return o
}

func showOption(description string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionString, Name: "show", Description: description,
		Autocomplete: true, MaxLength: 200}
}

func whatOption() *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionString, Name: "what", Description: "More than single shows",
		Choices: []*discordgo.ApplicationCommandOptionChoice{
			{Name: "all shows with a dossier", Value: store.FollowAll}, {Name: "everything upcoming, of any show", Value: store.FollowUpcoming}}}
}

// channelOption names a channel that is set up. It is text, because Discord's own kind of option cannot name a channel
// that is gone.
func channelOption() *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionString, Name: "channel",
		Description: "One of the channels that are set up; may be left out when there is one", Autocomplete: true, MaxLength: 100}
}

func weekdays() []*discordgo.ApplicationCommandOptionChoice {
	var choices []*discordgo.ApplicationCommandOptionChoice
	for _, d := range []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday} {
		choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: d.String(), Value: int(d)})
	}
	return choices
}

// completeAnnouncements completes whichever option is being typed.
func completeAnnouncements(r *request) []*discordgo.ApplicationCommandOptionChoice {
	switch name := r.options.focused(); name {
	case "show":
		return completeLastShow(r)
	case "zone":
		return completeZone(r)
	case "channel", "replaces":
		return completeChannel(r, name)
	}
	return nil
}

// completeLastShow offers shows for the last of several names with commas between them, if those before it are shows: a
// title may hold a comma, too.
func completeLastShow(r *request) []*discordgo.ApplicationCommandOptionChoice {
	typed := r.options.text("show")
	i := strings.LastIndexByte(typed, ',')
	if i < 0 {
		return completeShow(r)
	}
	for _, name := range strings.Split(typed[:i], ",") {
		if _, err := r.bot.showNamed(strings.TrimSpace(name)); err != nil {
			return completeShow(r)
		}
	}
	before := strings.TrimSpace(typed[:i]) + ", "
	var choices []*discordgo.ApplicationCommandOptionChoice
	for _, c := range r.completeShows(strings.TrimSpace(typed[i+1:])) {
		if value := before + c.Value.(string); len(value) <= 100 { // Discord takes no longer ones
			choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(before+c.Name, 100), Value: value})
		}
	}
	return choices
}

// completeChannel offers the channels that are set up, by the names that they had when last seen.
func completeChannel(r *request, option string) []*discordgo.ApplicationCommandOptionChoice {
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		r.bot.log.Error("channels were not completed", "error", err)
		return nil
	}
	typed := strings.ToLower(strings.TrimPrefix(r.options.text(option), "#"))
	var choices []*discordgo.ApplicationCommandOptionChoice
	for _, c := range g.Channels {
		if strings.Contains(strings.ToLower(c.Name), typed) || c.ID == typed {
			choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: clip("#"+c.Name, 100), Value: c.ID})
		}
	}
	return choices
}

// target returns the channel that an option means: the only one, when it was left out.
func (r *request) target(g *store.GuildSettings, option string) (*store.Channel, error) {
	typed := strings.Trim(r.options.text(option), "<#>")
	if len(g.Channels) == 0 {
		return nil, hint{"No channel gets news yet. Set one up with `/announcements channel`."}
	}
	if typed == "" && len(g.Channels) == 1 {
		return &g.Channels[0], nil
	}
	var names []string
	for i, c := range g.Channels {
		if typed != "" && (c.ID == typed || strings.EqualFold(c.Name, typed)) {
			return &g.Channels[i], nil
		}
		names = append(names, called(g, &g.Channels[i]))
	}
	if typed == "" {
		return nil, hint{fmt.Sprintf("Say which channel, with the option `%s`: %s.", option, strings.Join(names, ", "))}
	}
	return nil, hint{fmt.Sprintf("“%s” gets no news, so nothing was changed. These channels do: %s.", escape(clip(typed, 60)), strings.Join(names, ", "))}
}

// onChannel changes the settings of the channel that the option channel means, and returns both as they are then.
func (r *request) onChannel(change func(*store.GuildSettings, *store.Channel) error) (saved store.GuildSettings, on store.Channel, err error) {
	err = r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
		c, err := r.target(g, "channel")
		if err == nil {
			err = change(g, c)
		}
		if err == nil {
			saved, on = *g, *c
		}
		return err
	})
	return saved, on, err
}

// said is a private answer.
func said(format string, args ...any) reply {
	return reply{card: notice(fmt.Sprintf(format, args...)), private: true}
}

func mention(channel string) string { return "<#" + channel + ">" }

// called names a channel: by mention, or by its last name when it is gone and Discord no longer knows one.
func called(g *store.GuildSettings, c *store.Channel) string {
	gone := func(t store.Trouble) bool { return t.Channel == c.ID && t.Reason == "channel" }
	if c.Name != "" && slices.ContainsFunc(g.Troubles, gone) {
		return "#" + escape(clip(c.Name, 60))
	}
	return mention(c.ID)
}

func roleMention(role string) string { return "<@&" + role + ">" }

// reach returns the way to Discord and a context for a request that a person waits for.
func (r *request) reach() (*online, context.Context, context.CancelFunc, error) {
	on, err := r.bot.discord()
	if err != nil {
		return nil, nil, func() {}, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	return on, ctx, cancel, nil
}

// declined says in words why Discord did not do what was asked about a channel; nothing was saved then.
func declined(err error, channel string) error {
	var refused refusal
	var full busy
	var notSent unsent
	where := mention(channel)
	const again = " Try again in a minute; nothing was saved."
	switch {
	case errors.As(err, &full):
		return hint{fmt.Sprintf("Discord takes no more requests about %s for the moment. Try again <t:%d:R>; nothing was saved.", where, full.until.Unix()+1)}
	case errors.As(err, &notSent):
		return hint{"I had too much to do at the moment to ask Discord in time." + again}
	case !errors.As(err, &refused):
		return hint{fmt.Sprintf("Discord did not answer in time, so I don't know whether I may post in %s. A test post may have come through all the same.%s", where, again)}
	}
	const save = " Nothing was saved."
	switch refused.code {
	case codeUnknownChannel:
		return hint{fmt.Sprintf("Discord does not show me %s: it is gone, or it is a private thread that I am not a member of. Mention me in the thread to add me, or choose another channel.%s", where, save)}
	case codeMissingAccess:
		return hint{fmt.Sprintf("I can't see %s. Missing: **View Channel**. Give it to my role in the channel's settings, under Permissions, then use the command again.%s", where, save)}
	case codeMissingPermission:
		return hint{fmt.Sprintf("Discord does not let me post in %s. Check my role in the channel's settings, under Permissions, and whether I am timed out; then use the command again.%s", where, save)}
	case codeThreadLocked, codeThreadArchived:
		return hint{fmt.Sprintf("The thread %s is locked or archived. Open it again, or choose another channel.%s", where, save)}
	}
	switch {
	case refused.status == 429:
		return hint{fmt.Sprintf("Discord takes no more posts in %s for the moment.%s", where, again)}
	case refused.status >= 500:
		return hint{fmt.Sprintf("Discord has trouble of its own at the moment (%d).%s", refused.status, again)}
	}
	return hint{fmt.Sprintf("Discord refused to do that in %s: “%s” (%d).%s", where, escape(refused.message), refused.code, save)}
}

// showNamed finds the show that an option names, by id or by name.
func (b *Bot) showNamed(words string) (*knowledge.Show, error) {
	base := b.base()
	if s := base.Show(words); s != nil {
		return s, nil
	}
	m := base.Find(words)
	if m.Show != nil {
		return m.Show, nil
	}
	text := fmt.Sprintf("I don't know a show called “%s”.", clip(words, 60))
	if len(m.Candidates) > 0 {
		var names []string
		for _, c := range m.Candidates {
			names = append(names, c.Show.TitleYear())
		}
		text = fmt.Sprintf("I am not sure which show “%s” is. Did you mean %s?", clip(words, 60), strings.Join(names, ", or "))
	}
	return nil, hint{escape(text) + " Choose it from the list that opens while you type. Nothing was changed."}
}

// showsNamed finds the shows of the option show: one, or several with commas between them.
func (r *request) showsNamed() (ids []string, err error) {
	typed := r.options.text("show")
	if typed == "" {
		return nil, nil
	}
	return r.bot.showsNamed(typed)
}

func (b *Bot) showsNamed(typed string) (ids []string, err error) {
	names := strings.Split(typed, ",")
	// A title may hold a comma, too.
	if m := b.base().Find(typed); len(names) > 1 && m.Show != nil && m.Candidates[0].Score == 1 {
		names = []string{typed}
	}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		s, err := b.showNamed(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, s.ID)
	}
	return ids, nil
}

// titles names shows, at most limit of them.
func (b *Bot) titles(ids []string, limit int) string {
	if limit == 0 {
		return fmt.Sprintf("%d shows", len(ids))
	}
	var names []string
	for i, id := range ids {
		if i == limit {
			names = append(names, fmt.Sprintf("and %d more", len(ids)-i))
			break
		}
		name := id // of a show that is no longer in the base
		if s := b.base().Show(id); s != nil {
			name = s.Title
		}
		names = append(names, escape(clip(name, 60)))
	}
	return strings.Join(names, ", ")
}

// following says what a channel follows, naming at most limit shows; "" when it follows nothing.
func (b *Bot) following(c *store.Channel, limit int) string {
	var parts []string
	if c.All {
		parts = append(parts, fmt.Sprintf("all %d shows with a dossier", len(b.base().Dossiers())))
	}
	if c.Upcoming {
		parts = append(parts, "everything upcoming")
	}
	if len(c.Shows) > 0 {
		parts = append(parts, b.titles(c.Shows, limit))
	}
	return strings.Join(parts, "; ")
}

// addFollows makes the channel follow shows and what the option what says, and reports whether anything was new.
func addFollows(c *store.Channel, shows []string, what string) (changed bool, err error) {
	for _, id := range shows {
		if i, found := slices.BinarySearch(c.Shows, id); !found {
			c.Shows, changed = slices.Insert(c.Shows, i, id), true
		}
	}
	if len(c.Shows) > maxFollows {
		return false, hint{fmt.Sprintf("A channel follows at most %d shows, and %s has %d. Let go of some with `/announcements unfollow`, "+
			"or follow `what:all shows with a dossier`. Nothing was changed.", maxFollows, mention(c.ID), len(c.Shows)-len(shows))}
	}
	switch what {
	case store.FollowAll:
		c.All, changed = true, changed || !c.All
	case store.FollowUpcoming:
		c.Upcoming, changed = true, changed || !c.Upcoming
	}
	return changed, nil
}
