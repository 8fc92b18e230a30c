package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
)

// Route names a REST route by the operation id of Discord's OpenAPI document.
type Route string

// The routes the sandbox serves.
const (
	AnyRoute                 Route = "*"
	GetGateway               Route = "get_gateway"
	GetGatewayBot            Route = "get_bot_gateway"
	GetSelf                  Route = "get_my_user"
	GetApplication           Route = "get_my_application"
	GetUser                  Route = "get_user"
	ListOwnGuilds            Route = "list_my_guilds"
	CreateDM                 Route = "create_dm"
	LeaveGuild               Route = "leave_guild"
	ListCommands             Route = "list_application_commands"
	SetCommands              Route = "bulk_set_application_commands"
	CreateCommand            Route = "create_application_command"
	GetCommand               Route = "get_application_command"
	UpdateCommand            Route = "update_application_command"
	DeleteCommand            Route = "delete_application_command"
	ListGuildCommands        Route = "list_guild_application_commands"
	SetGuildCommands         Route = "bulk_set_guild_application_commands"
	CreateGuildCommand       Route = "create_guild_application_command"
	GetGuildCommand          Route = "get_guild_application_command"
	UpdateGuildCommand       Route = "update_guild_application_command"
	DeleteGuildCommand       Route = "delete_guild_application_command"
	ListCommandPermissions   Route = "list_guild_application_command_permissions"
	GetCommandPermissions    Route = "get_guild_application_command_permissions"
	InteractionCallback      Route = "create_interaction_response"
	CreateFollowup           Route = "execute_webhook"
	GetOriginalResponse      Route = "get_original_webhook_message"
	UpdateOriginalResponse   Route = "update_original_webhook_message"
	DeleteOriginalResponse   Route = "delete_original_webhook_message"
	GetFollowup              Route = "get_webhook_message"
	UpdateFollowup           Route = "update_webhook_message"
	DeleteFollowup           Route = "delete_webhook_message"
	GetChannel               Route = "get_channel"
	DeleteChannelRoute       Route = "delete_channel"
	ListMessages             Route = "list_messages"
	CreateMessage            Route = "create_message"
	GetMessage               Route = "get_message"
	UpdateMessage            Route = "update_message"
	DeleteMessageRoute       Route = "delete_message"
	CrosspostMessage         Route = "crosspost_message"
	TriggerTyping            Route = "trigger_typing_indicator"
	SetChannelPermissions    Route = "set_channel_permission_overwrite"
	DeleteChannelPermissions Route = "delete_channel_permission_overwrite"
	GetGuild                 Route = "get_guild"
	ListGuildChannels        Route = "list_guild_channels"
	ListGuildRoles           Route = "list_guild_roles"
	GetGuildMember           Route = "get_guild_member"
	ListActiveThreads        Route = "get_active_guild_threads"
)

type route struct {
	name    Route
	pattern string // method and path below /api/v10
	limit   int    // requests in window about the same thing; 0 for no limit
	window  time.Duration
	open    bool // needs no token of the bot
	handle  func(*Server, *request) (any, error)
}

