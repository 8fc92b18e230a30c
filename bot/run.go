package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Connection says how Run reaches Discord.
type Connection struct {
	Token string // the bot's token, without "Bot "

	// Transport carries the HTTP requests; nil for the ordinary one. The sandbox gives its own, which leads to loopback.
	Transport http.RoundTripper

	// Patience is how long one attempt to open the gateway may take; 30 seconds when zero.
	Patience time.Duration
	// Backoff is the pause before the first new attempt; it doubles up to two minutes. A second when zero.
	Backoff time.Duration
}

// intents are what the bot wants to be told: guilds, and messages that mention it or are sent to it. Message Content is
// not among them: those messages come with their text anyway.
const intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages

const (
	defaultPatience = 30 * time.Second
	defaultBackoff  = time.Second
	maxBackoff      = 2 * time.Minute

	// maxHung is how many attempts in a row may hang in discordgo before the process gives up and lets whoever supervises
	// it start a clean one: a hung session cannot be closed (TRAPS 1).
	maxHung = 3

	// identifyPause is how many times the back-off must pass between two identifies: Discord takes one in five seconds.
	identifyPause = 6

	// maxStorms is how many sessions in a row may end because Discord rejects every identify.
	maxStorms = 5

	// silence is how long heartbeats may go unanswered. discordgo itself waits five of them, over three minutes.
	silence = 100 * time.Second

	// lastAnswers is how long Run waits at its end for answers under way: callbacks take at most callbackTimeout.
	lastAnswers = 3 * time.Second

	// lastClose is how long Run waits at its end for discordgo, which sleeps a second while closing.
	lastClose = 1500 * time.Millisecond
)

// Fatal is an end that trying again cannot mend, such as a wrong token. Its text says what to do.
type Fatal struct{ text string }

func (f Fatal) Error() string { return f.text }

// fatalCloses are the gateway's close codes that trying again cannot mend.
var fatalCloses = map[int]string{
	4004: "Discord refused the token: check DISCORD_TOKEN, or reset the token in the developer portal and set the new one",
	4010: "Discord refused the shard number",
	4011: "the bot is in so many servers that Discord demands sharding, which season3 does not do yet",
	4012: "Discord no longer speaks this version of the gateway: update season3",
	4013: "Discord refused the intents as invalid: update season3",
	4014: "Discord refused the intents as not allowed for this application: update season3",
}

// Run connects to Discord and answers until ctx ends; then it finishes the answers under way and returns nil
// within five seconds. Lost connections are opened again, with growing pauses, for ever. It returns a Fatal error when only
// a person can mend what is wrong. The token reaches no error and no log.
func (b *Bot) Run(ctx context.Context, conn Connection) error {
	if conn.Patience == 0 {
		conn.Patience = defaultPatience
	}
	if conn.Backoff == 0 {
		conn.Backoff = defaultBackoff
	}
	transport := conn.Transport
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 32 // the default of 2 opens a new connection for nearly every answer under load
		transport = t
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	link := &link{bot: b, conn: conn, client: client, ctx: ctx, rest: newRest(client, conn.Token, clock{b.now, b.timer})}
	err := link.keep(ctx)
	stop()
	link.finish()
	link.delivering.Wait()
	link.close()
	return err
}

// finish takes no new work and waits for what is under way.
func (l *link) finish() {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() {
		l.answers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(lastAnswers):
		l.bot.log.Warn("answers under way were abandoned", "after", lastAnswers)
	}
}

// link keeps one bot connected. discordgo's own reconnecting is off: it cannot be stopped, hides fatal close codes and
// repeats rejected identifies without pause (TRAPS 2 to 4).
type link struct {
	bot    *Bot
	conn   Connection
	client *http.Client
	rest   rest

	ctx        context.Context // of Run
	courier    sync.Once       // announcements begin with the first READY
	delivering sync.WaitGroup

	session *discordgo.Session
	lost    chan struct{} // a value when the session lost its connection
	dialer  *dialer
	self    atomic.Value // user id of the bot, string
	ready   atomic.Bool  // READY or RESUMED came since the last opening

	mu      sync.Mutex
	closing bool
	answers sync.WaitGroup
	line    []func() // work that is done in order; the first is under way
}

