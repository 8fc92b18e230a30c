package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"season3/bot/sandbox"
)

func messages(channel string) string { return "/channels/" + channel + "/messages" }

// TestPermissions walks through who may do what where.
func TestPermissions(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	write := func(channel string) answer { return rest(t, srv, "POST", messages(channel), obj{"content": "x"}) }
	accepted(t, "general", write(general))
	accepted(t, "thread", write(thread))
	accepted(t, "news", write(news))
	refused(t, "staff", write(staff), 403, 50013)
	refused(t, "nowhere", write("1"), 404, 10003)
	say := func(who, channel string) error { return srv.As(who).Say(channel, "x", "").Err() }
	for what, c := range map[string]struct {
		who, channel string
		may          bool
	}{
		"fan in general": {fan, general, true}, "fan in the thread": {fan, thread, true}, "fan in news": {fan, news, false}, "fan in staff": {fan, staff, false},
		"moderator in news": {moderator, news, true}, "moderator in staff": {moderator, staff, true}, "owner in staff": {sandbox.DefaultOwnerID, staff, true},
	} {
		if err := say(c.who, c.channel); (err == nil) != c.may {
			t.Errorf("%s: %v, may: %t", what, err, c.may)
		}
	}
	// Roles together, then the member's own overwrite.
	srv.SetOverwrite(general, sandbox.Overwrite{ID: sandbox.DefaultBotRoleID, Type: sandbox.RoleOverwrite, Deny: sandbox.SendMessages})
	refused(t, "denied by its role", write(general), 403, 50013)
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite, Allow: sandbox.SendMessages})
	accepted(t, "allowed for itself", write(general))
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite, Deny: sandbox.EmbedLinks | sandbox.AttachFiles})
	srv.SetOverwrite(general, sandbox.Overwrite{ID: sandbox.DefaultBotRoleID, Type: sandbox.RoleOverwrite})
	refused(t, "embeds without Embed Links", rest(t, srv, "POST", messages(general), obj{"embeds": []obj{{"title": "x"}}}), 403, 50013)
	// A thread has a permission of its own, and the parent's overwrites.
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite, Deny: sandbox.SendMessagesInThreads})
	refused(t, "thread without Send Messages in Threads", write(thread), 403, 50013)
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite, Deny: sandbox.ViewChannel})
	refused(t, "channel it does not see", write(general), 403, 50001)
	refused(t, "thread of it", rest(t, srv, "GET", "/channels/"+thread, nil), 403, 50001)
	// Administrators pass everything.
	srv.SetRolePermissions(guild, sandbox.DefaultBotRoleID, sandbox.Administrator)
	accepted(t, "as administrator", write(general))
	// Overwrites over REST need Manage Roles and what is handed out.
	accepted(t, "setting an overwrite", rest(t, srv, "PUT", "/channels/"+general+"/permissions/"+fan, obj{"type": 1, "allow": "0", "deny": "2048"}))
	if say(fan, general) == nil {
		t.Error("the fan still writes")
	}
	accepted(t, "removing it", rest(t, srv, "DELETE", "/channels/"+general+"/permissions/"+fan, nil))
	refused(t, "removing it again", rest(t, srv, "DELETE", "/channels/"+general+"/permissions/"+fan, nil), 404, 10009)
	srv.SetRolePermissions(guild, sandbox.DefaultBotRoleID, 0)
	refused(t, "without Manage Roles", rest(t, srv, "PUT", "/channels/"+news+"/permissions/"+fan, obj{"type": 1}), 403, 50013)
	// Locked and archived threads.
	srv.SetOverwrite(general, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite})
	srv.ArchiveThread(thread, false)
	accepted(t, "writing wakes a thread", write(thread))
	srv.ArchiveThread(thread, true)
	refused(t, "locked thread", write(thread), 403, 160005)
	// People: a direct message needs a common server.
	refused(t, "direct message to nobody", rest(t, srv, "POST", "/users/@me/channels", obj{"recipient_id": "1"}), 400, 50033)
	dm := rest(t, srv, "POST", "/users/@me/channels", obj{"recipient_id": fan}).body["id"].(string)
	accepted(t, "direct message", write(dm))
	srv.RemoveBot(guild)
	refused(t, "direct message without a common server", write(dm), 403, 50007)
	refused(t, "guild it left", rest(t, srv, "GET", "/guilds/"+guild, nil), 404, 10004)
	refused(t, "channel of it", write(general), 403, 50001)
}

