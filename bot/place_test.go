package bot

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

func TestPlacesRememberForAWhile(t *testing.T) {
	p := newPlaces(10, 10)
	now := today()
	p.note("9", "2", "paper-lanterns", now)
	for after, want := range map[time.Duration]string{0: "paper-lanterns", lastAnswerFor: "paper-lanterns", lastAnswerFor + time.Second: ""} {
		if got := p.last("2", now.Add(after)); got != want {
			t.Errorf("after %v the channel's show is %q, want %q", after, got, want)
		}
	}
	if got := p.last("3", now); got != "" {
		t.Errorf("another channel's show is %q", got)
	}
}

func TestPlacesKeepTheNewestShowsOfAGuild(t *testing.T) {
	p := newPlaces(10, 10)
	for i := range maxRecent + 5 {
		p.note("9", "2", fmt.Sprint(i), today())
	}
	p.note("9", "3", "10", today())
	p.note("", "4", "direct", today())
	got := p.recent("9")
	if len(got) != maxRecent || got[0] != "10" || got[1] != "24" || slices.Index(got[1:], "10") >= 0 {
		t.Errorf("the shows are %v", got)
	}
	if len(p.recent("")) != 0 || len(p.recent("8")) != 0 {
		t.Error("there are shows of no guild")
	}
}

func TestPlacesAreBounded(t *testing.T) {
	p := newPlaces(3, 2)
	for i := range 5 {
		p.note(fmt.Sprint(i), fmt.Sprint(i), "x", today())
		p.note("0", "0", "y", today()) // what is used stays
	}
	if n := len(p.channels.byID); n != 3 || p.channels.order.Len() != n {
		t.Errorf("%d channels are remembered, want 3", n)
	}
	if n := len(p.guilds.byID); n != 2 || p.last("0", today()) != "y" || p.last("1", today()) != "" {
		t.Errorf("%d guilds are remembered, want 2, the newest", n)
	}
}

func TestPlacesAreSafeForConcurrentUse(t *testing.T) {
	p := newPlaces(5, 5)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				id := fmt.Sprint((i + j) % 9)
				p.note(id, id, id, today())
				p.last(id, today())
				p.recent(id)
			}
		})
	}
	wg.Wait()
}

// say hands the bot a message of a member in a channel of a guild, in reply to another if there is one.
func say(t *testing.T, b *Bot, content string, replyTo *discordgo.Message) *discordgo.MessageSend {
	t.Helper()
	return b.HandleMessage(t.Context(), &discordgo.Message{ID: "3", ChannelID: "2", GuildID: "9", Content: content,
		Author: &discordgo.User{ID: "5"}, ReferencedMessage: replyTo}, "1")
}

// TestConversation goes on from the bot's own card.
func TestConversation(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	first := say(t, b, "<@1> is there a season 2 of paper lanterns?", nil)
	card := &discordgo.Message{ID: "4", Author: &discordgo.User{ID: "1"}, Components: first.Components}
	other := &discordgo.Message{ID: "5", Author: &discordgo.User{ID: "6"}, Components: first.Components}

	for _, c := range []struct {
		content string
		replyTo *discordgo.Message
		want    string // "" for silence
	}{
		{"and season 3?", card, "April 2027"},
		{"season 3", card, "April 2027"},
		{"when?", card, "April 2027"},
		{"<@1> and season 4?", card, "asked about season 4"},
		{"is there a season 2 of night harbour?", card, "Night Harbour"},
		{"haha nice", card, ""},
		{"", card, ""},
		{"and season 3?", other, ""}, // a reply to somebody else
		{"and season 3?", nil, ""},
	} {
		send := say(t, b, c.content, c.replyTo)
		switch {
		case c.want == "" && send != nil:
			t.Errorf("%q is answered %q", c.content, cardText(send.Components))
		case c.want != "" && send == nil:
			t.Errorf("%q is not answered", c.content)
		case c.want != "" && !strings.Contains(cardText(send.Components), c.want):
			t.Errorf("%q is answered %q", c.content, cardText(send.Components))
		case send != nil && strings.Contains(cardText(send.Components), "Taken from"):
			t.Errorf("%q: a reply says where its show is from: %q", c.content, cardText(send.Components))
		}
	}
}

// TestChannelsLastShow asks without a name after an answer in the same channel, soon and late.
func TestChannelsLastShow(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	now := today()
	b.now = func() time.Time { return now }
	ask := func(channel, question string, private bool) string {
		return cardText(b.Handle(t.Context(), &discordgo.Interaction{Type: discordgo.InteractionApplicationCommand, GuildID: "9", ChannelID: channel,
			Member: &discordgo.Member{User: &discordgo.User{ID: "5"}},
			Data: discordgo.ApplicationCommandInteractionData{Name: "ask", CommandType: 1, Options: []*discordgo.ApplicationCommandInteractionDataOption{
				{Name: "question", Type: 3, Value: question}, {Name: "private", Type: 5, Value: private}}}}).Data.Components)
	}
	const taken = "Taken from this channel's last answer: Paper Lanterns"
	if got := ask("2", "season 3?", false); !strings.Contains(got, "Which show do you mean?") {
		t.Errorf("before any answer: %q", got)
	}
	ask("2", "is there a season 3 of night harbour?", true) // only its asker saw it
	if got := ask("2", "season 3?", false); !strings.Contains(got, "Which show do you mean?") {
		t.Errorf("after a private answer: %q", got)
	}
	ask("2", "is there a season 2 of paper lanterns?", false)
	now = now.Add(9 * time.Minute)
	if got := ask("2", "season 3?", false); !strings.Contains(got, "April 2027") || !strings.Contains(got, taken) {
		t.Errorf("soon after: %q", got)
	}
	if got := ask("7", "season 3?", false); !strings.Contains(got, "Which show do you mean?") {
		t.Errorf("in another channel: %q", got)
	}
	if got := cardText(say(t, b, "<@1> when is season 3 out", nil).Components); !strings.Contains(got, taken) {
		t.Errorf("in a mention: %q", got)
	}
	now = now.Add(lastAnswerFor + time.Second)
	if got := ask("2", "season 3?", false); !strings.Contains(got, "Which show do you mean?") {
		t.Errorf("late: %q", got)
	}
	if got := b.places.recent("9"); !slices.Equal(got, []string{"paper-lanterns"}) {
		t.Errorf("the guild's shows are %v", got)
	}
}

// TestTwoShowsInOneMessage answers both, within Discord's limits.
func TestTwoShowsInOneMessage(t *testing.T) {
	b := newBot(t, fixtureBase(t))
	send := say(t, b, "<@1> when is paper lanterns season 3 and night harbour season 2?", nil)
	text := cardText(send.Components)
	if len(send.Components) != 2 || !strings.Contains(text, "April 2027") || !strings.Contains(text, "Night Harbour") {
		t.Errorf("%d cards: %q", len(send.Components), text)
	}
	if showOf(b.base(), &discordgo.Message{Components: send.Components}) != nil {
		t.Error("a card about two shows gives one of them")
	}
}