// Discord does not publish its limits; those of messages are as bots meet
// them, the rest is of that order.
var routeTable = []route{
	{GetGateway, "GET /gateway", 0, 0, true, (*Server).getGateway},
	{GetGatewayBot, "GET /gateway/bot", 2, 5 * time.Second, false, (*Server).getGatewayBot},
	{GetSelf, "GET /users/@me", 30, 30 * time.Second, false, func(s *Server, _ *request) (any, error) { return s.selfJSON(), nil }},
	{GetApplication, "GET /applications/@me", 5, 5 * time.Second, false, (*Server).getApplication},
	{GetApplication, "GET /oauth2/applications/@me", 5, 5 * time.Second, false, (*Server).getApplication},
	{GetUser, "GET /users/{user}", 30, 30 * time.Second, false, (*Server).getUser},
	{ListOwnGuilds, "GET /users/@me/guilds", 2, 2 * time.Second, false, (*Server).listOwnGuilds},
	{LeaveGuild, "DELETE /users/@me/guilds/{guild}", 5, 5 * time.Second, false, (*Server).leaveGuild},
	{CreateDM, "POST /users/@me/channels", 10, 10 * time.Second, false, (*Server).createDM},

	{ListCommands, "GET /applications/{app}/commands", 5, 5 * time.Second, false, (*Server).listCommands},
	{SetCommands, "PUT /applications/{app}/commands", 5, 20 * time.Second, false, (*Server).setCommands},
	{CreateCommand, "POST /applications/{app}/commands", 5, 20 * time.Second, false, (*Server).createCommand},
	{GetCommand, "GET /applications/{app}/commands/{command}", 5, 5 * time.Second, false, (*Server).getCommand},
	{UpdateCommand, "PATCH /applications/{app}/commands/{command}", 5, 20 * time.Second, false, (*Server).updateCommand},
	{DeleteCommand, "DELETE /applications/{app}/commands/{command}", 5, 20 * time.Second, false, (*Server).deleteCommand},
	{ListGuildCommands, "GET /applications/{app}/guilds/{guild}/commands", 5, 5 * time.Second, false, (*Server).listCommands},
	{SetGuildCommands, "PUT /applications/{app}/guilds/{guild}/commands", 5, 20 * time.Second, false, (*Server).setCommands},
	{CreateGuildCommand, "POST /applications/{app}/guilds/{guild}/commands", 5, 20 * time.Second, false, (*Server).createCommand},
	{GetGuildCommand, "GET /applications/{app}/guilds/{guild}/commands/{command}", 5, 5 * time.Second, false, (*Server).getCommand},
	{UpdateGuildCommand, "PATCH /applications/{app}/guilds/{guild}/commands/{command}", 5, 20 * time.Second, false, (*Server).updateCommand},
	{DeleteGuildCommand, "DELETE /applications/{app}/guilds/{guild}/commands/{command}", 5, 20 * time.Second, false, (*Server).deleteCommand},
	{ListCommandPermissions, "GET /applications/{app}/guilds/{guild}/commands/permissions", 5, 5 * time.Second, false, (*Server).listCommandPermissions},
	{GetCommandPermissions, "GET /applications/{app}/guilds/{guild}/commands/{command}/permissions", 5, 5 * time.Second, false, (*Server).getCommandPermissions},

	{InteractionCallback, "POST /interactions/{interaction}/{token}/callback", 0, 0, true, (*Server).callback},
	{CreateFollowup, "POST /webhooks/{app}/{token}", 5, 2 * time.Second, true, (*Server).createFollowup},
	{GetOriginalResponse, "GET /webhooks/{app}/{token}/messages/@original", 5, 2 * time.Second, true, (*Server).getResponse},
	{UpdateOriginalResponse, "PATCH /webhooks/{app}/{token}/messages/@original", 5, 2 * time.Second, true, (*Server).updateResponse},
	{DeleteOriginalResponse, "DELETE /webhooks/{app}/{token}/messages/@original", 5, 2 * time.Second, true, (*Server).deleteResponse},
	{GetFollowup, "GET /webhooks/{app}/{token}/messages/{message}", 5, 2 * time.Second, true, (*Server).getResponse},
	{UpdateFollowup, "PATCH /webhooks/{app}/{token}/messages/{message}", 5, 2 * time.Second, true, (*Server).updateResponse},
	{DeleteFollowup, "DELETE /webhooks/{app}/{token}/messages/{message}", 5, 2 * time.Second, true, (*Server).deleteResponse},

	{GetChannel, "GET /channels/{channel}", 10, 10 * time.Second, false, (*Server).getChannel},
	{DeleteChannelRoute, "DELETE /channels/{channel}", 5, 5 * time.Second, false, (*Server).restDeleteChannel},
	{ListMessages, "GET /channels/{channel}/messages", 5, 5 * time.Second, false, (*Server).listMessages},
	{CreateMessage, "POST /channels/{channel}/messages", 5, 5 * time.Second, false, (*Server).createMessage},
	{GetMessage, "GET /channels/{channel}/messages/{message}", 5, 5 * time.Second, false, (*Server).getMessage},
	{UpdateMessage, "PATCH /channels/{channel}/messages/{message}", 5, 5 * time.Second, false, (*Server).updateMessage},
	{DeleteMessageRoute, "DELETE /channels/{channel}/messages/{message}", 5, time.Second, false, (*Server).restDeleteMessage},
	{CrosspostMessage, "POST /channels/{channel}/messages/{message}/crosspost", 10, time.Hour, false, (*Server).crosspost},
	{TriggerTyping, "POST /channels/{channel}/typing", 5, 5 * time.Second, false, (*Server).typing},
	{SetChannelPermissions, "PUT /channels/{channel}/permissions/{overwrite}", 5, 5 * time.Second, false, (*Server).restSetOverwrite},
	{DeleteChannelPermissions, "DELETE /channels/{channel}/permissions/{overwrite}", 5, 5 * time.Second, false, (*Server).restDeleteOverwrite},

	{GetGuild, "GET /guilds/{guild}", 5, 5 * time.Second, false, (*Server).getGuild},
	{ListGuildChannels, "GET /guilds/{guild}/channels", 5, 5 * time.Second, false, (*Server).listGuildChannels},
	{ListGuildRoles, "GET /guilds/{guild}/roles", 5, 5 * time.Second, false, (*Server).listGuildRoles},
	{GetGuildMember, "GET /guilds/{guild}/members/{user}", 5, time.Second, false, (*Server).getGuildMember},
	{ListActiveThreads, "GET /guilds/{guild}/threads/active", 5, 5 * time.Second, false, (*Server).listActiveThreads},
}

