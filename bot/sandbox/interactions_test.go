package sandbox_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"season3/bot/sandbox"
)

// hands is a bot that only listens: the test answers by hand, over REST.
type hands struct {
	*wire
	clock *sandbox.MovingClock
}

// byHand starts a server with commands and a bot that listens.
func byHand(t *testing.T, w *sandbox.World, commands ...obj) hands {
	t.Helper()
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{World: w, Clock: clock, NoRateLimits: true})
	c := dial(t, srv)
	c.ready(obj{"intents": 1})
	a := rest(t, srv, "PUT", "/applications/"+botID+"/commands", commands)
	accepted(t, "registering", a)
	return hands{c, clock}
}

// told is the next interaction the bot hears of.
func (h hands) told() obj {
	h.t.Helper()
	return h.expect(0, "INTERACTION_CREATE").object()
}

func (h hands) callback(i obj, kind int, data obj) answer {
	h.t.Helper()
	body := obj{"type": kind}
	if data != nil {
		body["data"] = data
	}
	return restAs(h.t, h.srv, "", "POST", "/interactions/"+i["id"].(string)+"/"+i["token"].(string)+"/callback", body)
}

// hook asks the interaction's webhook; path begins with a slash or is empty.
func (h hands) hook(i obj, method, path string, body any) answer {
	h.t.Helper()
	return restAs(h.t, h.srv, "", method, "/webhooks/"+botID+"/"+i["token"].(string)+path, body)
}

func command(name string, with obj) obj {
	o := obj{"name": name, "description": "Does " + name}
	for k, v := range with {
		o[k] = v
	}
	return o
}

func button(id string) []any {
	return []any{obj{"type": 1, "components": []any{obj{"type": 2, "style": 1, "label": id, "custom_id": id}}}}
}

func TestInteractionPayload(t *testing.T) {
	h := byHand(t, nil, command("look", obj{"options": []obj{
		{"type": 7, "name": "where", "description": "d"}, {"type": 6, "name": "who", "description": "d"},
		{"type": 8, "name": "role", "description": "d"}, {"type": 4, "name": "n", "description": "d"}}}))
	h.srv.As(moderator).In("de").Command(staff, "look", sandbox.Opt("where", news), sandbox.Opt("who", fan), sandbox.Opt("role", sandbox.DefaultModRoleID), sandbox.Opt("n", "7"))
	i := h.told()
	for k, want := range map[string]any{"application_id": botID, "type": 2.0, "version": 1.0, "guild_id": guild, "channel_id": staff, "locale": "de", "guild_locale": "en-US", "context": 0.0} {
		if i[k] != want {
			t.Errorf("%s is %v, want %v", k, i[k], want)
		}
	}
	if i["authorizing_integration_owners"].(obj)["0"] != guild {
		t.Errorf("owners: %v", i["authorizing_integration_owners"])
	}
	if _, ok := i["user"]; ok {
		t.Error("user beside member")
	}
	has := func(v any, p sandbox.Permissions) bool {
		var got sandbox.Permissions
		if err := json.Unmarshal([]byte(v.(string)), (*uint64)(&got)); err != nil {
			t.Fatal(err)
		}
		return got.Has(p)
	}
	m := i["member"].(obj)
	if !has(m["permissions"], sandbox.ManageGuild|sandbox.SendMessages) || m["user"].(obj)["username"] != "toru" {
		t.Errorf("member: %v", m)
	}
	if has(i["app_permissions"], sandbox.SendMessages) || !has(i["app_permissions"], sandbox.ViewChannel) {
		t.Errorf("app_permissions in a channel the bot only reads: %v", i["app_permissions"])
	}
	resolved := i["data"].(obj)["resolved"].(obj)
	c := resolved["channels"].(obj)[news].(obj)
	if !has(c["app_permissions"], sandbox.SendMessages) || !has(c["permissions"], sandbox.SendMessages) {
		t.Errorf("resolved channel: %v", c)
	}
	if resolved["users"].(obj)[fan] == nil || resolved["members"].(obj)[fan] == nil || resolved["roles"].(obj)[sandbox.DefaultModRoleID] == nil {
		t.Errorf("resolved: %v", resolved)
	}
	options := i["data"].(obj)["options"].([]any)
	if o := options[3].(obj); o["value"] != 7.0 {
		t.Errorf("integer option: %v", o)
	}
}

