// Package bot answers in Discord what knowledge knows. It is the only package that imports discordgo.
//
// Handle is a function of an interaction, the knowledge and the settings: it opens no connection and always gives an
// answer. Run holds the connection to Discord and hands interactions to it.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// A Bot answers interactions and messages. It is safe for concurrent use.
type Bot struct {
	known    atomic.Pointer[known]
	store    *store.Store
	now      func() time.Time
	timer    func(time.Duration) (fired <-chan time.Time, stop func())
	log      *slog.Logger
	commands []command
	online   atomic.Pointer[online] // nil while Discord has not been reached yet

	announcing Announcing
	flights    int           // deliveries under way at a time
	changed    chan struct{} // holds a value when there may be news, or something to deliver
	rested     atomic.Int64  // how often there was nothing left to find or to deliver
	places     *places

	mu      sync.Mutex
	helped  map[string]time.Time   // channel -> when it last got the short help
	reports map[string][]time.Time // member -> when they reported within the last hour
}

// New makes a bot over a base and an open store. Today is now's day in UTC; the log gets no message text and no token.
func New(base *knowledge.Base, st *store.Store, now func() time.Time, log *slog.Logger) *Bot {
	b := &Bot{store: st, now: now, timer: realTimer, log: log, announcing: Announcing{Hold: DefaultHold}, flights: maxFlight,
		changed: make(chan struct{}, 1),
		places:  newPlaces(maxChannels, maxGuilds), helped: map[string]time.Time{}, reports: map[string][]time.Time{}}
	b.Use(base, nil)
	b.commands = []command{
		seasonCommand(),
		askCommand(),
		settingsCommand(),
		announcementsCommand(),
		notifyCommand(),
		helpCommand(b),
		aboutCommand(),
		messageCommand(),
	}
	return b
}

// online is what the bot has once Discord was reached.
type online struct {
	rest        rest
	self        string // user id of the bot
	application string
}

// discord returns the way to Discord for a request that a person waits for.
func (b *Bot) discord() (*online, error) {
	on := b.online.Load()
	if on == nil {
		return nil, sorry{"I have no connection to Discord at the moment. Try again in a minute."}
	}
	return on, nil
}

// known is what the bot knows at the moment.
type known struct {
	base     *knowledge.Base
	problems knowledge.Problems
}

// Use makes the bot answer from another base from now on. The problems are those of the operator's own dossiers, which
// /about shows.
func (b *Bot) Use(base *knowledge.Base, problems knowledge.Problems) {
	b.known.Store(&known{base, problems})
	b.stir()
}

// Announce changes how news is handled. It is called before Run.
func (b *Bot) Announce(a Announcing) { b.announcing = a }

// stir has the announcements looked after now.
func (b *Bot) stir() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *Bot) base() *knowledge.Base { return b.known.Load().base }

// today returns the day for which the bot answers.
func (b *Bot) today() knowledge.Date { return knowledge.DayOf(b.now().UTC()) }

// A sorry is an error meant for the person: it tells what happened and what to do next.
type sorry struct{ text string }

func (s sorry) Error() string { return s.text }

// A hint is a sorry in markdown: it may name channels, roles and commands.
type hint struct{ markdown string }

func (h hint) Error() string { return h.markdown }

// A request is one interaction on its way through the bot.
type request struct {
	ctx         context.Context
	bot         *Bot
	interaction *discordgo.Interaction
	options     options
}

// user returns the id of whoever acted, "" when Discord did not say.
func (r *request) user() string {
	switch i := r.interaction; {
	case i.Member != nil && i.Member.User != nil:
		return i.Member.User.ID
	case i.User != nil:
		return i.User.ID
	}
	return ""
}

// can reports whether the member has the permission where the interaction happened, as Discord computed it.
func (r *request) can(permission int64) bool {
	m := r.interaction.Member
	return m != nil && (m.Permissions&permission != 0 || m.Permissions&discordgo.PermissionAdministrator != 0)
}

// private decides who sees the answer: the member's own wish, else the guild's setting, else everybody.
func (r *request) private() (bool, error) {
	if wish, ok := r.options.boolean("private"); ok {
		return wish, nil
	}
	if r.interaction.GuildID == "" {
		return false, nil
	}
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	return g.Private, err
}

// A reply is what a handler answers; response turns it into Discord's form.
type reply struct {
	card    []discordgo.MessageComponent
	private bool
	update  bool // replace the message whose button was pressed
	choices []*discordgo.ApplicationCommandOptionChoice
	file    *discordgo.File                // what a discordgo.FileComponent of the card shows
	form    *discordgo.InteractionResponse // a modal, in the place of all else
}

