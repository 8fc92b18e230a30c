// Package sandbox is a local Discord: a gateway, the REST routes a command bot
// uses and a web page, on loopback and without a token, for tests, demos and
// previews. A real client library talks to it as it talks to Discord.
//
// It is faithful to Discord's documentation and, where that is silent, to
// what bots are known to meet: the life of a gateway session with resume and
// replay, intents, shards and close codes; the deadline of an interaction
// (3 s), the life of its token (15 min), error codes 10062, 40060, 50027 and
// their like; who sees an ephemeral message; permissions and overwrites;
// commands with their options, choices, permissions, contexts and installs;
// Discord's limits on what a bot sends, with Discord's form errors; nonces,
// crossposts, rate limits per route and global.
//
// Left out: voice, reactions, polls, stickers, emojis, webhooks other than
// those of interactions, creating or editing guilds, channels, roles and
// threads over REST, member lists over the gateway, OAuth2, interactions over
// HTTP, the ban after 10,000 invalid requests, entry point commands, private
// threads' members, and components for files and choices in forms.
//
// Guessed, since Discord does not say: how many requests a route takes (see
// rest.go), that a session can be resumed for five minutes, that a nonce holds
// for five, and the names of some form errors. Tests should not lean on these.
//
// Members act through Server.As in Go and through the page in a browser; both
// go the same way. Faults are asked for by methods of Server, see faults.go.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options says what a Server is. The zero value is ready to use.
type Options struct {
	Token   string // the bot's, without the "Bot " prefix; "sandbox-token" if empty
	BotID   string // of the bot's user and of its application; DefaultBotID if empty
	BotName string // "season3" if empty
	World   *World // DefaultWorld() if nil
	Clock   Clock  // NewClock(time.Time{}) if nil
	Logger  *slog.Logger

	// PrivilegedIntents are those the application was granted, of
	// GUILD_MEMBERS, GUILD_PRESENCES and MESSAGE_CONTENT.
	PrivilegedIntents int
	// NoRateLimits turns off the limits of routes, the global one and that on
	// identifying. Those a test injects hold all the same.
	NoRateLimits bool
	// HeartbeatInterval is what Hello asks for; 41.25 s if zero.
	HeartbeatInterval time.Duration
	Recording         Recording
}

// Server is a local Discord. Make one with New.
type Server struct {
	opts      Options
	clock     Clock
	log       *slog.Logger
	mux       *http.ServeMux
	transport *http.Transport
	rec       recorder
	done      chan struct{} // closed by Close
	grace     time.Duration // a heartbeat may be this late, in real time
	handlers  sync.WaitGroup

	mu       sync.Mutex // guards all below
	closed   bool
	listener net.Listener
	http     *http.Server
	changed  chan struct{} // closed and replaced at every change; see wait
	lastID   uint64

	world    *World
	bot      *User
	token    string
	guilds   map[string]*Guild
	channels map[string]*Channel
	users    map[string]*User

	commands           []*command
	commandPermissions map[string]map[string][]CommandPermission // by guild and command
	history            map[string][]*message                     // by channel, oldest first, ephemeral ones too
	messages           map[string]*message                       // by id, also deleted
	interactions       map[string]*interaction
	byToken            map[string]*interaction
	nonces             map[string]nonceUse
	nonceQueue         []queuedNonce       // their keys, oldest first
	uploads            map[string]File     // that members attached to options, by id
	dms                map[string]*Channel // of the bot, by the other's id
	closedDMs          map[string]bool     // by user
	guildsOf           map[string][]*Guild // by user, also guilds they have left
	standing           int                 // messages in all channels
	timers             map[*deadline]struct{}

	gateway  gatewayState
	limits   limiter
	faults   []*fault
	seen     []Request
	answered map[Route]map[int]int // how many requests, by status
	pages    map[*page]struct{}

	forgetAt int // so many interactions are looked through for dead ones
}