func TestDeadline(t *testing.T) {
	h := byHand(t, nil, command("hello", nil))
	late := h.srv.As(fan).Command(general, "hello")
	i := h.told()
	h.clock.Advance(3 * time.Second)
	if _, err := late.Wait(soon(t)); !errors.Is(err, sandbox.ErrNoResponse) {
		t.Errorf("the member saw %v", err)
	}
	refused(t, "callback after 3 s", h.callback(i, 4, obj{"content": "x"}), 404, 10062)
	refused(t, "follow-up after that", h.hook(i, "POST", "", obj{"content": "x"}), 404, 10015)

	inTime := h.srv.As(fan).Command(general, "hello")
	i = h.told()
	h.clock.Advance(2900 * time.Millisecond)
	refused(t, "no message", h.callback(i, 4, obj{"content": " "}), 400, 50006)
	accepted(t, "callback in time", h.callback(i, 4, obj{"content": "hello"}))
	refused(t, "second callback", h.callback(i, 4, obj{"content": "again"}), 400, 40060)
	if r, err := inTime.Wait(soon(t)); err != nil || r.Message.Content != "hello" || r.Type != 4 {
		t.Errorf("the member saw %+v, %v", r, err)
	}
	i["token"] = "other"
	refused(t, "wrong token", h.callback(i, 4, obj{"content": "x"}), 404, 10062)
}

func TestTokenLife(t *testing.T) {
	h := byHand(t, nil, command("hello", nil))
	h.srv.As(fan).Command(general, "hello")
	i := h.told()
	refused(t, "@original before the callback", h.hook(i, "GET", "/messages/@original", nil), 404, 10015)
	accepted(t, "callback", h.callback(i, 4, obj{"content": "hello"}))
	h.clock.Advance(14*time.Minute + 59*time.Second)
	accepted(t, "edit in time", h.hook(i, "PATCH", "/messages/@original", obj{"content": "hello again"}))
	h.clock.Advance(time.Second)
	refused(t, "edit after 15 min", h.hook(i, "PATCH", "/messages/@original", obj{"content": "x"}), 401, 50027)
	refused(t, "follow-up after 15 min", h.hook(i, "POST", "", obj{"content": "x"}), 401, 50027)
}

func TestDeferred(t *testing.T) {
	h := byHand(t, nil, command("slow", nil))
	call := h.srv.As(fan).Command(general, "slow")
	i := h.told()
	if a := h.callback(i, 5, obj{"flags": 64 | 32768}); a.code() != 50035 {
		t.Errorf("deferring with more than EPHEMERAL: %d %s", a.status, a.raw)
	}
	accepted(t, "deferring", h.callback(i, 5, nil))
	if r, err := call.WaitDeferred(soon(t)); err != nil || !r.Message.Loading || r.Message.Flags != 128 {
		t.Errorf("while it thinks: %+v, %v", r, err)
	}
	// The first follow-up is the answer; it cannot become ephemeral any more.
	accepted(t, "follow-up", h.hook(i, "POST", "", obj{"content": "here", "flags": 64}))
	r, err := call.Wait(soon(t))
	if err != nil || r.Message.Content != "here" || r.Message.Loading || r.Message.Ephemeral || r.Message.Edited || len(r.Followups) != 0 {
		t.Errorf("the answer: %+v, %v", r, err)
	}
	// A deferred answer becomes Components V2 by the edit.
	h.srv.As(fan).Command(general, "slow")
	i = h.told()
	accepted(t, "deferring", h.callback(i, 5, obj{"flags": 64}))
	if a := h.hook(i, "PATCH", "/messages/@original", v2Card()); a.status != 200 || a.body["flags"] != float64(32768|64) {
		t.Errorf("edit to V2: %d %s", a.status, a.raw)
	}
	refused(t, "content beside V2", h.hook(i, "PATCH", "/messages/@original", obj{"content": "x"}), 400, 50035)
	// One that never comes fails with its token.
	never := h.srv.As(fan).Command(general, "slow")
	accepted(t, "deferring", h.callback(h.told(), 5, nil))
	h.clock.Advance(15 * time.Minute)
	if _, err := never.Wait(soon(t)); !errors.Is(err, sandbox.ErrNoResponse) {
		t.Errorf("the member saw %v", err)
	}
}

