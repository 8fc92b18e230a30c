package sandbox_test

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"season3/bot/sandbox"
)

// wire is a bare gateway client.
type wire struct {
	t      *testing.T
	srv    *sandbox.Server
	ws     *websocket.Conn
	binary bool // the last frame was compressed
	seq    int
}

type frame struct {
	Op int
	D  json.RawMessage
	S  *int
	T  string
}

func (f frame) object() obj {
	var o obj
	json.Unmarshal(f.D, &o)
	return o
}

// dial connects and reads Hello.
func dial(t *testing.T, srv *sandbox.Server) *wire {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+srv.Addr()+"/?v=9&encoding=json", nil)
	if err != nil {
		t.Fatal("dialing the gateway:", err)
	}
	t.Cleanup(func() { ws.Close() })
	w := &wire{t: t, srv: srv, ws: ws}
	w.expect(10, "")
	return w
}

func (w *wire) send(op int, d any) {
	w.t.Helper()
	if err := w.ws.WriteJSON(obj{"op": op, "d": d}); err != nil {
		w.t.Fatal("sending:", err)
	}
}

func (w *wire) read() (frame, error) {
	w.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	kind, data, err := w.ws.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	if w.binary = kind == websocket.BinaryMessage; w.binary {
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return frame{}, err
		}
		if data, err = io.ReadAll(z); err != nil {
			return frame{}, err
		}
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		return frame{}, err
	}
	if f.S != nil {
		w.seq = *f.S
	}
	return f, nil
}

func (w *wire) expect(op int, event string) frame {
	w.t.Helper()
	f, err := w.read()
	if err != nil {
		w.t.Fatalf("waiting for op %d %s: %v", op, event, err)
	}
	if f.Op != op || f.T != event {
		w.t.Fatalf("got op %d %s, want op %d %s", f.Op, f.T, op, event)
	}
	return f
}

// closed reads on until the connection ends and checks the close code.
func (w *wire) closed(code int) {
	w.t.Helper()
	for {
		if _, err := w.read(); err != nil {
			if !websocket.IsCloseError(err, code) {
				w.t.Fatalf("connection ended with %v, want code %d", err, code)
			}
			return
		}
	}
}

func (w *wire) identify(with obj) {
	w.t.Helper()
	d := obj{"token": "Bot sandbox-token", "intents": 1 | 1<<9 | 1<<12, "properties": obj{"os": "linux", "browser": "x", "device": "x"}}
	for k, v := range with {
		d[k] = v
	}
	w.send(2, d)
}

// ready identifies and reads on to the guild; it returns the session's id.
func (w *wire) ready(with obj) string {
	w.t.Helper()
	w.identify(with)
	o := w.expect(0, "READY").object()
	w.expect(0, "GUILD_CREATE")
	return o["session_id"].(string)
}

func (w *wire) resume(id string, seq int) {
	w.t.Helper()
	w.send(6, obj{"token": "Bot sandbox-token", "session_id": id, "seq": seq})
}

func TestIdentify(t *testing.T) {
	srv := start(t, sandbox.Options{})
	w := dial(t, srv)
	w.send(1, nil)
	w.expect(11, "")
	w.identify(obj{"token": "sandbox-token", "compress": true}) // the bare form of the token is as good
	o := w.expect(0, "READY").object()
	guilds := o["guilds"].([]any)
	if g := guilds[0].(obj); len(guilds) != 1 || g["id"] != guild || g["unavailable"] != true {
		t.Errorf("guilds of READY: %v", guilds)
	}
	if o["resume_gateway_url"] != "ws://"+srv.Addr() || o["user"].(obj)["id"] != botID || o["application"].(obj)["id"] != botID {
		t.Errorf("READY: %v", o)
	}
	f := w.expect(0, "GUILD_CREATE")
	if !w.binary {
		t.Error("GUILD_CREATE came uncompressed though compression was asked for")
	}
	if g := f.object(); len(g["channels"].([]any)) != 3 || len(g["threads"].([]any)) != 1 || len(g["members"].([]any)) != 1 {
		t.Errorf("GUILD_CREATE: %s", f.D)
	}
	srv.AskHeartbeat()
	w.expect(1, "")
}

func TestCloseCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		code int
		do   func(*wire)
	}{
		{"unknown opcode", 4001, func(w *wire) { w.send(99, nil) }},
		{"not JSON", 4002, func(w *wire) { w.ws.WriteMessage(websocket.TextMessage, []byte("{")) }},
		{"over 4096 bytes", 4002, func(w *wire) { w.send(1, strings.Repeat("x", 5000)) }},
		{"before identifying", 4003, func(w *wire) { w.send(3, obj{}) }},
		{"wrong token", 4004, func(w *wire) { w.identify(obj{"token": "Bot other"}) }},
		{"identified twice", 4005, func(w *wire) { w.ready(nil); w.identify(nil) }},
		{"sequence from the future", 4007, func(w *wire) {
			id := w.ready(nil)
			again := dial(w.t, w.srv)
			again.resume(id, 1000)
			*w = *again
		}},
		{"121 commands in a minute", 4008, func(w *wire) {
			for range 121 {
				w.send(1, nil)
			}
		}},
		{"shard out of range", 4010, func(w *wire) { w.identify(obj{"shard": []int{2, 2}}) }},
		{"unknown intent", 4013, func(w *wire) { w.identify(obj{"intents": 1 << 30}) }},
		{"intent not granted", 4014, func(w *wire) { w.identify(obj{"intents": 1 << 15}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := start(t, sandbox.Options{})
			w := dial(t, srv)
			c.do(w)
			w.closed(c.code)
		})
	}
}

