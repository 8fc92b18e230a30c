package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
)

// customID is what a button carries: a version, a verb and its arguments. It holds all that is needed to answer, so that
// buttons work after a restart. Discord allows 100 characters; ids of shows are checked against that by a test.
func customID(verb string, args ...string) string {
	return "v1:" + verb + ":" + strings.Join(args, ":")
}

// stale is the answer to a button of an older version, or about a show that is gone.
var stale = sorry{"This button is from an older version of me and no longer works. Ask again with /season."}

// pressed answers a button.
func (b *Bot) pressed(r *request) (reply, error) {
	data, ok := r.interaction.Data.(discordgo.MessageComponentInteractionData)
	if !ok {
		return reply{}, fmt.Errorf("button without data")
	}
	parts := strings.Split(data.CustomID, ":")
	if len(parts) < 3 || parts[0] != "v1" {
		return reply{}, stale
	}
	verb, args := parts[1], parts[2:]
	// What moderators are shown is private, so that only they can press it.
	page, _ := strconv.Atoi(args[0])
	switch moderating := r.alone() && r.interaction.GuildID != ""; {
	case verb == "kinds" && moderating:
		return kindsChosen(r, args[0], data.Values)
	case verb == "follow" && moderating && len(args) == 2:
		return followChosen(r, args[0], args[1])
	case verb == "list" && moderating:
		return listed(r, page)
	case verb == "history" && moderating:
		return history(r, page)
	case verb == "stop" && r.user() != "":
		return unnotify(r, args[0])
	}
	id, rest, _ := strings.Cut(args[0], "/") // the id of an event begins with that of its show
	show := b.base().Show(id)
	if show == nil {
		return reply{}, stale
	}
	var card []discordgo.MessageComponent
	switch {
	case verb == "season" && len(args) == 2:
		q := knowledge.Question{Intent: knowledge.Exists, Title: show.ID, Named: true}
		q.Season, _ = strconv.Atoi(args[1])
		card = answerCard(show.Answer(q, b.today()))
	case verb == "news" && len(args) == 1:
		number, _, _ := strings.Cut(rest, "/")
		number, _, _ = strings.Cut(number, ".")
		q := knowledge.Question{Intent: knowledge.Exists, Title: show.ID, Named: true}
		if q.Season, _ = strconv.Atoi(number); q.Season < 1 {
			return reply{}, stale
		}
		card = answerCard(show.Answer(q, b.today()))
	case verb == "report" && len(args) == 1:
		return reply{form: reportForm(show)}, nil
	case verb == "sources" && len(args) == 2:
		page, _ := strconv.Atoi(args[1])
		card = sourcesCard(show, page, b.today())
	case verb == "pick" && len(args) == 3 && slices.Contains(knowledge.Intents(), knowledge.Intent(args[1])):
		q := knowledge.Question{Intent: knowledge.Intent(args[1]), Title: show.ID}
		n, err := strconv.Atoi(args[2])
		q.Season, q.Named, q.Next = n, err == nil, err != nil
		card = answerCard(show.Answer(q, b.today()))
		if r.asked() && !r.alone() { // all can see it
			b.places.note(r.interaction.GuildID, r.interaction.ChannelID, show.ID, b.now())
		}
	default:
		return reply{}, stale
	}
	// A card that others can see stays as it is, and the member gets another; only the question which show was meant is
	// replaced by its answer, by the one who was asked.
	return reply{card: card, private: true, update: r.alone() || verb == "pick" && r.asked()}, nil
}

// alone reports whether only the member sees the message with the button.
func (r *request) alone() bool {
	m := r.interaction.Message
	return m != nil && m.Flags&discordgo.MessageFlagsEphemeral != 0
}

// asked reports whether the message with the button answers the member.
func (r *request) asked() bool {
	m := r.interaction.Message
	if m == nil {
		return false
	}
	if meta := m.InteractionMetadata; meta != nil && meta.User != nil {
		return meta.User.ID == r.user()
	}
	if ref := m.ReferencedMessage; ref != nil && ref.Author != nil {
		return ref.Author.ID == r.user()
	}
	return false
}
