package sandbox_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"season3/bot/sandbox"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// client keeps no connection, so that none outlives a test.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, address string) answer {
	t.Helper()
	r, _ := http.NewRequestWithContext(soon(t), "GET", address, nil)
	return do(t, r)
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(data)}
	json.Unmarshal(data, &a.body)
	return a
}

func post(t *testing.T, address string, body obj) answer {
	t.Helper()
	r, _ := http.NewRequestWithContext(soon(t), "POST", address, jsonBody(body))
	r.Header.Set("Content-Type", "application/json")
	return do(t, r)
}

// events listens as one member.
func events(t *testing.T, srv *sandbox.Server, member string) func() obj {
	t.Helper()
	r, _ := http.NewRequestWithContext(soon(t), "GET", srv.URL()+"/_/events?member="+member, nil)
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() obj {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var o obj
				if err := json.Unmarshal([]byte(data), &o); err != nil {
					t.Fatalf("event %s: %v", data, err)
				}
				return o
			}
		}
		t.Fatalf("the events ended: %v", lines.Err())
		return nil
	}
}

func TestPage(t *testing.T) {
	srv := start(t, sandbox.Options{})
	a := get(t, srv.URL()+"/")
	policy := a.header.Get("Content-Security-Policy")
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("page: %d %v", a.status, a.header)
	}
	if get(t, srv.URL()+"/nothing").status != 404 {
		t.Error("a page that is not there")
	}
}

// A name that leads to this machine, or a page of another site, reaches nothing.
func TestPageIsForThisMachineOnly(t *testing.T) {
	srv := start(t, sandbox.Options{})
	for what, change := range map[string]func(*http.Request){
		"host":   func(r *http.Request) { r.Host = "rebound.example.test:80" },
		"origin": func(r *http.Request) { r.Header.Set("Origin", "https://example.test") },
		"site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		for _, path := range []string{"/", "/_/state", "/api/v10/gateway"} {
			r, _ := http.NewRequest("GET", srv.URL()+path, nil)
			change(r)
			if a := do(t, r); a.status != 403 {
				t.Errorf("%s by another %s: %d", path, what, a.status)
			}
		}
	}
	r, _ := http.NewRequest("POST", srv.URL()+"/_/message", strings.NewReader(`{"member":"`+fan+`","channel":"`+general+`","content":"x"}`))
	r.Header.Set("Content-Type", "text/plain")
	if a := do(t, r); a.status != 415 {
		t.Errorf("a form of another site: %d", a.status)
	}
	r, _ = http.NewRequest("GET", srv.URL()+"/", nil)
	r.Host = "localhost:1234"
	r.Header.Set("Origin", "http://localhost:1234")
	if a := do(t, r); a.status != 200 {
		t.Errorf("the page by the name localhost: %d", a.status)
	}
}

func TestPageState(t *testing.T) {
	h := byHand(t, nil, command("hello", nil), command("set", obj{"default_member_permissions": "32", "contexts": []int{0}}), obj{"name": "Quote", "type": 3})
	state := func(member string) obj { return get(t, h.srv.URL()+"/_/state?member="+member).body }
	s := state(fan)
	if s["self"] != fan || s["bot"].(obj)["id"] != botID || len(s["members"].([]any)) != 4 || len(s["dms"].([]any)) != 1 {
		t.Errorf("state: %v", s)
	}
	channels := map[any]obj{}
	for _, c := range s["guilds"].([]any)[0].(obj)["channels"].([]any) {
		channels[c.(obj)["id"]] = c.(obj)
	}
	for id, want := range map[string][3]bool{general: {true, true, true}, news: {true, false, true}, staff: {false, false, false}, thread: {true, true, true}} {
		c := channels[id]
		if c["can_view"] != want[0] || c["can_send"] != want[1] || c["bot_can_send"] != want[2] {
			t.Errorf("channel %v, want %v", c, want)
		}
	}
	names := func(s obj) string {
		var out []string
		for _, c := range s["commands"].([]any) {
			out = append(out, c.(obj)["name"].(string))
		}
		return strings.Join(out, " ")
	}
	if got := names(s); got != "hello Quote" {
		t.Errorf("a fan is offered %q", got)
	}
	if got := names(state(moderator)); got != "hello set Quote" {
		t.Errorf("a moderator is offered %q", got)
	}
	if got := state("nobody")["self"]; got != fan {
		t.Errorf("without a member the state is that of %v", got)
	}
}

