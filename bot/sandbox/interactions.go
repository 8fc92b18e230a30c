package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"
)

// Interaction types.
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5
)

// Callback types.
const (
	callbackMessage      = 4
	callbackDeferMessage = 5
	callbackDeferUpdate  = 6
	callbackUpdate       = 7
	callbackAutocomplete = 8
	callbackModal        = 9
	answerWithin         = 3 * time.Second
	tokenLife            = 15 * time.Minute
	userInstallFollowups = 5
	interactionsKept     = 5000
	attachmentLimit      = 10 << 20
	didNotRespond        = "The application did not respond"
)

// interaction is what a user did and what has come of it.
type interaction struct {
	id, token     string
	typ           int
	user          *User
	channel       *Channel
	locale        string
	command       *command
	name          string // the command's in full, with subcommands
	data          obj
	source        *message     // whose component was used
	parent        *interaction // that opened the form
	focused       string       // the option being typed
	targetMessage string
	targetUser    *User
	owners        obj // who installed the application, see Server.owners
	sent          time.Time

	stop      func() // the deadline
	answered  int    // callback type; 0 until then
	body      json.RawMessage
	failed    bool // not answered in time
	original  *message
	followups []*message
	choices   []any
	modal     obj
	submitted bool // the form was sent
}

// send tells the bot of an interaction that has passed all checks.
func (s *Server) send(in *interaction) {
	in.id, in.token, in.sent = s.newID(), rand.Text()+rand.Text()+rand.Text(), s.clock.Now()
	switch {
	case in.command != nil:
		in.owners = s.owners(in.command, in.user.ID, in.channel)
	case in.parent != nil:
		in.owners = in.parent.owners
	case in.source != nil && in.source.via != nil:
		in.owners = in.source.via.owners
	case in.channel.GuildID != "":
		in.owners = obj{"0": in.channel.GuildID}
	default:
		in.owners = obj{"0": "0"}
	}
	s.forgetInteractions()
	s.interactions[in.id] = in
	s.byToken[in.token] = in
	in.stop = s.after(answerWithin, func() { s.giveUp(in) })
	payload := s.interactionJSON(in)
	s.emit("INTERACTION_CREATE", 0, in.channel.GuildID, func(int) any { return payload })
}

// forgetInteractions drops those whose tokens are long dead, each time there
// are twice as many as it left the last time.
func (s *Server) forgetInteractions() {
	if len(s.interactions) < max(interactionsKept, s.forgetAt) {
		return
	}
	for id, in := range s.interactions {
		if s.clock.Now().Sub(in.sent) > tokenLife+time.Minute {
			delete(s.interactions, id)
			delete(s.byToken, in.token)
		}
	}
	s.forgetAt = 2 * len(s.interactions)
}

func (s *Server) interactionJSON(in *interaction) obj {
	p := s.permissions(in.user.ID, in.channel)
	o := obj{
		"id": in.id, "application_id": s.bot.ID, "type": in.typ, "token": in.token, "version": 1, "data": in.data,
		"channel_id": in.channel.ID, "channel": s.partialChannel(in.channel, p), "locale": in.locale,
		"app_permissions": s.appPermissions(in.channel), "context": s.contextOf(in.channel), "entitlements": []any{},
		"authorizing_integration_owners": in.owners, "attachment_size_limit": attachmentLimit,
	}
	if g := s.guilds[in.channel.GuildID]; g != nil {
		o["guild_id"], o["guild_locale"] = g.ID, g.locale()
		o["guild"] = obj{"id": g.ID, "locale": g.locale(), "features": []string{"COMMUNITY", "NEWS"}}
		m := g.member(in.user.ID).jsonWithUser()
		m["permissions"] = p
		o["member"] = m
	} else {
		o["user"] = in.user.json()
	}
	if m := in.shownOn(); m != nil {
		o["message"] = s.messageJSON(m)
	}
	return o
}

// metadata is the interaction as messages carry it.
func (in *interaction) metadata() obj {
	o := obj{"id": in.id, "type": in.typ, "user": in.user.json(), "authorizing_integration_owners": in.owners}
	switch in.typ {
	case interactionCommand:
		if in.targetMessage != "" {
			o["target_message_id"] = in.targetMessage
		}
		if in.targetUser != nil {
			o["target_user"] = in.targetUser.json()
		}
	case interactionComponent:
		o["interacted_message_id"] = in.source.id
	case interactionModal:
		o["triggering_interaction_metadata"] = in.parent.metadata()
	}
	return o
}

