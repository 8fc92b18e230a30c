package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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
	nonceLife   = 5 * time.Minute
	historyKept = 5000
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
	Mentions                []string // what it pings: ids of users and roles, "everyone"
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
		Edited: !m.edited.IsZero(), Mentions: slices.Concat(m.mentions, m.mentionRoles), JSON: encode(s.messageJSON(m)),
	}
	if m.mentionEveryone {
		out.Mentions = append(out.Mentions, "everyone")
	}
	if m.replyTo != nil {
		out.ReplyTo = m.replyTo.id
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
		o["interaction_metadata"] = m.via.metadata()
		if m.via.typ == interactionCommand {
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
	h := append(s.history[m.channelID], m)
	if len(h) > historyKept {
		delete(s.messages, h[0].id)
		h = h[1:]
	}
	s.history[m.channelID] = h
	s.messages[m.id] = m
	c := s.channels[m.channelID]
	if m.onlyFor == "" {
		c.lastMessageID = m.id
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
	s.history[m.channelID] = slices.DeleteFunc(s.history[m.channelID], func(o *message) bool { return o == m })
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

// ---- what a body does to a message

// checkBody checks a body that will make or change m.
func checkBody(path string, m *message, body obj, files []file) error {
	f := &form{}
	flags := m.flags
	if n, ok := integer(body["flags"]); ok {
		flags |= n
	} else if body["flags"] != nil {
		f.add(under(path, "flags"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", body["flags"])
	}
	f.checkMessage(path, body, flags, files)
	if flags&flagComponentsV2 != 0 && m.flags&flagComponentsV2 == 0 {
		// A message that becomes Components V2 must lose its other contents.
		for key, has := range map[string]bool{"content": m.content != "", "embeds": len(m.embeds) > 0} {
			if _, said := body[key]; has && !said {
				f.add(under(path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", key)
			}
		}
	}
	return f.err()
}

// apply makes m what a checked body says; what the body does not name stays.
func (s *Server) apply(m *message, q *request, body obj) {
	m.payloads = append(m.payloads, payload{At: timestamp(s.clock.Now()), Method: q.Method, Path: withoutToken(q), Body: q.raw})
	if v, ok := body["content"]; ok {
		str, _ := v.(string)
		m.content = strings.TrimSpace(str)
	}
	if v, ok := body["tts"].(bool); ok {
		m.tts = v
	}
	if flags, ok := integer(body["flags"]); ok {
		m.flags = m.flags&^flagSuppressEmbeds | flags&(flagSuppressEmbeds|flagComponentsV2|flagSuppressNotify)
	}
	if v, ok := body["attachments"]; ok {
		kept := map[string]obj{}
		for _, a := range objects(v) {
			kept[fmt.Sprint(a["id"])] = a
		}
		m.attachments = slices.DeleteFunc(m.attachments, func(a attachment) bool { return kept[a.id] == nil })
	}
	for _, f := range q.files {
		a := attachment{id: s.newID(), file: f}
		for _, o := range objects(body["attachments"]) {
			if fmt.Sprint(o["id"]) == f.index {
				a.description = text(o, "description")
			}
		}
		m.attachments = append(m.attachments, a)
	}
	if v, ok := body["embeds"]; ok {
		m.embeds = nil
		for _, e := range objects(v) {
			m.embeds = append(m.embeds, s.normalEmbed(m, e))
		}
	}
	if v, ok := body["components"]; ok {
		id := 0
		m.components = s.normalComponents(m, v, &id)
	}
	s.setMentions(m, body["allowed_mentions"])
}

// withoutToken is the path of a request with an interaction's token left out.
func withoutToken(q *request) string {
	if t := q.PathValue("token"); t != "" {
		return strings.Replace(q.URL.Path, t, "TOKEN", 1)
	}
	return q.URL.Path
}

func (m *message) empty() bool {
	return m.content == "" && len(m.embeds) == 0 && len(m.components) == 0 && len(m.attachments) == 0
}

// mediaURL turns attachment://name into the attachment's address.
func (s *Server) mediaURL(m *message, u string) (string, *attachment) {
	if name, ok := strings.CutPrefix(u, "attachment://"); ok {
		for i, a := range m.attachments {
			if a.name == name {
				return text(s.attachmentJSON(m, a), "url"), &m.attachments[i]
			}
		}
	}
	return u, nil
}

func (s *Server) normalEmbed(m *message, in obj) obj {
	o := obj{"type": "rich"}
	for k, v := range in {
		switch k {
		case "image", "thumbnail":
			if i, ok := v.(obj); ok && text(i, "url") != "" {
				u, _ := s.mediaURL(m, text(i, "url"))
				o[k] = obj{"url": u, "proxy_url": u, "width": 0, "height": 0}
			}
		case "footer", "author":
			if i, ok := v.(obj); ok {
				part := withoutEmpty(i)
				if u := text(i, "icon_url"); u != "" {
					u, _ = s.mediaURL(m, u)
					part["icon_url"], part["proxy_icon_url"] = u, u
				}
				o[k] = part
			}
		case "fields":
			fields := []any{}
			for _, f := range objects(v) {
				fields = append(fields, obj{"name": f["name"], "value": f["value"], "inline": f["inline"] == true})
			}
			if len(fields) > 0 {
				o[k] = fields
			}
		case "timestamp":
			if t, ok := parseTime(text(in, k)); ok {
				o[k] = timestamp(t)
			}
		case "color":
			if n, ok := integer(v); ok {
				o[k] = n
			}
		case "title", "description", "url":
			if !isEmpty(v) {
				o[k] = v
			}
		}
	}
	return o
}

func withoutEmpty(in obj) obj {
	o := obj{}
	for k, v := range in {
		if !isEmpty(v) {
			o[k] = v
		}
	}
	return o
}

// What Discord fills in where a bot says nothing.
var componentDefaults = map[int]obj{
	compStringSelect:  {"min_values": 1, "max_values": 1},
	compUserSelect:    {"min_values": 1, "max_values": 1},
	compRoleSelect:    {"min_values": 1, "max_values": 1},
	compMentionable:   {"min_values": 1, "max_values": 1},
	compChannelSelect: {"min_values": 1, "max_values": 1},
	compThumbnail:     {"description": nil, "spoiler": false},
	compFile:          {"spoiler": false},
	compSeparator:     {"spacing": 1, "divider": true},
	compContainer:     {"accent_color": nil, "spoiler": false},
}

// normalComponents copies components with nulls left out, defaults filled in
// and an id for each.
func (s *Server) normalComponents(m *message, list any, id *int) []any {
	out := []any{}
	for _, in := range objects(list) {
		*id++
		o := obj{"id": *id}
		for k, v := range componentDefaults[number(in, "type")] {
			o[k] = v
		}
		for k, v := range in {
			switch {
			case v == nil || k == "id" && number(in, "id") == 0:
			case k == "components":
				o[k] = s.normalComponents(m, v, id)
			case k == "accessory" || k == "component":
				o[k] = s.normalComponents(m, []any{v}, id)[0]
			case k == "media" || k == "file":
				o[k] = s.normalMedia(m, v)
			case k == "items":
				items := []any{}
				for _, i := range objects(v) {
					items = append(items, obj{"media": s.normalMedia(m, i["media"]), "description": i["description"], "spoiler": i["spoiler"] == true})
				}
				o[k] = items
			case k == "options":
				options := []any{}
				for _, x := range objects(v) {
					options = append(options, withoutEmpty(x))
				}
				if len(options) > 0 {
					o[k] = options
				}
			case (k == "url" || k == "label" || k == "custom_id" || k == "placeholder") && v == "":
			default:
				o[k] = v
			}
		}
		out = append(out, o)
	}
	return out
}

func (s *Server) normalMedia(m *message, v any) obj {
	in, _ := v.(obj)
	u, a := s.mediaURL(m, text(in, "url"))
	o := obj{"id": s.newID(), "url": u, "proxy_url": u, "width": nil, "height": nil, "content_type": nil}
	if a != nil {
		o["attachment_id"] = a.id
		o["content_type"] = orNull(a.mime)
	}
	return o
}

var mention = regexp.MustCompile(`<@!?(\d+)>|<@&(\d+)>|@(everyone|here)\b`)

// setMentions works out whom a message pings. Without allowed_mentions all
// that the author may ping is pinged, in an interaction's answer users only.
func (s *Server) setMentions(m *message, allowed any) {
	m.mentions, m.mentionRoles, m.mentionEveryone = nil, nil, false
	c := s.channels[m.channelID]
	g := s.guilds[c.GuildID]
	rule, set := allowed.(obj)
	may := func(kind, id string) bool {
		if !set {
			return kind == "users" || m.via == nil
		}
		parse, _ := rule["parse"].([]any)
		ids, _ := rule[kind].([]any)
		return slices.Contains(parse, any(kind)) || slices.Contains(ids, any(id))
	}
	add := func(list *[]string, id string) {
		if !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	mass := s.permissions(m.author.ID, c).Has(MentionEveryone)
	words := m.content
	eachComponent(m.components, func(o obj) {
		if number(o, "type") == compText {
			words += "\n" + text(o, "content")
		}
	})
	for _, found := range mention.FindAllStringSubmatch(words, -1) {
		switch user, role := found[1], found[2]; {
		case user != "":
			if s.users[user] != nil && may("users", user) {
				add(&m.mentions, user)
			}
		case role != "":
			if g != nil && g.role(role) != nil && may("roles", role) && (mass || g.role(role).Mentionable) {
				add(&m.mentionRoles, role)
			}
		case mass && may("everyone", ""):
			m.mentionEveryone = true
		}
	}
	if r := m.replyTo; r != nil && r.author != m.author && (!set || rule["replied_user"] == true) {
		add(&m.mentions, r.author.ID)
	}
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// ---- REST

// botChannel returns the channel of the path if the bot may do what need says
// there.
func (s *Server) botChannel(q *request, need Permissions) (*Channel, error) {
	c := s.channels[q.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	if g := s.guilds[c.GuildID]; g != nil && g.unavailable {
		return nil, ServerError(http.StatusServiceUnavailable)
	}
	p := s.permissions(s.bot.ID, c)
	if !p.Has(ViewChannel) {
		return nil, errMissingAccess
	}
	if !p.Has(need) {
		return nil, errMissingPerms
	}
	return c, nil
}

// botMessage returns the message of the path.
func (s *Server) botMessage(q *request, need Permissions) (*Channel, *message, error) {
	c, err := s.botChannel(q, need)
	if err != nil {
		return nil, nil, err
	}
	m := s.messages[q.PathValue("message")]
	if m == nil || m.deleted || m.channelID != c.ID || m.onlyFor != "" {
		return nil, nil, errUnknownMessage
	}
	return c, m, nil
}

func (s *Server) createMessage(q *request) (any, error) {
	c, err := s.botChannel(q, SendMessages)
	if err != nil {
		return nil, err
	}
	body := q.object()
	if err := s.mayWrite(c, body, len(q.files) > 0); err != nil {
		return nil, err
	}
	m := &message{channelID: c.ID, author: s.bot, nonce: body["nonce"]}
	if err := checkBody("", m, body, q.files); err != nil {
		return nil, err
	}
	f := &form{}
	if _, isNumber := integer(m.nonce); !isNumber {
		f.text("nonce", m.nonce, 0, 25)
	}
	if ref, ok := body["message_reference"].(obj); ok {
		m.replyTo = s.messages[text(ref, "message_id")]
		m.kind = msgReply
		if r := m.replyTo; r == nil || r.deleted || r.channelID != c.ID || r.onlyFor != "" {
			m.replyTo, m.kind = nil, msgDefault
			if ref["fail_if_not_exists"] != false {
				f.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
			}
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	key := fmt.Sprint(c.ID, " ", m.nonce)
	if m.nonce != nil && body["enforce_nonce"] == true {
		if used, ok := s.nonces[key]; ok && s.clock.Now().Sub(used.at) < nonceLife && !used.message.deleted {
			return s.messageJSON(used.message), nil
		}
	}
	m.id = s.newID()
	s.apply(m, q, body)
	if m.empty() {
		return nil, errEmptyMessage
	}
	if m.nonce != nil {
		s.forgetNonces()
		s.nonces[key] = nonceUse{m, s.clock.Now()}
	}
	c.Archived = false // writing wakes a thread
	s.post(m)
	return s.messageJSON(m), nil
}

// mayWrite checks what a message needs beyond SEND_MESSAGES.
func (s *Server) mayWrite(c *Channel, body obj, files bool) error {
	p := s.permissions(s.bot.ID, c)
	switch {
	case c.Type == CategoryChannel:
		return errWrongChannelType
	case c.Locked && !p.Has(ManageThreads):
		return errThreadLocked
	case c.Type == DMChannel && !s.mayDM(c.other(s.bot.ID)):
		return errCannotDM
	case !isEmpty(body["embeds"]) && !p.Has(EmbedLinks), files && !p.Has(AttachFiles):
		return errMissingPerms
	}
	return nil
}

func (c *Channel) other(userID string) string {
	for _, id := range c.Recipients {
		if id != userID {
			return id
		}
	}
	return ""
}

func (s *Server) forgetNonces() {
	for k, n := range s.nonces {
		if s.clock.Now().Sub(n.at) >= nonceLife {
			delete(s.nonces, k)
		}
	}
}

func (s *Server) updateMessage(q *request) (any, error) {
	c, m, err := s.botMessage(q, 0)
	if err != nil {
		return nil, err
	}
	if m.author != s.bot {
		return nil, errNotAuthor
	}
	if c.Archived {
		return nil, fail(400, 50083, "Tried to perform an operation on an archived thread")
	}
	return s.edit(m, q, q.object(), "")
}

// edit changes a message of the bot.
func (s *Server) edit(m *message, q *request, body obj, path string) (any, error) {
	if err := checkBody(path, m, body, q.files); err != nil {
		return nil, err
	}
	changed := *m
	changed.attachments = slices.Clone(m.attachments)
	s.apply(&changed, q, body)
	if changed.empty() {
		return nil, errEmptyMessage
	}
	*m = changed
	if m.flags&flagLoading != 0 {
		m.flags &^= flagLoading // the answer that was awaited
		m.failed = false
	} else {
		m.edited = s.clock.Now()
	}
	s.update(m)
	return s.messageJSON(m), nil
}

func (s *Server) getMessage(q *request) (any, error) {
	_, m, err := s.botMessage(q, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return s.restMessage(m), nil
}

// restMessage is a message as the bot reads it over REST: the content of
// others is there only with the privileged intent, or if it is meant for it.
func (s *Server) restMessage(m *message) obj {
	o := s.eventJSON(m, s.channels[m.channelID], s.opts.PrivilegedIntents)
	delete(o, "guild_id")
	delete(o, "member")
	return o
}

func (s *Server) listMessages(q *request) (any, error) {
	c, err := s.botChannel(q, 0)
	if err != nil {
		return nil, err
	}
	query := q.URL.Query()
	limit := 50
	if l := query.Get("limit"); l != "" {
		f := &form{}
		limit = f.integer("limit", l, limit, 1, 100)
		if err := f.err(); err != nil {
			return nil, err
		}
	}
	out := []obj{}
	if !s.permissions(s.bot.ID, c).Has(ReadMessageHistory) {
		return out, nil
	}
	list := slices.Clone(s.history[c.ID])
	list = slices.DeleteFunc(list, func(m *message) bool {
		return m.onlyFor != "" || query.Has("before") && !earlier(m.id, query.Get("before")) || query.Has("after") && !earlier(query.Get("after"), m.id)
	})
	if query.Has("after") {
		list = list[:min(limit, len(list))]
	}
	for _, m := range slices.Backward(list) { // newest first
		if len(out) < limit {
			out = append(out, s.restMessage(m))
		}
	}
	return out, nil
}

func earlier(a, b string) bool {
	x, _ := strconv.ParseUint(a, 10, 64)
	y, _ := strconv.ParseUint(b, 10, 64)
	return x < y
}

func (s *Server) restDeleteMessage(q *request) (any, error) {
	c, m, err := s.botMessage(q, 0)
	if err != nil {
		return nil, err
	}
	if m.author != s.bot && !s.permissions(s.bot.ID, c).Has(ManageMessages) {
		return nil, errMissingPerms
	}
	s.remove(m)
	return nil, nil
}

func (s *Server) crosspost(q *request) (any, error) {
	c, m, err := s.botMessage(q, 0)
	if err != nil {
		return nil, err
	}
	need := ManageMessages
	if m.author == s.bot {
		need = SendMessages
	}
	switch {
	case c.Type != AnnouncementChannel:
		return nil, errWrongChannelType
	case !s.permissions(s.bot.ID, c).Has(need):
		return nil, errMissingPerms
	case m.flags&flagCrossposted != 0:
		return nil, errCrossposted
	}
	m.flags |= flagCrossposted
	s.update(m)
	return s.messageJSON(m), nil
}

func (s *Server) typing(q *request) (any, error) {
	_, err := s.botChannel(q, SendMessages)
	return nil, err
}
