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
	Value   any  // string, number, bool, or an id for users, channels and roles
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
	return v.do(func(s *Server, who *User) (act, error) {
		return s.slash(who, channelID, name, options, interactionCommand)
	})
}

// Autocomplete asks for suggestions; one of the options is being typed.
func (v Visitor) Autocomplete(channelID, name string, options ...Option) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) {
		return s.slash(who, channelID, name, options, interactionAutocomplete)
	})
}

// MessageCommand uses a message command on a message.
func (v Visitor) MessageCommand(messageID, name string) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) {
		m, c, err := s.readable(who, messageID)
		if err != nil {
			return act{}, err
		}
		cmd := find(s.offered(who, c), commandMessage, name)
		if cmd == nil {
			return act{}, s.whyNot(who, c, commandMessage, name)
		}
		return s.onMessage(who, c, cmd, m)
	})
}

// UserCommand uses a user command on a user.
func (v Visitor) UserCommand(channelID, targetID, name string) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) {
		c, err := s.place(who, channelID)
		if err != nil {
			return act{}, err
		}
		cmd := find(s.offered(who, c), commandUser, name)
		if cmd == nil {
			return act{}, s.whyNot(who, c, commandUser, name)
		}
		data := cmd.data()
		data["target_id"] = targetID
		if err := s.resolve(data, who, c, optUser, targetID); err != nil {
			return act{}, err
		}
		return act{typ: interactionCommand, user: who, channel: c, command: cmd, name: cmd.name, data: data, targetUser: s.users[targetID]}, nil
	})
}

// Press presses a button.
func (v Visitor) Press(messageID, customID string) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) { return s.component(who, messageID, customID, nil) })
}

// Select picks values of a select: values of its options, or ids.
func (v Visitor) Select(messageID, customID string, values ...string) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) {
		return s.component(who, messageID, customID, append([]string{}, values...))
	})
}

// SubmitModal sends a form that an interaction of this user opened. Fields
// are by custom id; what is not named keeps its first value.
func (v Visitor) SubmitModal(interactionID string, fields map[string]any) *Interaction {
	return v.do(func(s *Server, who *User) (act, error) { return s.modal(who, interactionID, fields) })
}

