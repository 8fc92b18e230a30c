package sandbox

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Message types.
const (
	msgDefault     = 0
	msgReply       = 19
	msgSlash       = 20
	msgContextMenu = 23
)

const (
	nonceLife    = 5 * time.Minute
	historyKept  = 5000
	payloadsKept = 10 // of a message: the first and the newest
)

// message is a message as the server keeps it.
type message struct {
	id, channelID   string
	author          *User
	kind            int
	content         string
	flags           int
	tts             bool
	embeds          []any
	components      []any
	attachments     []attachment
	edited          time.Time
	nonce           any
	mentions        []string // user ids
	mentionRoles    []string
	mentionEveryone bool
	pinged          []string // whom it notified, when it was posted
	replyTo         *message
	onlyFor         string       // the one user who sees an ephemeral message
	via             *interaction // what it answers
	failed, deleted bool
	payloads        []payload
}

// payload is something the bot sent that made or changed a message.
type payload struct {
	At     string          `json:"at"`
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body"`
}

type attachment struct {
	id, description string
	file
}

type nonceUse struct {
	message *message
	at      time.Time
}

type queuedNonce struct {
	key string
	at  time.Time
}

// Message is a message as tests look at it.
type Message struct {
	ID, ChannelID, AuthorID string
	Content                 string
	Flags                   int
	Ephemeral               bool
	Loading                 bool // a deferred answer that is not there yet
	Published               bool // crossposted
	Edited                  bool
	OnlyFor                 string   // who sees it, if it is ephemeral
	ReplyTo                 string   // id of the message it replies to
	Mentions                []string // whom it names and may ping: ids of users and roles, "everyone"
	Pinged                  []string // whom it notified: its Mentions when it was posted, since an edit notifies nobody
	JSON                    json.RawMessage
}

// Text returns all that a reader sees as text: content, embeds and text
// displays, one part a line.
func (m Message) Text() string {
	var o obj
	json.Unmarshal(m.JSON, &o)
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(text(o, "content"))
	for _, e := range objects(o["embeds"]) {
		author, _ := e["author"].(obj)
		footer, _ := e["footer"].(obj)
		add(text(author, "name"))
		add(text(e, "title"))
		add(text(e, "description"))
		for _, f := range objects(e["fields"]) {
			add(text(f, "name"))
			add(text(f, "value"))
		}
		add(text(footer, "text"))
	}
	eachComponent(o["components"], func(c obj) {
		if number(c, "type") == compText {
			add(text(c, "content"))
		}
	})
	return strings.Join(parts, "\n")
}

// CustomID returns the custom id of the button with a label, or of the select
// with a placeholder; "" if there is none.
func (m Message) CustomID(label string) string {
	var o obj
	json.Unmarshal(m.JSON, &o)
	found := ""
	eachComponent(o["components"], func(c obj) {
		if found == "" && (text(c, "label") == label || text(c, "placeholder") == label) {
			found = text(c, "custom_id")
		}
	})
	return found
}

// eachComponent calls f for every component of a list, nested ones as well.
func eachComponent(list any, f func(obj)) {
	for _, c := range objects(list) {
		f(c)
		eachComponent(c["components"], f)
		for _, k := range []string{"accessory", "component"} {
			if o, ok := c[k].(obj); ok {
				eachComponent([]any{o}, f)
			}
		}
	}
}

func (s *Server) public(m *message) Message {
	out := Message{
		ID: m.id, ChannelID: m.channelID, AuthorID: m.author.ID, Content: m.content, Flags: m.flags, OnlyFor: m.onlyFor,
		Ephemeral: m.flags&flagEphemeral != 0, Loading: m.flags&flagLoading != 0, Published: m.flags&flagCrossposted != 0,
		Edited: !m.edited.IsZero(), Mentions: m.pings(), Pinged: m.pinged, JSON: encode(s.messageJSON(m)),
	}
	if m.replyTo != nil {
		out.ReplyTo = m.replyTo.id
	}
	return out
}

// pings are the ids of users and roles a message may ping, and "everyone".
func (m *message) pings() []string {
	out := slices.Concat(m.mentions, m.mentionRoles)
	if m.mentionEveryone {
		out = append(out, "everyone")
	}
	return out
}

func (s *Server) messageJSON(m *message) obj {
	o := s.plainMessageJSON(m)
	if m.replyTo != nil {
		o["referenced_message"] = nil
		if !m.replyTo.deleted {
			o["referenced_message"] = s.plainMessageJSON(m.replyTo)
		}
	}
	return o
}

