package bot

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
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
				case c.permissions != 0 && !r.can(c.permissions): // what the member may not use is not offered
				case c.commandType() == discordgo.MessageApplicationCommand:
					fmt.Fprintf(&s, "- **%s** in a message's menu, under Apps\n", c.name)
				case len(c.subcommands) > maxListed:
					names := make([]string, len(c.subcommands))
					for i, sub := range c.subcommands {
						names[i] = sub.name
					}
					fmt.Fprintf(&s, "- `/%s` %s: %s\n", c.name, c.description, strings.Join(names, ", "))
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

// maxListed is how many subcommands /help describes one by one.
const maxListed = 5

func aboutCommand() command {
	return command{
		name:        "about",
		description: "What season3 knows, how fresh it is, and what it keeps",
		run: func(r *request) (reply, error) {
			shows := r.bot.base().Dossiers()
			oldest, newest := r.bot.base().Reviewed()
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
				"### Privacy\nI keep this server's settings, and about members nothing but which shows `/notify` tells them of, until they stop it. I read a message only when it mentions me, is sent to me, or is handed to me by its menu. "+
				"Questions are neither stored nor logged; only reports, and names of shows I did not know, are kept, without who wrote them.",
				len(shows), claims, sources, reviewed)
			text += creditsText(r.bot.base())
			text += problemsText(r.bot.known.Load().problems)
			return reply{card: notice(text), private: true}, nil
		},
	}
}

// creditsText names whose data the listed shows are made of, as the licences of the data ask.
func creditsText(base *knowledge.Base) string {
	credits := base.Credits()
	if len(credits) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n### Data\n")
	for _, o := range credits {
		fmt.Fprintf(&b, "- [%s](<%s>) (%s)\n", o.Attribution, o.Source, o.Licence)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// maxProblems is how many broken dossiers /about names; the log names all.
const maxProblems = 5

// problemsText tells the operator which of the folder's dossiers are broken.
func problemsText(problems knowledge.Problems) string {
	if len(problems) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n### Broken dossiers\nThe operator's folder has problems; the last good versions are in use.\n")
	for i, p := range problems {
		if i == maxProblems {
			fmt.Fprintf(&b, "- and %d more, see the log\n", len(problems)-i)
			break
		}
		fmt.Fprintf(&b, "- %s\n", escape(clip(p.String(), 200)))
	}
	return b.String()
}
