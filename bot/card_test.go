package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// checkCard reports what Discord would refuse, counting as its documentation does.
func checkCard(t *testing.T, what string, parts []discordgo.MessageComponent) {
	t.Helper()
	components, text := 0, 0
	ids := map[string]bool{}
	var walk func([]discordgo.MessageComponent)
	walk = func(parts []discordgo.MessageComponent) {
		for _, p := range parts {
			components++
			switch p := p.(type) {
			case discordgo.Container:
				if len(p.Components) == 0 {
					t.Errorf("%s: an empty container", what)
				}
				walk(p.Components)
			case discordgo.ActionsRow:
				if n := len(p.Components); n < 1 || n > 5 {
					t.Errorf("%s: a row of %d buttons", what, n)
				}
				walk(p.Components)
			case discordgo.TextDisplay:
				if strings.TrimSpace(p.Content) == "" {
					t.Errorf("%s: an empty text", what)
				}
				text += utf8.RuneCountInString(p.Content)
			case discordgo.Button:
				if n := utf8.RuneCountInString(p.Label); n < 1 || n > 80 {
					t.Errorf("%s: a label of %d characters", what, n)
				}
				if len(p.CustomID) > 100 || ids[p.CustomID] {
					t.Errorf("%s: custom id %q", what, p.CustomID)
				}
				ids[p.CustomID] = true
			case discordgo.Separator:
			default:
				t.Errorf("%s: a %T", what, p)
			}
		}
	}
	walk(parts)
	if components > maxComponents {
		t.Errorf("%s: %d components", what, components)
	}
	if text > 4000 {
		t.Errorf("%s: %d characters", what, text)
	}
}

// sample is every dossier, and every twentieth show that only the catalogue knows, with those that have the most seasons.
func sample() []*knowledge.Show {
	listed := 0
	return slices.DeleteFunc(knowledge.Embedded().Shows(), func(s *knowledge.Show) bool {
		if !s.Listed() || len(s.Seasons)+len(s.Also) > 12 {
			return false
		}
		listed++
		return listed%20 != 0
	})
}

// TestEveryCardFits renders every show of the sample, every season of it and one beyond, for every intent, and all its
// sources.
func TestEveryCardFits(t *testing.T) {
	day := knowledge.DayOf(today())
	for _, s := range sample() {
		for n := -1; n <= s.LastKnown(day)+2; n++ {
			for _, intent := range knowledge.Intents() {
				q := knowledge.Question{Intent: intent, Title: s.Title, Season: n, Named: n != 0, Next: n == 0}
				checkCard(t, fmt.Sprint(s.ID, " ", intent, " ", n), answerCard(s.Answer(q, day)))
			}
		}
		for page := range sourcePages(s) {
			checkCard(t, fmt.Sprint(s.ID, " sources ", page+1), sourcesCard(s, page+1, day))
		}
	}
}

// TestEveryChoiceFits checks autocomplete for the first letters of every title of the sample.
func TestEveryChoiceFits(t *testing.T) {
	b := newBot(t, knowledge.Embedded())
	for _, s := range sample() {
		for _, name := range s.AllNames()[:1] {
			runes := []rune(name)
			for n := range min(len(runes), 5) {
				r := &request{bot: b, interaction: &discordgo.Interaction{}, options: options{{Name: "show", Value: string(runes[:n+1])}}}
				choices := completeShow(r)
				if len(choices) > 25 {
					t.Errorf("%q gives %d choices", string(runes[:n+1]), len(choices))
				}
				for _, c := range choices {
					if n := utf8.RuneCountInString(c.Name); n < 1 || n > 100 {
						t.Errorf("choice %q has %d characters", c.Name, n)
					}
				}
			}
		}
	}
}

// TestLongAnswersAreShortened: what does not fit is left out whole, titles of sources first.
func TestLongAnswersAreShortened(t *testing.T) {
	show := fixtureBase(t).Show("paper-lanterns")
	a := show.Answer(knowledge.Question{Intent: knowledge.Exists, Season: 3, Named: true}, knowledge.DayOf(today()))
	for len(a.Why) < 40 {
		p := a.Why[0]
		p.Text = strings.Repeat("word ", 40) + fmt.Sprint(len(a.Why)) + "."
		a.Why = append(a.Why, p)
	}
	card := answerCard(a)
	checkCard(t, "long", card)
	text := cardText(card)
	if !strings.Contains(text, "April 2027") || strings.Contains(text, "39.") || strings.Contains(text, "decided") {
		t.Errorf("shortened to\n%s", text)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                    "plain",
		"**bold** _x_ `c` ||s||":   `\*\*bold\*\* \_x\_ ` + "\\`c\\`" + ` \|\|s\|\|`,
		"<@1> @everyone [a](b) #x": "\\<@\u200b1\\> @\u200beveryone \\[a\\](b) \\#x",
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestManyCandidates: where the buttons tell many names, the text above them does not.
func TestManyCandidates(t *testing.T) {
	b := newBot(t, knowledge.Embedded())
	a := b.base().Ask("is there a season 2 of the villainess?", b.today())
	if len(a.Candidates) < 3 {
		t.Fatalf("only %d candidates", len(a.Candidates))
	}
	parts := answerCard(a)[0].(discordgo.Container).Components
	if text := parts[0].(discordgo.TextDisplay).Content; text != "I am not sure which show “the villainess” is. Did you mean one of these?" {
		t.Errorf("says %q", text)
	}
	if n := len(parts[1].(discordgo.ActionsRow).Components); n != len(a.Candidates) {
		t.Errorf("%d buttons for %d candidates", n, len(a.Candidates))
	}
}
