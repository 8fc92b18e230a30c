package bot

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// helpCommand lists the commands from the same table as everything else.
func helpCommand(b *Bot) command {
	return command{
		name:        "help",
		description: "What season3 can do",
		run: func(r *request) (reply, error) {
			var s strings.Builder
			s.WriteString("### What you can ask\n")
			for _, c := range b.commands {
				switch {
				case c.commandType() == discordgo.MessageApplicationCommand:
					fmt.Fprintf(&s, "- **%s** in a message's menu, under Apps\n", c.name)
				case len(c.subcommands) > 0:
					for _, sub := range c.subcommands {
						fmt.Fprintf(&s, "- `/%s %s` %s\n", c.name, sub.name, sub.description)
					}
				default:
					fmt.Fprintf(&s, "- `/%s` %s\n", c.name, c.description)
				}
			}
			s.WriteString("\nYou can also mention me with a question, or write to me directly.\n")
			s.WriteString("-# An answer names its sources and how old they are. “Nothing official” is an answer, too.")
			return reply{card: notice(s.String()), private: true}, nil
		},
	}
}

func aboutCommand() command {
	return command{
		name:        "about",
		description: "What season3 knows, how fresh it is, and what it keeps",
		run: func(r *request) (reply, error) {
			shows := r.bot.base.Shows()
			oldest, newest := r.bot.base.Reviewed()
			claims, sources := 0, 0
			for _, s := range shows {
				claims += len(s.Claims)
				sources += len(s.Sources)
			}
			reviewed := "on " + newest.Words()
			if oldest != newest {
				reviewed = "between " + oldest.Words() + " and " + newest.Words()
			}
			text := fmt.Sprintf("### About season3\nI know %d shows by %d dated claims from %d sources, last reviewed %s. "+
				"Verdicts are derived from those claims; nobody writes them. The knowledge is part of the program, so I answer when other services are down.\n"+
				"### Licence\nseason3 is free software under the Apache License 2.0.\n"+
				"### Privacy\nI keep this server's settings and nothing about members. I read a message only when it mentions me, is sent to me, or is handed to me by its menu. "+
				"Questions are not stored or logged.",
				len(shows), claims, sources, reviewed)
			return reply{card: notice(text), private: true}, nil
		},
	}
}
