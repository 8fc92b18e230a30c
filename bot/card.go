package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// Limits of a Components V2 message. Text is counted in characters over all text displays; we stay a little below what
// Discord documents, since it does not say how it counts.
const (
	maxCardText   = 3900
	maxComponents = 40
	maxLabel      = 80
)

// Accent colours of cards. The words of the card say the same: colour never carries meaning alone.
const (
	colorYes     = 0x2f9e63
	colorWaiting = 0xc58a1b
	colorNo      = 0xb4483f
	colorPlain   = 0x6b7280
)

func accent(s knowledge.Status) int {
	switch s {
	case knowledge.Released, knowledge.Airing, knowledge.Scheduled:
		return colorYes
	case knowledge.Delayed, knowledge.InProduction, knowledge.Announced, knowledge.Continued:
		return colorWaiting
	case knowledge.NotPlanned, knowledge.Concluded, knowledge.Cancelled:
		return colorNo
	}
	return colorPlain
}

// container puts blocks of text and rows of buttons into one card. Empty blocks are left out; "---" is a dividing line.
func container(color int, blocks []string, rows ...discordgo.ActionsRow) []discordgo.MessageComponent {
	var parts []discordgo.MessageComponent
	for _, text := range blocks {
		switch text {
		case "":
		case "---":
			parts = append(parts, discordgo.Separator{})
		default:
			parts = append(parts, discordgo.TextDisplay{Content: text})
		}
	}
	for _, row := range rows {
		if len(row.Components) > 0 {
			parts = append(parts, row)
		}
	}
	return []discordgo.MessageComponent{discordgo.Container{AccentColor: &color, Components: parts}}
}

// notice is a card of a few sentences.
func notice(text string) []discordgo.MessageComponent { return container(colorPlain, []string{text}) }

// answerCard renders an answer: the verdict first, then why, then how old the evidence is, then the sources, then what
// one may want next. When it would be too long for Discord, the titles of sources go first, then the last reasons; the
// Sources button still shows everything.
//
// A second show that was asked about follows with its verdict alone, and a button for the rest.
func answerCard(a knowledge.Answer) []discordgo.MessageComponent {
	var also []discordgo.MessageComponent
	room := maxCardText
	for _, second := range a.Also {
		blocks := []string{unsure(second)}
		row := candidateButtons(second)
		if second.Show != nil {
			blocks = answerBlocks(second, nil, false)[:3]
			row = discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{
				Label: "Reasons and sources", Style: discordgo.SecondaryButton,
				CustomID: customID("season", second.Show.ID, fmt.Sprint(second.Verdict.Asked)),
			}}}
		}
		room -= length(blocks)
		also = append(also, container(accent(second.Status), blocks, row)...)
	}
	if a.Show == nil {
		return append(container(colorPlain, []string{unsure(a)}, candidateButtons(a)), also...)
	}
	points, titles := a.Why, true
	blocks := answerBlocks(a, points, titles)
	for length(blocks) > room {
		if titles {
			titles = false
		} else {
			points = points[:len(points)-1]
		}
		blocks = answerBlocks(a, points, titles)
	}
	return append(container(accent(a.Status), blocks, answerButtons(a)), also...)
}

func length(blocks []string) int {
	n := 0
	for _, b := range blocks {
		n += utf8.RuneCountInString(b)
	}
	return n
}

func answerBlocks(a knowledge.Answer, points []knowledge.Point, titles bool) []string {
	var why, sources strings.Builder
	used := map[int]bool{}
	for _, p := range points {
		fmt.Fprintf(&why, "- %s", escape(p.Text))
		if c := p.Credit(); c != "" {
			fmt.Fprintf(&why, " *%s*", escape(c))
		}
		for _, n := range p.Cites {
			fmt.Fprintf(&why, "\u00a0[%d]", n) // no line begins with a lone number
			used[n] = true
		}
		why.WriteByte('\n')
	}
	for _, s := range a.Sources {
		if used[s.N] {
			fmt.Fprintf(&sources, "-# [%d] %s\n", s.N, sourceLine(s.Source, titles))
		}
	}
	verdict := "### " + escape(a.Head)
	if a.Rest != "" {
		verdict += "\n" + escape(a.Rest)
	}
	return []string{verdict, strings.TrimSpace(why.String()), "-# " + escape(a.Footer()), "---", strings.TrimSpace(sources.String())}
}

// sourceLine is a source as a link with its publisher, date and, where it matters, its standing.
func sourceLine(s knowledge.Source, title bool) string {
	name := s.Publisher
	if title && s.Title != "" {
		name += ": " + clip(s.Title, 80)
	}
	line := fmt.Sprintf("[%s](<%s>)", escape(name), s.URL)
	if !s.Published.IsZero() {
		line += ", " + s.Published.Words()
	}
	if s.Kind == knowledge.Aggregator || s.Kind == knowledge.Leak {
		line += ", " + kindWords(s.Kind)
	}
	return line
}

