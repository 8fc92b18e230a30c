package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"season3/bot/sandbox"
)

func TestRequestFaults(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	self := func() answer { return rest(t, srv, "GET", "/users/@me", nil) }

	// The n-th request of a route, and no other route.
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Skip: 1, Times: 2, Refuse: sandbox.ServerError(503)})
	var got []int
	for range 4 {
		got = append(got, self().status)
		accepted(t, "another route", rest(t, srv, "GET", "/gateway", nil))
	}
	if got[0] != 200 || got[1] != 503 || got[2] != 503 || got[3] != 200 {
		t.Errorf("statuses %v", got)
	}
	for what, c := range map[string]struct {
		refusal *sandbox.Refusal
		ok      func(answer) bool
	}{
		"route 429":  {sandbox.RateLimited(1500*time.Millisecond, false), func(a answer) bool { return a.body["retry_after"] == 1.5 && a.header.Get("X-RateLimit-Bucket") != "" }},
		"global 429": {sandbox.RateLimited(time.Second, true), func(a answer) bool { return a.header.Get("X-RateLimit-Reset-After") == "" && a.body["global"] == true }},
		"bare 429":   {sandbox.BareRateLimited(time.Second), func(a answer) bool { return a.header.Get("Retry-After") == "" && a.body["retry_after"] == 1.0 }},
		"HTML 429": {sandbox.HTMLPage(429), func(a answer) bool {
			return strings.HasPrefix(a.raw, "<!DOCTYPE") && strings.HasPrefix(a.header.Get("Content-Type"), "text/html")
		}},
		"500":       {sandbox.ServerError(500), func(a answer) bool { return strings.Contains(a.raw, "Internal Server Error") }},
		"own error": {sandbox.APIError(403, 50013, "Missing Permissions"), func(a answer) bool { return a.code() == 50013 }},
	} {
		srv.Inject(sandbox.GetSelf, sandbox.Fault{Refuse: c.refusal})
		if a := self(); a.status != c.refusal.Status || !c.ok(a) {
			t.Errorf("%s: %d %s %v", what, a.status, a.raw, a.header)
		}
	}
	accepted(t, "after the faults", self())

	remove := srv.Inject(sandbox.AnyRoute, sandbox.Fault{Times: -1, Refuse: sandbox.ServerError(502)})
	if first, second := self(), self(); first.status != 502 || second.status != 502 {
		t.Error("a lasting fault did not last")
	}
	remove()
	accepted(t, "after it is removed", self())
}

// One in ten requests meets each fault, and the same ones on every run.
func TestFaultShares(t *testing.T) {
	run := func() (statuses []int) {
		srv := start(t, sandbox.Options{NoRateLimits: true})
		srv.Inject(sandbox.GetSelf, sandbox.Fault{Share: 0.1, Seed: 1, Refuse: sandbox.ServerError(500)})
		srv.Inject(sandbox.GetSelf, sandbox.Fault{Share: 0.1, Seed: 2, Refuse: sandbox.APIError(403, 50013, "Missing Permissions")})
		srv.Inject(sandbox.GetSelf, sandbox.Fault{Share: 0.5, Seed: 3, Skip: 100, Times: 3, Refuse: sandbox.ServerError(502)})
		for range 400 {
			statuses = append(statuses, rest(t, srv, "GET", "/users/@me", nil).status)
		}
		if srv.Answered(sandbox.GetSelf, 502) != 3 || srv.Answered(sandbox.AnyRoute, -1) != 400 || slices.Contains(statuses[:100], 502) {
			t.Errorf("%d answers of 502 among %d", srv.Answered(sandbox.GetSelf, 502), srv.Answered(sandbox.AnyRoute, -1))
		}
		for _, status := range []int{500, 403} {
			if n := srv.Answered(sandbox.GetSelf, status); n < 20 || n > 60 {
				t.Errorf("%d of 400 were answered %d", n, status)
			}
		}
		return statuses
	}
	if !slices.Equal(run(), run()) {
		t.Error("another run strikes other requests")
	}
}

