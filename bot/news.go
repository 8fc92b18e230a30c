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

// news makes an event of a change of a show: what it is, and what its posts say.
func (b *Bot) news(show *knowledge.Show, c knowledge.Change) store.Event {
	e := store.Event{
		ID: c.Fact(), Show: c.Show, Season: c.Season, Part: c.Part, Kind: string(c.Event), Date: c.When().String(),
		Evidence: c.New.Evidence.String(), Listed: show.Listed(), Upcoming: c.Upcoming(), At: b.now().UTC(),
	}
	line := c.Headline(show)
	if begins(c.Event) && c.When().Precision() == knowledge.ToDay {
		e.Day = c.When().String()
	}
	a := b.seasonAnswer(show, c.Season)
	if c.Event == knowledge.EventConcluded { // the line says it
		a.Rest = strings.TrimSpace(strings.TrimPrefix(a.Rest, "It is declared the last."))
	}
	e.Post = post(line, a)
	return e
}

// withdrawn returns the event as one that no longer holds: its posts say so, and what holds instead.
func (b *Bot) withdrawn(show *knowledge.Show, e store.Event) store.Event {
	a := b.seasonAnswer(show, e.Season)
	a.Rest = show.Sentence(e.Season, b.today())
	line := fmt.Sprintf("Corrected: “%s” no longer holds.", strings.TrimSuffix(e.Post.Line, "."))
	e.Withdrawn, e.Changed, e.Revision = b.now().UTC(), b.now().UTC(), e.Revision+1
	e.Correction = post(line, a)
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

// post renders news above the reasons and sources of an answer.
func post(line string, a knowledge.Answer) store.Post {
	a.Head = line
	// News is of one thing: what comes after it was not asked for, and may be a rumour.
	points, titles := slices.DeleteFunc(slices.Clone(a.Why), func(p knowledge.Point) bool { return strings.HasPrefix(p.Text, "And then? ") }), true
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
func (b *Bot) newsCard(events []store.Event) []discordgo.MessageComponent {
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
	below := "-# The buttons show the answers with their sources."
	const some = "-# The buttons show the first answers with their sources, `/season` any other."
	shown := map[string]bool{} // labels
	for i := range events {
		line := "- " + escape(events[i].Says().Line) + "\n"
		if lines.Len()+len(line) > maxPostText {
			fmt.Fprintf(&lines, "- and %d more; moderators find them in `/announcements history`\n", len(events)-i)
			below = some
			break
		}
		lines.WriteString(line)
		switch label := b.seasonLabel(&events[i]); {
		case shown[label]:
		case len(row.Components) == 5:
			below = some
		default:
			shown[label] = true
			row.Components = append(row.Components, discordgo.Button{Label: label, Style: discordgo.SecondaryButton, CustomID: customID("news", events[i].ID)})
		}
	}
	return container(colorPlain, []string{fmt.Sprintf("### %d pieces of season news", len(events)), strings.TrimSpace(lines.String()), below}, row)
}

// seasonLabel names the season that an event is about, on a button.
func (b *Bot) seasonLabel(e *store.Event) string {
	title, unit := e.Show, "season" // of a show that is no longer in the base
	if s := b.base().Show(e.Show); s != nil {
		title, unit = s.Title, s.UnitName()
	}
	number := fmt.Sprintf(", %s %d", unit, e.Season)
	return clip(title, maxLabel-len(number)) + number
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
