package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrNoResponse is what a member sees when the bot does not answer an
// interaction within 3 seconds, or a deferred one within 15 minutes.
var ErrNoResponse = errors.New("the application did not respond")

// Visitor acts as one user: what they do passes the checks Discord makes, and
// goes to the bot as it would there.
type Visitor struct {
	srv    *Server
	userID string
	locale string
}

// As returns the user with an id. An unknown user may do nothing.
func (s *Server) As(userID string) Visitor { return Visitor{srv: s, userID: userID, locale: "en-US"} }

// In returns the same user with their client in another language.
func (v Visitor) In(locale string) Visitor {
	v.locale = locale
	return v
}

// Option is an option of a command as a member gives it.
type Option struct {
	Name    string
	Value   any  // string, number, bool, File, or an id for users, channels and roles
	Focused bool // the one being typed, for Autocomplete
	Options []Option
}

// Opt is an option with a value.
func Opt(name string, value any) Option { return Option{Name: name, Value: value} }

// Typing is the option that is being typed.
func Typing(name, soFar string) Option { return Option{Name: name, Value: soFar, Focused: true} }

// Interaction is something a member did and waits for.
type Interaction struct {
	srv *Server
	in  *interaction
	err error
}

// Reply is what has come of an interaction so far.
type Reply struct {
	Type      int             // of the callback: 4 to 9
	Body      json.RawMessage // the callback as the bot sent it
	Message   *Message        // the answer, or the message that was updated; nil for autocomplete and modals
	Followups []Message
	Choices   []Choice
	Modal     *Modal
}

// Choice is a suggestion of autocomplete.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // string or float64
}

// Modal is a form the bot opened.
type Modal struct {
	CustomID string          `json:"custom_id"`
	Title    string          `json:"title"`
	JSON     json.RawMessage `json:"-"`
}

// ID returns the interaction's id; "" if it was refused.
func (i *Interaction) ID() string {
	if i.in == nil {
		return ""
	}
	return i.in.id
}

// Err returns why Discord would not have sent the interaction to the bot, in
// a sentence for the member; nil if it was sent.
func (i *Interaction) Err() error { return i.err }

// Wait waits for the answer. A deferred answer is waited for until it is
// there. It returns ErrNoResponse when the bot's time is over.
func (i *Interaction) Wait(ctx context.Context) (Reply, error) {
	return i.waitFor(ctx, func() bool {
		m := i.in.original
		return i.in.answered != 0 && (m == nil || m.deleted || m.flags&flagLoading == 0)
	})
}

// WaitDeferred waits for any answer, also one that only says that the bot is
// thinking.
func (i *Interaction) WaitDeferred(ctx context.Context) (Reply, error) {
	return i.waitFor(ctx, func() bool { return i.in.answered != 0 })
}

// WaitFollowups waits until there are n follow-ups.
func (i *Interaction) WaitFollowups(ctx context.Context, n int) (Reply, error) {
	return i.waitFor(ctx, func() bool { return len(i.in.followups) >= n })
}

func (i *Interaction) waitFor(ctx context.Context, ok func() bool) (Reply, error) {
	if i.err != nil {
		return Reply{}, i.err
	}
	failed := false
	err := i.srv.wait(ctx, func() bool {
		m := i.in.original
		failed = i.in.failed || m != nil && m.failed
		return failed || ok()
	})
	switch {
	case err != nil:
		return i.Reply(), fmt.Errorf("waiting for the bot: %w", err)
	case failed:
		return i.Reply(), ErrNoResponse
	}
	return i.Reply(), nil
}

// Reply returns what has come so far, without waiting.
func (i *Interaction) Reply() Reply {
	if i.in == nil {
		return Reply{}
	}
	s := i.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Reply{Type: i.in.answered, Body: i.in.body}
	if m := i.in.original; m != nil && !m.deleted {
		p := s.public(m)
		r.Message = &p
	}
	for _, m := range i.in.followups {
		if !m.deleted {
			r.Followups = append(r.Followups, s.public(m))
		}
	}
	if i.in.choices != nil {
		json.Unmarshal(encode(i.in.choices), &r.Choices)
	}
	if i.in.modal != nil {
		r.Modal = &Modal{JSON: encode(i.in.modal)}
		json.Unmarshal(r.Modal.JSON, r.Modal)
	}
	return r
}

// ---- what a member does

// Command uses a slash command. Subcommands are written after its name:
// "announcements follow".
func (v Visitor) Command(channelID, name string, options ...Option) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		return s.slash(who, channelID, name, options, interactionCommand)
	})
}