// A request that is cut does nothing.
func TestCut(t *testing.T) {
	srv := start(t, sandbox.Options{})
	r, err := http.NewRequestWithContext(soon(t), "POST", "https://discord.com/api/v10"+messages(general), strings.NewReader(`{"content":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bot sandbox-token")
	srv.Inject(sandbox.CreateMessage, sandbox.Fault{Cut: true})
	if _, err := srv.Transport().RoundTrip(r); err == nil {
		t.Error("an answer came")
	}
	if srv.CountMessages(general) != 0 || srv.Answered(sandbox.CreateMessage, 0) != 1 {
		t.Error("the work was done")
	}
}

// A late request is done after its client has given up, and its nonce counts
// from then on.
func TestLate(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock, NoRateLimits: true})
	srv.Inject(sandbox.CreateMessage, sandbox.Fault{Late: 20 * time.Second})
	post := func() (*http.Response, error) {
		r, err := http.NewRequestWithContext(soon(t), "POST", "https://discord.com/api/v10"+messages(general), strings.NewReader(`{"content":"x","nonce":"n","enforce_nonce":true}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bot sandbox-token")
		return srv.Transport().RoundTrip(r)
	}
	if _, err := post(); err == nil {
		t.Error("an answer came")
	}
	if n := srv.CountMessages(general); n != 0 {
		t.Errorf("%d messages before its time", n)
	}
	clock.Advance(20 * time.Second)
	if n := srv.CountMessages(general); n != 1 {
		t.Errorf("%d messages in its time", n)
	}
	res, err := post()
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if n := srv.CountMessages(general); n != 1 {
		t.Errorf("%d messages after another try", n)
	}
}

// Another process reaches the server by its address alone.
func TestTransportTo(t *testing.T) {
	srv := start(t, sandbox.Options{})
	s := session(t, srv)
	s.Client.Transport = sandbox.TransportTo(srv.Addr())
	open(t, s)
	if _, err := s.User("@me"); err != nil {
		t.Error(err)
	}
	if _, err := sandbox.TransportTo(srv.Addr()).RoundTrip(&http.Request{URL: mustURL("https://example.test/")}); err == nil {
		t.Error("another host was reached")
	}
	s.Client.CloseIdleConnections()
}

// The work is done though no answer comes: the nonce keeps it from being done
// twice.
func TestLostAnswer(t *testing.T) {
	srv := start(t, sandbox.Options{})
	srv.Inject(sandbox.CreateMessage, sandbox.Fault{Lost: true})
	body := `{"content":"once","nonce":"n","enforce_nonce":true}`
	post := func() (*http.Response, error) {
		r, _ := http.NewRequestWithContext(soon(t), "POST", "https://discord.com/api/v9"+messages(general), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bot sandbox-token")
		return srv.Transport().RoundTrip(r)
	}
	if _, err := post(); err == nil {
		t.Fatal("an answer came")
	}
	if n := len(srv.Messages(general)); n != 1 {
		t.Fatalf("%d messages after the lost answer", n)
	}
	resp, err := post()
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if n := len(srv.Messages(general)); n != 1 {
		t.Errorf("%d messages after the second try", n)
	}
	if q := srv.Requests(); len(q) != 2 || q[0].Status != 0 || q[1].Status != 200 || q[0].Route != sandbox.CreateMessage {
		t.Errorf("requests: %+v", q)
	}
}

func TestDelay(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Times: 2, Delay: time.Hour})
	done := make(chan int, 1)
	go func() { done <- rest(t, srv, "GET", "/users/@me", nil).status }()
	for n := 0; ; n++ { // the request may reach the server after the clock has moved
		clock.Advance(time.Hour)
		select {
		case status := <-done:
			if status != 200 {
				t.Errorf("answered %d", status)
			}
		case <-time.After(20 * time.Millisecond):
			if n < 200 {
				continue
			}
			t.Fatal("still delayed")
		}
		break
	}
	// A client that gives up leaves nothing behind, nor does closing.
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", "https://discord.com/api/v9/users/@me", nil)
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := srv.Transport().RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("gave up with %v", err)
	}
}

func TestTokenChanges(t *testing.T) {
	srv := start(t, sandbox.Options{})
	w := dial(t, srv)
	w.ready(nil)
	refused(t, "no token", restAs(t, srv, "", "GET", "/users/@me", nil), 401, 0)
	refused(t, "another token", restAs(t, srv, "Bot other", "GET", "/users/@me", nil), 401, 0)
	srv.SetToken("changed")
	w.closed(4004)
	refused(t, "the old token", rest(t, srv, "GET", "/users/@me", nil), 401, 0)
	accepted(t, "the new token", restAs(t, srv, "Bot changed", "GET", "/users/@me", nil))
}

func TestGatewayFaults(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	srv.ReconnectBeforeReady(1)
	w := dial(t, srv)
	w.identify(nil)
	w.expect(7, "")
	srv.RefuseSessions(2, true)
	w.identify(nil)
	if f := w.expect(9, ""); string(f.D) != "true" {
		t.Errorf("op 9 with %s", f.D)
	}
	w.identify(nil)
	w.expect(9, "")
	w.ready(nil)
	srv.AskReconnect()
	w.expect(7, "")
	srv.StopAcknowledging(true)
	w.send(1, nil)
	w.identify(nil) // answered after the heartbeat would have been
	if f, err := w.read(); !websocket.IsCloseError(err, 4005) {
		t.Errorf("after an unanswered heartbeat: op %d, %v", f.Op, err)
	}
}