// keep opens the session and opens it again whenever it is lost.
func (l *link) keep(ctx context.Context) error {
	pause := l.conn.Backoff
	hung, storms := 0, 0
	for ctx.Err() == nil {
		if l.session == nil {
			if err := l.newSession(); err != nil {
				return err
			}
		}
		l.ready.Store(false)
		err := l.open(ctx)
		if err == nil {
			err = l.watch(ctx)
		}
		if ctx.Err() != nil {
			break
		}
		if l.ready.Load() {
			pause, hung, storms = l.conn.Backoff, 0, 0
		}
		var closed *websocket.CloseError
		var f Fatal
		switch {
		case errors.As(err, &f):
			return err
		case errors.As(err, &closed) && fatalCloses[closed.Code] != "":
			return Fatal{fatalCloses[closed.Code]}
		case errors.Is(err, errHung):
			if hung++; hung == maxHung {
				return fmt.Errorf("the gateway did not answer %d times in a row: start season3 again", hung)
			}
			l.session = nil // it holds its own lock for ever; a new one begins afresh
		case l.dialer.stormy():
			if storms++; storms == maxStorms {
				return fmt.Errorf("discord rejected the session %d times in a row: wait, then start season3 again", storms)
			}
			l.session = nil
			pause = max(pause, identifyPause*l.conn.Backoff)
		}
		l.bot.log.Warn("connection lost, opening it again", "pause", pause, "reason", reason(err))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, maxBackoff)
	}
	return nil
}

func reason(err error) string {
	if err == nil {
		return "closed by Discord"
	}
	return withoutURL(err).Error()
}

// newSession makes a discordgo session that only reads events: no state, no reconnecting.
func (l *link) newSession() error {
	s, err := discordgo.New("Bot " + l.conn.Token)
	if err != nil {
		return err
	}
	lost := make(chan struct{}, 1)
	l.lost, l.dialer = lost, &dialer{}
	s.Client = l.client
	s.Dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: l.conn.Patience, NetDialContext: l.dialer.dial}
	s.UserAgent = userAgent
	s.Identify.Intents = intents
	s.StateEnabled = false
	s.ShouldReconnectOnError = false
	// Handlers are called in the order of the events, in the goroutine that reads them, and only start work: otherwise a
	// server's goodbye could overtake its return (TRAPS 7).
	s.SyncEvents = true
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Ready) { l.onReady(s, e) })
	s.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { l.ready.Store(true) })
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case lost <- struct{}{}:
		default:
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) {
		l.answer(func() { l.onInteraction(e.Interaction) })
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.MessageCreate) { l.answer(func() { l.onMessage(s, e.Message) }) })
	l.watchGuilds(s)
	l.session = s
	return nil
}

var errHung = errors.New("opening the gateway took too long")

// open opens the session, but waits no longer than patience: discordgo's Open can hang for ever (TRAPS 1).
func (l *link) open(ctx context.Context) error {
	select { // what was lost before is no news
	case <-l.lost:
	default:
	}
	s, opened := l.session, make(chan error, 1)
	go func() { opened <- s.Open() }()
	select {
	case err := <-opened:
		var rest *discordgo.RESTError
		if errors.As(err, &rest) && rest.Response != nil && rest.Response.StatusCode == http.StatusUnauthorized {
			return Fatal{fatalCloses[4004]}
		}
		return err
	case <-time.After(l.conn.Patience):
		l.dialer.cut() // frees Open if it waits for the network; if it waits for its own lock, nothing does
		select {
		case <-opened:
			return errors.New("the gateway kept silent")
		case <-time.After(time.Second):
			return errHung
		}
	case <-ctx.Done():
		l.dialer.cut()
		return ctx.Err()
	}
}

// watch waits until the connection is lost or ctx ends. It cuts a connection on which heartbeats go unanswered.
func (l *link) watch(ctx context.Context) error {
	tick := time.NewTicker(silence / 5)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.lost:
			return nil
		case <-tick.C:
			l.session.RLock()
			last := l.session.LastHeartbeatAck
			l.session.RUnlock()
			if time.Since(last) > silence {
				l.dialer.cut()
			}
		}
	}
}

// close ends the connection, if there is one that can be closed.
func (l *link) close() {
	if l.session == nil {
		return
	}
	closed := make(chan struct{})
	go func(s *discordgo.Session) {
		_ = s.Close() // the process ends anyway; what matters was finished before
		close(closed)
	}(l.session)
	select {
	case <-closed:
	case <-time.After(lastClose):
		l.dialer.cut()
	}
	l.client.CloseIdleConnections()
}

// answer starts work that Run waits for at its end.
func (l *link) answer(work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closing {
		l.answers.Go(work)
	}
}

// inOrder starts work of which one piece is done after the other.
func (l *link) inOrder(work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return
	}
	l.line = append(l.line, work)
	if len(l.line) == 1 {
		l.answers.Go(l.workOff)
	}
}

func (l *link) workOff() {
	for {
		l.mu.Lock()
		work := l.line[0]
		l.mu.Unlock()
		work()
		l.mu.Lock()
		l.line[0] = nil // it may hold what READY says of very many servers
		l.line = l.line[1:]
		left := len(l.line)
		l.mu.Unlock()
		if left == 0 {
			return
		}
	}
}