// Autocomplete asks for suggestions; one of the options is being typed.
func (v Visitor) Autocomplete(channelID, name string, options ...Option) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		return s.slash(who, channelID, name, options, interactionAutocomplete)
	})
}

// MessageCommand uses a message command on a message.
func (v Visitor) MessageCommand(messageID, name string) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		m, c, err := s.readable(who, messageID)
		if err != nil {
			return nil, err
		}
		cmd := find(s.offered(who, c), commandMessage, name)
		if cmd == nil {
			return nil, s.whyNot(who, c, commandMessage, name)
		}
		return s.onMessage(who, c, cmd, m)
	})
}

// UserCommand uses a user command on a user.
func (v Visitor) UserCommand(channelID, targetID, name string) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		c, err := s.place(who, channelID)
		if err != nil {
			return nil, err
		}
		cmd := find(s.offered(who, c), commandUser, name)
		if cmd == nil {
			return nil, s.whyNot(who, c, commandUser, name)
		}
		data := cmd.data()
		data["target_id"] = targetID
		if err := s.resolve(data, who, c, optUser, targetID); err != nil {
			return nil, err
		}
		return &interaction{typ: interactionCommand, user: who, channel: c, command: cmd, name: cmd.name, data: data, targetUser: s.users[targetID]}, nil
	})
}

// Press presses a button.
func (v Visitor) Press(messageID, customID string) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) { return s.component(who, messageID, customID, nil) })
}

// Select picks values of a select: values of its options, or ids.
func (v Visitor) Select(messageID, customID string, values ...string) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		return s.component(who, messageID, customID, append([]string{}, values...))
	})
}

// SubmitModal sends a form that an interaction of this user opened. Fields
// are by custom id; what is not named keeps its first value.
func (v Visitor) SubmitModal(interactionID string, fields map[string]any) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) { return s.modal(who, interactionID, fields) })
}

func (v Visitor) do(f func(*Server, *User) (*interaction, error)) *Interaction {
	s := v.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.users[v.userID]
	if who == nil {
		return &Interaction{srv: s, err: errors.New("there is no such user")}
	}
	if s.closed {
		return &Interaction{srv: s, err: errClosed}
	}
	in, err := f(s, who)
	if err != nil {
		return &Interaction{srv: s, err: err}
	}
	in.locale = v.locale
	s.send(in)
	return &Interaction{srv: s, in: in}
}

// Said is a message a member wrote.
type Said struct {
	srv *Server
	m   *message
	err error
}

// ID returns the id of the message; "" if it was refused.
func (d *Said) ID() string {
	if d.m == nil {
		return ""
	}
	return d.m.id
}

// Err returns why the message could not be written; nil if it was.
func (d *Said) Err() error { return d.err }

// Wait waits for the bot's first message in the channel afterwards that
// replies to this one or to none, and answers no interaction.
func (d *Said) Wait(ctx context.Context) (Message, error) {
	if d.err != nil {
		return Message{}, d.err
	}
	return d.srv.waitMessage(ctx, d.m.channelID, func(m *message) bool {
		return m.author == d.srv.bot && m.via == nil && earlier(d.m.id, m.id) && (m.replyTo == nil || m.replyTo == d.m)
	})
}

// Say writes a message, in reply to another if replyTo is not empty.
func (v Visitor) Say(channelID, content, replyTo string) *Said {
	s := v.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.say(v.userID, channelID, content, replyTo)
	return &Said{srv: s, m: m, err: err}
}

func (s *Server) say(userID, channelID, content, replyTo string) (*message, error) {
	who := s.users[userID]
	if who == nil {
		return nil, errors.New("there is no such user")
	}
	c, err := s.place(who, channelID)
	if err != nil {
		return nil, err
	}
	p := s.permissions(userID, c)
	content = strings.TrimSpace(content)
	switch n := utf8.RuneCountInString(content); {
	case !p.Has(SendMessages):
		return nil, errors.New("you may not write in this channel")
	case c.Locked && !p.Has(ManageThreads):
		return nil, errors.New("this thread is locked")
	case n == 0:
		return nil, errors.New("the message is empty")
	case n > maxContent:
		return nil, fmt.Errorf("the message has %d characters, the limit is %d", n, maxContent)
	}
	m := &message{id: s.newID(), channelID: c.ID, author: who, content: content}
	if replyTo != "" {
		if m.replyTo, _, err = s.readable(who, replyTo); err != nil {
			return nil, err
		}
		m.kind = msgReply
	}
	s.setMentions(m, nil)
	s.post(m)
	return m, nil
}

// ---- the checks Discord makes before the bot hears of it

