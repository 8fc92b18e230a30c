package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// maxNotify is how many shows a member is told of. The list has a button for each, and Discord takes 25 in five rows.
const maxNotify = 24

// notifyPlace is where the store keeps what a member is told of by direct message.
func notifyPlace(user string) string { return "@" + user }

func notifyCommand() command {
	return command{
		name:        "notify",
		description: "Be told of a show's news by direct message, or see and stop what you are told of",
		options: []*discordgo.ApplicationCommandOption{
			showOption("The show; your list when left out")},
		run: func(r *request) (reply, error) {
			if r.user() == "" {
				return reply{}, errors.New("/notify by nobody")
			}
			if r.options.text("show") == "" {
				return r.notifications("")
			}
			return notify(r)
		},
		complete: completeShow,
	}
}

// notify has a member told of a show. The first time, a message proves that they can be.
func notify(r *request) (reply, error) {
	show, err := r.bot.showNamed(r.options.text("show"))
	if err != nil {
		return reply{}, err
	}
	place := notifyPlace(r.user())
	g, err := r.bot.store.Guild(place)
	if err != nil {
		return reply{}, err
	}
	var channel string
	proven := len(g.Channels) > 0
	switch {
	case proven && slices.Contains(g.Channels[0].Shows, show.ID):
		return r.notifications(fmt.Sprintf("You are told of %s already.", escape(show.Title)))
	case len(g.Channels) > 0 && len(g.Channels[0].Shows) >= maxNotify && !slices.Contains(g.Channels[0].Shows, show.ID):
		return r.notifications(fmt.Sprintf("You are told of %d shows, and that is as many as I can. Stop one of them first.", maxNotify))
	case proven:
		channel = g.Channels[0].ID
	default:
		on, ctx, cancel, err := r.reach()
		if err != nil {
			return reply{}, err
		}
		defer cancel()
		if channel, err = greet(ctx, on, r.user(), notice("### Season news\nYou will be told here when a season of "+escape(show.Title)+
			" is announced, dated, postponed or begins."), show.ID); err != nil {
			return reply{}, err
		}
	}
	err = r.bot.store.UpdateGuild(place, func(g *store.GuildSettings) error {
		if len(g.Channels) == 0 {
			g.Channels = []store.Channel{{ID: channel}}
		}
		g.Channels[0].ID, g.Troubles = channel, nil
		_, err := addFollows(&g.Channels[0], []string{show.ID}, "")
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return r.notifications(fmt.Sprintf("You will be told by direct message when a season of %s is announced, dated, postponed or begins.", escape(show.Title)))
}

// greet opens direct messages with a user by a first message, and returns their channel.
func greet(ctx context.Context, on *online, user string, card []discordgo.MessageComponent, show string) (channel string, err error) {
	if channel, err = on.rest.direct(ctx, user); err == nil {
		_, err = on.rest.create(ctx, channel, message(append(card, stopRow(show)), ""))
	}
	var refused refusal
	switch {
	case errors.As(err, &refused) && refused.code == codeCannotDM:
		return "", hint{"Your direct messages are closed to me, so I can't tell you anything there. Open them in the settings of a server that we share, " +
			"under Privacy Settings, Direct Messages, then use the command again. Nothing was saved."}
	case err != nil:
		return "", hint{"Discord did not let me write to you just now. Nothing was saved; try again in a minute."}
	}
	return channel, nil
}

func stopButton(label, show string) discordgo.Button {
	return discordgo.Button{Label: clip(label, maxLabel), Style: discordgo.SecondaryButton, CustomID: customID("stop", show)}
}

// notifications lists what a member is told of, with a button to stop each, below a text.
func (r *request) notifications(text string) (reply, error) {
	g, err := r.bot.store.Guild(notifyPlace(r.user()))
	if err != nil {
		return reply{}, err
	}
	var shows []string
	if len(g.Channels) > 0 {
		shows = g.Channels[0].Shows
	}
	if len(shows) == 0 {
		if text != "" {
			text += " "
		}
		return said("%sYou are told of nothing by direct message. To begin, use `/notify show:`.", text), nil
	}
	if text == "" {
		text = "### What you are told of by direct message"
	}
	for _, t := range g.Troubles {
		what, mend := reasonWords(t.Reason)
		text += fmt.Sprintf("\nNot working since <t:%d:f>: %s. %s", t.Since.Unix(), what, mend)
	}
	var buttons []discordgo.MessageComponent
	for _, id := range shows {
		title := id
		if s := r.bot.base().Show(id); s != nil {
			title = s.Title
		}
		buttons = append(buttons, stopButton("Stop "+title, id))
	}
	if len(shows) > 1 {
		buttons = append(buttons, stopButton("Stop all", everyShow))
	}
	var rows []discordgo.ActionsRow
	for row := range slices.Chunk(buttons, 5) {
		rows = append(rows, discordgo.ActionsRow{Components: row})
	}
	return reply{card: container(colorPlain, []string{text}, rows...), private: true, update: r.alone()}, nil
}

// everyShow stands for all shows in a stop button.
const everyShow = "*"

// unnotify answers a stop button, also that of a show which is no longer in the base.
func unnotify(r *request, show string) (reply, error) {
	found, none := false, false
	err := r.bot.store.UpdateGuild(notifyPlace(r.user()), func(g *store.GuildSettings) error {
		if len(g.Channels) == 0 {
			return nil
		}
		c := &g.Channels[0]
		before := len(c.Shows)
		c.Shows = slices.DeleteFunc(c.Shows, func(id string) bool { return show == everyShow || id == show })
		found = len(c.Shows) < before
		if none = len(c.Shows) == 0; none { // nothing is kept of somebody who is told of nothing
			*g = store.GuildSettings{}
		}
		return nil
	})
	if err == nil && none {
		err = r.bot.store.Forget(notifyPlace(r.user()))
	}
	if err != nil {
		return reply{}, err
	}
	title := show
	if s := r.bot.base().Show(show); s != nil {
		title = s.Title
	}
	text := fmt.Sprintf("You are no longer told of %s.", escape(title))
	switch {
	case !found:
		text = "You were not told of that any more."
	case show == everyShow:
		text = "Stopped."
	}
	return r.notifications(text)
}
