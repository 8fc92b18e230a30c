package bot

import (
	"container/list"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// Bounds of what is remembered of places. It is held in memory only, and gone after a restart.
const (
	lastAnswerFor = 10 * time.Minute // a channel's last answer gives the show of a question that names none
	maxChannels   = 10_000
	maxGuilds     = 10_000
	maxRecent     = 20 // shows of a guild
)

// places remembers which shows were answered about where all could see it. It is safe for concurrent use.
type places struct {
	mu       sync.Mutex
	channels lru[lastAnswer]
	guilds   lru[[]string] // ids of shows, newest first
}

type lastAnswer struct {
	show string // its id
	at   time.Time
}

// newPlaces makes room for so many channels and guilds; those longest without an answer go first.
func newPlaces(channels, guilds int) *places {
	return &places{channels: newLRU[lastAnswer](channels), guilds: newLRU[[]string](guilds)}
}

// note remembers an answer about a show. The guild is "" in direct messages.
func (p *places) note(guild, channel, show string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if channel != "" {
		p.channels.put(channel, lastAnswer{show, now})
	}
	if guild != "" {
		before, _ := p.guilds.get(guild)
		shows := append([]string{show}, slices.DeleteFunc(slices.Clone(before), func(s string) bool { return s == show })...)
		p.guilds.put(guild, shows[:min(len(shows), maxRecent)])
	}
}

// last returns the id of the show that the channel was last answered about, "" when that was too long ago.
func (p *places) last(channel string, now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, ok := p.channels.get(channel)
	if !ok || now.Sub(answer.at) > lastAnswerFor {
		return ""
	}
	return answer.show
}

// recent returns the ids of the shows that the guild was answered about, newest first, at most maxRecent.
func (p *places) recent(guild string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	shows, _ := p.guilds.get(guild)
	return slices.Clone(shows)
}

// An lru maps ids to values and keeps those that were put last.
type lru[V any] struct {
	limit int
	order *list.List // of lruEntry, newest first
	byID  map[string]*list.Element
}

type lruEntry[V any] struct {
	id    string
	value V
}

func newLRU[V any](limit int) lru[V] {
	return lru[V]{limit, list.New(), map[string]*list.Element{}}
}

func (l *lru[V]) get(id string) (V, bool) {
	e, ok := l.byID[id]
	if !ok {
		var none V
		return none, false
	}
	return e.Value.(lruEntry[V]).value, true
}

func (l *lru[V]) put(id string, value V) {
	if e, ok := l.byID[id]; ok {
		l.order.Remove(e)
	}
	l.byID[id] = l.order.PushFront(lruEntry[V]{id, value})
	if oldest := l.order.Back(); l.order.Len() > l.limit {
		l.order.Remove(oldest)
		delete(l.byID, oldest.Value.(lruEntry[V]).id)
	}
}

// A place is where a text was written, with what gives a show to a question that names none.
type place struct {
	channel string
	card    *discordgo.Message // the message of ours to which the text replies, nil when there is none
}

// ask answers a text where it was written. A question that names no show is about that of the card it replies to, else
// about the channel's last answer; the answer then says so.
func (b *Bot) ask(text string, at place) knowledge.Answer {
	base, today := b.base(), b.today()
	if at.card != nil {
		if show := showOf(base, at.card); show != nil {
			return base.AskIn(show, text, today)
		}
		return base.Ask(text, today)
	}
	show := base.Show(b.places.last(at.channel, b.now()))
	a := base.AskIn(show, text, today)
	if show != nil && a.Show == show && a.Question.Title == "" {
		a.Rest = strings.TrimSpace(a.Rest + " Taken from this channel's last answer: " + show.TitleYear() + ".")
	}
	return a
}

// noteAnswer remembers the show of an answer that all in the place can see.
func (b *Bot) noteAnswer(guild, channel string, a knowledge.Answer) {
	if a.Show != nil {
		b.places.note(guild, channel, a.Show.ID, b.now())
	}
}

// showOf returns the show that a card of ours is about, which its buttons name; nil when they name none or several.
func showOf(base *knowledge.Base, m *discordgo.Message) *knowledge.Show {
	var found *knowledge.Show
	several := false
	eachButton(m.Components, func(id string) {
		parts := strings.Split(id, ":")
		if len(parts) < 3 || parts[0] != "v1" {
			return
		}
		show := base.Show(parts[2])
		several = several || found != nil && show != found
		found = show
	})
	if several {
		return nil
	}
	return found
}

// eachButton calls f with the custom id of every button, however deep.
func eachButton(parts []discordgo.MessageComponent, f func(customID string)) {
	for _, p := range parts {
		switch p := p.(type) {
		case *discordgo.Container:
			eachButton(p.Components, f)
		case discordgo.Container:
			eachButton(p.Components, f)
		case *discordgo.ActionsRow:
			eachButton(p.Components, f)
		case discordgo.ActionsRow:
			eachButton(p.Components, f)
		case *discordgo.Button:
			f(p.CustomID)
		case discordgo.Button:
			f(p.CustomID)
		}
	}
}
