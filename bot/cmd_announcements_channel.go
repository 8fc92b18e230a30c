package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// setUpChannel makes a channel get news. It asks Discord for the permissions, proves them with a post, and only then
// saves.
func setUpChannel(r *request) (reply, error) {
	guild, id := r.interaction.GuildID, r.options.text("channel")
	shows, err := r.showsNamed()
	if err != nil {
		return reply{}, err
	}
	g, err := r.bot.store.Guild(guild)
	if err != nil {
		return reply{}, err
	}
	var replaced *store.Channel
	if r.options.text("replaces") != "" {
		if replaced, err = r.target(&g, "replaces"); err != nil {
			return reply{}, err
		}
		if g.Channel(id) != nil {
			return reply{}, hint{fmt.Sprintf("%s is set up already, so it can't take the place of another channel. Let go of one of the two with "+
				"`/announcements remove`. Nothing was changed.", mention(id))}
		}
	}
	// What the channel will be like, for the test post.
	set := func(g *store.GuildSettings) (c *store.Channel, err error) {
		old := ""
		if replaced != nil {
			old = replaced.ID
		}
		if c = g.Channel(cmp.Or(old, id)); c == nil {
			if len(g.Channels) >= maxNewsChannels {
				return nil, hint{fmt.Sprintf("At most %d channels of a server get news, and there are as many. Let go of one with `/announcements remove`. "+
					"Nothing was changed.", maxNewsChannels)}
			}
			g.Channels = append(g.Channels, store.Channel{ID: id})
			c = &g.Channels[len(g.Channels)-1]
		}
		_, err = addFollows(c, shows, r.options.text("what"))
		return c, err
	}
	planned, err := set(&g)
	if err != nil {
		return reply{}, err
	}
	at, err := r.prove(id, r.bot.testCard(planned))
	if err != nil {
		return reply{}, err
	}

	if replaced != nil {
		if _, err := r.bot.store.MoveChannel(guild, replaced.ID, id, r.bot.now()); err != nil {
			return reply{}, err
		}
		replaced = nil
	}
	var saved store.Channel
	var notes []string
	err = r.bot.store.UpdateGuild(guild, func(g *store.GuildSettings) error {
		c, err := set(g)
		if err == nil {
			notes = at.note(g, c)
			saved = *c
		}
		return err
	})
	if err != nil {
		return reply{}, err
	}
	if err := r.resume(); err != nil {
		return reply{}, err
	}
	text := "### " + mention(id) + " gets season news\nThe test post is there. "
	var next discordgo.ActionsRow
	if what := r.bot.following(&saved, 10); what != "" {
		text += "It follows " + what + ". More with `/announcements follow`; what a post looks like, with `/announcements preview`."
	} else {
		text += "It follows nothing yet, so nothing will be posted. Next: choose shows with `/announcements follow`, or press one of these."
		next.Components = []discordgo.MessageComponent{
			discordgo.Button{Label: "Everything upcoming", Style: discordgo.PrimaryButton, CustomID: customID("follow", id, store.FollowUpcoming)},
			discordgo.Button{Label: "All shows with a dossier", Style: discordgo.SecondaryButton, CustomID: customID("follow", id, store.FollowAll)},
		}
	}
	return reply{card: container(colorPlain, []string{strings.Join(append([]string{text}, notes...), "\n")}, next), private: true}, nil
}

// prove checks that the bot has every permission that it needs in a channel, and posts a card there.
func (r *request) prove(channel string, card []discordgo.MessageComponent) (*spot, error) {
	on, ctx, cancel, err := r.reach()
	if err != nil {
		return nil, err
	}
	defer cancel()
	at, err := r.permitted(ctx, on, channel)
	if err != nil {
		return nil, err
	}
	if _, err := on.rest.create(ctx, channel, message(card, "")); err != nil {
		return nil, declined(err, channel)
	}
	return at, nil
}

// permitted checks that the bot has every permission that it needs in a channel.
func (r *request) permitted(ctx context.Context, on *online, channel string) (*spot, error) {
	at, err := on.look(ctx, r.interaction.GuildID, channel)
	if err != nil {
		return nil, declined(err, channel)
	}
	missing := at.missing()
	if len(missing) == 0 {
		return at, nil
	}
	text := fmt.Sprintf("I can't bring news to %s yet. Missing: %s. Give me that in the channel's settings, under Permissions, then use the command again. "+
		"Nothing was saved.", mention(channel), strings.Join(missing, ", "))
	if at.channel.IsThread() {
		text = strings.Replace(text, "the channel's settings", "the settings of the channel that the thread is in", 1)
	}
	if slices.Contains(missing, "**Read Message History**") {
		text += "\n-# After an interruption I look into the channel, so that nothing is posted twice; that takes Read Message History."
	}
	return nil, hint{text}
}