// giveUp is what happens when three seconds pass without an answer.
func (s *Server) giveUp(in *interaction) {
	in.failed = true
	if in.typ != interactionAutocomplete {
		o := obj{"op": "failed", "interaction_id": in.id, "channel_id": in.channel.ID, "message_id": nil, "text": didNotRespond}
		if m := in.shownOn(); m != nil {
			o["message_id"] = m.id
		}
		s.pageTo(in.user.ID, o)
	}
	s.touch()
}

// shownOn is the message whose component was used, also if that opened a form
// first; nil if there is none.
func (in *interaction) shownOn() *message {
	if in.source == nil && in.parent != nil {
		return in.parent.source
	}
	return in.source
}

// allowed are the callback types an interaction may be answered with.
func (in *interaction) allowed() []int {
	switch {
	case in.typ == interactionAutocomplete:
		return []int{callbackAutocomplete}
	case in.typ == interactionComponent:
		return []int{callbackMessage, callbackDeferMessage, callbackDeferUpdate, callbackUpdate, callbackModal}
	case in.typ == interactionModal && in.shownOn() != nil:
		return []int{callbackMessage, callbackDeferMessage, callbackDeferUpdate, callbackUpdate}
	case in.typ == interactionModal:
		return []int{callbackMessage, callbackDeferMessage}
	}
	return []int{callbackMessage, callbackDeferMessage, callbackModal}
}

// ---- REST: the callback