func TestOwnAndOthersMessages(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	theirs := messages(general) + "/" + srv.As(fan).Say(general, "mine", "").ID()
	mine := messages(general) + "/" + rest(t, srv, "POST", messages(general), obj{"content": "x"}).body["id"].(string)
	refused(t, "editing another's message", rest(t, srv, "PATCH", theirs, obj{"content": "x"}), 403, 50005)
	refused(t, "deleting another's message", rest(t, srv, "DELETE", theirs, nil), 403, 50013)
	if a := rest(t, srv, "GET", theirs, nil); a.body["content"] != "" {
		t.Errorf("read another's message without the intent: %s", a.raw)
	}
	a := rest(t, srv, "PATCH", mine, obj{"content": "y"})
	if a.body["content"] != "y" || a.body["edited_timestamp"] == nil {
		t.Errorf("edit: %s", a.raw)
	}
	refused(t, "editing to nothing", rest(t, srv, "PATCH", mine, obj{"content": ""}), 400, 50006)
	accepted(t, "delete", rest(t, srv, "DELETE", mine, nil))
	refused(t, "delete again", rest(t, srv, "DELETE", mine, nil), 404, 10008)
	refused(t, "reply to it", rest(t, srv, "POST", messages(general), obj{"content": "x", "message_reference": obj{"message_id": mine}}), 400, 50035)
}

func TestNonce(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock, NoRateLimits: true})
	post := func(nonce any, enforce bool) string {
		a := rest(t, srv, "POST", messages(general), obj{"content": "once", "nonce": nonce, "enforce_nonce": enforce})
		accepted(t, "post", a)
		if a.body["nonce"] != nonce {
			t.Errorf("nonce %v came back as %v", nonce, a.body["nonce"])
		}
		return a.body["id"].(string)
	}
	first := post("a", true)
	if again := post("a", true); again != first {
		t.Error("the same nonce made a second message")
	}
	if other := post("b", true); other == first {
		t.Error("another nonce gave the first message")
	}
	if loose := post("a", false); loose == first {
		t.Error("without enforce_nonce there is a new message")
	}
	clock.Advance(6 * time.Minute)
	if later := post("a", true); later == first {
		t.Error("the nonce still holds after 6 minutes")
	}
	if n := len(srv.Messages(general)); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
	refused(t, "26 characters", rest(t, srv, "POST", messages(general), obj{"content": "x", "nonce": strings.Repeat("x", 26)}), 400, 50035)
}

func TestCrosspost(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	post := func(channel string) string {
		return messages(channel) + "/" + rest(t, srv, "POST", messages(channel), obj{"content": "x"}).body["id"].(string) + "/crosspost"
	}
	mine := post(news)
	if a := rest(t, srv, "POST", mine, nil); a.status != 200 || a.body["flags"] != 1.0 {
		t.Errorf("crosspost: %d %s", a.status, a.raw)
	}
	refused(t, "again", rest(t, srv, "POST", mine, nil), 400, 40033)
	refused(t, "in a text channel", rest(t, srv, "POST", post(general), nil), 400, 50024)
	theirs := messages(news) + "/" + srv.As(moderator).Say(news, "x", "").ID() + "/crosspost"
	refused(t, "another's without Manage Messages", rest(t, srv, "POST", theirs, nil), 403, 50013)
	srv.SetRolePermissions(guild, sandbox.DefaultBotRoleID, sandbox.ManageMessages)
	accepted(t, "another's with it", rest(t, srv, "POST", theirs, nil))
}

// problem finds the codes at a path of the errors of a form.
func problem(a answer, path string) []string {
	at, _ := a.body["errors"].(obj)
	if path != "" {
		for k := range strings.SplitSeq(path, ".") {
			at, _ = at[k].(obj)
		}
	}
	var codes []string
	list, _ := at["_errors"].([]any)
	for _, e := range list {
		codes = append(codes, e.(obj)["code"].(string))
	}
	return codes
}