func TestEphemeral(t *testing.T) {
	h := byHand(t, nil, command("quiet", nil))
	call := h.srv.As(fan).Command(general, "quiet")
	i := h.told()
	accepted(t, "callback", h.callback(i, 4, obj{"content": "psst", "flags": 64, "components": button("b")}))
	r, _ := call.Wait(soon(t))
	if !r.Message.Ephemeral || r.Message.OnlyFor != fan {
		t.Errorf("message: %+v", r.Message)
	}
	path := "/channels/" + general + "/messages"
	refused(t, "reading it in the channel", rest(t, h.srv, "GET", path+"/"+r.Message.ID, nil), 404, 10008)
	if a := rest(t, h.srv, "GET", path, nil); a.raw != "[]" {
		t.Errorf("history: %s", a.raw)
	}
	accepted(t, "reading it by its webhook", h.hook(i, "GET", "/messages/@original", nil))
	if err := h.srv.As(otherFan).Press(r.Message.ID, "b").Err(); err == nil {
		t.Error("another member pressed its button")
	}
	if err := h.srv.As(fan).Press(r.Message.ID, "b").Err(); err != nil {
		t.Error("its member could not press its button:", err)
	}
}

// Which callback types fit which interaction.
func TestCallbackTypes(t *testing.T) {
	h := byHand(t, nil, command("hello", obj{"options": []obj{{"type": 3, "name": "q", "description": "d", "autocomplete": true}}}))
	v := h.srv.As(fan)
	modal := obj{"custom_id": "m", "title": "Title", "components": []any{obj{"type": 1, "components": []any{obj{"type": 4, "custom_id": "f", "label": "F", "style": 1}}}}}
	data := map[int]obj{4: {"content": "x"}, 6: nil, 7: {"content": "x"}, 8: {"choices": []any{}}, 9: modal, 1: nil, 10: nil, 12: nil}
	refuse := func(what string, i obj, kinds ...int) {
		t.Helper()
		for _, k := range kinds {
			if a := h.callback(i, k, data[k]); a.code() != 50035 {
				t.Errorf("%s answered with type %d: %d %s", what, k, a.status, a.raw)
			}
		}
	}
	v.Autocomplete(general, "hello", sandbox.Typing("q", "x"))
	i := h.told()
	refuse("autocomplete", i, 1, 4, 6, 7, 9)
	accepted(t, "autocomplete", h.callback(i, 8, obj{"choices": []any{}}))
	refused(t, "follow-up to autocomplete", h.hook(i, "POST", "", obj{"content": "x"}), 404, 10015)

	call := v.Command(general, "hello")
	i = h.told()
	refuse("command", i, 1, 6, 7, 8, 10, 12)
	accepted(t, "command", h.callback(i, 4, obj{"content": "card", "components": button("b")}))
	card, _ := call.Wait(soon(t))

	v.Press(card.Message.ID, "b")
	i = h.told()
	refuse("button", i, 8)
	accepted(t, "button", h.callback(i, 6, nil))
	accepted(t, "edit of the message it is on", h.hook(i, "PATCH", "/messages/@original", obj{"content": "edited"}))

	opened := v.Press(card.Message.ID, "b")
	i = h.told()
	accepted(t, "button with a form", h.callback(i, 9, modal))
	refused(t, "@original of a form", h.hook(i, "GET", "/messages/@original", nil), 404, 10008)
	v.SubmitModal(opened.ID(), map[string]any{"f": "text"})
	i = h.told()
	refuse("form", i, 8, 9)
	accepted(t, "form", h.callback(i, 7, obj{"content": "updated"}))
	if got := h.srv.Messages(general); len(got) != 1 || got[0].Content != "updated" {
		t.Errorf("messages: %+v", got)
	}
	if err := v.SubmitModal(opened.ID(), nil).Err(); err == nil {
		t.Error("a form was sent twice")
	}
}