func (l *link) onReady(s *discordgo.Session, e *discordgo.Ready) {
	l.ready.Store(true)
	if e.User == nil || e.Application == nil {
		l.bot.log.Error("READY without user or application")
		return
	}
	l.self.Store(e.User.ID)
	hurried := l.rest
	hurried.hurry = true
	l.bot.online.Store(&online{hurried, e.User.ID, e.Application.ID})
	l.bot.log.Info("connected", "application", e.Application.ID, "guilds", len(e.Guilds))
	l.courier.Do(func() {
		l.delivering.Go(func() { l.bot.announce(l.ctx, l.rest, e.User.ID) })
	})
	l.inOrder(func() {
		if err := l.bot.meet(e.Guilds); err != nil {
			l.bot.log.Error("guilds were not compared with those that are known", "error", err)
		}
	})
	l.answer(func() {
		err := l.rest.turn(l.ctx, true) // discordgo's requests count in the same limit
		if err == nil {
			err = l.bot.syncCommands(s, e.Application.ID)
		}
		if err != nil {
			l.bot.log.Error("commands were not registered; they will be when season3 connects again", "error", withoutURL(err))
		}
	})
}

// syncCommands registers the command table, if it is not the one that was registered last.
func (b *Bot) syncCommands(s *discordgo.Session, application string) error {
	body, want, err := b.definitionsBody()
	if err != nil {
		return err
	}
	have, err := b.store.CommandHash(application)
	if err != nil || have == want {
		return err
	}
	url := discordgo.EndpointApplicationGlobalCommands(application)
	if _, err := s.RequestWithBucketID(http.MethodPut, url, body, url); err != nil {
		return err
	}
	b.log.Info("commands registered", "count", len(b.commands))
	return b.store.SetCommandHash(application, want)
}

func (l *link) onInteraction(i *discordgo.Interaction) {
	if i == nil || i.Token == "" {
		return // a payload that discordgo could not read; there is nothing to answer to
	}
	began := time.Now()
	ctx := context.Background() // an answer under way is finished even when Run is told to end
	resp := l.bot.Handle(ctx, i)
	err := callback(ctx, l.client, i, resp)
	took := time.Since(began).Round(time.Microsecond)
	if err != nil {
		l.bot.log.Error("answer was not delivered", "kind", i.Type.String(), "took", took, "error", err)
		return
	}
	l.bot.log.Debug("answered", "interaction", i.ID, "kind", i.Type.String(), "took", took)
	if err := l.tellModerator(ctx, i); err != nil {
		l.bot.log.Warn("a moderator was not told of troubles; the next one will be", "guild", i.GuildID, "error", err)
	}
}

func (l *link) onMessage(s *discordgo.Session, m *discordgo.Message) {
	self, _ := l.self.Load().(string)
	if self == "" || m == nil {
		return
	}
	ctx := context.Background()
	send := l.bot.HandleMessage(ctx, m, self)
	if send == nil {
		return
	}
	err := l.rest.turn(ctx, true)
	if err == nil {
		_, err = s.ChannelMessageSendComplex(m.ChannelID, send, discordgo.WithContext(ctx))
	}
	if err != nil {
		l.bot.log.Warn("reply to a mention was not posted", "channel", m.ChannelID, "error", withoutURL(err))
	}
}

// A dialer opens the gateway's connection and can cut it. It also cuts a connection on which discordgo writes without
// pause, which it does when Discord answers every identify with "invalid session": it would use up the thousand
// identifies of a day (TRAPS 4).
type dialer struct {
	mu    sync.Mutex
	conn  net.Conn
	times [stormWrites]time.Time // of the last writes, a ring
	next  int
	storm bool
}

// A session writes an identify and then a heartbeat every 41 seconds, and at most 120 frames a minute. Opening one takes
// about ten writes on the wire.
const (
	stormWrites = 30
	stormTime   = 5 * time.Second
)

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.times, d.storm = c, [stormWrites]time.Time{}, false
	return watchedConn{c, d}, nil
}

func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		d.conn.Close()
	}
}

// stormy reports whether the last connection was cut for writing without pause.
func (d *dialer) stormy() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.storm
}

var errStorm = errors.New("too many frames: discord rejects every identify")

type watchedConn struct {
	net.Conn
	dialer *dialer
}

func (c watchedConn) Write(p []byte) (int, error) {
	d := c.dialer
	d.mu.Lock()
	now := time.Now()
	oldest := d.times[d.next]
	d.times[d.next] = now
	d.next = (d.next + 1) % stormWrites
	if !oldest.IsZero() && now.Sub(oldest) < stormTime {
		d.storm = true
		d.conn.Close()
	}
	storm := d.storm
	d.mu.Unlock()
	if storm {
		return 0, errStorm
	}
	return c.Conn.Write(p)
}