// resume has what was held up in the guild posted now: something there has been mended.
func (r *request) resume() error {
	_, err := r.bot.store.Resume(r.interaction.GuildID, r.bot.now())
	r.bot.stir()
	return err
}

// note puts what was seen of a channel into its settings, and returns what had to be changed for it.
func (s *spot) note(g *store.GuildSettings, c *store.Channel) (changed []string) {
	c.Name, c.News, c.Thread = s.channel.Name, s.channel.Type == discordgo.ChannelTypeGuildNews, s.channel.IsThread()
	if c.Publish && !c.News {
		c.Publish = false
		changed = append(changed, "Posts are no longer published to other servers: it is not an announcement channel.")
	}
	if c.Role != "" && !s.pings(s.role(c.Role)) {
		changed = append(changed, fmt.Sprintf("Posts no longer ping %s: I can't ping that role there. Choose one with `/announcements role`.", roleMention(c.Role)))
		c.Role = ""
	}
	g.Troubles = slices.DeleteFunc(g.Troubles, func(t store.Trouble) bool { return t.Channel == c.ID && t.Reason != store.TroubleRole })
	return changed
}

// testCard is the post by which a channel proves itself.
func (b *Bot) testCard(c *store.Channel) []discordgo.MessageComponent {
	text := "### Season news\nThis channel gets news as soon as a show is chosen with `/announcements follow`."
	if what := b.following(c, 10); what != "" {
		text = "### Season news\nThis channel gets news when a season is announced, dated, postponed or begins. It follows " + what + "."
	}
	return notice(text + "\n-# This is a test post. Moderators choose shows with `/announcements follow` and kinds of news with `/announcements kinds`.")
}

func testChannel(r *request) (reply, error) {
	guild := r.interaction.GuildID
	g, err := r.bot.store.Guild(guild)
	if err != nil {
		return reply{}, err
	}
	c, err := r.target(&g, "channel")
	if err != nil {
		return reply{}, err
	}
	at, err := r.prove(c.ID, r.bot.testCard(c))
	if err != nil {
		return reply{}, err
	}
	var notes []string
	err = r.bot.store.UpdateGuild(guild, func(g *store.GuildSettings) error {
		if c := g.Channel(c.ID); c != nil { // it may have been removed meanwhile
			notes = at.note(g, c)
		}
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	if err := r.resume(); err != nil {
		return reply{}, err
	}
	text := fmt.Sprintf("It works: I may post in %s, and the test post is there. What waited for it is posted now.", mention(c.ID))
	if c.Paused {
		text += " The channel is paused: `/announcements resume`."
	}
	return said("%s", strings.Join(append([]string{text}, notes...), "\n")), nil
}

// removeChannel lets go of a channel. It asks Discord nothing: the channel may be gone.
func removeChannel(r *request) (reply, error) {
	var gone store.Channel
	var name string
	err := r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
		c, err := r.target(g, "channel")
		if err != nil {
			return err
		}
		gone, name = *c, called(g, c)
		g.Channels = slices.DeleteFunc(g.Channels, func(c store.Channel) bool { return c.ID == gone.ID })
		g.Troubles = slices.DeleteFunc(g.Troubles, func(t store.Trouble) bool { return t.Channel == gone.ID })
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	text := fmt.Sprintf("%s gets no more news. Posts that are there stay.", name)
	if what := r.bot.following(&gone, 20); what != "" {
		text += " It followed " + what + "."
	}
	return said("%s", text), nil
}

// troubleChannel chooses who hears of what keeps news from being posted.
func troubleChannel(r *request) (reply, error) {
	id := r.options.text("channel")
	if id != "" {
		on, ctx, cancel, err := r.reach()
		if err != nil {
			return reply{}, err
		}
		defer cancel()
		at, err := on.look(ctx, r.interaction.GuildID, id)
		if err != nil {
			return reply{}, declined(err, id)
		}
		if !at.may(discordgo.PermissionViewChannel | discordgo.PermissionSendMessages) {
			return reply{}, hint{fmt.Sprintf("I may not post in %s. Missing: %s. Give me that in the channel's settings, under Permissions, then use the command again. "+
				"Nothing was saved.", mention(id),
				strings.Join(slices.DeleteFunc(at.missing(), func(p string) bool { return p == "**Read Message History**" }), ", "))}
		}
	}
	err := r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error { g.Fallback = id; return nil })
	if err != nil {
		return reply{}, err
	}
	if id == "" {
		return said("When something keeps news from being posted, I say so in the server's system channel, or to the next moderator who uses one of my commands."), nil
	}
	return said("When something keeps news from being posted, I say so once in %s, or to the next moderator who uses one of my commands.", mention(id)), nil
}