// place returns a channel the user sees and may act in.
func (s *Server) place(who *User, channelID string) (*Channel, error) {
	c := s.channels[channelID]
	if c == nil || !s.permissions(who.ID, c).Has(ViewChannel) {
		return nil, errors.New("you see no such channel")
	}
	if g := s.guilds[c.GuildID]; g != nil && g.unavailable {
		return nil, errors.New("this server is unavailable at the moment")
	}
	return c, nil
}

// readable returns a message the user sees.
func (s *Server) readable(who *User, messageID string) (*message, *Channel, error) {
	m := s.messages[messageID]
	if m == nil || !s.visible(who.ID, m) {
		return nil, nil, errors.New("you see no such message")
	}
	c, err := s.place(who, m.channelID)
	return m, c, err
}

// whyNot says why a user is not offered a command.
func (s *Server) whyNot(who *User, c *Channel, kind int, name string) error {
	for _, cmd := range s.commands {
		if cmd.kind == kind && cmd.name == name {
			if err := s.mayUse(cmd, who, c); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("there is no command %q", name)
}

// data begins what an interaction says of its command.
func (c *command) data() obj {
	o := obj{"id": c.id, "name": c.name, "type": c.kind}
	if c.guildID != "" {
		o["guild_id"] = c.guildID
	}
	return o
}

func (s *Server) slash(who *User, channelID, name string, options []Option, typ int) (*interaction, error) {
	c, err := s.place(who, channelID)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.TrimPrefix(name, "/"))
	if len(words) == 0 {
		return nil, errors.New("there is no command without a name")
	}
	cmd := find(s.offered(who, c), commandSlash, words[0])
	if cmd == nil {
		return nil, s.whyNot(who, c, commandSlash, words[0])
	}
	for _, sub := range slices.Backward(words[1:]) {
		options = []Option{{Name: sub, Options: options}}
	}
	return s.useSlash(who, c, cmd, options, typ)
}

func (s *Server) useSlash(who *User, c *Channel, cmd *command, options []Option, typ int) (*interaction, error) {
	o := &filled{s: s, who: who, c: c, data: cmd.data(), typing: typ == interactionAutocomplete, path: cmd.name}
	list, err := o.fill(objects(cmd.body["options"]), options)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		o.data["options"] = list
	}
	if o.typing && o.focused == "" {
		return nil, errors.New("no option is being typed")
	}
	return &interaction{typ: typ, user: who, channel: c, command: cmd, name: o.path, data: o.data, focused: o.focused}, nil
}

func (s *Server) onMessage(who *User, c *Channel, cmd *command, m *message) (*interaction, error) {
	if m.onlyFor != "" {
		return nil, errors.New("apps cannot be used on a message only you can see")
	}
	data := cmd.data()
	data["target_id"] = m.id
	data["resolved"] = obj{"messages": obj{m.id: s.messageJSON(m)}}
	return &interaction{typ: interactionCommand, user: who, channel: c, command: cmd, name: cmd.name, data: data, targetMessage: m.id}, nil
}

func (s *Server) component(who *User, messageID, customID string, values []string) (*interaction, error) {
	m, c, err := s.readable(who, messageID)
	if err != nil {
		return nil, err
	}
	var comp obj
	eachComponent(m.components, func(o obj) {
		if text(o, "custom_id") == customID {
			comp = o
		}
	})
	kind := number(comp, "type")
	switch {
	case comp == nil || customID == "" || m.author != s.bot:
		return nil, errors.New("the message has no such component")
	case comp["disabled"] == true:
		return nil, errors.New("the component is disabled")
	case (kind == compButton) != (values == nil):
		return nil, errors.New("the component is of another kind")
	}
	data := obj{"custom_id": customID, "component_type": kind, "id": comp["id"]}
	if values != nil {
		if err := s.pick(data, who, c, comp, values); err != nil {
			return nil, err
		}
		data["values"] = values
	}
	return &interaction{typ: interactionComponent, user: who, channel: c, data: data, source: m}, nil
}

func (s *Server) modal(who *User, interactionID string, fields map[string]any) (*interaction, error) {
	opened := s.interactions[interactionID]
	if opened == nil || opened.user != who || opened.modal == nil || opened.submitted {
		return nil, errors.New("no such form is open")
	}
	data := obj{"custom_id": opened.modal["custom_id"]}
	list, err := s.fillModal(data, who, opened.channel, opened.modal["components"], fields)
	if err != nil {
		return nil, err
	}
	data["components"] = list
	opened.submitted = true
	return &interaction{typ: interactionModal, user: who, channel: opened.channel, data: data, parent: opened}, nil
}