// New returns a server that neither listens nor runs anything yet.
func New(opts Options) *Server {
	if opts.Token == "" {
		opts.Token = "sandbox-token"
	}
	if opts.BotID == "" {
		opts.BotID = DefaultBotID
	}
	if opts.BotName == "" {
		opts.BotName = "season3"
	}
	if opts.World == nil {
		opts.World = DefaultWorld()
	}
	if opts.Clock == nil {
		opts.Clock = NewClock(time.Time{})
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.HeartbeatInterval <= 0 {
		opts.HeartbeatInterval = 41250 * time.Millisecond
	}
	s := &Server{
		opts: opts, clock: opts.Clock, log: opts.Logger, world: opts.World, token: opts.Token,
		transport: newTransport(),
		rec:       recorder{out: opts.Recording},
		done:      make(chan struct{}), grace: 20 * time.Second, changed: make(chan struct{}),
		bot:    &User{ID: opts.BotID, Username: opts.BotName, Bot: true, Note: "bot"},
		guilds: map[string]*Guild{}, channels: map[string]*Channel{}, users: map[string]*User{},
		history: map[string][]*message{}, messages: map[string]*message{},
		interactions: map[string]*interaction{}, byToken: map[string]*interaction{},
		nonces: map[string]nonceUse{}, commandPermissions: map[string]map[string][]CommandPermission{}, timers: map[*deadline]struct{}{}, pages: map[*page]struct{}{},
		uploads: map[string]File{}, dms: map[string]*Channel{}, closedDMs: map[string]bool{}, guildsOf: map[string][]*Guild{}, answered: map[Route]map[int]int{},
	}
	s.users[s.bot.ID] = s.bot
	for _, u := range s.world.Users {
		s.users[u.ID] = u
	}
	for _, g := range s.world.Guilds {
		s.adopt(g)
	}
	for _, c := range s.world.Channels {
		s.channels[c.ID] = c
		if c.Type == DMChannel && c.hasRecipient(s.bot.ID) {
			s.dms[c.other(s.bot.ID)] = c
		}
	}
	s.gateway.sessions = map[string]*session{}
	s.gateway.conns = map[*conn]struct{}{}
	s.limits = limiter{buckets: map[string]*bucket{}}
	s.mux = s.routes()
	return s
}

// Listen starts serving on addr, which must be of a loopback interface, such
// as "127.0.0.1:0". It returns once connections are accepted.
func (s *Server) Listen(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	if !isLoopback(host) {
		return fmt.Errorf("address %q: the sandbox serves on loopback only", addr)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("opening the sandbox: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.listener != nil {
		ln.Close()
		return errors.New("opening the sandbox: already opened or closed")
	}
	s.listener = ln
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	s.handlers.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("sandbox stopped serving", "err", err)
		}
	})
	return nil
}

// Close drops every connection, stops all deadlines and waits for what runs
// to end. It may be called more than once.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	for t := range s.timers {
		t.cancel()
	}
	for c := range s.gateway.conns {
		c.abort()
	}
	srv := s.http
	s.touch()
	s.mu.Unlock()
	var err error
	if srv != nil {
		err = srv.Close()
	}
	s.handlers.Wait()
	s.transport.CloseIdleConnections()
	return err
}

// Addr returns host and port once the server listens, else "".
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// URL returns the address of the page once the server listens, else "".
func (s *Server) URL() string {
	if a := s.Addr(); a != "" {
		return "http://" + a
	}
	return ""
}