func (r reply) response(kind discordgo.InteractionType) *discordgo.InteractionResponse {
	if r.form != nil {
		return r.form
	}
	if kind == discordgo.InteractionApplicationCommandAutocomplete {
		return &discordgo.InteractionResponse{
			Type: discordgo.InteractionApplicationCommandAutocompleteResult,
			Data: &discordgo.InteractionResponseData{Choices: r.choices},
		}
	}
	resp := &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseChannelMessageWithSource,
		Data: &discordgo.InteractionResponseData{
			Flags:           discordgo.MessageFlagsIsComponentsV2,
			Components:      r.card,
			AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
		},
	}
	if r.file != nil {
		resp.Data.Files = []*discordgo.File{r.file}
	}
	if r.private {
		resp.Data.Flags |= discordgo.MessageFlagsEphemeral
	}
	if r.update {
		resp.Type = discordgo.InteractionResponseUpdateMessage
	}
	return resp
}

// Handle answers an interaction. It recovers from panics, because discordgo does not and one would end the process, and
// it never returns nil.
func (b *Bot) Handle(ctx context.Context, i *discordgo.Interaction) (resp *discordgo.InteractionResponse) {
	defer func() {
		if p := recover(); p != nil {
			b.log.ErrorContext(ctx, "handler panicked", "interaction", i.ID, "kind", i.Type.String(), "panic", fmt.Sprint(p),
				"stack", string(debug.Stack()))
			resp = apology(i.ID).response(i.Type)
		}
	}()
	r := &request{ctx: ctx, bot: b, interaction: i}
	var answer reply
	var err error
	switch i.Type {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		answer, err = b.dispatch(r)
	case discordgo.InteractionMessageComponent:
		answer, err = b.pressed(r)
	case discordgo.InteractionModalSubmit:
		answer, err = b.submitted(r)
	default:
		err = fmt.Errorf("interaction of type %d", i.Type)
	}
	var s sorry
	var h hint
	switch {
	case err == nil:
	case errors.As(err, &s):
		answer = reply{card: notice(escape(s.text)), private: true}
	case errors.As(err, &h):
		answer = reply{card: notice(h.markdown), private: true}
	default:
		b.log.ErrorContext(ctx, "handler failed", "interaction", i.ID, "kind", i.Type.String(), "error", err)
		answer = apology(i.ID)
	}
	return answer.response(i.Type)
}

// apology is the answer when something of ours broke. The id finds the log line.
func apology(id string) reply {
	if id == "" {
		id = rand.Text()[:8]
	}
	return reply{private: true, card: notice(fmt.Sprintf(
		"Something went wrong on my side, and your question was not answered. Please try again; if it happens again, tell whoever runs me this number: %s.", id))}
}

// dispatch finds the command and subcommand and runs or completes it.
func (b *Bot) dispatch(r *request) (reply, error) {
	data, ok := r.interaction.Data.(discordgo.ApplicationCommandInteractionData)
	if !ok { // a payload that discordgo could read only half (TRAPS 8)
		return reply{}, fmt.Errorf("command without data")
	}
	k := slices.IndexFunc(b.commands, func(c command) bool { return c.name == data.Name && c.commandType() == data.CommandType })
	if k < 0 {
		return reply{}, sorry{"I no longer have this command. Discord may still show an old list: try again in a minute, or type /help."}
	}
	c := b.commands[k]
	r.options = data.Options
	if len(c.subcommands) > 0 {
		if len(data.Options) != 1 {
			return reply{}, fmt.Errorf("/%s without its subcommand", c.name)
		}
		s := slices.IndexFunc(c.subcommands, func(sub command) bool { return sub.name == data.Options[0].Name })
		if s < 0 {
			return reply{}, sorry{fmt.Sprintf("I don't know /%s %s. Type /help for the list.", c.name, data.Options[0].Name)}
		}
		r.options = data.Options[0].Options
		guildOnly := c.guildOnly
		c = c.subcommands[s]
		c.guildOnly = guildOnly
	}
	if r.interaction.Type == discordgo.InteractionApplicationCommandAutocomplete {
		if c.complete == nil {
			return reply{}, nil
		}
		return reply{choices: c.complete(r)}, nil
	}
	// Who may use a command is Discord's to decide: it keeps to the default permissions, and to what admins chose instead
	// under Server Settings, Integrations, before it sends the interaction. A check here would know only the former, and
	// turn away those whom an admin let in.
	if c.guildOnly && r.interaction.GuildID == "" {
		return reply{}, sorry{"That command works only in a server."}
	}
	return c.run(r)
}
