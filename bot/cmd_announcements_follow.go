package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

func follow(r *request) (reply, error) {
	shows, err := r.showsNamed()
	if err != nil {
		return reply{}, err
	}
	what := r.options.text("what")
	if len(shows) == 0 && what == "" {
		return reply{}, hint{"Say what to follow: a show with `show`, or more with `what`."}
	}
	changed := false
	_, c, err := r.onChannel(func(_ *store.GuildSettings, c *store.Channel) error {
		changed, err = addFollows(c, shows, what)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	text := "%s follows that already. It follows %s."
	if changed {
		text = "%s now follows %s."
	}
	return said(text+r.heldBack(&c), mention(c.ID), r.bot.following(&c, 30)), nil
}

// followChosen answers a button of a channel that was set up without anything to follow. Only the member to whom it was
// shown privately can use it.
func followChosen(r *request, channel, what string) (reply, error) {
	var saved store.Channel
	err := r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
		c := g.Channel(channel)
		if c == nil {
			return hint{mention(channel) + " gets no news any more, so nothing was changed."}
		}
		_, err := addFollows(c, nil, what)
		saved = *c
		return err
	})
	if err != nil {
		return reply{}, err
	}
	answer := said("%s now follows %s.%s What a post looks like: `/announcements preview`.", mention(channel), r.bot.following(&saved, 30), r.heldBack(&saved))
	answer.update = r.alone()
	return answer, nil
}

// heldBack reminds of what keeps a channel from its news beside what it follows.
func (r *request) heldBack(c *store.Channel) string {
	switch {
	case c.Paused:
		return " It is paused: `/announcements resume`."
	case len(c.Muted) == len(newsKinds()):
		return " But no kind of news is chosen: `/announcements kinds`."
	}
	return ""
}

func unfollow(r *request) (reply, error) {
	what, typed := r.options.text("what"), r.options.text("show")
	if what == "" && typed == "" {
		return reply{}, hint{"Say what to follow no longer: a show with `show`, or more with `what`."}
	}
	_, c, err := r.onChannel(func(_ *store.GuildSettings, c *store.Channel) error {
		changed := false
		shows := []string{typed} // also a show that the base no longer has
		if typed != "" && !slices.Contains(c.Shows, typed) {
			var err error
			if shows, err = r.showsNamed(); err != nil {
				return err
			}
		}
		for _, id := range shows {
			if i := slices.Index(c.Shows, id); i >= 0 {
				c.Shows, changed = slices.Delete(c.Shows, i, i+1), true
			}
		}
		switch what {
		case store.FollowAll:
			c.All, changed = false, changed || c.All
		case store.FollowUpcoming:
			c.Upcoming, changed = false, changed || c.Upcoming
		}
		switch {
		case changed:
			return nil
		case what == "" && (c.All || c.Upcoming):
			return hint{fmt.Sprintf("%s does not follow that show by itself, but %s; a single show can't be left out of that. Nothing was changed.",
				mention(c.ID), r.bot.following(&store.Channel{All: c.All, Upcoming: c.Upcoming}, 0))}
		}
		return hint{mention(c.ID) + " does not follow that. Nothing was changed. `/announcements list` shows what it follows."}
	})
	if err != nil {
		return reply{}, err
	}
	if rest := r.bot.following(&c, 30); rest != "" {
		return said("Done. %s still follows %s.", mention(c.ID), rest), nil
	}
	return said("Done. %s follows nothing now, so nothing will be posted there. `/announcements follow` chooses anew, `/announcements remove` lets go of the channel.", mention(c.ID)), nil
}

// completeFollowed offers for show only what the channel follows.
func completeFollowed(r *request) []*discordgo.ApplicationCommandOptionChoice {
	if r.options.focused() != "show" {
		return completeAnnouncements(r)
	}
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		r.bot.log.Error("shows were not completed", "error", err)
		return nil
	}
	var ids []string
	if c, err := r.target(&g, "channel"); err == nil {
		ids = c.Shows
	} else {
		for _, c := range g.Channels { // which channel is meant is not said yet
			ids = append(ids, c.Shows...)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	typed := strings.ToLower(r.options.text("show"))
	var choices []*discordgo.ApplicationCommandOptionChoice
	for _, id := range ids {
		name := id
		if s := r.bot.base().Show(id); s != nil {
			name = s.TitleYear()
		}
		if len(choices) < maxChoices && (strings.Contains(strings.ToLower(name), typed) || strings.Contains(id, typed)) {
			choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(name, 100), Value: id})
		}
	}
	return choices
}

