package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed page/index.html
var indexHTML []byte

const (
	keepAlive   = 15 * time.Second
	eventBuffer = 256
	maxPageBody = 1 << 20
)

// page is a browser that listens as one user.
type page struct {
	userID string
	events chan []byte // closed when the page does not keep up
}

// pageRoutes serves the page and what it speaks with the server, all of it as
// one member. Everything else of the server is reached without this.
func (s *Server) pageRoutes(mux *http.ServeMux) {
	policy := contentPolicy(indexHTML)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		w.Write(indexHTML)
	})
	mux.HandleFunc("GET /_/state", s.pageGetState)
	mux.HandleFunc("GET /_/events", s.pageEvents)
	mux.HandleFunc("GET /_/attachments/{message}/{attachment}/{name}", s.pageAttachment)
	mux.HandleFunc("GET "+cdnFolder+"{app}/{id}/{name}", s.serveUpload)
	mux.HandleFunc("POST /_/autocomplete", s.pageAutocomplete)
	mux.HandleFunc("POST /_/command", s.pageCommand)
	mux.HandleFunc("POST /_/component", s.pageComponent)
	mux.HandleFunc("POST /_/modal", s.pageModal)
	mux.HandleFunc("POST /_/message", s.pageSay)
}

var inlineParts = regexp.MustCompile(`(?s)<(script|style)>(.*?)</(?:script|style)>`)

