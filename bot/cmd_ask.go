package bot

import "github.com/bwmarrin/discordgo"

func askCommand() command {
	return command{
		name:        "ask",
		description: "Ask in your own words: will there be a season 3 of a show?",
		options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "question", Description: "Such as: when does season 2 of a show start?",
				Required: true, MaxLength: 500},
			privateOption(),
		},
		run: func(r *request) (reply, error) {
			return r.answer(r.bot.ask(r.options.text("question"), place{channel: r.interaction.ChannelID}))
		},
	}
}

// messageCommand reads the question from a message: right-click, Apps.
func messageCommand() command {
	return command{
		name: "Is there another season?",
		kind: discordgo.MessageApplicationCommand,
		run: func(r *request) (reply, error) {
			data := r.interaction.ApplicationCommandData()
			if data.Resolved == nil || data.Resolved.Messages[data.TargetID] == nil {
				return reply{}, sorry{"Discord did not send me that message. Ask with /ask instead."}
			}
			m := data.Resolved.Messages[data.TargetID]
			return r.answer(r.bot.ask(m.Content, place{card: m.ReferencedMessage}))
		},
	}
}
