package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// The REST routes of messages in channels.

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
		use := nonceUse{m, s.clock.Now()}
		s.nonces[key] = use
		s.nonceQueue = append(s.nonceQueue, queuedNonce{key, use.at})
	}
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
	case c.Type == DMChannel && (!s.mayDM(c.other(s.bot.ID)) || s.closedDMs[c.other(s.bot.ID)]):
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
	now, dead := s.clock.Now(), 0
	for _, q := range s.nonceQueue {
		if now.Sub(q.at) < nonceLife {
			break
		}
		if s.nonces[q.key].at.Equal(q.at) { // else it was used again since
			delete(s.nonces, q.key)
		}
		dead++
	}
	s.nonceQueue = s.nonceQueue[dead:]
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
		return nil, APIError(400, 50083, "Tried to perform an operation on an archived thread")
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
	limit, err := q.limit(50, 100)
	if err != nil {
		return nil, err
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
