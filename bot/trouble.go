package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// troubleCard tells moderators of a server what keeps news from its channels and how to mend it.
func troubleCard(g *store.GuildSettings, troubles []store.Trouble) []discordgo.MessageComponent {
	title, below := "### A role is not pinged", ""
	var lines strings.Builder
	for _, t := range troubles {
		if t.Reason != store.TroubleRole { // posts come through without a ping
			title = "### Season news does not get through"
			below = "-# What is held up is posted by itself if the cause is gone within three days. `/announcements history` lists it."
		}
		where := mention(t.Channel)
		if c := g.Channel(t.Channel); c != nil {
			where = called(g, c)
		}
		what, mend := reasonWords(t.Reason)
		fmt.Fprintf(&lines, "- %s: %s. %s\n", where, what, mend)
	}
	return notice(strings.TrimSpace(title + "\n" + lines.String() + below))
}

// tellModerator tells a moderator who has just used a command what keeps news from the server's channels, if no channel
// could be told.
func (l *link) tellModerator(ctx context.Context, i *discordgo.Interaction) error {
	r := &request{bot: l.bot, interaction: i}
	if i.GuildID == "" || i.Type != discordgo.InteractionApplicationCommand || !r.can(discordgo.PermissionManageGuild) {
		return nil
	}
	g, err := l.bot.store.Guild(i.GuildID)
	if err != nil {
		return err
	}
	troubles := g.ForModerators()
	if len(troubles) == 0 {
		return nil
	}
	m := message(troubleCard(&g, troubles), "")
	m["flags"] = discordgo.MessageFlagsIsComponentsV2 | discordgo.MessageFlagsEphemeral
	if err := followUp(ctx, l.client, i, m); err != nil {
		return err
	}
	return l.bot.store.Told(i.GuildID, troubles)
}