// plainMessageJSON leaves out the message it replies to.
func (s *Server) plainMessageJSON(m *message) obj {
	mentions := []obj{}
	for _, id := range m.mentions {
		mentions = append(mentions, s.users[id].json())
	}
	attachments := []obj{}
	for _, a := range m.attachments {
		attachments = append(attachments, s.attachmentJSON(m, a))
	}
	o := obj{
		"id": m.id, "channel_id": m.channelID, "author": m.author.json(), "type": m.kind, "content": m.content, "flags": m.flags,
		"tts": m.tts, "pinned": false, "mention_everyone": m.mentionEveryone, "mentions": mentions,
		"mention_roles": append([]string{}, m.mentionRoles...), "attachments": attachments,
		"embeds": append([]any{}, m.embeds...), "components": append([]any{}, m.components...),
		"timestamp": timestamp(idTime(m.id)), "edited_timestamp": nil,
	}
	if !m.edited.IsZero() {
		o["edited_timestamp"] = timestamp(m.edited)
	}
	if m.nonce != nil {
		o["nonce"] = m.nonce
	}
	if r := m.replyTo; r != nil {
		ref := obj{"type": 0, "channel_id": r.channelID, "message_id": r.id}
		if c := s.channels[r.channelID]; c != nil && c.GuildID != "" {
			ref["guild_id"] = c.GuildID
		}
		o["message_reference"] = ref
	}
	if m.via != nil {
		o["application_id"], o["webhook_id"] = s.bot.ID, s.bot.ID
		meta := m.via.metadata()
		o["interaction_metadata"] = meta
		first := m.via.original
		if first != nil && first != m {
			meta["original_response_message_id"] = first.id
		} else if m.via.typ == interactionCommand {
			o["interaction"] = obj{"id": m.via.id, "type": m.via.typ, "name": m.via.name, "user": m.via.user.json()}
		}
	}
	return o
}

func (s *Server) attachmentJSON(m *message, a attachment) obj {
	base := "http://127.0.0.1"
	if s.listener != nil {
		base = "http://" + s.listener.Addr().String()
	}
	u := base + "/_/attachments/" + m.id + "/" + a.id + "/" + url.PathEscape(a.name)
	o := obj{"id": a.id, "filename": a.name, "size": len(a.contents), "url": u, "proxy_url": u}
	if a.mime != "" {
		o["content_type"] = a.mime
	}
	if a.description != "" {
		o["description"] = a.description
	}
	if m.flags&flagEphemeral != 0 {
		o["ephemeral"] = true
	}
	return o
}

// eventJSON is a message as the gateway tells it to a session: empty of what
// others wrote unless the session may read content, the message is a direct
// one, or it mentions the bot.
func (s *Server) eventJSON(m *message, c *Channel, intents int) obj {
	o := s.messageJSON(m)
	if c.GuildID != "" {
		o["guild_id"] = c.GuildID
		if member := s.guilds[c.GuildID].member(m.author.ID); member != nil {
			o["member"] = member.json()
		}
	}
	if m.author.ID != s.bot.ID && c.GuildID != "" && intents&intentMessageContent == 0 && !slices.Contains(m.mentions, s.bot.ID) {
		o["content"] = ""
		o["embeds"], o["components"], o["attachments"] = []any{}, []any{}, []any{}
	}
	return o
}

func (s *Server) messageEvent(event string, m *message, d func(intents int) any) {
	c := s.channels[m.channelID]
	if m.onlyFor != "" || c == nil {
		return
	}
	intent := intentGuildMessages
	if c.GuildID == "" {
		intent = intentDirectMessages
	}
	if s.permissions(s.bot.ID, c).Has(ViewChannel) {
		s.emit(event, intent, c.GuildID, d)
	}
}

// post adds a message to its channel and tells everyone who may see it.
func (s *Server) post(m *message) {
	m.pinged = m.pings()
	h := append(s.history[m.channelID], m)
	if len(h) > historyKept {
		delete(s.messages, h[0].id)
		h = h[1:]
		s.standing--
	}
	s.standing++
	s.history[m.channelID] = h
	s.messages[m.id] = m
	c := s.channels[m.channelID]
	if m.onlyFor == "" {
		c.lastMessageID = m.id
		if c.Archived { // writing wakes a thread
			s.setArchived(c, false)
		}
	}
	s.messageEvent("MESSAGE_CREATE", m, func(intents int) any { return s.eventJSON(m, c, intents) })
	s.pageMessage(m)
	s.touch()
}

// update tells everyone that a message changed.
func (s *Server) update(m *message) {
	c := s.channels[m.channelID]
	s.messageEvent("MESSAGE_UPDATE", m, func(intents int) any { return s.eventJSON(m, c, intents) })
	s.pageMessage(m)
	s.touch()
}

// remove deletes a message.
func (s *Server) remove(m *message) {
	m.deleted = true
	n := len(s.history[m.channelID])
	s.history[m.channelID] = slices.DeleteFunc(s.history[m.channelID], func(o *message) bool { return o == m })
	s.standing -= n - len(s.history[m.channelID])
	s.messageEvent("MESSAGE_DELETE", m, func(int) any {
		o := obj{"id": m.id, "channel_id": m.channelID}
		if g := s.channels[m.channelID].GuildID; g != "" {
			o["guild_id"] = g
		}
		return o
	})
	s.pageDelete(m)
	s.touch()
}

// visible reports whether a user sees a message.
func (s *Server) visible(userID string, m *message) bool {
	c := s.channels[m.channelID]
	return c != nil && !m.deleted && (m.onlyFor == "" || m.onlyFor == userID) && s.permissions(userID, c).Has(ViewChannel)
}
