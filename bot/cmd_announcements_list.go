package bot

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// Entries on one page.
const (
	listPage    = 4
	historyPage = 10
)

// listChannels shows all channels, or everything about one.
func listChannels(r *request) (reply, error) {
	if r.options.text("channel") == "" {
		return listed(r, 1)
	}
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	c, err := r.target(&g, "channel")
	if err != nil {
		return reply{}, err
	}
	shows := len(c.Shows)
	text := r.bot.channelText(&g, c, shows)
	for shows > 0 && length([]string{text}) > maxCardText {
		shows -= shows/10 + 1
		text = r.bot.channelText(&g, c, shows)
	}
	return reply{card: notice(text), private: true}, nil
}

// listed shows one page of the channels.
func listed(r *request, page int) (reply, error) {
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	if len(g.Channels) == 0 {
		return said("No channel gets news yet. Set one up with `/announcements channel`."), nil
	}
	pages := (len(g.Channels) + listPage - 1) / listPage
	page = min(max(page, 1), pages)
	title := "### News in this server"
	if pages > 1 {
		title += fmt.Sprintf(" (page %d of %d)", page, pages)
	}
	var blocks []string
	for shows := 3; shows == 3 || shows >= 0 && length(blocks) > maxCardText-300; shows -= 3 {
		blocks = []string{title}
		for _, c := range g.Channels[(page-1)*listPage : min(page*listPage, len(g.Channels))] {
			blocks = append(blocks, r.bot.channelText(&g, &c, shows))
		}
	}
	trouble := "the server's system channel"
	if g.Fallback != "" {
		trouble = mention(g.Fallback)
	}
	blocks = append(blocks, fmt.Sprintf("-# Premieres and digests at %d:00 (%s). What goes wrong is told in %s.", g.HourOfDay(), g.Location(), trouble))
	return reply{card: container(colorPlain, blocks, pageButtons("list", page, pages)), private: true, update: r.alone()}, nil
}

func pageButtons(verb string, page, pages int) (row discordgo.ActionsRow) {
	for _, p := range []struct {
		n     int
		label string
	}{{page - 1, "Back"}, {page + 1, "More"}} {
		if p.n >= 1 && p.n <= pages {
			row.Components = append(row.Components, discordgo.Button{Label: p.label, Style: discordgo.SecondaryButton, CustomID: customID(verb, fmt.Sprint(p.n))})
		}
	}
	return row
}

// channelText is all there is to one channel: what stands in the way comes first.
func (b *Bot) channelText(g *store.GuildSettings, c *store.Channel, shows int) string {
	text := "**" + called(g, c) + "**"
	for _, t := range g.Troubles {
		if t.Channel == c.ID {
			what, mend := reasonWords(t.Reason)
			since := "Not working since"
			if t.Reason == store.TroubleRole { // posts come through all the same
				since = "Since"
			}
			text += fmt.Sprintf("\n%s <t:%d:f>: %s. %s", since, t.Since.Unix(), what, mend)
		}
	}
	if c.Paused {
		text += "\nPaused: `/announcements resume`."
	}
	if what := b.following(c, shows); what != "" {
		text += "\nFollows " + what + "."
	} else {
		text += "\nFollows nothing, so nothing is posted: `/announcements follow`."
	}
	switch kinds := kindsWords(c); len(c.Muted) {
	case 0:
		text += fmt.Sprintf("\nGets %s, %s.", kinds, digestWords(g, c))
	case len(newsKinds()):
		text += "\nGets " + kinds + ". Choose some with `/announcements kinds`."
	default:
		text += fmt.Sprintf("\nGets %s; %s.", kinds, digestWords(g, c))
	}
	if c.Role != "" {
		text += " Pings " + roleMention(c.Role) + "."
	}
	if c.Publish {
		text += " Posts are published."
	}
	return text
}