func (v Visitor) do(f func(*Server, *User) (act, error)) *Interaction {
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
	a, err := f(s, who)
	if err != nil {
		return &Interaction{srv: s, err: err}
	}
	a.locale = v.locale
	return &Interaction{srv: s, in: s.send(a)}
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
// replies to this one, or to none.
func (d *Said) Wait(ctx context.Context) (Message, error) {
	if d.err != nil {
		return Message{}, d.err
	}
	return d.srv.WaitMessage(ctx, d.m.channelID, func(m Message) bool {
		return m.AuthorID == d.srv.bot.ID && earlier(d.m.id, m.ID) && (m.ReplyTo == "" || m.ReplyTo == d.m.id)
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
	c.Archived = false
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

func (s *Server) slash(who *User, channelID, name string, options []Option, typ int) (act, error) {
	c, err := s.place(who, channelID)
	if err != nil {
		return act{}, err
	}
	words := strings.Fields(strings.TrimPrefix(name, "/"))
	if len(words) == 0 {
		return act{}, errors.New("there is no command without a name")
	}
	cmd := find(s.offered(who, c), commandSlash, words[0])
	if cmd == nil {
		return act{}, s.whyNot(who, c, commandSlash, words[0])
	}
	for _, sub := range slices.Backward(words[1:]) {
		options = []Option{{Name: sub, Options: options}}
	}
	return s.useSlash(who, c, cmd, options, typ)
}

func (s *Server) useSlash(who *User, c *Channel, cmd *command, options []Option, typ int) (act, error) {
	o := &filled{s: s, who: who, c: c, data: cmd.data(), typing: typ == interactionAutocomplete, path: cmd.name}
	list, err := o.fill(objects(cmd.body["options"]), options)
	if err != nil {
		return act{}, err
	}
	if len(list) > 0 {
		o.data["options"] = list
	}
	if o.typing && o.focused == "" {
		return act{}, errors.New("no option is being typed")
	}
	return act{typ: typ, user: who, channel: c, command: cmd, name: o.path, data: o.data, focused: o.focused}, nil
}

// filled is one walk over the options a member gives.
type filled struct {
	s       *Server
	who     *User
	c       *Channel
	data    obj
	typing  bool
	path    string // the command with its subcommands
	focused string
}

func (o *filled) fill(defs []obj, given []Option) ([]any, error) {
	var out []any
	byName := func(name string) obj {
		for _, d := range defs {
			if text(d, "name") == name {
				return d
			}
		}
		return nil
	}
	if len(defs) > 0 && number(defs[0], "type") <= optGroup {
		if len(given) != 1 || byName(given[0].Name) == nil {
			return nil, fmt.Errorf("/%s needs one of its subcommands", o.path)
		}
		def := byName(given[0].Name)
		o.path += " " + given[0].Name
		inner, err := o.fill(objects(def["options"]), given[0].Options)
		if err != nil {
			return nil, err
		}
		sub := obj{"name": given[0].Name, "type": def["type"]}
		if inner != nil {
			sub["options"] = inner
		} else {
			sub["options"] = []any{}
		}
		return []any{sub}, nil
	}
	named := map[string]bool{}
	for _, g := range given {
		def := byName(g.Name)
		if def == nil {
			return nil, fmt.Errorf("/%s has no option %q", o.path, g.Name)
		}
		if named[g.Name] {
			return nil, fmt.Errorf("option %q is given twice", g.Name)
		}
		named[g.Name] = true
		one := obj{"name": g.Name, "type": def["type"]}
		if o.typing && g.Focused {
			if def["autocomplete"] != true {
				return nil, fmt.Errorf("option %q has no suggestions", g.Name)
			}
			o.focused = g.Name
			one["value"], one["focused"] = fmt.Sprint(g.Value), true
			out = append(out, one)
			continue
		}
		value, err := optionValue(def, g.Value)
		if err == nil && number(def, "type") >= optUser && number(def, "type") <= optMentionable {
			err = o.resolve(def, value.(string))
		}
		if err != nil {
			if o.typing {
				continue // what is half typed is left out
			}
			return nil, fmt.Errorf("option %q: %w", g.Name, err)
		}
		one["value"] = value
		out = append(out, one)
	}
	for _, def := range defs {
		if def["required"] == true && !named[text(def, "name")] && !o.typing {
			return nil, fmt.Errorf("option %q is required", text(def, "name"))
		}
	}
	return out, nil
}

func (o *filled) resolve(def obj, id string) error {
	if err := o.s.resolve(o.data, o.who, o.c, number(def, "type"), id); err != nil {
		return err
	}
	if types, ok := def["channel_types"].([]any); ok && len(types) > 0 {
		if !slices.Contains(types, any(float64(o.s.channels[id].Type))) {
			return errors.New("is a channel of another kind")
		}
	}
	return nil
}

func (s *Server) onMessage(who *User, c *Channel, cmd *command, m *message) (act, error) {
	if m.onlyFor != "" {
		return act{}, errors.New("apps cannot be used on a message only you can see")
	}
	data := cmd.data()
	data["target_id"] = m.id
	data["resolved"] = obj{"messages": obj{m.id: s.messageJSON(m)}}
	return act{typ: interactionCommand, user: who, channel: c, command: cmd, name: cmd.name, data: data, targetMessage: m.id}, nil
}

func (s *Server) component(who *User, messageID, customID string, values []string) (act, error) {
	m, c, err := s.readable(who, messageID)
	if err != nil {
		return act{}, err
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
		return act{}, errors.New("the message has no such component")
	case comp["disabled"] == true:
		return act{}, errors.New("the component is disabled")
	case (kind == compButton) != (values == nil):
		return act{}, errors.New("the component is of another kind")
	}
	data := obj{"custom_id": customID, "component_type": kind, "id": comp["id"]}
	if values != nil {
		if err := s.pick(data, who, c, comp, values); err != nil {
			return act{}, err
		}
		data["values"] = values
	}
	return act{typ: interactionComponent, user: who, channel: c, data: data, source: m}, nil
}

// pick checks the values a member chose in a select.
func (s *Server) pick(data obj, who *User, c *Channel, comp obj, values []string) error {
	low, high := number(comp, "min_values"), number(comp, "max_values")
	if len(values) < low || len(values) > high {
		return fmt.Errorf("choose %d to %d values", low, high)
	}
	kinds := map[int]int{compUserSelect: optUser, compRoleSelect: optRole, compMentionable: optMentionable, compChannelSelect: optChannel}
	for _, v := range values {
		if kind := kinds[number(comp, "type")]; kind != 0 {
			if err := s.resolve(data, who, c, kind, v); err != nil {
				return err
			}
			continue
		}
		if !slices.ContainsFunc(objects(comp["options"]), func(o obj) bool { return o["value"] == v }) {
			return fmt.Errorf("%q is not among the options", v)
		}
	}
	return nil
}

func (s *Server) modal(who *User, interactionID string, fields map[string]any) (act, error) {
	opened := s.interactions[interactionID]
	if opened == nil || opened.user != who || opened.modal == nil || opened.submitted {
		return act{}, errors.New("no such form is open")
	}
	data := obj{"custom_id": opened.modal["custom_id"]}
	list, err := s.fillModal(data, who, opened.channel, opened.modal["components"], fields)
	if err != nil {
		return act{}, err
	}
	data["components"] = list
	opened.submitted = true
	return act{typ: interactionModal, user: who, channel: opened.channel, data: data, parent: opened}, nil
}

// fillModal returns the components of a form with what the member filled in.
func (s *Server) fillModal(data obj, who *User, c *Channel, list any, fields map[string]any) ([]any, error) {
	out := []any{}
	for _, comp := range objects(list) {
		o := obj{"type": comp["type"], "id": comp["id"]}
		switch kind := number(comp, "type"); {
		case kind == compRow:
			inner, err := s.fillModal(data, who, c, comp["components"], fields)
			if err != nil {
				return nil, err
			}
			o["components"] = inner
		case kind == compLabel:
			inner, err := s.fillModal(data, who, c, []any{comp["component"]}, fields)
			if err != nil {
				return nil, err
			}
			o["component"] = inner[0]
		case kind == compTextInput:
			id := text(comp, "custom_id")
			value, said := fields[id].(string)
			if !said {
				value = text(comp, "value")
			}
			if err := checkInput(comp, value); err != nil {
				return nil, fmt.Errorf("field %q: %w", id, err)
			}
			o["custom_id"], o["value"] = id, value
		case isSelect(kind):
			id := text(comp, "custom_id")
			values := []string{}
			switch x := fields[id].(type) {
			case string:
				values = append(values, x)
			case []string:
				values = append(values, x...)
			case []any:
				for _, v := range x {
					values = append(values, fmt.Sprint(v))
				}
			}
			if len(values) > 0 || comp["required"] != false {
				if err := s.pick(data, who, c, comp, values); err != nil {
					return nil, fmt.Errorf("field %q: %w", id, err)
				}
			}
			o["custom_id"], o["values"] = id, values
		}
		out = append(out, o)
	}
	return out, nil
}

func checkInput(comp obj, value string) error {
	n := utf8.RuneCountInString(value)
	if n == 0 {
		if comp["required"] == false {
			return nil
		}
		return errors.New("is required")
	}
	if low := number(comp, "min_length"); n < low {
		return fmt.Errorf("must have at least %d characters", low)
	}
	if high := number(comp, "max_length"); high > 0 && n > high {
		return fmt.Errorf("must have at most %d characters", high)
	}
	return nil
}