// Request is what the server remembers of a REST request.
type Request struct {
	At     time.Time
	Route  Route
	Method string
	Path   string // with the query
	Body   json.RawMessage
	Status int // 0 if the answer was lost, or the request cut
}

const (
	requestsKept = 5000
	maxBody      = 25 << 20
)

var (
	errNotFound         = APIError(404, 0, "404: Not Found")
	errUnauthorized     = APIError(401, 0, "401: Unauthorized")
	errUnknownChannel   = APIError(404, 10003, "Unknown Channel")
	errUnknownGuild     = APIError(404, 10004, "Unknown Guild")
	errUnknownMember    = APIError(404, 10007, "Unknown Member")
	errUnknownMessage   = APIError(404, 10008, "Unknown Message")
	errUnknownUser      = APIError(404, 10013, "Unknown User")
	errUnknownWebhook   = APIError(404, 10015, "Unknown Webhook")
	errUnknownInteract  = APIError(404, 10062, "Unknown interaction")
	errUnknownCommand   = APIError(404, 10063, "Unknown application command")
	errUnknownCmdPerms  = APIError(404, 10066, "Unknown application command permissions")
	errCrossposted      = APIError(400, 40033, "This message has already been crossposted")
	errAcknowledged     = APIError(400, 40060, "Interaction has already been acknowledged")
	errFollowupLimit    = APIError(400, 40094, "The maximum number of follow-up messages has been reached")
	errMissingAccess    = APIError(403, 50001, "Missing Access")
	errNotAuthor        = APIError(403, 50005, "Cannot edit a message authored by another user")
	errEmptyMessage     = APIError(400, 50006, "Cannot send an empty message")
	errCannotDM         = APIError(403, 50007, "Cannot send messages to this user")
	errMissingPerms     = APIError(403, 50013, "Missing Permissions")
	errWrongChannelType = APIError(400, 50024, "Cannot execute action on this channel type")
	errInvalidToken     = APIError(401, 50027, "Invalid Webhook Token")
	errBadJSON          = APIError(400, 50109, "The request body contains invalid JSON.")
	errThreadLocked     = APIError(403, 160005, "This thread is locked")
)

// request is a REST request with its body read.
type request struct {
	*http.Request
	route     *route
	at        time.Time
	raw       json.RawMessage // JSON body, or payload_json of a form
	body      any             // raw decoded; nil without a body
	files     []file
	multipart bool
}

type file struct {
	index    string // n of files[n]
	name     string
	mime     string
	contents []byte
}

func (q *request) object() obj {
	o, _ := q.body.(obj)
	return o
}

// limit is how many things the query asks for at most.
func (q *request) limit(absent, most int) (int, error) {
	l := q.URL.Query().Get("limit")
	if l == "" {
		return absent, nil
	}
	f := &form{}
	n := f.integer("limit", l, absent, 1, most)
	return n, f.err()
}

// major is what a rate limit of the route is about.
func (q *request) major() string {
	for _, k := range []string{"channel", "guild", "token"} {
		if v := q.PathValue(k); v != "" {
			return v
		}
	}
	return ""
}

// recorded is the body as a recording has it.
func (q *request) recorded() any {
	if !q.multipart {
		return q.body
	}
	files := []obj{}
	for _, f := range q.files {
		files = append(files, obj{"name": "files[" + f.index + "]", "filename": f.name, "size": len(f.contents), "type": f.mime})
	}
	return obj{"$multipart": obj{"payload_json": q.body, "files": files}}
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for i := range routeTable {
		rt := &routeTable[i]
		method, path, _ := strings.Cut(rt.pattern, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, r *http.Request) { s.rest(w, r, rt) })
	}
	none := &route{name: "none", open: true, handle: func(*Server, *request) (any, error) { return nil, errNotFound }}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { s.rest(w, r, none) })
	s.pageRoutes(mux)
	return mux
}