// contentPolicy lets the page run its own script and style and nothing else.
func contentPolicy(html []byte) string {
	allowed := map[string][]string{"script": {"'none'"}, "style": {"'none'"}}
	for _, m := range inlineParts.FindAllSubmatch(html, -1) {
		sum := sha256.Sum256(m[2])
		kind := string(m[1])
		if allowed[kind][0] == "'none'" {
			allowed[kind] = nil
		}
		allowed[kind] = append(allowed[kind], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return "default-src 'none'; script-src " + strings.Join(allowed["script"], " ") + "; style-src " + strings.Join(allowed["style"], " ") +
		"; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// ---- events

// pageTo sends an event to the pages of one user, or with "" to all.
func (s *Server) pageTo(userID string, event obj) {
	data := encode(event)
	for p := range s.pages {
		if userID == "" || p.userID == userID {
			s.push(p, data)
		}
	}
}

// push drops a page that does not keep up: it will connect anew and fetch the
// whole state.
func (s *Server) push(p *page, data []byte) {
	select {
	case p.events <- data:
	default:
		delete(s.pages, p)
		close(p.events)
	}
}

// pageState tells every page to fetch the state again, and everyone who waits
// that something changed.
func (s *Server) pageState() {
	s.pageTo("", obj{"op": "state"})
	s.touch()
}

func (s *Server) pageMessage(m *message) {
	if len(s.pages) == 0 {
		return
	}
	data := encode(obj{"op": "message", "channel_id": m.channelID, "message": s.pageMessageJSON(m)})
	for p := range s.pages {
		if s.visible(p.userID, m) {
			s.push(p, data)
		}
	}
}

func (s *Server) pageDelete(m *message) {
	s.pageTo(m.onlyFor, obj{"op": "message_delete", "channel_id": m.channelID, "id": m.id})
}

// pageMessageJSON is a message with what only the sandbox knows of it.
func (s *Server) pageMessageJSON(m *message) obj {
	o := s.messageJSON(m)
	extra := obj{
		"ephemeral": m.flags&flagEphemeral != 0, "loading": m.flags&flagLoading != 0 && !m.failed, "failed": m.failed,
		"published": m.flags&flagCrossposted != 0, "interaction": nil, "payload": nil, "payloads": append([]payload{}, m.payloads...),
	}
	if in := m.via; in != nil {
		extra["interaction"] = obj{"id": in.id, "name": in.name, "user_id": in.user.ID, "type": in.typ}
	}
	if n := len(m.payloads); n > 0 {
		extra["payload"] = m.payloads[n-1].Body
	}
	o["sandbox"] = extra
	return o
}

func (s *Server) pageEvents(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	who := s.users[r.URL.Query().Get("member")]
	if who == nil || s.closed {
		s.mu.Unlock()
		pageError(w, http.StatusNotFound, errors.New("there is no such member"))
		return
	}
	p := &page{userID: who.ID, events: make(chan []byte, eventBuffer)}
	s.pages[p] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pages, p)
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	line := []byte(": connected\n\n")
	for {
		if _, err := w.Write(line); err != nil || out.Flush() != nil {
			return
		}
		select {
		case data, ok := <-p.events:
			if !ok {
				return
			}
			line = slices.Concat([]byte("data: "), data, []byte("\n\n"))
		case <-tick.C:
			line = []byte(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-s.done:
			return
		}
	}
}

// ---- the state

func (s *Server) pageGetState(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.users[r.URL.Query().Get("member")]
	if who == nil {
		who = s.firstMember()
	}
	if who == nil {
		pageError(w, http.StatusNotFound, errors.New("this world has no members"))
		return
	}
	messages, commands := obj{}, []obj{}
	usable := map[string][]string{} // by command, the channels it is offered in
	look := func(c *Channel) {
		list := []obj{}
		for _, m := range s.history[c.ID] {
			if s.visible(who.ID, m) {
				list = append(list, s.pageMessageJSON(m))
			}
		}
		messages[c.ID] = list
		for _, cmd := range s.offered(who, c) {
			usable[cmd.id] = append(usable[cmd.id], c.ID)
		}
	}
	guilds := []obj{}
	for _, g := range s.world.Guilds {
		if g.member(who.ID) == nil || g.unavailable {
			continue
		}
		channels, roles := []obj{}, []obj{}
		for _, c := range g.Channels {
			p := s.permissions(who.ID, c)
			channels = append(channels, obj{
				"id": c.ID, "name": c.Name, "type": c.Type, "parent_id": orNull(c.ParentID), "can_view": p.Has(ViewChannel),
				"can_send": p.Has(ViewChannel | SendMessages), "bot_can_send": s.permissions(s.bot.ID, c).Has(ViewChannel | SendMessages),
			})
			if p.Has(ViewChannel) {
				look(c)
			}
		}
		for _, r := range g.Roles {
			roles = append(roles, obj{"id": r.ID, "name": r.Name, "color": r.Color})
		}
		guilds = append(guilds, obj{"id": g.ID, "name": g.Name, "channels": channels, "roles": roles})
	}
	dms := []obj{}
	if s.mayDM(who.ID) {
		s.dm(who.ID)
	}
	for _, c := range s.world.Channels {
		if c.hasRecipient(who.ID) {
			name := c.Name
			if u := s.users[c.other(who.ID)]; name == "" && u != nil {
				name = u.Username
			}
			dms = append(dms, obj{"id": c.ID, "name": name, "type": c.Type})
			look(c)
		}
	}
	for _, cmd := range s.commands {
		if channels := usable[cmd.id]; channels != nil {
			o := maps.Clone(cmd.body)
			o["sandbox"] = obj{"channels": channels}
			commands = append(commands, o)
		}
	}
	writeJSON(w, http.StatusOK, obj{
		"bot": obj{"id": s.bot.ID, "username": s.bot.Username}, "self": who.ID, "members": s.pageMembers(), "guilds": guilds,
		"dms": dms, "commands": commands, "messages": messages,
	})
}

func (s *Server) firstMember() *User {
	for _, g := range s.world.Guilds {
		for _, m := range g.Members {
			if !m.User.Bot {
				return m.User
			}
		}
	}
	return nil
}

// pageMembers lists everyone a visitor can be.
func (s *Server) pageMembers() []obj {
	out := []obj{}
	seen := map[string]bool{}
	add := func(u *User, roles []string) {
		if !seen[u.ID] && !u.Bot {
			seen[u.ID] = true
			out = append(out, obj{"id": u.ID, "username": u.Username, "global_name": orNull(u.GlobalName), "note": u.Note, "roles": append([]string{}, roles...)})
		}
	}
	for _, g := range s.world.Guilds {
		for _, m := range g.Members {
			add(m.User, m.Roles)
		}
	}
	for _, u := range s.world.Users {
		add(u, nil)
	}
	return out
}

func (s *Server) pageAttachment(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[r.PathValue("message")]; m != nil && !m.deleted {
		for _, a := range m.attachments {
			if a.id == r.PathValue("attachment") {
				w.Header().Set("Content-Type", "application/octet-stream")
				w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
				w.Header().Set("X-Content-Type-Options", "nosniff")
				w.Write(a.contents)
				return
			}
		}
	}
	http.NotFound(w, r)
}

// ---- what the member does

// pageOption is an option as the page sends it.
type pageOption struct {
	Name    string       `json:"name"`
	Value   any          `json:"value"`
	Focused bool         `json:"focused"`
	Options []pageOption `json:"options"`
}

func options(list []pageOption) []Option {
	var out []Option
	for _, o := range list {
		out = append(out, Option{Name: o.Name, Value: o.Value, Focused: o.Focused, Options: options(o.Options)})
	}
	return out
}

// pageBody reads a body and reports whether to go on. Asking for JSON keeps
// forms of other sites out.
func pageBody(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		pageError(w, http.StatusUnsupportedMediaType, errors.New("only JSON is understood"))
		return false
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPageBody))
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(data)).Decode(into)
	}
	if err != nil {
		pageError(w, http.StatusBadRequest, errors.New("the request could not be read"))
		return false
	}
	return true
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(encode(v))
}

