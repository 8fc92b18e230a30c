package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// news makes an event of a change: what it is, and what its posts say.
func (b *Bot) news(c knowledge.Change) store.Event {
	show := b.base().Show(c.Show)
	e := store.Event{
		ID: c.Fact(), Show: c.Show, Season: c.Season, Part: c.Part, Kind: string(c.Event), Date: c.When().String(),
		Evidence: c.New.Evidence.String(), Listed: show.Listed(), Upcoming: c.Upcoming(), At: b.now().UTC(),
	}
	line := c.Headline(show)
	if c.Event == knowledge.EventPremiered || c.Event == knowledge.EventPartBegins {
		if c.When().Precision() == knowledge.ToDay {
			e.Day = c.When().String()
		}
	}
	e.Post = post(line, "", b.seasonAnswer(show, c.Season))
	return e
}

// withdrawn returns the event as one that no longer holds: its posts say so, and what holds instead.
func (b *Bot) withdrawn(e store.Event) store.Event {
	a := b.seasonAnswer(b.base().Show(e.Show), e.Season)
	line := fmt.Sprintf("Corrected: “%s” no longer holds.", strings.TrimSuffix(e.Post.Line, "."))
	e.Withdrawn, e.Changed, e.Revision = b.now().UTC(), b.now().UTC(), e.Revision+1
	e.Correction = post(line, a.Line(), a)
	e.Correction.Color = colorPlain
	return e
}

// restored returns a withdrawn event as one that holds again; news is how it reads now.
func restored(e, news store.Event) store.Event {
	news.At, news.Reached, news.Revision, news.Changed = e.At, e.Reached, e.Revision+1, news.At
	news.Withdrawn, news.Correction = time.Time{}, store.Post{}
	return news
}

func (b *Bot) seasonAnswer(show *knowledge.Show, season int) knowledge.Answer {
	return show.Answer(knowledge.Question{Intent: knowledge.Exists, Title: show.ID, Season: season, Named: true}, b.today())
}

// post renders news above the reasons and sources of an answer. rest qualifies the line; without it the answer's own does.
func post(line, rest string, a knowledge.Answer) store.Post {
	a.Head = line
	if rest != "" {
		a.Rest = rest
	}
	points, titles := a.Why, true
	blocks := answerBlocks(a, points, titles)
	for length(blocks) > maxPostText && (titles || len(points) > 1) {
		if titles {
			titles = false
		} else {
			points = points[:len(points)-1]
		}
		blocks = answerBlocks(a, points, titles)
	}
	for i, block := range blocks { // a post is read later, when an age would be wrong
		if block == "-# "+escape(a.Footer()) {
			blocks[i] = "-# " + escape(a.Dates())
		}
	}
	return store.Post{Line: line, Blocks: blocks, Color: accent(a.Status)}
}

// maxPostText keeps a post readable where nobody asked for it.
const maxPostText = 1500

// newsCard renders one event, or several as a digest. Its first button carries the id of the first event: by it a post is
// known again.
func newsCard(events []store.Event) []discordgo.MessageComponent {
	if len(events) == 1 {
		e := &events[0]
		says := e.Says()
		return container(says.Color, says.Blocks, discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Full answer", Style: discordgo.SecondaryButton, CustomID: customID("news", e.ID)},
			discordgo.Button{Label: "Sources", Style: discordgo.SecondaryButton, CustomID: customID("sources", e.Show, "1")},
			discordgo.Button{Label: "Wrong or outdated?", Style: discordgo.SecondaryButton, CustomID: customID("report", e.Show)},
		}})
	}
	var lines strings.Builder
	var row discordgo.ActionsRow
	var last string
	for i := range events {
		line := "- " + escape(events[i].Says().Line) + "\n"
		if lines.Len()+len(line) > maxPostText {
			fmt.Fprintf(&lines, "- and %d more: `/announcements history`\n", len(events)-i)
			break
		}
		lines.WriteString(line)
		if events[i].Show != last && len(row.Components) < 5 {
			last = events[i].Show
			label := fmt.Sprintf("%s %d", strings.ReplaceAll(events[i].Show, "-", " "), events[i].Season)
			row.Components = append(row.Components, discordgo.Button{Label: clip(label, maxLabel), Style: discordgo.SecondaryButton,
				CustomID: customID("news", events[i].ID)})
		}
	}
	return container(colorPlain, []string{fmt.Sprintf("### %d pieces of season news", len(events)), strings.TrimSpace(lines.String()),
		"-# The buttons show the answers with their sources."}, row)
}

// marks reports whether a message carries the button of one of the events.
func (m seen) marks(events []store.Event) bool {
	return slices.ContainsFunc(events, func(e store.Event) bool {
		return strings.Contains(string(m.Components), `"`+customID("news", e.ID)+`"`)
	})
}

// stopRow is the button that ends direct messages about a show.
func stopRow(show string) discordgo.ActionsRow {
	return discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.Button{Label: "Stop", Style: discordgo.SecondaryButton, CustomID: customID("stop", show)},
	}}
}
