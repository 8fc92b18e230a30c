package sandbox

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Gateway opcodes.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Close codes, as Discord numbers them.
const (
	CloseUnknownError         = 4000
	CloseUnknownOpcode        = 4001
	CloseDecodeError          = 4002
	CloseNotAuthenticated     = 4003
	CloseAuthenticationFailed = 4004
	CloseAlreadyAuthenticated = 4005
	CloseInvalidSeq           = 4007
	CloseRateLimited          = 4008
	CloseSessionTimedOut      = 4009
	CloseInvalidShard         = 4010
	CloseInvalidIntents       = 4013
	CloseDisallowedIntents    = 4014
)

// Intents that decide what a session gets.
const (
	intentGuilds         = 1 << 0
	intentGuildMembers   = 1 << 1
	intentPresences      = 1 << 8
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
	intentMessageContent = 1 << 15

	privilegedIntents = intentGuildMembers | intentPresences | intentMessageContent
	knownIntents      = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

const (
	maxCommandBytes   = 4096
	maxCommands       = 120 // in a minute
	identifyEvery     = 5 * time.Second
	identifiesPerDay  = 1000
	replayed          = 1000            // dispatches kept for a resume
	sessionLife       = 5 * time.Minute // without a connection; Discord does not say how long
	compressFromBytes = 1024
)

type gatewayState struct {
	sessions   map[string]*session
	conns      map[*conn]struct{}
	connected  int         // connections so far
	identified []time.Time // within a day

	// Faults.
	silent         bool // heartbeats are not acknowledged
	reconnectFirst int  // how many more handshakes are answered by op 7
	refuse         int  // how many more handshakes are answered by op 9
	refuseResume   bool // what that op 9 carries
}

// session outlives its connections until it is invalidated.
type session struct {
	id            string
	shard, shards uint64
	intents       int
	compress      bool
	seq           int
	replay        []frame
	conn          *conn     // nil while nobody is connected
	left          time.Time // when the last connection ended
}

type frame struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
	S  *int            `json:"s"`
	T  *string         `json:"t"`
}

// conn is one websocket. Frames go out by a writer of its own, so that a slow
// client never holds up the server.
type conn struct {
	s       *Server
	ws      *websocket.Conn
	n       int
	session *session
	seq     int         // the last that was sent here, by whichever session
	sent    []time.Time // commands of the last minute
	stream  *zlib.Writer
	deflate bytes.Buffer

	mu      sync.Mutex
	queue   []outgoing
	closing bool
	wake    chan struct{}
	gone    chan struct{} // closed when the reader ends
}

// outgoing is a frame, or a close code when that is set.
type outgoing struct {
	frame    frame
	compress bool
	code     int
	why      string
}

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: sameOrigin}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &conn{s: s, ws: ws, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	if r.URL.Query().Get("compress") == "zlib-stream" {
		c.stream = zlib.NewWriter(&c.deflate)
	}
	ws.SetReadLimit(1 << 20)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ws.Close()
		return
	}
	s.gateway.connected++
	c.n = s.gateway.connected
	s.gateway.conns[c] = struct{}{}
	s.mu.Unlock()
	var writer sync.WaitGroup
	writer.Go(c.write)
	c.send(opHello, obj{"heartbeat_interval": s.opts.HeartbeatInterval.Milliseconds(), "_trace": []string{"sandbox"}})

	code := 0
	for {
		// The watch on heartbeats is in real time: it is about the wire.
		if !c.isClosing() {
			ws.SetReadDeadline(time.Now().Add(s.opts.HeartbeatInterval + s.grace))
		}
		_, data, err := ws.ReadMessage()
		if err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() && !c.isClosing() {
				code = CloseSessionTimedOut
				c.close(code, "Session timed out.")
			}
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				code = closed.Code
			}
			break
		}
		if !c.isClosing() {
			s.command(c, data)
		}
	}
	close(c.gone)
	writer.Wait()
	ws.Close()
	s.rec.closed(s.clock.Now(), c.n, "send", code)
	s.mu.Lock()
	delete(s.gateway.conns, c)
	if sess := c.session; sess != nil && sess.conn == c {
		sess.conn, sess.left = nil, s.clock.Now()
		// A client that says goodbye ends its session; one that vanishes or
		// gives another code may resume it.
		if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway || code == CloseSessionTimedOut {
			delete(s.gateway.sessions, sess.id)
		}
	}
	s.touch()
	s.mu.Unlock()
}

func (c *conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

func (c *conn) enqueue(o outgoing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return
	}
	c.closing = o.code != 0
	c.queue = append(c.queue, o)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// send sends a frame that is no dispatch.
func (c *conn) send(op int, d any) { c.enqueue(outgoing{frame: frame{Op: op, D: encode(d)}}) }

// close sends a close code after what is queued; the client has a second to
// read it.
func (c *conn) close(code int, why string) { c.enqueue(outgoing{code: code, why: why}) }

// abort ends the connection as a broken line would, without a close code.
func (c *conn) abort() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.ws.UnderlyingConn().Close()
}

