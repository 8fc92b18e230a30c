package bot

import (
	"fmt"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// pingRole chooses the role that posts ping, once it is sure that they will.
func pingRole(r *request) (reply, error) {
	id := r.options.text("role")
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	c, err := r.target(&g, "channel")
	if err != nil {
		return reply{}, err
	}
	if id != "" {
		if id == r.interaction.GuildID {
			return reply{}, hint{"I don't ping everyone. Choose a role that members take themselves. Nothing was changed."}
		}
		on, ctx, cancel, err := r.reach()
		if err != nil {
			return reply{}, err
		}
		defer cancel()
		at, err := on.look(ctx, r.interaction.GuildID, c.ID)
		if err != nil {
			return reply{}, declined(err, c.ID)
		}
		switch role := at.role(id); {
		case role == nil:
			return reply{}, hint{"That role is gone. Nothing was changed."}
		case role.Managed:
			return reply{}, hint{fmt.Sprintf("%s belongs to a bot or another service, so members can't take it. Choose another role. Nothing was changed.", roleMention(id))}
		case !at.pings(role):
			return reply{}, hint{fmt.Sprintf("A post of mine in %s would not ping %s. Turn on “Allow anyone to @mention this role” in the role's settings, "+
				"or give me **Mention @\u200beveryone, @\u200bhere, and All Roles** in the channel. Nothing was changed.", mention(c.ID), roleMention(id))}
		}
	}
	_, saved, err := r.onChannel(func(g *store.GuildSettings, c *store.Channel) error {
		c.Role = id
		g.Troubles = slices.DeleteFunc(g.Troubles, func(t store.Trouble) bool { return t.Channel == c.ID && t.Reason == store.TroubleRole })
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	if id == "" {
		return said("Posts in %s ping nobody.", mention(saved.ID)), nil
	}
	return said("Posts in %s ping %s, and nobody else. Corrections ping nobody.", mention(saved.ID), roleMention(id)), nil
}

func publish(r *request) (reply, error) {
	wanted, _ := r.options.boolean("on")
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	c, err := r.target(&g, "channel")
	if err != nil {
		return reply{}, err
	}
	if wanted { // a channel may have been made an announcement channel since it was set up
		on, ctx, cancel, err := r.reach()
		if err != nil {
			return reply{}, err
		}
		defer cancel()
		ch, err := on.rest.channel(ctx, c.ID)
		if err != nil {
			return reply{}, declined(err, c.ID)
		}
		if ch.Type != discordgo.ChannelTypeGuildNews {
			return reply{}, hint{fmt.Sprintf("%s is not an announcement channel, and only their posts can be published. "+
				"In a server with Community turned on, a text channel is made one in its settings. Nothing was changed.", mention(c.ID))}
		}
	}
	_, saved, err := r.onChannel(func(_ *store.GuildSettings, c *store.Channel) error {
		c.Publish, c.News = wanted, c.News || wanted
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	if wanted {
		return said("Posts in %s are published to the servers that follow it. Discord allows ten an hour; what is more is published later.", mention(saved.ID)), nil
	}
	return said("Posts in %s stay in this server.", mention(saved.ID)), nil
}

// digest chooses when a channel gets its news. Hour and zone are those of the whole server.
func digest(r *request) (reply, error) {
	zone := r.options.text("zone")
	if zone != "" {
		var known bool
		if zone, known = zoneNamed(zone); !known {
			return reply{}, hint{fmt.Sprintf("I don't know the time zone “%s”. Choose one from the list that opens while you type, such as Europe/Berlin. "+
				"Nothing was changed.", escape(clip(zone, 60)))}
		}
	}
	hour, hourGiven := r.options.number("hour")
	day, dayGiven := r.options.number("day")
	every := r.options.text("every")
	if hourGiven && (hour < 0 || hour > 23) || dayGiven && (day < 0 || day > 6) {
		return reply{}, hint{"The hour goes from 0 to 23, and the day is one of the list. Nothing was changed."}
	}
	g, c, err := r.onChannel(func(g *store.GuildSettings, c *store.Channel) error {
		if zone != "" {
			g.Zone = zone
		}
		if hourGiven {
			g.Hour = &hour
		}
		before := c.Digest
		switch every {
		case "once":
			c.Digest = ""
		case store.DigestDaily, store.DigestWeekly:
			c.Digest = every
		}
		if c.Digest == store.DigestWeekly && before != store.DigestWeekly {
			c.Weekday = int(time.Monday)
		}
		if dayGiven {
			if c.Digest != store.DigestWeekly {
				return hint{"A day of the week belongs to `every:week`. Nothing was changed."}
			}
			c.Weekday = day
		}
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	text := fmt.Sprintf("%s gets its news %s.", mention(c.ID), digestWords(&g, &c))
	if c.Digest != "" {
		text += fmt.Sprintf(" Next: <t:%d:F>, if there is news by then.", nextDigest(r.bot.now(), &g, &c).Unix())
	}
	return said("%s\n-# Premieres are told at %d:00 %s of their day, in all channels of this server.", text, g.HourOfDay(), g.Location()), nil
}

// digestWords says when a channel gets its news.
func digestWords(g *store.GuildSettings, c *store.Channel) string {
	switch c.Digest {
	case store.DigestDaily:
		return fmt.Sprintf("daily at %d:00 (%s)", g.HourOfDay(), g.Location())
	case store.DigestWeekly:
		return fmt.Sprintf("on %ss at %d:00 (%s)", time.Weekday(c.Weekday), g.HourOfDay(), g.Location())
	}
	return "at once"
}

func pause(r *request, paused bool) (reply, error) {
	changed := false
	_, c, err := r.onChannel(func(_ *store.GuildSettings, c *store.Channel) error {
		changed = c.Paused != paused
		c.Paused = paused
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	switch {
	case paused:
		return said("%s is paused: nothing is posted there until `/announcements resume`. What happens meanwhile is not posted later; `/announcements history` lists it.", mention(c.ID)), nil
	case !changed:
		return said("%s was not paused. `/announcements list` shows whether something else stands in the way.", mention(c.ID)), nil
	}
	return said("%s gets its news again, from now on. `/announcements history` lists what it missed.", mention(c.ID)), nil
}