// created is a result answered with 201.
type created struct{ body any }

// rest answers one request: faults first, then the token, limits and the work.
func (s *Server) rest(w http.ResponseWriter, r *http.Request, rt *route) {
	q := &request{Request: r, route: rt, at: s.clock.Now()}
	bad := q.read()
	s.mu.Lock()
	f := s.strike(rt.name)
	s.mu.Unlock()
	if f.Delay > 0 && !s.sleep(r.Context(), f.Delay) {
		panic(http.ErrAbortHandler) // the client went away, or the server closes
	}

	header := w.Header()
	status, body := 0, []byte(nil)
	switch {
	case f.Late > 0:
		s.mu.Lock()
		s.after(f.Late, func() { s.work(q, http.Header{}, f.Refuse, bad) })
		s.mu.Unlock()
	case !f.Cut:
		s.mu.Lock()
		status, body = s.work(q, header, f.Refuse, bad)
		s.mu.Unlock()
	}
	if f.Lost {
		status, body = 0, nil
	}
	s.mu.Lock()
	if s.answered[rt.name] == nil {
		s.answered[rt.name] = map[int]int{}
	}
	s.answered[rt.name][status]++
	s.seen = append(s.seen, Request{At: q.at, Route: rt.name, Method: r.Method, Path: r.URL.RequestURI(), Body: q.raw, Status: status})
	if len(s.seen) > requestsKept {
		s.seen = s.seen[len(s.seen)-requestsKept:]
	}
	s.touch()
	s.mu.Unlock()
	s.log.Debug("rest", "method", r.Method, "route", rt.name, "status", status)
	s.rec.exchange(q, s.clock.Now(), status, header, recordable(body))
	if f.Cut || f.Lost || f.Late > 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	w.Write(body)
}

// work does what is asked and returns status and body of the answer. The
// caller holds mu.
func (s *Server) work(q *request, header http.Header, refusal *Refusal, bad error) (int, []byte) {
	var result any
	var err error
	header.Set("Content-Type", "application/json")
	if refusal != nil {
		s.headersOf(refusal, q, header)
		err = refusal
	} else if !q.route.open && q.Header.Get("Authorization") != "Bot "+s.token {
		err = errUnauthorized
	} else if r := s.limit(q, header); r != nil {
		err = r
	} else if bad != nil {
		err = bad
	} else {
		result, err = q.route.handle(s, q)
	}
	var r *Refusal
	switch {
	case errors.As(err, &r):
		for k, v := range r.Header {
			header[k] = v
		}
		return r.Status, []byte(r.Body)
	case err != nil:
		panic("sandbox: an error that is no answer: " + err.Error())
	case result == nil:
		header.Del("Content-Type")
		return http.StatusNoContent, nil
	}
	if c, ok := result.(created); ok {
		return http.StatusCreated, encode(c.body)
	}
	return http.StatusOK, encode(result)
}

// sleep waits by the clock; false if it was cut short.
func (s *Server) sleep(ctx context.Context, d time.Duration) bool {
	woken := make(chan struct{})
	stop := s.clock.AfterFunc(d, func() { close(woken) })
	defer stop()
	select {
	case <-woken:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}

func recordable(body []byte) any {
	switch {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		return json.RawMessage(body)
	}
	return string(body)
}

// read reads the body: JSON, or a form with payload_json and files[n].
func (q *request) read() error {
	data, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, maxBody))
	if err != nil {
		return APIError(413, 40005, "Request entity too large")
	}
	kind, params, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		q.multipart = true
		if data, err = q.readForm(data, params["boundary"]); err != nil {
			return errBadJSON
		}
	} else if len(data) > 0 && kind != "application/json" {
		return APIError(400, 50035, "Expected \"Content-Type\" header to be one of {'application/json'}.")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	q.raw = data
	if json.Unmarshal(data, &q.body) != nil {
		q.raw = encode(string(data))
		return errBadJSON
	}
	return nil
}

func (q *request) readForm(data []byte, boundary string) (payload []byte, err error) {
	parts := multipart.NewReader(bytes.NewReader(data), boundary)
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return payload, nil
		}
		if err != nil {
			return nil, err
		}
		contents, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		if p.FormName() == "payload_json" {
			payload = contents
		} else if n, ok := strings.CutPrefix(p.FormName(), "files["); ok {
			q.files = append(q.files, file{index: strings.TrimSuffix(n, "]"), name: p.FileName(), mime: p.Header.Get("Content-Type"), contents: contents})
		}
	}
}