func (s *Server) callback(q *request) (any, error) {
	in := s.interactions[q.PathValue("interaction")]
	switch {
	case in == nil, in.token != q.PathValue("token"), in.failed:
		return nil, errUnknownInteract
	case in.answered != 0:
		return nil, errAcknowledged
	}
	body := q.object()
	kind, ok := integer(body["type"])
	f := &form{}
	if body["type"] == nil {
		f.required("type")
	} else if !ok || !slices.Contains(in.allowed(), kind) {
		f.add("type", "BASE_TYPE_CHOICES", "Value must be one of %v.", in.allowed())
	}
	data, hasData := body["data"].(obj)
	if !hasData && kind != callbackDeferMessage && kind != callbackDeferUpdate {
		f.required("data")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := s.answer(in, q, kind, data); err != nil {
		return nil, err
	}
	in.stop()
	in.answered, in.body = kind, q.raw
	s.touch()
	if q.URL.Query().Get("with_response") != "true" {
		return nil, nil
	}
	return s.callbackJSON(in), nil
}

// answer does what a callback asks.
func (s *Server) answer(in *interaction, q *request, kind int, data obj) error {
	f := &form{}
	switch kind {
	case callbackMessage, callbackDeferMessage:
		if s.channels[in.channel.ID] == nil {
			return errUnknownChannel
		}
		m := s.responseTo(in, data)
		if kind == callbackDeferMessage {
			if flags := number(data, "flags"); flags&^flagEphemeral != 0 {
				f.add("data.flags", "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL may be set on a deferred response.")
				return f.err()
			}
			m.flags |= flagLoading
			m.payloads = []payload{{At: timestamp(s.clock.Now()), Method: q.Method, Path: withoutToken(q), Body: q.raw}}
			s.awaitEdit(in, m)
		} else {
			if err := checkBody("data", m, data, q.files); err != nil {
				return err
			}
			s.apply(m, q, data)
			if m.empty() {
				return errEmptyMessage
			}
		}
		in.original = m
		s.post(m)
	case callbackDeferUpdate:
		in.original = in.shownOn()
	case callbackUpdate:
		m := in.shownOn()
		if m.deleted {
			return errUnknownMessage
		}
		if _, err := s.edit(m, q, data, "data"); err != nil {
			return err
		}
		in.original = m
	case callbackAutocomplete:
		// A missing list passes: discordgo leaves an empty one out.
		f.checkChoices("data.choices", data["choices"], in.focusedType())
		if err := f.err(); err != nil {
			return err
		}
		in.choices, _ = data["choices"].([]any)
	case callbackModal:
		f.checkModal(data)
		if err := f.err(); err != nil {
			return err
		}
		id := 0
		in.modal = obj{"custom_id": data["custom_id"], "title": data["title"], "components": s.normalComponents(&message{}, data["components"], &id)}
		s.pageTo(in.user.ID, obj{"op": "modal", "interaction_id": in.id, "modal": in.modal})
	}
	return nil
}

// focusedType is the type of the option that is being typed.
func (in *interaction) focusedType() int {
	kind := 0
	var walk func(any)
	walk = func(list any) {
		for _, o := range objects(list) {
			if text(o, "name") == in.focused && number(o, "type") > optGroup {
				kind = number(o, "type")
			}
			walk(o["options"])
		}
	}
	if in.command != nil {
		walk(in.command.body["options"])
	}
	return kind
}

// responseTo begins a message that answers an interaction.
func (s *Server) responseTo(in *interaction, data obj) *message {
	m := &message{id: s.newID(), channelID: in.channel.ID, author: s.bot, via: in, kind: msgSlash, flags: number(data, "flags") & flagEphemeral}
	switch {
	case in.original != nil:
		m.kind, m.replyTo = msgReply, in.original
	case in.typ == interactionComponent:
		m.kind, m.replyTo = msgReply, in.source
	case in.typ == interactionModal && in.shownOn() != nil:
		m.kind, m.replyTo = msgReply, in.shownOn()
	case in.command != nil && in.command.kind != commandSlash:
		m.kind = msgContextMenu
	}
	// Where only the user installed the application, the server's permission
	// decides whether others see what it says.
	if in.owners["0"] == nil && in.channel.GuildID != "" && !s.permissions(in.user.ID, in.channel).Has(UseExternalApps) {
		m.flags |= flagEphemeral
	}
	if m.flags&flagEphemeral != 0 {
		m.onlyFor = in.user.ID
	}
	return m
}

// awaitEdit marks a deferred answer as failed when its token dies first.
func (s *Server) awaitEdit(in *interaction, m *message) {
	s.after(tokenLife, func() {
		if m.flags&flagLoading != 0 && !m.deleted {
			m.failed = true
			s.pageTo(in.user.ID, obj{"op": "failed", "interaction_id": in.id, "channel_id": m.channelID, "message_id": m.id, "text": didNotRespond})
			s.pageMessage(m)
			s.touch()
		}
	})
}

func (s *Server) callbackJSON(in *interaction) obj {
	o := obj{"id": in.id, "type": in.typ, "channel_id": in.channel.ID}
	if in.channel.GuildID != "" {
		o["guild_id"] = in.channel.GuildID
	}
	out := obj{"interaction": o}
	if m := in.original; m != nil {
		o["response_message_id"] = m.id
		o["response_message_loading"] = m.flags&flagLoading != 0
		o["response_message_ephemeral"] = m.flags&flagEphemeral != 0
		out["resource"] = obj{"type": in.answered, "message": s.messageJSON(m)}
	}
	return out
}

// ---- REST: the interaction's webhook

// hook returns the interaction whose token is in the path.
func (s *Server) hook(q *request) (*interaction, error) {
	in := s.byToken[q.PathValue("token")]
	switch {
	case q.PathValue("app") != s.bot.ID, in == nil:
		return nil, errInvalidToken
	case s.clock.Now().Sub(in.sent) >= tokenLife:
		return nil, errInvalidToken
	case in.answered == 0, in.answered == callbackAutocomplete:
		return nil, errUnknownWebhook
	}
	return in, nil
}

// hookMessage returns the message of the path, the first answer for @original.
func (s *Server) hookMessage(q *request) (*interaction, *message, error) {
	in, err := s.hook(q)
	if err != nil {
		return nil, nil, err
	}
	id := q.PathValue("message")
	for _, m := range append([]*message{in.original}, in.followups...) {
		if m != nil && !m.deleted && (m.id == id || id == "" && m == in.original) {
			return in, m, nil
		}
	}
	return nil, nil, errUnknownMessage
}

func (s *Server) createFollowup(q *request) (any, error) {
	in, err := s.hook(q)
	if err != nil {
		return nil, err
	}
	if s.channels[in.channel.ID] == nil {
		return nil, errUnknownChannel
	}
	// The first follow-up of a deferred answer is that answer.
	if m := in.original; m != nil && !m.deleted && m.via == in && m.flags&flagLoading != 0 {
		return s.edit(m, q, q.object(), "")
	}
	if in.owners["0"] == nil && len(in.followups) >= userInstallFollowups {
		return nil, errFollowupLimit
	}
	m := s.responseTo(in, q.object())
	if err := checkBody("", m, q.object(), q.files); err != nil {
		return nil, err
	}
	s.apply(m, q, q.object())
	if m.empty() {
		return nil, errEmptyMessage
	}
	in.followups = append(in.followups, m)
	s.post(m)
	return s.messageJSON(m), nil
}

func (s *Server) getResponse(q *request) (any, error) {
	_, m, err := s.hookMessage(q)
	if err != nil {
		return nil, err
	}
	return s.messageJSON(m), nil
}

func (s *Server) updateResponse(q *request) (any, error) {
	_, m, err := s.hookMessage(q)
	if err != nil {
		return nil, err
	}
	return s.edit(m, q, q.object(), "")
}

func (s *Server) deleteResponse(q *request) (any, error) {
	_, m, err := s.hookMessage(q)
	if err != nil {
		return nil, err
	}
	s.remove(m)
	return nil, nil
}