func TestResumeReplays(t *testing.T) {
	srv := start(t, sandbox.Options{})
	w := dial(t, srv)
	id := w.ready(nil)
	srv.DropConnections(0)
	if _, err := w.read(); err == nil {
		t.Fatal("the connection is still there")
	}
	srv.As(fan).Say(srv.DM(fan), "one", "")
	srv.As(fan).Say(srv.DM(fan), "two", "")
	again := dial(t, srv)
	again.resume(id, w.seq)
	for i, want := range []string{"one", "two"} {
		f := again.expect(0, "MESSAGE_CREATE")
		if f.object()["content"] != want || *f.S != w.seq+1+i {
			t.Errorf("replayed %v as %d, want %q as %d", f.object()["content"], *f.S, want, w.seq+1+i)
		}
	}
	again.expect(0, "RESUMED")
}

func TestResumeRefused(t *testing.T) {
	for name, end := range map[string]func(*sandbox.Server, *wire, *sandbox.MovingClock){
		"said goodbye": func(srv *sandbox.Server, w *wire, _ *sandbox.MovingClock) {
			w.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
			w.closed(1000)
			waitGone(w.t, srv)
		},
		"away too long": func(srv *sandbox.Server, w *wire, clock *sandbox.MovingClock) {
			srv.DropConnections(4000)
			w.closed(4000)
			waitGone(w.t, srv)
			clock.Advance(6 * time.Minute)
		},
		"invalidated": func(srv *sandbox.Server, w *wire, _ *sandbox.MovingClock) {
			srv.Invalidate(false)
			w.expect(9, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := sandbox.NewClock(time.Time{})
			srv := start(t, sandbox.Options{Clock: clock})
			w := dial(t, srv)
			id := w.ready(nil)
			end(srv, w, clock)
			again := dial(t, srv)
			again.resume(id, w.seq)
			if f := again.expect(9, ""); string(f.D) != "false" {
				t.Errorf("op 9 with %s, want false", f.D)
			}
			clock.Advance(5 * time.Second)
			again.identify(nil) // on the same connection, as discordgo does
			again.expect(0, "READY")
		})
	}
}

// waitGone waits until the server has noticed that nobody is connected.
func waitGone(t *testing.T, srv *sandbox.Server) {
	t.Helper()
	if err := srv.WaitDisconnected(soon(t)); err != nil {
		t.Fatal(err)
	}
}

func TestIdentifyLimit(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	dial(t, srv).ready(nil)
	w := dial(t, srv)
	w.identify(nil)
	w.expect(9, "")
	clock.Advance(5 * time.Second)
	w.ready(nil)
}

func TestHeartbeatMissed(t *testing.T) {
	srv := sandbox.New(sandbox.Options{HeartbeatInterval: 20 * time.Millisecond})
	srv.SetGrace(time.Millisecond)
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	w := dial(t, srv)
	w.identify(nil)
	w.closed(4009)
}

// Guilds go to the shard their id gives, direct messages to the first.
func TestShards(t *testing.T) {
	w := sandbox.DefaultWorld()
	other := &sandbox.Guild{ID: fmt.Sprint(uint64(1100000000000000010) + 1<<22), Name: "Next door", OwnerID: sandbox.DefaultOwnerID, Members: []*sandbox.Member{{User: &sandbox.User{ID: botID}}}}
	other.Roles = []*sandbox.Role{{ID: other.ID, Name: "@everyone"}}
	w.Guilds = append(w.Guilds, other)
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{World: w, Clock: clock})
	var shards [2]*wire
	names := map[string]*wire{}
	for n := range 2 {
		c := dial(t, srv)
		c.identify(obj{"shard": []int{n, 2}})
		c.expect(0, "READY")
		names[c.expect(0, "GUILD_CREATE").object()["name"].(string)] = c
		shards[n] = c
		clock.Advance(5 * time.Second)
	}
	if len(names) != 2 {
		t.Fatalf("guilds on shards: %v", names)
	}
	srv.As(fan).Say(srv.DM(fan), "psst", "")
	shards[0].expect(0, "MESSAGE_CREATE")
	for _, id := range []string{guild, other.ID} {
		srv.SetUnavailable(id, true)
	}
	for name, c := range names {
		if got := c.expect(0, "GUILD_DELETE").object()["id"]; (got == guild) != (name == "Couch Club") {
			t.Errorf("shard of %s heard of guild %v", name, got)
		}
	}
}