func TestPageActs(t *testing.T) {
	h := byHand(t, nil, command("hello", obj{"options": []obj{{"type": 3, "name": "show", "description": "d", "required": true, "autocomplete": true}}}), obj{"name": "Quote", "type": 3})
	base := h.srv.URL() + "/_/"
	next, others := events(t, h.srv, fan), events(t, h.srv, otherFan)
	state := get(t, base+"state?member="+fan).body
	ids := map[string]string{}
	for _, c := range state["commands"].([]any) {
		ids[c.(obj)["name"].(string)] = c.(obj)["id"].(string)
	}
	as := func(with obj) obj {
		o := obj{"member": fan, "channel": general}
		for k, v := range with {
			o[k] = v
		}
		return o
	}
	event := func(from func() obj, op string) obj {
		t.Helper()
		o := from()
		if o["op"] != op {
			t.Fatalf("event %v, want %s", o, op)
		}
		return o
	}

	// Autocomplete and a command.
	suggested := make(chan answer, 1)
	go func() {
		suggested <- post(t, base+"autocomplete", as(obj{"command_id": ids["hello"], "options": []obj{{"name": "show", "value": "he", "focused": true}}}))
	}()
	accepted(t, "choices", h.callback(h.told(), 8, obj{"choices": []obj{{"name": "Hero Mask", "value": "hero-mask"}}}))
	if a := <-suggested; a.raw != `{"choices":[{"name":"Hero Mask","value":"hero-mask"}]}` {
		t.Errorf("suggestions: %d %s", a.status, a.raw)
	}
	if a := post(t, base+"command", as(obj{"command_id": ids["hello"]})); a.status != 400 || a.body["message"] != `Option "show" is required.` {
		t.Errorf("without the option: %d %s", a.status, a.raw)
	}
	a := post(t, base+"command", as(obj{"command_id": ids["hello"], "options": []obj{{"name": "show", "type": 3, "value": "Hero Mask"}}}))
	i := h.told()
	if a.body["interaction_id"] != i["id"] {
		t.Errorf("interaction: %s, the bot heard %v", a.raw, i["id"])
	}
	accepted(t, "defer", h.callback(i, 5, nil))
	if m := event(next, "message")["message"].(obj)["sandbox"].(obj); m["loading"] != true || m["ephemeral"] != false {
		t.Errorf("loading: %v", m)
	}
	accepted(t, "answer", h.hook(i, "PATCH", "/messages/@original", obj{"content": "a card", "components": button("b")}))
	m := event(next, "message")["message"].(obj)
	extra := m["sandbox"].(obj)
	if m["content"] != "a card" || extra["loading"] != false || extra["interaction"].(obj)["name"] != "hello" || extra["interaction"].(obj)["user_id"] != fan {
		t.Errorf("message: %v", m)
	}
	payloads := extra["payloads"].([]any)
	if last := payloads[1].(obj); len(payloads) != 2 || last["method"] != "PATCH" || strings.Contains(last["path"].(string), i["token"].(string)) || extra["payload"].(obj)["content"] != "a card" {
		t.Errorf("payloads: %v", payloads)
	}
	event(others, "message")
	event(others, "message")

	// A button, answered for its member alone.
	id := m["id"].(string)
	accepted(t, "button", post(t, base+"component", as(obj{"message_id": id, "custom_id": "b", "component_type": 2})))
	accepted(t, "answer", h.callback(h.told(), 4, obj{"content": "psst", "flags": 64}))
	if m := event(next, "message")["message"].(obj); m["sandbox"].(obj)["ephemeral"] != true {
		t.Errorf("message: %v", m)
	}
	if a := post(t, base+"component", as(obj{"message_id": id, "custom_id": "other", "component_type": 2})); a.status != 400 {
		t.Errorf("a button that is not there: %d", a.status)
	}

	// A form.
	accepted(t, "button", post(t, base+"component", as(obj{"message_id": id, "custom_id": "b", "component_type": 2})))
	accepted(t, "form", h.callback(h.told(), 9, obj{"custom_id": "m", "title": "Title", "components": []any{obj{"type": 1, "components": []any{obj{"type": 4, "custom_id": "f", "label": "F", "style": 1}}}}}))
	form := event(next, "modal")
	if form["modal"].(obj)["title"] != "Title" {
		t.Errorf("form: %v", form)
	}
	accepted(t, "sending it", post(t, base+"modal", obj{"member": fan, "interaction_id": form["interaction_id"], "custom_id": "m", "fields": obj{"f": "x"}}))

	// No answer within 3 s.
	i = h.told()
	h.clock.Advance(3e9)
	if o := event(next, "failed"); o["interaction_id"] != i["id"] || o["message_id"] != id || o["text"] != "The application did not respond" {
		t.Errorf("failed: %v", o)
	}

	// Messages, and a command on one.
	a = post(t, base+"message", as(obj{"content": "hello", "reply_to": id}))
	accepted(t, "message", a)
	said := event(next, "message")["message"].(obj)
	if said["id"] != a.body["id"] || said["message_reference"].(obj)["message_id"] != id {
		t.Errorf("message: %v", said)
	}
	if o := event(others, "message"); o["message"].(obj)["id"] != a.body["id"] {
		t.Errorf("the other fan sees %v", o) // and did not see the ephemeral one
	}
	accepted(t, "on a message", post(t, base+"command", as(obj{"command_id": ids["Quote"], "target_id": said["id"]})))
	if i := h.told(); i["data"].(obj)["target_id"] != said["id"] {
		t.Errorf("target: %v", i["data"])
	}
	if a := post(t, base+"message", as(obj{"channel": news, "content": "x"})); a.status != 403 || a.body["message"] == nil {
		t.Errorf("writing in the news: %d %s", a.status, a.raw)
	}
	h.srv.DeleteMessage(said["id"].(string))
	if o := event(next, "message_delete"); o["id"] != said["id"] || o["channel_id"] != general {
		t.Errorf("deleted: %v", o)
	}
	h.srv.SetOverwrite(general, sandbox.Overwrite{ID: guild, Type: sandbox.RoleOverwrite})
	event(next, "state")

	// What is there is in the state, without what is for others alone.
	for member, want := range map[string]int{fan: 2, otherFan: 1} {
		list := get(t, base+"state?member="+member).body["messages"].(obj)[general].([]any)
		if len(list) != want {
			t.Errorf("%s sees %d messages, want %d", member, len(list), want)
		}
	}
}

func TestPageAutocompleteTooLate(t *testing.T) {
	h := byHand(t, nil, command("hello", obj{"options": []obj{{"type": 3, "name": "show", "description": "d", "autocomplete": true}}}))
	state := get(t, h.srv.URL()+"/_/state?member="+fan).body
	late := make(chan answer, 1)
	go func() {
		late <- post(t, h.srv.URL()+"/_/autocomplete", obj{"member": fan, "channel": general, "command_id": state["commands"].([]any)[0].(obj)["id"], "options": []obj{{"name": "show", "value": "", "focused": true}}})
	}()
	h.told()
	h.clock.Advance(3e9)
	if a := <-late; a.status != 504 || a.body["message"] == "" {
		t.Errorf("answered %d %s", a.status, a.raw)
	}
}