// Handler serves all of it: gateway, REST and page.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// A name that resolves to loopback must not reach the server from a page of
// another site, so the Host header is checked on every request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	s.handlers.Add(1)
	s.mu.Unlock()
	defer s.handlers.Done()
	if !sameOrigin(r) {
		http.Error(w, "only requests from this machine's own pages are served", http.StatusForbidden)
		return
	}
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		s.serveGateway(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func sameOrigin(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if !isLoopback(host) {
		return false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "http://"+r.Host
}

// Transport returns what a session's http.Client uses to reach this server
// where it means https://discord.com, or a file that a member attached to a
// command. Every other host is refused, so that nothing leaves the machine.
func (s *Server) Transport() http.RoundTripper { return loopback{s.Addr, s.transport} }

// TransportTo is the Transport of a server in another process, which listens
// on addr.
func TransportTo(addr string) http.RoundTripper {
	return loopback{func() string { return addr }, newTransport()}
}

func newTransport() *http.Transport { return &http.Transport{MaxIdleConnsPerHost: 64} }

// loopback leads requests for discord.com to a server.
type loopback struct {
	addr  func() string
	inner *http.Transport
}

// CloseIdleConnections is called by http.Client's method of that name.
func (t loopback) CloseIdleConnections() { t.inner.CloseIdleConnections() }

func (t loopback) RoundTrip(r *http.Request) (*http.Response, error) {
	addr := t.addr()
	if addr == "" {
		return nil, errors.New("the sandbox does not listen")
	}
	h := r.URL.Hostname()
	if upload := h == cdnHost && strings.HasPrefix(r.URL.Path, cdnFolder); h != "discord.com" && r.URL.Host != addr && !upload {
		return nil, fmt.Errorf("host %s: the sandbox stands in for discord.com only", h)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", addr, addr
	resp, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("asking the sandbox: %w", withoutURL(err))
	}
	return resp, nil
}

// withoutURL takes the address off an error: it may hold an interaction token.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// touch tells everyone who waits that something changed. The caller holds mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// errClosed is what waiting ends with when the server is closed.
var errClosed = errors.New("the sandbox is closed")

// wait returns once ok, called with mu held, reports true.
func (s *Server) wait(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		yes, changed, closed := ok(), s.changed, s.closed
		s.mu.Unlock()
		switch {
		case yes:
			return nil
		case closed:
			return errClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deadline is something that will happen by the clock.
type deadline struct{ cancel func() }

// after runs f with mu held once d has passed by the clock, unless stop is
// called or the server closed before. The caller of after and of stop holds mu.
func (s *Server) after(d time.Duration, f func()) (stop func()) {
	t := &deadline{}
	s.timers[t] = struct{}{}
	t.cancel = s.clock.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, waiting := s.timers[t]; !waiting || s.closed {
			return
		}
		delete(s.timers, t)
		f()
	})
	return func() {
		delete(s.timers, t)
		t.cancel()
	}
}

// WaitReady waits until a client has identified or resumed and is connected.
func (s *Server) WaitReady(ctx context.Context) error {
	if err := s.wait(ctx, func() bool {
		for _, sess := range s.gateway.sessions {
			if sess.conn != nil {
				return true
			}
		}
		return false
	}); err != nil {
		return fmt.Errorf("waiting for a client to be ready: %w", err)
	}
	return nil
}

// WaitDisconnected waits until no client is connected to the gateway.
func (s *Server) WaitDisconnected(ctx context.Context) error {
	if err := s.wait(ctx, func() bool { return len(s.gateway.conns) == 0 }); err != nil {
		return fmt.Errorf("waiting for clients to go: %w", err)
	}
	return nil
}

// WaitMessage waits for a message in a channel that match accepts, looking at
// those that are there already too, and returns the oldest. Ephemeral
// messages are among them.
func (s *Server) WaitMessage(ctx context.Context, channelID string, match func(Message) bool) (Message, error) {
	return s.waitMessage(ctx, channelID, func(m *message) bool { return match(s.public(m)) })
}

func (s *Server) waitMessage(ctx context.Context, channelID string, match func(*message) bool) (Message, error) {
	var found Message
	err := s.wait(ctx, func() bool {
		i := slices.IndexFunc(s.history[channelID], match)
		if i >= 0 {
			found = s.public(s.history[channelID][i])
		}
		return i >= 0
	})
	if err != nil {
		return Message{}, fmt.Errorf("waiting for a message in channel %s: %w", channelID, err)
	}
	return found, nil
}

// Messages returns what stands in a channel, oldest first, ephemeral messages
// included.
func (s *Server) Messages(channelID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.history[channelID] {
		out = append(out, s.public(m))
	}
	return out
}

// CountMessages returns how many messages stand in a channel, or with "" in
// all of them. It is cheap.
func (s *Server) CountMessages(channelID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if channelID == "" {
		return s.standing
	}
	return len(s.history[channelID])
}

// DM returns the id of the direct channel of the bot and a user.
func (s *Server) DM(userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(userID).ID
}

// Requests returns the REST requests so far, at most the last 5,000.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// Answered returns how many requests of a route, or with AnyRoute of all, were
// answered with a status since the server was made. Status 0 counts those
// whose answer was lost or cut, a negative one counts all.
func (s *Server) Answered(r Route, status int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for route, statuses := range s.answered {
		for st, count := range statuses {
			if (r == AnyRoute || r == route) && (status < 0 || status == st) {
				n += count
			}
		}
	}
	return n
}