// What a bot hears of its guilds.
func TestGuildEvents(t *testing.T) {
	srv := start(t, sandbox.Options{})
	w := dial(t, srv)
	w.ready(nil)
	heard := func(event string, check func(obj) bool) {
		t.Helper()
		if o := w.expect(0, event).object(); !check(o) {
			t.Errorf("%s: %v", event, o)
		}
	}
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite, Deny: sandbox.SendMessages})
	heard("CHANNEL_UPDATE", func(o obj) bool { return len(o["permission_overwrites"].([]any)) == 1 })
	srv.SetRolePermissions(guild, sandbox.DefaultBotRoleID, 0)
	heard("GUILD_ROLE_UPDATE", func(o obj) bool { return o["role"].(obj)["permissions"] == "0" })
	srv.SetUnavailable(guild, true)
	heard("GUILD_DELETE", func(o obj) bool { return o["unavailable"] == true })
	if a := rest(t, srv, "POST", messages(general), obj{"content": "x"}); a.status != 503 {
		t.Errorf("writing in an outage: %d", a.status)
	}
	if err := srv.As(fan).Say(general, "x", "").Err(); err == nil {
		t.Error("a member wrote in an outage")
	}
	srv.SetUnavailable(guild, false)
	heard("GUILD_CREATE", func(o obj) bool { return o["id"] == guild })
	srv.ArchiveThread(thread, false)
	heard("THREAD_UPDATE", func(o obj) bool { return o["thread_metadata"].(obj)["archived"] == true })
	srv.As(fan).Say(thread, "awake", "")
	heard("THREAD_UPDATE", func(o obj) bool { return o["thread_metadata"].(obj)["archived"] == false })
	heard("MESSAGE_CREATE", func(o obj) bool { return o["channel_id"] == thread })
	said := srv.As(fan).Say(general, "x", "")
	heard("MESSAGE_CREATE", func(o obj) bool { return o["content"] == "" })
	srv.DeleteMessage(said.ID())
	heard("MESSAGE_DELETE", func(o obj) bool { return o["id"] == said.ID() })
	srv.DeleteChannel(general)
	heard("THREAD_DELETE", func(o obj) bool { return o["id"] == thread })
	heard("CHANNEL_DELETE", func(o obj) bool { return o["id"] == general })
	refused(t, "writing there", rest(t, srv, "POST", messages(general), obj{"content": "x"}), 404, 10003)
	srv.RemoveBot(guild)
	heard("GUILD_DELETE", func(o obj) bool { _, outage := o["unavailable"]; return !outage })
	srv.AddGuild(&sandbox.Guild{ID: "1100000000000000700", Name: "New", OwnerID: fan, Roles: []*sandbox.Role{{ID: "1100000000000000700", Name: "@everyone"}}})
	heard("GUILD_CREATE", func(o obj) bool { return o["name"] == "New" })
}

// A channel that goes away between an interaction and its answer.
func TestChannelGoneBeforeTheAnswer(t *testing.T) {
	h := byHand(t, nil, command("hello", nil))
	h.srv.As(fan).Command(general, "hello")
	i := h.told()
	h.srv.DeleteChannel(general)
	refused(t, "answering", h.callback(i, 4, obj{"content": "x"}), 404, 10003)
}

// discordgo tries a 502 again at once, and a limited request after its wait.
func TestDiscordgoTriesAgain(t *testing.T) {
	srv := start(t, sandbox.Options{})
	s := session(t, srv)
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Times: 2, Refuse: sandbox.ServerError(502)})
	if _, err := s.User("@me"); err != nil {
		t.Error("after two 502:", err)
	}
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Refuse: sandbox.RateLimited(20*time.Millisecond, false)})
	if _, err := s.User("@me"); err != nil {
		t.Error("after a 429:", err)
	}
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Refuse: sandbox.HTMLPage(429)})
	var syntax *json.SyntaxError
	if _, err := s.User("@me"); !errors.As(err, &syntax) {
		t.Errorf("after an HTML 429: %v", err)
	}
	var rest *discordgo.RESTError
	srv.Inject(sandbox.GetSelf, sandbox.Fault{Refuse: sandbox.ServerError(500)})
	if _, err := s.User("@me"); !errors.As(err, &rest) || rest.Response.StatusCode != 500 {
		t.Errorf("after a 500: %v", err)
	}
}

func TestClosed(t *testing.T) {
	srv := start(t, sandbox.Options{})
	w := dial(t, srv)
	w.ready(nil)
	waiting := make(chan error, 1)
	go func() {
		_, err := srv.WaitMessage(context.Background(), general, func(sandbox.Message) bool { return false })
		waiting <- err
	}()
	srv.Close()
	if err := <-waiting; err == nil {
		t.Error("waiting went on")
	}
	if err := srv.As(fan).Command(general, "x").Err(); err == nil {
		t.Error("a member acts in a closed server")
	}
	if _, err := srv.Transport().RoundTrip(&http.Request{URL: mustURL("https://discord.com/api/v9/gateway"), Body: io.NopCloser(strings.NewReader(""))}); err == nil {
		t.Error("a closed server answers")
	}
}

// Nothing leaves the machine, and no error tells an interaction's token.
func TestOtherHosts(t *testing.T) {
	srv := start(t, sandbox.Options{})
	for _, u := range []string{"https://example.test/", "https://cdn.discordapp.com/a.png", "http://127.0.0.1:1/"} {
		if _, err := srv.Transport().RoundTrip(&http.Request{URL: mustURL(u)}); err == nil {
			t.Errorf("%s was reached", u)
		}
	}
	if err := sandbox.New(sandbox.Options{}).Listen("0.0.0.0:0"); err == nil {
		t.Error("listens on every interface")
	}
}