// newsKinds lists the kinds of news that a channel can do without. A correction is none: it changes a post that is there.
func newsKinds() []knowledge.Event {
	return slices.DeleteFunc(knowledge.Events(), func(e knowledge.Event) bool { return e == knowledge.EventCorrection })
}

// eventWords names a kind of news, and says what it is.
func eventWords(e knowledge.Event) (label, words string) {
	switch e {
	case knowledge.EventAnnounced:
		return "Announced", "A season, or a part of one, is promised for the first time"
	case knowledge.EventInProduction:
		return "In production", "An announced season is being made"
	case knowledge.EventDated:
		return "Date set", "An announced season gets a date, or a more exact one"
	case knowledge.EventDateMoved:
		return "Date moved", "A season with a date gets another"
	case knowledge.EventDelayed:
		return "Postponed", "A season has lost its date"
	case knowledge.EventPremiered:
		return "Season begins", "A season begins"
	case knowledge.EventPartBegins:
		return "Part begins", "A further part of a season begins"
	case knowledge.EventContinued:
		return "Goes on in another form", "The show goes on as a film, a special or a series of another name"
	case knowledge.EventConcluded:
		return "Ends", "The show ends by design, or a season is declared the last"
	case knowledge.EventCancelled:
		return "Cancelled", "Those who decide stop the show"
	case knowledge.EventRevived:
		return "Back after all", "What was cancelled or had ended is promised again"
	}
	return string(e), ""
}

// kinds answers with a menu in which the kinds that are wanted are chosen.
func kinds(r *request) (reply, error) {
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	c, err := r.target(&g, "channel")
	if err != nil {
		return reply{}, err
	}
	return reply{card: kindsCard(c, "Choose which kinds of news "+mention(c.ID)+" gets."), private: true}, nil
}

func kindsCard(c *store.Channel, text string) []discordgo.MessageComponent {
	menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: customID("kinds", c.ID), Placeholder: "Kinds of news", MinValues: new(int)}
	for _, e := range newsKinds() {
		label, words := eventWords(e)
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{
			Label: label, Description: words, Value: string(e), Default: !slices.Contains(c.Muted, string(e))})
	}
	menu.MaxValues = len(menu.Options)
	return container(colorPlain, []string{text + "\n-# Corrections change the post that they correct, and are no post of their own."},
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
}

// kindsChosen takes a choice of that menu. Only the member to whom it was shown privately can use it.
func kindsChosen(r *request, channel string, wanted []string) (reply, error) {
	var saved store.Channel
	err := r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
		c := g.Channel(channel)
		if c == nil {
			return hint{mention(channel) + " gets no news any more, so nothing was changed."}
		}
		c.Muted = nil
		for _, e := range newsKinds() {
			if !slices.Contains(wanted, string(e)) {
				c.Muted = append(c.Muted, string(e))
			}
		}
		saved = *c
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{card: kindsCard(&saved, "Saved. "+mention(channel)+" gets "+kindsWords(&saved)+"."), private: true, update: r.alone()}, nil
}

// kindsWords says which kinds of news a channel gets.
func kindsWords(c *store.Channel) string {
	var wanted, unwanted []string
	for _, e := range newsKinds() {
		label, _ := eventWords(e)
		if slices.Contains(c.Muted, string(e)) {
			unwanted = append(unwanted, label)
		} else {
			wanted = append(wanted, label)
		}
	}
	switch {
	case len(unwanted) == 0:
		return "every kind of news"
	case len(wanted) == 0:
		return "no news: no kind is chosen"
	case len(unwanted) < len(wanted):
		return "every kind of news but " + strings.Join(unwanted, ", ")
	}
	return "only this news: " + strings.Join(wanted, ", ")
}