func TestModalFields(t *testing.T) {
	h := byHand(t, nil, command("form", nil))
	call := h.srv.As(fan).Command(general, "form")
	accepted(t, "form", h.callback(h.told(), 9, obj{"custom_id": "m", "title": "Title", "components": []any{
		obj{"type": 18, "label": "Reason", "component": obj{"type": 4, "custom_id": "why", "style": 2, "min_length": 3}},
		obj{"type": 18, "label": "Kind", "component": obj{"type": 3, "custom_id": "kind", "options": []any{obj{"label": "A", "value": "a"}, obj{"label": "B", "value": "b"}}}},
		obj{"type": 18, "label": "More", "component": obj{"type": 4, "custom_id": "more", "style": 1, "required": false, "value": "prefilled"}},
	}}))
	r, err := call.Wait(soon(t))
	if err != nil || r.Modal == nil || r.Modal.CustomID != "m" {
		t.Fatalf("modal %+v, %v", r.Modal, err)
	}
	for _, fields := range []map[string]any{{"kind": "a"}, {"why": "no", "kind": "a"}, {"why": "because", "kind": "c"}, {"why": "because"}} {
		if err := h.srv.As(fan).SubmitModal(call.ID(), fields).Err(); err == nil {
			t.Errorf("%v was accepted", fields)
		}
	}
	if err := h.srv.As(otherFan).SubmitModal(call.ID(), map[string]any{"why": "because", "kind": "a"}).Err(); err == nil {
		t.Error("another member sent the form")
	}
	h.srv.As(fan).SubmitModal(call.ID(), map[string]any{"why": "because", "kind": []any{"b"}})
	i := h.told()
	list := i["data"].(obj)["components"].([]any)
	inner := func(n int) obj { return list[n].(obj)["component"].(obj) }
	if i["data"].(obj)["custom_id"] != "m" || inner(0)["value"] != "because" || inner(1)["values"].([]any)[0] != "b" || inner(2)["value"] != "prefilled" {
		t.Errorf("data: %v", i["data"])
	}
}