func TestFormErrors(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	x := strings.Repeat
	embed := func(with obj) obj { return obj{"embeds": []obj{with}} }
	row := func(c ...obj) obj { return obj{"content": "x", "components": []obj{{"type": 1, "components": c}}} }
	v2 := func(c ...obj) obj { return obj{"flags": 32768, "components": c} }
	pressable := obj{"type": 2, "style": 1, "label": "x", "custom_id": "a"}
	shown := obj{"type": 10, "content": "x"}
	list := func(n int, of obj) []obj { return slices.Repeat([]obj{of}, n) }
	choices := obj{"type": 3, "custom_id": "s", "options": []obj{{"label": "a", "value": "a"}, {"label": "b", "value": "a"}}}
	for what, c := range map[string]struct {
		body       obj
		path, code string
	}{
		"content":                {obj{"content": x("x", 2001)}, "content", "BASE_TYPE_MAX_LENGTH"},
		"content not text":       {obj{"content": 1}, "content", "STRING_TYPE_CONVERT"},
		"flags":                  {obj{"content": "x", "flags": "many"}, "flags", "NUMBER_TYPE_COERCE"},
		"11 embeds":              {obj{"embeds": list(11, obj{"title": "x"})}, "embeds", "BASE_TYPE_MAX_LENGTH"},
		"embed title":            {embed(obj{"title": x("é", 257)}), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"},
		"embed description":      {embed(obj{"description": x("x", 4097)}), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"},
		"embed field":            {embed(obj{"fields": []obj{{"name": "", "value": "v"}}}), "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"},
		"26 fields":              {embed(obj{"fields": list(26, obj{"name": "n", "value": "v"})}), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"},
		"embed in all":           {obj{"embeds": list(2, obj{"description": x("x", 3001)})}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"},
		"embed scheme":           {embed(obj{"title": "x", "url": "ftp://example.test"}), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"},
		"embed link":             {embed(obj{"title": "x", "url": "nonsense"}), "embeds.0.url", "URL_TYPE_INVALID_URL"},
		"embed of nothing":       {embed(obj{"color": 1}), "embeds.0.description", "BASE_TYPE_REQUIRED"},
		"embed time":             {embed(obj{"timestamp": "tomorrow"}), "embeds.0.timestamp", "DATETIME_TYPE_PARSE"},
		"attachment not there":   {embed(obj{"image": obj{"url": "attachment://a.png"}}), "embeds.0.image.url", "UNKNOWN_ATTACHMENT"},
		"mentions twice":         {obj{"content": "x", "allowed_mentions": obj{"parse": []string{"users"}, "users": []string{fan}}}, "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
		"6 rows":                 {obj{"content": "x", "components": list(6, obj{"type": 1, "components": []obj{pressable}})}, "components", "BASE_TYPE_MAX_LENGTH"},
		"text outside V2":        {obj{"content": "x", "components": []obj{shown}}, "components.0.type", "UNION_TYPE_CHOICES"},
		"6 buttons":              {row(list(6, pressable)...), "components.0.components", "BASE_TYPE_BAD_LENGTH"},
		"custom ids":             {row(pressable, pressable), "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"},
		"custom id":              {row(obj{"type": 2, "style": 1, "label": "x", "custom_id": x("x", 101)}), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"},
		"link button":            {row(obj{"type": 2, "style": 5, "label": "x"}), "components.0.components.0.url", "BASE_TYPE_REQUIRED"},
		"button of nothing":      {row(obj{"type": 2, "style": 1, "custom_id": "a"}), "components.0.components.0", "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI"},
		"button beside a select": {row(pressable, obj{"type": 5, "custom_id": "b"}), "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
		"select values":          {row(choices), "components.0.components.0.options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		"V2 with content":        {obj{"flags": 32768, "content": "x", "components": []obj{shown}}, "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		"41 components":          {v2(obj{"type": 17, "components": list(40, shown)}), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
		"4001 characters":        {v2(obj{"type": 10, "content": x("x", 4000)}, shown), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},
		"section":                {v2(obj{"type": 9, "components": []obj{shown}}), "components.0.accessory", "BASE_TYPE_REQUIRED"},
		"container in container": {v2(obj{"type": 17, "components": []obj{{"type": 17, "components": []obj{shown}}}}), "components.0.components.0.type", "UNION_TYPE_CHOICES"},
		"button at the top":      {v2(pressable), "components.0.type", "UNION_TYPE_CHOICES"},
		"gallery without media":  {v2(obj{"type": 12, "items": []obj{{}}}), "components.0.items.0.media.url", "BASE_TYPE_REQUIRED"},
	} {
		a := rest(t, srv, "POST", messages(general), c.body)
		if a.status != 400 || a.code() != 50035 || !slices.Contains(problem(a, c.path), c.code) {
			t.Errorf("%s: %d %s, want %s at %s", what, a.status, a.raw, c.code, c.path)
		}
	}
	if n := len(srv.Messages(general)); n != 0 {
		t.Errorf("%d messages came of it", n)
	}
	accepted(t, "a card with everything", rest(t, srv, "POST", messages(general), v2Card()))
	accepted(t, "nulls for lists and texts", rest(t, srv, "POST", messages(general), obj{"content": "x", "embeds": nil, "components": nil, "allowed_mentions": nil, "nonce": nil, "attachments": nil}))
	refused(t, "nothing", rest(t, srv, "POST", messages(general), obj{"content": nil}), 400, 50006)
	refused(t, "no such route", rest(t, srv, "GET", "/nothing", nil), 404, 0)
}

func TestCommandForms(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	path := "/applications/" + botID + "/commands"
	option := func(with obj) obj {
		o := obj{"type": 3, "name": "o", "description": "d"}
		for k, v := range with {
			o[k] = v
		}
		return command("c", obj{"options": []obj{o}})
	}
	x := strings.Repeat
	for what, c := range map[string]struct {
		body       []obj
		path, code string
	}{
		"upper case":           {[]obj{command("Hello", nil)}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"},
		"space":                {[]obj{command("a b", nil)}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"},
		"33 characters":        {[]obj{command(x("a", 33), nil)}, "0.name", "BASE_TYPE_BAD_LENGTH"},
		"no description":       {[]obj{{"name": "c"}}, "0.description", "BASE_TYPE_REQUIRED"},
		"described context":    {[]obj{{"name": "Quote this", "type": 3, "description": "d"}}, "0.description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"},
		"twice":                {[]obj{command("c", nil), command("c", nil)}, "1", "APPLICATION_COMMANDS_DUPLICATE_NAME"},
		"localisation":         {[]obj{command("c", obj{"name_localizations": obj{"xx": "c"}})}, "0.name_localizations.xx", "BASE_TYPE_CHOICES"},
		"contexts twice":       {[]obj{command("c", obj{"contexts": []int{0, 0}})}, "0.contexts.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"},
		"required last":        {[]obj{command("c", obj{"options": []obj{{"type": 3, "name": "a", "description": "d"}, {"type": 3, "name": "b", "description": "d", "required": true}}})}, "0.options.1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
		"choices and complete": {[]obj{option(obj{"autocomplete": true, "choices": []obj{{"name": "a", "value": "a"}}})}, "0.options.0.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES"},
		"complete a boolean":   {[]obj{option(obj{"type": 5, "autocomplete": true})}, "0.options.0.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID"},
		"choice of other type": {[]obj{option(obj{"choices": []obj{{"name": "a", "value": 1}}})}, "0.options.0.choices.0.value", "STRING_TYPE_CONVERT"},
		"26 options":           {[]obj{command("c", obj{"options": slices.Repeat([]obj{{"type": 3, "name": "a", "description": "d"}}, 26)})}, "0.options", "BASE_TYPE_MAX_LENGTH"},
		"mixed":                {[]obj{command("c", obj{"options": []obj{{"type": 1, "name": "a", "description": "d"}, {"type": 3, "name": "b", "description": "d"}}})}, "0.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		"too much text": {[]obj{command("c", obj{"options": slices.Collect(func(yield func(obj) bool) {
			for n := range 25 {
				var cs []obj
				for m := range 25 {
					cs = append(cs, obj{"name": fmt.Sprint(x("n", 50), m), "value": "v"})
				}
				if !yield(obj{"type": 3, "name": fmt.Sprint("o", n), "description": "d", "choices": cs}) {
					return
				}
			}
		})})}, "0", "APPLICATION_COMMAND_TOO_LARGE"},
	} {
		a := rest(t, srv, "PUT", path, c.body)
		if a.status != 400 || !slices.Contains(problem(a, c.path), c.code) {
			t.Errorf("%s: %d %s, want %s at %s", what, a.status, a.raw, c.code, c.path)
		}
	}
	var many []obj
	for n := range 101 {
		many = append(many, command(fmt.Sprint("c", n), nil))
	}
	refused(t, "101 commands", rest(t, srv, "PUT", path, many), 400, 30032)
	refused(t, "another's application", rest(t, srv, "GET", "/applications/1/commands", nil), 403, 20012)
	refused(t, "another guild", rest(t, srv, "GET", "/applications/"+botID+"/guilds/1/commands", nil), 403, 50001)
}

// Discord answers with whole commands; a set keeps the ids of those that stay.
func TestCommandsAnswer(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	path := "/applications/" + botID + "/commands"
	set := func(list ...obj) []obj {
		a := rest(t, srv, "PUT", path, list)
		accepted(t, "set", a)
		var out []obj
		json.Unmarshal([]byte(a.raw), &out)
		return out
	}
	first := set(command("a", obj{"options": []obj{{"type": 3, "name": "o", "description": "d", "required": false, "choices": nil, "options": nil}},
		"description_localizations": obj{"de": "Tut a"}}), command("b", obj{"default_member_permissions": "32", "contexts": []int{0}}))
	o := first[0]["options"].([]any)[0].(obj)
	if len(o) != 3 || first[0]["application_id"] != botID || first[0]["version"] == nil || first[0]["nsfw"] != false || first[0]["type"] != 1.0 || first[0]["contexts"] != nil {
		t.Errorf("command: %v", first[0])
	}
	if first[1]["default_member_permissions"] != "32" || first[1]["dm_permission"] != false {
		t.Errorf("command: %v", first[1])
	}
	second := set(command("b", nil), command("c", nil))
	if second[0]["id"] != first[1]["id"] || second[0]["version"] == first[1]["version"] || second[1]["id"] == first[0]["id"] {
		t.Errorf("ids after the second set: %v, before: %v", second, first)
	}
	if a := rest(t, srv, "POST", path, command("d", nil)); a.status != 201 {
		t.Errorf("created with %d", a.status)
	}
	if a := rest(t, srv, "POST", path, command("d", obj{"description": "other"})); a.status != 200 || a.body["description"] != "other" {
		t.Errorf("replaced with %d %s", a.status, a.raw)
	}
	refused(t, "gone", rest(t, srv, "GET", path+"/"+first[0]["id"].(string), nil), 404, 10063)
	if err := srv.WaitCommand(soon(t), "d"); err != nil {
		t.Error(err)
	}
}

func TestUpload(t *testing.T) {
	srv := start(t, sandbox.Options{})
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("payload_json", `{"content":"see","attachments":[{"id":0,"description":"a picture"}],"embeds":[{"title":"x","image":{"url":"attachment://a.png"}}]}`)
	part, _ := form.CreateFormFile("files[0]", "a.png")
	part.Write([]byte("PNG"))
	form.Close()
	r, _ := http.NewRequest("POST", "https://discord.com/api/v10"+messages(general), &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bot sandbox-token")
	resp, err := srv.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var m struct {
		Attachments []struct {
			Filename, Description, URL string
			Size                       int
		}
		Embeds []struct{ Image struct{ URL string } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&m); err != nil || len(m.Attachments) != 1 {
		t.Fatalf("answer: %+v, %v", m, err)
	}
	a := m.Attachments[0]
	if a.Filename != "a.png" || a.Description != "a picture" || a.Size != 3 || m.Embeds[0].Image.URL != a.URL {
		t.Errorf("message: %+v", m)
	}
	if got := get(t, a.URL); got.raw != "PNG" || got.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("attachment: %q as %s", got.raw, got.header.Get("Content-Type"))
	}
}

func TestRouteLimit(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	post := func(channel string) answer { return rest(t, srv, "POST", messages(channel), obj{"content": "x"}) }
	for n := range 5 {
		a := post(general)
		accepted(t, "within the limit", a)
		if a.header.Get("X-RateLimit-Limit") != "5" || a.header.Get("X-RateLimit-Remaining") != fmt.Sprint(4-n) || a.header.Get("X-RateLimit-Bucket") == "" {
			t.Errorf("headers: %v", a.header)
		}
	}
	a := post(general)
	wait, _ := a.body["retry_after"].(float64)
	if a.status != 429 || a.body["global"] != false || wait <= 0 || wait > 5 || a.header.Get("X-RateLimit-Scope") != "user" || a.header.Get("Retry-After") == "" {
		t.Errorf("over the limit: %d %s %v", a.status, a.raw, a.header)
	}
	accepted(t, "another channel", post(news))
	clock.Advance(5 * time.Second)
	accepted(t, "after the window", post(general))
}

// Ten posts of a channel can be published in an hour. Every answer says how
// many are left, an error as well.
func TestCrosspostLimit(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	s := dial(t, srv)
	s.ready(nil)
	publish := func() answer {
		id := rest(t, srv, "POST", messages(news), obj{"content": "x"}).body["id"].(string)
		s.expect(0, "MESSAGE_CREATE")
		clock.Advance(2 * time.Second)
		return rest(t, srv, "POST", messages(news)+"/"+id+"/crosspost", nil)
	}
	for n := range 10 {
		a := publish()
		accepted(t, "publishing", a)
		if a.header.Get("X-RateLimit-Limit") != "10" || a.header.Get("X-RateLimit-Remaining") != fmt.Sprint(9-n) || a.header.Get("X-RateLimit-Reset-After") == "" {
			t.Errorf("headers: %v", a.header)
		}
		if o := s.expect(0, "MESSAGE_UPDATE").object(); o["flags"] != 1.0 || o["id"] != a.body["id"] {
			t.Errorf("told of %v", o)
		}
	}
	if m := srv.Messages(news); !m[9].Published || m[9].Edited {
		t.Errorf("the last is published: %t, edited: %t", m[9].Published, m[9].Edited)
	}
	a := publish()
	if wait, _ := a.body["retry_after"].(float64); a.status != 429 || wait < 3000 || wait > 3600 || a.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("the eleventh: %d %s %v", a.status, a.raw, a.header)
	}
	clock.Advance(time.Hour)
	again := rest(t, srv, "POST", messages(news)+"/"+srv.Messages(news)[0].ID+"/crosspost", nil)
	refused(t, "what is published", again, 400, 40033)
	if again.header.Get("X-RateLimit-Remaining") != "9" {
		t.Errorf("headers of an error: %v", again.header)
	}
}

func TestGlobalLimit(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock})
	limited := 0
	for n := range 60 {
		// Different routes and channels, so that no limit but the global one is met.
		path := []string{"/users/@me", "/users/" + fan, "/channels/" + general, "/channels/" + news, "/channels/" + staff, "/channels/" + thread}[n%6]
		a := rest(t, srv, "GET", path, nil)
		if a.status != 429 {
			continue
		}
		limited++
		if a.body["global"] != true || a.header.Get("X-RateLimit-Global") != "true" || a.header.Get("X-RateLimit-Scope") != "global" || a.header.Get("X-RateLimit-Reset-After") != "" {
			t.Fatalf("global 429: %s %v", a.raw, a.header)
		}
	}
	if limited == 0 {
		t.Error("sixty requests at once met no global limit")
	}
	clock.Advance(time.Second)
	accepted(t, "a second later", rest(t, srv, "GET", "/users/@me", nil))
}
