package bot

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// A member may report this often in this time. The counts are kept in memory only.
const (
	maxReports  = 5
	reportsTime = time.Hour
)

// Bounds of what a report holds, in characters.
const (
	maxReport = 500
	maxLink   = 200
)

// reportForm is the form behind the button "Wrong or outdated?".
func reportForm(show *knowledge.Show) *discordgo.InteractionResponse {
	field := func(id, label, placeholder string, style discordgo.TextInputStyle, required bool, limit int) discordgo.MessageComponent {
		return discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.TextInput{
			CustomID: id, Label: label, Placeholder: placeholder, Style: style, Required: required, MaxLength: limit,
		}}}
	}
	return &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseModal,
		Data: &discordgo.InteractionResponseData{
			CustomID: customID("report", show.ID),
			Title:    clip("About "+show.Title, 45),
			Components: []discordgo.MessageComponent{
				field("wrong", "What is wrong or outdated?", "Season 4 was announced last week.", discordgo.TextInputParagraph, true, maxReport),
				field("link", "Where can it be read?", "https://", discordgo.TextInputShort, false, maxLink),
			},
		},
	}
}

// submitted takes a filled-in form.
func (b *Bot) submitted(r *request) (reply, error) {
	data, ok := r.interaction.Data.(discordgo.ModalSubmitInteractionData)
	if !ok {
		return reply{}, fmt.Errorf("form without data")
	}
	parts := strings.Split(data.CustomID, ":")
	if len(parts) != 3 || parts[0] != "v1" || parts[1] != "report" || b.base().Show(parts[2]) == nil {
		return reply{}, stale
	}
	fields := map[string]string{}
	for _, c := range data.Components {
		row, ok := c.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range row.Components {
			if in, ok := c.(*discordgo.TextInput); ok {
				fields[in.CustomID] = strings.TrimSpace(in.Value)
			}
		}
	}
	text, link := clip(fields["wrong"], maxReport), fields["link"]
	if text == "" {
		return reply{}, sorry{"Please say in a few words what is wrong. Nothing was sent."}
	}
	if link != "" {
		if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(link) > maxLink {
			return reply{}, sorry{fmt.Sprintf("“%s” is not a web address. Press the button again and give one that begins with https://, or none. You wrote: %s",
				clip(link, 60), text)}
		}
	}
	if !b.mayReport(r.user()) {
		return reply{}, sorry{fmt.Sprintf("You sent %d reports within an hour, thank you. Please send this one later. You wrote: %s", maxReports, text)}
	}
	err := b.store.AddFeedback(store.Feedback{Kind: store.FeedbackReport, Show: parts[2], Text: text, Link: link}, b.now())
	return reply{card: notice("Thank you. The editors will look at it. Your name is not kept with it."), private: true}, err
}

// mayReport reports whether the member has reports left, and takes one.
func (b *Bot) mayReport(user string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for id, times := range b.reports { // forget members whose hour is over
		if now.Sub(times[len(times)-1]) >= reportsTime {
			delete(b.reports, id)
		}
	}
	times := b.reports[user]
	for len(times) > 0 && now.Sub(times[0]) >= reportsTime {
		times = times[1:]
	}
	if len(times) >= maxReports {
		return false
	}
	b.reports[user] = append(times, now)
	return true
}

// noteUnknown keeps the name of a show that was asked for and is not in the base. It keeps the name alone.
func (b *Bot) noteUnknown(a knowledge.Answer) {
	if a.Status != knowledge.Unknown || a.Question.Title == "" {
		return
	}
	f := store.Feedback{Kind: store.FeedbackUnknown, Text: clip(a.Question.Title, 100)}
	if err := b.store.AddFeedback(f, b.now()); err != nil {
		b.log.Error("an unknown show was not noted", "error", err)
	}
}