// reasonWords says why news did not reach a channel, as a sentence without its point that follows the channel's name, and
// how to mend that; mend is empty where there is nothing to do.
func reasonWords(reason string) (what, mend string) {
	const check = " Then use `/announcements test`."
	switch reason {
	case "permission":
		return "I may not post there", "Give my role View Channel, Send Messages (in a thread: Send Messages in Threads) and Read Message History there." + check
	case "channel":
		return "the channel is gone", "Choose another with `/announcements channel` and its option `replaces`, or let go of it with `/announcements remove`."
	case "thread":
		return "the thread is locked or archived", "Open it again." + check
	case "history":
		return "I may not read what is there, so I can't make sure that nothing is posted twice", "Give my role Read Message History there." + check
	case "closed":
		return "direct messages from me are closed", "Allow direct messages from members of a server that we share, then use `/notify show:` again."
	case "role":
		return "the role to ping is gone, or I can't ping it, so posts ping nobody", "Choose one with `/announcements role`."
	case "refused":
		return "Discord refused the post", "`/announcements test` shows whether it still does."
	case "paused":
		return "the channel was paused", "`/announcements resume`"
	case "late":
		return "it could not be posted while it was news", ""
	case "left":
		return "I was not in the server", ""
	case "removed":
		return "the channel was taken off the list", ""
	case "unfollowed":
		return "the channel no longer followed it", ""
	case "server error":
		return "Discord had trouble of its own", ""
	case "no answer":
		return "Discord did not answer", ""
	case "limit":
		return "Discord allows no more of that for the moment", ""
	}
	return reason, ""
}

// history shows one page of what was posted where and when, newest first.
func history(r *request, page int) (reply, error) {
	page = max(page, 1)
	ds, es, err := r.bot.store.History(r.interaction.GuildID, page*historyPage+1)
	if err != nil {
		return reply{}, err
	}
	if len(ds) == 0 {
		return said("Nothing yet: since I was set up there was no news of what this server's channels follow. `/announcements list` shows what that is."), nil
	}
	page = min(page, (len(ds)+historyPage-1)/historyPage)
	pages := page
	if len(ds) > page*historyPage {
		pages++
	}
	title := "### News so far"
	if pages > 1 {
		title += fmt.Sprintf(" (page %d)", page)
	}
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	var blocks []string
	for width := 140; width == 140 || width > 20 && length(blocks) > maxCardText-200; width -= 40 {
		blocks = []string{title}
		held, last := false, ""
		for i := (page - 1) * historyPage; i < min(page*historyPage, len(ds)); i++ {
			if es[i].ID != last { // news of several channels is told once
				last = es[i].ID
				blocks = append(blocks, fmt.Sprintf("<t:%d:d> %s", ds[i].Made.Unix(), escape(clip(es[i].Post.Line, width))))
			}
			where := mention(ds[i].Channel)
			if c := g.Channel(ds[i].Channel); c != nil {
				where = called(&g, c)
			}
			blocks[len(blocks)-1] += fmt.Sprintf("\n-# %s, %s", where, r.bot.stateWords(&ds[i], &es[i]))
			held = held || ds[i].State == store.Parked
		}
		if held {
			blocks = append(blocks, "-# What is on hold is posted by itself if the cause is gone in time: `/announcements list` says how to mend it.")
		}
	}
	return reply{card: container(colorPlain, blocks, pageButtons("history", page, pages)), private: true, update: r.alone()}, nil
}

// stateWords says how far a delivery has come.
func (b *Bot) stateWords(d *store.Delivery, e *store.Event) string {
	why, _ := reasonWords(d.Reason)
	switch d.State {
	case store.Posted:
		text := fmt.Sprintf("[posted](https://discord.com/channels/%s/%s/%s) <t:%d:R>", d.Place, d.Channel, d.Message, d.Posted.Unix())
		switch {
		case d.Unedited != "":
			not, _ := reasonWords(d.Unedited)
			text += ", not brought up to date: " + not
		case d.Revision != e.Revision && e.Withdrawn.IsZero():
			text += ", being changed: it holds again"
		case d.Revision != e.Revision:
			text += ", being changed"
		case !e.Withdrawn.IsZero():
			text += ", corrected since"
		}
		switch {
		case !d.Published.IsZero():
			text += ", published"
		case d.Unpublished != "":
			not, _ := reasonWords(d.Unpublished)
			text += ", not published: " + not
		case d.Publish:
			text += ", to be published"
		}
		return text
	case store.Parked:
		return "on hold: " + why
	case store.Missed:
		answer := ""
		if s := b.base().Show(e.Show); s != nil {
			answer = fmt.Sprintf(". The answer: `/season show:%s number:%d`", clip(strings.ReplaceAll(s.Title, "`", ""), 60), e.Season)
		}
		return "not posted: " + why + answer
	case store.Withdrawn:
		if e.Over {
			return "not posted: newer news overtook it"
		}
		return "not posted: it was taken back first"
	}
	if d.Reason != "" {
		return fmt.Sprintf("being tried again <t:%d:R>: %s", d.Due.Unix(), why)
	}
	if d.Due.After(b.now()) {
		return fmt.Sprintf("waits until <t:%d:f>", d.Due.Unix())
	}
	return "on its way"
}
