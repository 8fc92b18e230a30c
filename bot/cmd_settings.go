package bot

import (
	"github.com/bwmarrin/discordgo"

	"season3/store"
)

func settingsCommand() command {
	return command{
		name:        "settings",
		description: "How season3 behaves in this server",
		permissions: discordgo.PermissionManageGuild,
		guildOnly:   true,
		subcommands: []command{
			{
				name: "view", description: "Show this server's settings",
				run: func(r *request) (reply, error) {
					g, err := r.bot.store.Guild(r.interaction.GuildID)
					return reply{card: settingsCard("Settings of this server", g), private: true}, err
				},
			},
			{
				name: "answers", description: "Choose who sees answers, unless the member says otherwise",
				options: []*discordgo.ApplicationCommandOption{{
					Type: discordgo.ApplicationCommandOptionString, Name: "visible", Description: "Who sees an answer", Required: true,
					Choices: []*discordgo.ApplicationCommandOptionChoice{
						{Name: "to everybody in the channel", Value: "everybody"},
						{Name: "only to the member who asks", Value: "asker"},
					},
				}},
				run: func(r *request) (reply, error) {
					var saved store.GuildSettings
					err := r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
						switch r.options.text("visible") {
						case "everybody":
							g.Private = false
						case "asker":
							g.Private = true
						default:
							return sorry{"Choose one of the two: to everybody, or only to the member who asks."}
						}
						saved = *g
						return nil
					})
					return reply{card: settingsCard("Saved", saved), private: true}, err
				},
			},
		},
	}
}

func settingsCard(title string, g store.GuildSettings) []discordgo.MessageComponent {
	answers := "Answers are visible to everybody in the channel."
	if g.Private {
		answers = "Answers are visible only to the member who asks."
	}
	return notice("### " + title + "\n" + answers + " Members can choose otherwise with the option `private`.\n-# Change it with `/settings answers`.")
}