func (c *conn) write() {
	for {
		select {
		case <-c.wake:
		case <-c.gone:
		}
		c.mu.Lock()
		queue := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, o := range queue {
			c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
			if o.code != 0 {
				c.s.rec.closed(c.s.clock.Now(), c.n, "recv", o.code)
				c.ws.SetReadDeadline(time.Now().Add(time.Second))
				c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(o.code, o.why), time.Now().Add(time.Second))
				return
			}
			if c.writeFrame(o) != nil {
				c.ws.UnderlyingConn().Close() // the reader notices
				return
			}
		}
		select {
		case <-c.gone:
			return
		default:
		}
	}
}

func (c *conn) writeFrame(o outgoing) error {
	data := encode(o.frame)
	c.s.rec.frame(c.s.clock.Now(), c.n, "recv", o.frame)
	switch {
	case c.stream != nil:
		c.deflate.Reset()
		c.stream.Write(data)
		c.stream.Flush()
		return c.ws.WriteMessage(websocket.BinaryMessage, c.deflate.Bytes())
	case o.compress && len(data) >= compressFromBytes:
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write(data)
		z.Close()
		return c.ws.WriteMessage(websocket.BinaryMessage, b.Bytes())
	}
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

// command takes one frame of a client.
func (s *Server) command(c *conn, data []byte) {
	var in struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	err := json.Unmarshal(data, &in)
	if err == nil && in.Op != nil {
		s.rec.frame(s.clock.Now(), c.n, "send", frame{Op: *in.Op, D: blankToken(in.D)})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	c.sent = append(slices.DeleteFunc(c.sent, func(t time.Time) bool { return now.Sub(t) >= time.Minute }), now)
	switch {
	case err != nil || in.Op == nil || len(data) > maxCommandBytes:
		c.close(CloseDecodeError, "Error while decoding payload.")
		return
	case len(c.sent) > maxCommands:
		c.close(CloseRateLimited, "Rate limited.")
		return
	}
	switch *in.Op {
	case opHeartbeat:
		if !s.gateway.silent {
			c.send(opHeartbeatAck, nil)
		}
	case opIdentify:
		s.identify(c, in.D)
	case opResume:
		s.resume(c, in.D)
	case opPresence, opVoiceState, opRequestMembers:
		if c.session == nil {
			c.close(CloseNotAuthenticated, "Not authenticated.")
		}
	default:
		c.close(CloseUnknownOpcode, "Unknown opcode.")
	}
	s.touch()
}

// handshake deals with what identify and resume have in common, and reports
// whether to go on.
func (s *Server) handshake(c *conn, token string) bool {
	g := &s.gateway
	switch {
	case c.session != nil:
		c.close(CloseAlreadyAuthenticated, "Already authenticated.")
	case strings.TrimPrefix(token, "Bot ") != s.token:
		c.close(CloseAuthenticationFailed, "Authentication failed.")
	case g.reconnectFirst > 0:
		g.reconnectFirst--
		c.send(opReconnect, nil)
	case g.refuse > 0:
		g.refuse--
		c.send(opInvalidSession, g.refuseResume)
	default:
		return true
	}
	return false
}

func (s *Server) identify(c *conn, d json.RawMessage) {
	var in struct {
		Token    string
		Intents  *int
		Compress bool
		Shard    *[2]uint64
	}
	if json.Unmarshal(d, &in) != nil || in.Intents == nil {
		c.close(CloseDecodeError, "Error while decoding payload.")
		return
	}
	if !s.handshake(c, in.Token) {
		return
	}
	shard := [2]uint64{0, 1}
	if in.Shard != nil {
		shard = *in.Shard
	}
	now, g := s.clock.Now(), &s.gateway
	g.identified = slices.DeleteFunc(g.identified, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	switch n := len(g.identified); {
	case shard[0] >= shard[1]:
		c.close(CloseInvalidShard, "Invalid shard.")
		return
	case *in.Intents&^knownIntents != 0:
		c.close(CloseInvalidIntents, "Invalid intent(s).")
		return
	case *in.Intents&privilegedIntents&^s.opts.PrivilegedIntents != 0:
		c.close(CloseDisallowedIntents, "Disallowed intent(s).")
		return
	case s.opts.NoRateLimits || n == 0:
	case n >= identifiesPerDay:
		s.token = "" // Discord resets it and writes to the owner
		c.close(CloseAuthenticationFailed, "Authentication failed.")
		return
	case now.Sub(g.identified[n-1]) < identifyEvery:
		c.send(opInvalidSession, false)
		return
	}
	for id, old := range g.sessions {
		if old.expired(now) {
			delete(g.sessions, id)
		}
	}
	g.identified = append(g.identified, now)
	sess := &session{id: "session-" + s.newID(), shard: shard[0], shards: shard[1], intents: *in.Intents, compress: in.Compress, conn: c, seq: c.seq}
	c.session = sess
	g.sessions[sess.id] = sess
	guilds := []obj{}
	for _, gd := range s.botGuilds() {
		if sess.has(gd.ID) {
			guilds = append(guilds, obj{"id": gd.ID, "unavailable": true})
		}
	}
	s.dispatch(sess, "READY", obj{
		"v": 9, "user": s.selfJSON(), "guilds": guilds, "session_id": sess.id, "session_type": "normal",
		"resume_gateway_url": "ws://" + c.ws.LocalAddr().String(), "shard": shard, "private_channels": []any{},
		"application": obj{"id": s.bot.ID, "flags": 0, "flags_new": "0"}, "_trace": []string{"sandbox"},
	})
	if sess.intents&intentGuilds != 0 {
		for _, gd := range s.botGuilds() {
			if !gd.Silent && sess.has(gd.ID) && !gd.unavailable {
				s.dispatch(sess, "GUILD_CREATE", s.guildCreate(gd))
			}
		}
	}
}

func (s *Server) resume(c *conn, d json.RawMessage) {
	var in struct {
		Token     string
		SessionID string `json:"session_id"`
		Seq       *int
	}
	if json.Unmarshal(d, &in) != nil || in.Seq == nil {
		c.close(CloseDecodeError, "Error while decoding payload.")
		return
	}
	if !s.handshake(c, in.Token) {
		return
	}
	sess := s.gateway.sessions[in.SessionID]
	if sess == nil || *in.Seq < sess.seq-len(sess.replay) || sess.expired(s.clock.Now()) {
		c.send(opInvalidSession, false)
		return
	}
	if *in.Seq > sess.seq {
		c.close(CloseInvalidSeq, "Invalid seq.")
		return
	}
	if old := sess.conn; old != nil {
		old.close(CloseUnknownError, "Resumed elsewhere.")
	}
	c.session, sess.conn = sess, c
	for _, f := range sess.replay {
		if *f.S > *in.Seq {
			c.enqueue(outgoing{frame: f, compress: sess.compress})
		}
	}
	s.dispatch(sess, "RESUMED", obj{"_trace": []string{"sandbox"}})
}

func (sess *session) expired(now time.Time) bool {
	return sess.conn == nil && now.Sub(sess.left) > sessionLife
}

// has reports whether a guild belongs to the session's shard; what is in no
// guild belongs to the first.
func (sess *session) has(guildID string) bool {
	n, _ := strconv.ParseUint(guildID, 10, 64)
	return (n>>22)%sess.shards == sess.shard
}

// dispatch sends an event to one session, or keeps it for when it resumes.
func (s *Server) dispatch(sess *session, event string, d any) {
	sess.seq++
	n := sess.seq
	f := frame{Op: opDispatch, D: encode(d), S: &n, T: &event}
	sess.replay = append(sess.replay, f)
	if len(sess.replay) > replayed {
		sess.replay = slices.Delete(sess.replay, 0, len(sess.replay)-replayed)
	}
	if sess.conn != nil {
		sess.conn.seq = n
		sess.conn.enqueue(outgoing{frame: f, compress: sess.compress})
	}
}

// emit sends an event to the sessions that have the guild and asked for the
// intent, 0 meaning that none is needed.
func (s *Server) emit(event string, intent int, guildID string, d func(intents int) any) {
	if g := s.guilds[guildID]; g != nil && g.Silent {
		s.touch()
		return
	}
	for _, sess := range s.sessions() {
		if sess.has(guildID) && (intent == 0 || sess.intents&intent != 0) {
			s.dispatch(sess, event, d(sess.intents))
		}
	}
	s.touch()
}

// sessions are in a fixed order so that a run can be told again.
func (s *Server) sessions() []*session {
	var out []*session
	for _, sess := range s.gateway.sessions {
		out = append(out, sess)
	}
	slices.SortFunc(out, func(a, b *session) int { return cmp.Compare(a.id, b.id) })
	return out
}

// botGuilds are the guilds the bot is in.
func (s *Server) botGuilds() []*Guild {
	var out []*Guild
	for _, g := range s.world.Guilds {
		if g.member(s.bot.ID) != nil {
			out = append(out, g)
		}
	}
	return out
}

// selfJSON is the bot's own account as it sees it.
func (s *Server) selfJSON() obj {
	o := s.bot.json()
	o["mfa_enabled"], o["locale"], o["verified"], o["email"] = true, "en-US", true, nil
	return o
}

// encode returns v as JSON. What the server builds can always be encoded.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("sandbox: encoding its own answer: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}