// pageError answers with a sentence for the person.
func pageError(w http.ResponseWriter, status int, err error) {
	message := err.Error()
	writeJSON(w, status, obj{"message": strings.ToUpper(message[:1]) + message[1:] + "."})
}

// sent answers with the interaction's id, or says why there is none.
func sent(w http.ResponseWriter, i *Interaction) {
	if i.err != nil {
		pageError(w, http.StatusBadRequest, i.err)
		return
	}
	writeJSON(w, http.StatusOK, obj{"interaction_id": i.ID()})
}

type pageCommandBody struct {
	Member    string       `json:"member"`
	Channel   string       `json:"channel"`
	CommandID string       `json:"command_id"`
	Options   []pageOption `json:"options"`
	TargetID  string       `json:"target_id"`
}

// byID uses a command that the page names by its id.
func (v Visitor) byID(b pageCommandBody, typ int) *Interaction {
	return v.do(func(s *Server, who *User) (*interaction, error) {
		i := slices.IndexFunc(s.commands, func(c *command) bool { return c.id == b.CommandID })
		if i < 0 {
			return nil, errors.New("there is no such command any more")
		}
		cmd := s.commands[i]
		c, err := s.place(who, b.Channel)
		if err == nil {
			err = s.mayUse(cmd, who, c)
		}
		if err != nil {
			return nil, err
		}
		if cmd.kind == commandMessage {
			m, at, err := s.readable(who, b.TargetID)
			if err != nil {
				return nil, err
			}
			if at != c {
				return nil, errors.New("the message is in another channel")
			}
			return s.onMessage(who, c, cmd, m)
		}
		if cmd.kind != commandSlash {
			return nil, errors.New("the page offers no such commands")
		}
		return s.useSlash(who, c, cmd, options(b.Options), typ)
	})
}

func (s *Server) pageAutocomplete(w http.ResponseWriter, r *http.Request) {
	var b pageCommandBody
	if !pageBody(w, r, &b) {
		return
	}
	i := s.As(b.Member).byID(b, interactionAutocomplete)
	if i.err != nil {
		pageError(w, http.StatusBadRequest, i.err)
		return
	}
	reply, err := i.Wait(r.Context())
	switch {
	case errors.Is(err, ErrNoResponse):
		pageError(w, http.StatusGatewayTimeout, errors.New("loading the suggestions took too long"))
	case errors.Is(err, context.Canceled):
	case err != nil:
		pageError(w, http.StatusServiceUnavailable, err)
	default:
		writeJSON(w, http.StatusOK, obj{"choices": append([]Choice{}, reply.Choices...)})
	}
}

func (s *Server) pageCommand(w http.ResponseWriter, r *http.Request) {
	var b pageCommandBody
	if pageBody(w, r, &b) {
		sent(w, s.As(b.Member).byID(b, interactionCommand))
	}
}

func (s *Server) pageComponent(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Member        string   `json:"member"`
		Channel       string   `json:"channel"`
		MessageID     string   `json:"message_id"`
		CustomID      string   `json:"custom_id"`
		ComponentType int      `json:"component_type"`
		Values        []string `json:"values"`
	}
	if !pageBody(w, r, &b) {
		return
	}
	if b.ComponentType == compButton {
		sent(w, s.As(b.Member).Press(b.MessageID, b.CustomID))
	} else {
		sent(w, s.As(b.Member).Select(b.MessageID, b.CustomID, b.Values...))
	}
}

func (s *Server) pageModal(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Member        string         `json:"member"`
		InteractionID string         `json:"interaction_id"`
		CustomID      string         `json:"custom_id"`
		Fields        map[string]any `json:"fields"`
	}
	if pageBody(w, r, &b) {
		sent(w, s.As(b.Member).SubmitModal(b.InteractionID, b.Fields))
	}
}

func (s *Server) pageSay(w http.ResponseWriter, r *http.Request) {
	var b struct {
		Member  string `json:"member"`
		Channel string `json:"channel"`
		Content string `json:"content"`
		ReplyTo string `json:"reply_to"`
	}
	if !pageBody(w, r, &b) {
		return
	}
	said := s.As(b.Member).Say(b.Channel, b.Content, b.ReplyTo)
	if said.err != nil {
		pageError(w, http.StatusForbidden, said.err)
		return
	}
	writeJSON(w, http.StatusOK, obj{"id": said.ID()})
}
