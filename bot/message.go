package bot

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// helpPause is how long a channel hears nothing more after the short help.
const helpPause = time.Hour

// maxHelped bounds how many channels are remembered for helpPause.
const maxHelped = 10_000

// HandleMessage answers a message that mentions the bot, whose user id is self, that replies to one of its messages, or
// that was sent to it directly. It returns nil for everything that is better met with silence: other messages, other
// bots, talk that asks nothing. The content of messages that do not mention the bot is not needed, and Discord does not
// send it; a reply mentions whom it answers, unless its author turned that off.
func (b *Bot) HandleMessage(ctx context.Context, m *discordgo.Message, self string) (send *discordgo.MessageSend) {
	defer func() {
		if p := recover(); p != nil {
			b.log.ErrorContext(ctx, "message handler panicked", "message", m.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			send = nil
		}
	}()
	if m.Author == nil || m.Author.Bot || m.Author.ID == self || m.Type != discordgo.MessageTypeDefault && m.Type != discordgo.MessageTypeReply {
		return nil
	}
	at := place{channel: m.ChannelID}
	if r := m.ReferencedMessage; r != nil && r.Author != nil && r.Author.ID == self {
		at.card = r
	}
	addressed := m.GuildID == "" || strings.Contains(m.Content, "<@"+self+">") || strings.Contains(m.Content, "<@!"+self+">")
	if !addressed && at.card == nil {
		return nil
	}
	a := b.ask(m.Content, at)
	b.noteUnknown(a)
	b.noteAnswer(m.GuildID, m.ChannelID, a)
	card := answerCard(a)
	if a.Question.Intent == knowledge.None {
		if !addressed || !b.mayHelp(m.ChannelID) {
			return nil
		}
		card = notice(escape(a.Line()) + " `/help` lists what else I can do.")
	}
	return &discordgo.MessageSend{
		Flags:           discordgo.MessageFlagsIsComponentsV2,
		Components:      card,
		Reference:       &discordgo.MessageReference{MessageID: m.ID, ChannelID: m.ChannelID, GuildID: m.GuildID, FailIfNotExists: new(bool)},
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
	}
}

// mayHelp reports whether the channel may get the short help now, and notes that it did.
func (b *Bot) mayHelp(channel string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if last, ok := b.helped[channel]; ok && now.Sub(last) < helpPause {
		return false
	}
	if len(b.helped) >= maxHelped {
		clear(b.helped)
	}
	b.helped[channel] = now
	return true
}
