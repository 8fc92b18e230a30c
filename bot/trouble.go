package bot

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// troubleCard tells moderators what keeps news from their channels and how to mend it.
func troubleCard(troubles []store.Trouble) []discordgo.MessageComponent {
	var b strings.Builder
	b.WriteString("### Season news does not get through\n")
	for _, t := range troubles {
		what, mend := reasonWords(t.Reason, t.Channel)
		fmt.Fprintf(&b, "- %s %s\n", what, mend)
	}
	b.WriteString("-# What was held up is posted by itself once the cause is gone, for three days. `/announcements history` lists it.")
	return notice(b.String())
}

// reasonWords says what a reason means, and what a moderator can do about it.
func reasonWords(reason, channel string) (what, mend string) {
	switch reason {
	case "permission":
		return "I may not post in <#" + channel + ">.", "Allow me View Channel, Send Messages and Read Message History there."
	}
	return "Posting in <#" + channel + "> failed: " + reason + ".", ""
}