// Without the privileged intent the bot reads others' messages only in direct
// messages and where it is mentioned; without an intent it hears nothing.
func TestIntents(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock, PrivilegedIntents: 1 << 15})
	plain, reading, deaf := dial(t, srv), dial(t, srv), dial(t, srv)
	plain.ready(nil)
	clock.Advance(5 * time.Second)
	reading.ready(obj{"intents": 1 | 1<<9 | 1<<15})
	clock.Advance(5 * time.Second)
	deaf.ready(obj{"intents": 1})
	v := srv.As(fan)
	v.Say(general, "a secret", "")
	v.Say(general, "<@"+botID+"> hello", "")
	v.Say(srv.DM(fan), "psst", "")
	for _, want := range []string{"", "<@" + botID + "> hello", "psst"} {
		if got := plain.expect(0, "MESSAGE_CREATE").object()["content"]; got != want {
			t.Errorf("without the intent: %q, want %q", got, want)
		}
	}
	if got := reading.expect(0, "MESSAGE_CREATE").object()["content"]; got != "a secret" {
		t.Errorf("with the intent: %q", got)
	}
	srv.AskHeartbeat()
	deaf.expect(1, "")
}

func TestCompressedStream(t *testing.T) {
	srv := start(t, sandbox.Options{})
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+srv.Addr()+"/?v=10&encoding=json&compress=zlib-stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	in, out := io.Pipe()
	defer in.Close()
	go func() {
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				out.CloseWithError(err)
				return
			}
			out.Write(data)
		}
	}()
	z, err := zlib.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	var f frame
	if err := d.Decode(&f); err != nil || f.Op != 10 {
		t.Fatalf("first frame op %d, %v", f.Op, err)
	}
	(&wire{t: t, ws: ws}).identify(nil)
	for _, want := range []string{"READY", "GUILD_CREATE"} {
		if err := d.Decode(&f); err != nil || f.T != want {
			t.Fatalf("got %s, want %s: %v", f.T, want, err)
		}
	}
}

// A page of another site must reach neither gateway nor REST.
func TestOtherOriginsAreRefused(t *testing.T) {
	srv := start(t, sandbox.Options{})
	_, resp, err := websocket.DefaultDialer.Dial("ws://"+srv.Addr()+"/", map[string][]string{"Origin": {"https://example.test"}})
	if !errors.Is(err, websocket.ErrBadHandshake) || resp.StatusCode != 403 {
		t.Errorf("dialing from another origin: %v", err)
	}
}

// discordgo itself: op 7, op 9 and a silent server.
func TestDiscordgoReconnects(t *testing.T) {
	t.Run("op 7", func(t *testing.T) {
		srv := start(t, sandbox.Options{})
		s := session(t, srv)
		resumed := make(chan struct{}, 1)
		s.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { resumed <- struct{}{} })
		open(t, s)
		s.ShouldReconnectOnError = true
		defer func() { s.ShouldReconnectOnError = false }()
		srv.AskReconnect()
		select {
		case <-resumed:
		case <-soon(t).Done():
			t.Error("did not resume")
		}
	})
	t.Run("op 9", func(t *testing.T) {
		clock := sandbox.NewClock(time.Time{})
		srv := start(t, sandbox.Options{Clock: clock})
		s := session(t, srv)
		ready := make(chan string, 2)
		s.AddHandler(func(_ *discordgo.Session, r *discordgo.Ready) { ready <- r.SessionID })
		open(t, s)
		first := <-ready
		clock.Advance(5 * time.Second)
		srv.Invalidate(false)
		select {
		case second := <-ready:
			if second == first {
				t.Error("the session is the old one")
			}
		case <-soon(t).Done():
			t.Error("did not identify anew")
		}
	})
	t.Run("no acknowledgements", func(t *testing.T) {
		srv := start(t, sandbox.Options{HeartbeatInterval: 30 * time.Millisecond, NoRateLimits: true})
		s := session(t, srv)
		gone := make(chan struct{}, 8)
		s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { gone <- struct{}{} })
		open(t, s)
		srv.StopAcknowledging(true)
		select {
		case <-gone:
		case <-soon(t).Done():
			t.Error("did not notice")
		}
	})
}

// Two hundred members at once, through a real session.
func TestManyAtOnce(t *testing.T) {
	w := sandbox.DefaultWorld()
	for n := range 200 {
		id := fmt.Sprint(1100000000000001000 + n)
		w.Guilds[0].Members = append(w.Guilds[0].Members, &sandbox.Member{User: &sandbox.User{ID: id, Username: "m" + id}})
	}
	srv := start(t, sandbox.Options{World: w})
	answering(t, srv, hello, func(i *discordgo.Interaction) *discordgo.InteractionResponse {
		return says("hello " + i.Member.User.ID)
	})
	calls := map[string]*sandbox.Interaction{}
	for _, m := range w.Guilds[0].Members[5:] {
		calls[m.User.ID] = srv.As(m.User.ID).Command(general, "hello")
	}
	for id, c := range calls {
		if r, err := c.Wait(soon(t)); err != nil || r.Message.Content != "hello "+id {
			t.Errorf("%s: %v", id, err)
		}
	}
	if n := len(srv.Messages(general)); n != 200 {
		t.Errorf("%d answers", n)
	}
}
