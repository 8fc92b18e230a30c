package bot

import (
	"fmt"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// maxSeason is the largest number /season takes. The longest show on record has fewer than a hundred seasons.
const maxSeason = 99

func seasonCommand() command {
	least := 1.0
	return command{
		name:        "season",
		description: "Is there another season of a show? One line, with its evidence.",
		options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "show", Description: "The show's name; choose from the list or type it",
				Required: true, Autocomplete: true, MaxLength: 100},
			{Type: discordgo.ApplicationCommandOptionInteger, Name: "number", Description: "Which season; the next one when left out",
				MinValue: &least, MaxValue: maxSeason},
			privateOption(),
		},
		run: func(r *request) (reply, error) {
			q := knowledge.Question{Intent: knowledge.Exists, Title: r.options.text("show"), Next: true}
			if n, ok := r.options.number("number"); ok {
				q.Season, q.Named, q.Next = n, true, false
			}
			q.Text = fmt.Sprintf("/season show:%s number:%d", q.Title, q.Season)
			return r.answer(r.bot.base().About(q, r.bot.today()))
		},
		complete: completeShow,
	}
}

func privateOption() *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionBoolean, Name: "private",
		Description: "Show the answer only to you"}
}

// answer renders an answer as the guild and the member want it. What is no answer is for the asker alone.
func (r *request) answer(a knowledge.Answer) (reply, error) {
	r.bot.noteUnknown(a)
	private, err := r.private()
	if err != nil {
		return reply{}, err
	}
	if !private {
		r.bot.noteAnswer(r.interaction.GuildID, r.interaction.ChannelID, a)
	}
	return reply{card: answerCard(a), private: private || a.Show == nil}, nil
}

// maxChoices is Discord's limit on autocomplete choices.
const maxChoices = 25

// completeShow offers shows for what has been typed. A choice's value is the id of the show, which the command finds
// without doubt.
func completeShow(r *request) []*discordgo.ApplicationCommandOptionChoice {
	return r.completeShows(r.options.text("show"))
}

// completeShows offers, among equals, first what was asked for in the guild.
func (r *request) completeShows(typed string) []*discordgo.ApplicationCommandOptionChoice {
	found := r.bot.base().CompleteFor(typed, maxChoices, r.bot.places.recent(r.interaction.GuildID))
	choices := make([]*discordgo.ApplicationCommandOptionChoice, 0, len(found))
	for i, c := range found {
		name := c.Show.Title
		clash := false
		for j, other := range found {
			clash = clash || i != j && other.Show.Title == name
		}
		if clash {
			name = c.Show.TitleYear()
		}
		choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(name, 100), Value: c.Show.ID})
	}
	return choices
}