func kindWords(k knowledge.SourceKind) string {
	switch k {
	case knowledge.Aggregator:
		return "retells others"
	case knowledge.Leak:
		return "a leak"
	}
	return string(k)
}

// answerButtons offers the seasons beside the one that is answered, and all sources.
func answerButtons(a knowledge.Answer) discordgo.ActionsRow {
	var row discordgo.ActionsRow
	unit := strings.ToUpper(a.Show.UnitName()[:1]) + a.Show.UnitName()[1:]
	for _, n := range []int{a.Verdict.Season - 1, a.Verdict.Season + 1} {
		if n >= 1 && n <= a.Show.LastKnown(a.On) {
			row.Components = append(row.Components, discordgo.Button{
				Label: fmt.Sprintf("%s %d", unit, n), Style: discordgo.SecondaryButton, CustomID: customID("season", a.Show.ID, fmt.Sprint(n)),
			})
		}
	}
	row.Components = append(row.Components, discordgo.Button{
		Label: "Sources", Style: discordgo.SecondaryButton, CustomID: customID("sources", a.Show.ID, "1"),
	}, discordgo.Button{
		Label: "Wrong or outdated?", Style: discordgo.SecondaryButton, CustomID: customID("report", a.Show.ID),
	})
	return row
}

// unsure says that no show is certain. Of more than two shows that may be meant, the buttons tell the names.
func unsure(a knowledge.Answer) string {
	if len(a.Candidates) > 2 {
		return escape(a.Head) + " Did you mean one of these?"
	}
	return escape(a.Line())
}

// candidateButtons asks which show is meant. The buttons carry the question, so that pressing one answers it.
func candidateButtons(a knowledge.Answer) discordgo.ActionsRow {
	var row discordgo.ActionsRow
	for _, c := range a.Candidates {
		season := "-"
		if a.Question.Named {
			season = fmt.Sprint(a.Question.Season)
		}
		row.Components = append(row.Components, discordgo.Button{
			Label: clip(c.Show.TitleYear(), maxLabel), Style: discordgo.SecondaryButton,
			CustomID: customID("pick", c.Show.ID, string(a.Question.Intent), season),
		})
	}
	return row
}

// sourcesCard renders one page of everything a dossier holds, newest season first.
func sourcesCard(s *knowledge.Show, page int, today knowledge.Date) []discordgo.MessageComponent {
	pages := sourcePages(s)
	page = min(max(page, 1), len(pages))
	title := "### Everything on " + escape(s.Title)
	if len(pages) > 1 {
		title += fmt.Sprintf(" (page %d of %d)", page, len(pages))
	}
	var row discordgo.ActionsRow
	for _, p := range []struct {
		n     int
		label string
	}{{page - 1, "Back"}, {page + 1, "More"}} {
		if p.n >= 1 && p.n <= len(pages) {
			row.Components = append(row.Components, discordgo.Button{
				Label: p.label, Style: discordgo.SecondaryButton, CustomID: customID("sources", s.ID, fmt.Sprint(p.n)),
			})
		}
	}
	row.Components = append(row.Components, discordgo.Button{
		Label: "Answer", Style: discordgo.SecondaryButton, CustomID: customID("season", s.ID, fmt.Sprint(s.NextSeason(today))),
	})
	blocks := append([]string{title}, pages[page-1]...)
	return container(colorPlain, blocks, row)
}

// Bounds of one page of sources: short enough to read on a phone, and within Discord's limits with room to spare.
const (
	maxPageText   = 1800
	maxPageBlocks = 6
)

func sourcePages(s *knowledge.Show) [][]string {
	var pages [][]string
	var page []string
	for _, e := range s.Entries() {
		var b strings.Builder
		fmt.Fprintf(&b, "**%s**\n%s", escape(e.Head), escape(e.Text))
		if e.Corrects != "" {
			fmt.Fprintf(&b, "\n-# Often told otherwise: %s", escape(e.Corrects))
		}
		for _, src := range e.Sources {
			fmt.Fprintf(&b, "\n-# %s", sourceLine(src, true))
		}
		for _, src := range e.Against {
			fmt.Fprintf(&b, "\n-# Told otherwise by %s", sourceLine(src, false))
		}
		block := b.String()
		if len(page) > 0 && (length(page)+utf8.RuneCountInString(block) > maxPageText || len(page) == maxPageBlocks) {
			pages = append(pages, page)
			page = nil
		}
		page = append(page, block)
	}
	return append(pages, page)
}

// escape makes text plain: Discord reads no markdown, mention or link in it.
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", "|", `\|`, "<", `\<`, ">", `\>`, "[", `\[`, "]", `\]`,
	"#", `\#`, "@", "@\u200b", "://", ":\u200b//",
)

// clip shortens s to at most n characters, the last an ellipsis when something was left out.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