// What Discord refuses before the bot hears of it.
func TestRefusedBeforeTheBot(t *testing.T) {
	manage := "32"
	h := byHand(t, nil,
		command("hello", obj{"options": []obj{
			{"type": 3, "name": "show", "description": "d", "required": true, "min_length": 2, "max_length": 5},
			{"type": 4, "name": "n", "description": "d", "min_value": 1, "max_value": 9},
			{"type": 3, "name": "mood", "description": "d", "choices": []obj{{"name": "Calm", "value": "calm"}}},
			{"type": 7, "name": "where", "description": "d", "channel_types": []int{5}},
			{"type": 5, "name": "loud", "description": "d"}}}),
		command("set", obj{"default_member_permissions": manage, "options": []obj{{"type": 1, "name": "this", "description": "d"}}}),
		command("admin", obj{"default_member_permissions": "0"}),
		command("here", obj{"contexts": []int{0}}),
		command("mine", obj{"integration_types": []int{1}}),
		obj{"name": "Quote", "type": 3})
	show := sandbox.Opt("show", "abc")
	f, mod := h.srv.As(fan), h.srv.As(moderator)
	for what, c := range map[string]struct {
		i    *sandbox.Interaction
		want string
	}{
		"no such command":        {f.Command(general, "nothing"), "no command"},
		"missing option":         {f.Command(general, "hello"), `"show" is required`},
		"unknown option":         {f.Command(general, "hello", show, sandbox.Opt("x", 1)), `no option "x"`},
		"given twice":            {f.Command(general, "hello", show, show), "twice"},
		"too short":              {f.Command(general, "hello", sandbox.Opt("show", "a")), "at least 2"},
		"too long":               {f.Command(general, "hello", sandbox.Opt("show", "abcdef")), "at most 5"},
		"too small":              {f.Command(general, "hello", show, sandbox.Opt("n", 0)), "at least 1"},
		"too big":                {f.Command(general, "hello", show, sandbox.Opt("n", 10)), "at most 9"},
		"not whole":              {f.Command(general, "hello", show, sandbox.Opt("n", 1.5)), "whole number"},
		"not a number":           {f.Command(general, "hello", show, sandbox.Opt("n", "NaN")), "number"},
		"not a choice":           {f.Command(general, "hello", show, sandbox.Opt("mood", "cross")), "choices"},
		"channel of other kind":  {f.Command(general, "hello", show, sandbox.Opt("where", general)), "another kind"},
		"channel not seen":       {f.Command(general, "hello", show, sandbox.Opt("where", staff)), "no such channel"},
		"not a boolean":          {f.Command(general, "hello", show, sandbox.Opt("loud", "perhaps")), "true or false"},
		"lacks permission":       {f.Command(general, "set this"), "permissions"},
		"no subcommand":          {mod.Command(general, "set"), "subcommands"},
		"wrong subcommand":       {mod.Command(general, "set that"), "subcommands"},
		"administrators only":    {mod.Command(general, "admin"), "administrators"},
		"not in direct messages": {f.Command(h.srv.DM(fan), "here"), "not offered"},
		"not installed by user":  {f.Command(general, "mine"), "not installed"},
		"channel not visible":    {f.Command(staff, "hello", show), "no such channel"},
		"message not there":      {f.MessageCommand("1", "Quote"), "no such message"},
		"nobody":                 {h.srv.As("1").Command(general, "hello", show), "no such user"},
		"nothing to complete":    {f.Autocomplete(general, "hello", sandbox.Typing("show", "a")), "no suggestions"},
	} {
		if err := c.i.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
		if _, err := c.i.Wait(soon(t)); err == nil {
			t.Errorf("%s: Wait returned no error", what)
		}
	}
	for what, i := range map[string]*sandbox.Interaction{
		"hello":             f.Command(general, "hello", show, sandbox.Opt("n", "3"), sandbox.Opt("mood", "calm"), sandbox.Opt("where", news), sandbox.Opt("loud", true)),
		"set as moderator":  mod.Command(general, "set this"),
		"admin as owner":    h.srv.As(sandbox.DefaultOwnerID).Command(general, "admin"),
		"in direct message": f.Command(h.srv.DM(fan), "hello", show),
	} {
		if err := i.Err(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		h.told()
	}
	// A channel's overwrite and the guild's settings for a command.
	h.srv.SetOverwrite(general, sandbox.Overwrite{ID: guild, Type: sandbox.RoleOverwrite, Deny: sandbox.UseApplicationCommands})
	if err := f.Command(general, "here").Err(); err == nil {
		t.Error("used without Use Application Commands")
	}
	h.srv.SetOverwrite(general, sandbox.Overwrite{ID: guild, Type: sandbox.RoleOverwrite})
	var set struct{ ID string }
	json.Unmarshal(h.srv.Commands("")[1], &set)
	h.srv.SetCommandPermissions(guild, set.ID, sandbox.CommandPermission{ID: fan, Type: 2, Allow: true}, sandbox.CommandPermission{ID: sandbox.DefaultModRoleID, Type: 1})
	if err := f.Command(general, "set this").Err(); err != nil {
		t.Error("allowed by the guild's settings:", err)
	}
	if err := mod.Command(general, "set this").Err(); err == nil {
		t.Error("used though the guild's settings forbid it")
	}
}

// An application a user installed works where the bot is not.
func TestUserInstall(t *testing.T) {
	w := sandbox.DefaultWorld()
	elsewhere := &sandbox.Guild{ID: "1100000000000000500", Name: "Elsewhere", OwnerID: sandbox.DefaultOwnerID,
		Roles:    []*sandbox.Role{{ID: "1100000000000000500", Name: "@everyone", Permissions: sandbox.ViewChannel | sandbox.SendMessages | sandbox.UseApplicationCommands}},
		Members:  []*sandbox.Member{w.Guilds[0].Members[0], w.Guilds[0].Members[2]},
		Channels: []*sandbox.Channel{{ID: "1100000000000000501", Name: "lobby"}}}
	w.Guilds = append(w.Guilds, elsewhere)
	w.Channels = append(w.Channels, &sandbox.Channel{ID: "1100000000000000502", Type: sandbox.DMChannel, Recipients: []string{fan, otherFan}})
	w.Installs = []string{fan}
	h := byHand(t, w, command("anywhere", obj{"integration_types": []int{0, 1}, "contexts": []int{0, 1, 2}}))
	if err := h.srv.As(otherFan).Command("1100000000000000501", "anywhere").Err(); err == nil {
		t.Error("used where nobody installed it")
	}
	call := h.srv.As(fan).Command("1100000000000000501", "anywhere")
	i := h.told()
	owners := i["authorizing_integration_owners"].(obj)
	if owners["1"] != fan || owners["0"] != nil || i["guild_id"] != elsewhere.ID {
		t.Errorf("interaction: owners %v, guild %v", owners, i["guild_id"])
	}
	accepted(t, "callback", h.callback(i, 4, obj{"content": "hello"}))
	if r, _ := call.Wait(soon(t)); !r.Message.Ephemeral {
		t.Error("without Use External Apps the answer is for the member alone")
	}
	for range 5 {
		accepted(t, "follow-up", h.hook(i, "POST", "", obj{"content": "more"}))
	}
	refused(t, "sixth follow-up", h.hook(i, "POST", "", obj{"content": "more"}), 400, 40094)

	h.srv.As(fan).Command("1100000000000000502", "anywhere")
	if i := h.told(); i["context"] != 2.0 || i["member"] != nil || i["user"].(obj)["id"] != fan {
		t.Errorf("private channel: context %v, user %v", i["context"], i["user"])
	}
	h.srv.As(otherFan).Command(h.srv.DM(otherFan), "anywhere")
	if i := h.told(); i["context"] != 1.0 || i["authorizing_integration_owners"].(obj)["0"] != "0" {
		t.Errorf("direct: context %v, owners %v", i["context"], i["authorizing_integration_owners"])
	}
}

func TestAutocomplete(t *testing.T) {
	h := byHand(t, nil, command("find", obj{"options": []obj{
		{"type": 3, "name": "show", "description": "d", "required": true, "autocomplete": true},
		{"type": 4, "name": "n", "description": "d", "autocomplete": true, "min_value": 1}}}))
	v := h.srv.As(fan)
	call := v.Autocomplete(general, "find", sandbox.Opt("show", "abc"), sandbox.Typing("n", "-"))
	i := h.told()
	options := i["data"].(obj)["options"].([]any)
	if o := options[1].(obj); o["focused"] != true || o["value"] != "-" {
		t.Errorf("what is typed: %v", o)
	}
	accepted(t, "choices", h.callback(i, 8, obj{"choices": []obj{{"name": "One", "value": 1}, {"name": "Two", "value": 2}}}))
	r, err := call.Wait(soon(t))
	if err != nil || len(r.Choices) != 2 || r.Choices[1].Name != "Two" || r.Choices[1].Value != 2.0 {
		t.Errorf("choices %v, %v", r.Choices, err)
	}
	many := make([]obj, 26)
	for n := range many {
		many[n] = obj{"name": strings.Repeat("x", n+1), "value": "v"}
	}
	v.Autocomplete(general, "find", sandbox.Typing("show", ""))
	i = h.told()
	refused(t, "26 choices", h.callback(i, 8, obj{"choices": many}), 400, 50035)
	refused(t, "a number for a text option", h.callback(i, 8, obj{"choices": []obj{{"name": "One", "value": 1}}}), 400, 50035)
	refused(t, "a name of 101 characters", h.callback(i, 8, obj{"choices": []obj{{"name": strings.Repeat("x", 101), "value": "v"}}}), 400, 50035)
	accepted(t, "no choices, as discordgo says it", h.callback(i, 8, obj{}))
}

func TestWithResponse(t *testing.T) {
	h := byHand(t, nil, command("hello", nil))
	h.srv.As(fan).Command(general, "hello")
	i := h.told()
	a := restAs(t, h.srv, "", "POST", "/interactions/"+i["id"].(string)+"/"+i["token"].(string)+"/callback?with_response=true", obj{"type": 4, "data": obj{"content": "hi", "flags": 64}})
	accepted(t, "callback", a)
	in := a.body["interaction"].(obj)
	m := a.body["resource"].(obj)["message"].(obj)
	if in["response_message_id"] != m["id"] || in["response_message_ephemeral"] != true || in["response_message_loading"] != false || m["content"] != "hi" {
		t.Errorf("answer: %s", a.raw)
	}
}

// A message shows what it answers, and pings users only unless told otherwise.
func TestAnswerMessage(t *testing.T) {
	h := byHand(t, nil, command("set", obj{"options": []obj{{"type": 1, "name": "this", "description": "d"}}}))
	call := h.srv.As(fan).Command(general, "set this")
	everyone := "@everyone <@" + otherFan + "> <@&" + sandbox.DefaultPingRoleID + ">"
	i := h.told()
	accepted(t, "callback", h.callback(i, 4, obj{"content": everyone, "components": button("b")}))
	r, _ := call.Wait(soon(t))
	if !slices.Equal(r.Message.Mentions, []string{otherFan}) {
		t.Errorf("pings %v", r.Message.Mentions)
	}
	var o obj
	json.Unmarshal(r.Message.JSON, &o)
	if o["interaction"].(obj)["name"] != "set this" || o["interaction_metadata"].(obj)["user"].(obj)["id"] != fan || o["type"] != 20.0 || o["webhook_id"] != botID {
		t.Errorf("message: %s", r.Message.JSON)
	}
	more := h.hook(i, "POST", "", obj{"content": "more"})
	if meta := more.body["interaction_metadata"].(obj); meta["original_response_message_id"] != r.Message.ID || more.body["type"] != 19.0 {
		t.Errorf("follow-up: %s", more.raw)
	}
	answered := h.srv.As(otherFan).Press(r.Message.ID, "b")
	accepted(t, "button", h.callback(h.told(), 4, obj{"content": "new"}))
	if a, _ := answered.Wait(soon(t)); a.Message.ReplyTo != r.Message.ID {
		t.Errorf("an answer to a button replies to %q", a.Message.ReplyTo)
	}
}
