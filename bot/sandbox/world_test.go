package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"season3/bot/sandbox"
)

// largeWorld is DefaultWorld and n silent guilds with a channel each, whose ids
// it returns.
func largeWorld(n int) (*sandbox.World, []string) {
	w := sandbox.DefaultWorld()
	roles := w.Guilds[0].Roles
	members := []*sandbox.Member{{User: &sandbox.User{ID: botID}, Roles: []string{sandbox.DefaultBotRoleID}}}
	var channels []string
	for i := range n {
		id := func(kind int) string { return strconv.Itoa(2_000_000_000_000_000_000 + i*10 + kind) }
		everyone := &sandbox.Role{ID: id(0), Name: "@everyone", Permissions: roles[0].Permissions}
		channels = append(channels, id(1))
		w.Guilds = append(w.Guilds, &sandbox.Guild{ID: id(0), Name: "Server", OwnerID: sandbox.DefaultOwnerID, Silent: true,
			Roles: append([]*sandbox.Role{everyone}, roles[1:]...), Members: members, Channels: []*sandbox.Channel{{ID: id(1), Name: "news"}}})
	}
	return w, channels
}

// bigCard is a post of the size the bot sends.
func bigCard(nonce string) obj {
	words := "A third season has been ordered. It was announced on the official site with a trailer and a picture. "
	return obj{"flags": 1 << 15, "nonce": nonce, "enforce_nonce": true, "allowed_mentions": obj{"parse": []string{}}, "components": []obj{{"type": 17, "components": []obj{
		{"type": 10, "content": "### Season 3 of Hero Mask is announced"}, {"type": 10, "content": words + words}, {"type": 14}, {"type": 10, "content": "-# " + words},
	}}}}
}

// A hundred thousand guilds are there for REST, and after READY the gateway is
// as quiet as with one.
func TestLargeWorld(t *testing.T) {
	const guilds, posts = 100_000, 1000
	w, channels := largeWorld(guilds)
	srv := start(t, sandbox.Options{World: w, NoRateLimits: true})
	s := dial(t, srv)
	s.identify(nil)
	ready := s.expect(0, "READY").object()
	s.expect(0, "GUILD_CREATE")
	if n := len(ready["guilds"].([]any)); n != guilds+1 {
		t.Errorf("READY tells of %d guilds", n)
	}
	before := heap()
	for i, c := range channels[:posts] {
		accepted(t, "post", rest(t, srv, "POST", messages(c), bigCard(fmt.Sprint("n", i))))
	}
	t.Logf("%d bytes a post", (heap()-before)/posts)
	accepted(t, "in the guild that is told of", rest(t, srv, "POST", messages(general), obj{"content": "here"}))
	if m := s.expect(0, "MESSAGE_CREATE").object(); m["content"] != "here" {
		t.Errorf("the gateway tells of %v", m)
	}
	if n := srv.CountMessages(""); n != posts+1 {
		t.Errorf("%d messages stand", n)
	}
	for _, c := range channels[:posts] {
		if srv.CountMessages(c) != 1 {
			t.Fatal("a channel has", srv.CountMessages(c))
		}
	}
	if n := srv.Answered(sandbox.CreateMessage, 200); n != posts+1 {
		t.Errorf("%d posts were answered", n)
	}
	srv.DeleteChannel(channels[0])
	srv.DeleteMessage(srv.Messages(channels[1])[0].ID)
	if n := srv.CountMessages(""); n != posts-1 {
		t.Errorf("%d messages stand after two are gone", n)
	}
}

// serve asks the handler directly, and returns the status.
func serve(h http.Handler, method, path string, body any) int {
	r := httptest.NewRequest(method, "http://127.0.0.1/api/v10"+path, jsonBody(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bot sandbox-token")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The work of a post must not grow with the guilds or with the posts before it.
func BenchmarkPost(b *testing.B) {
	for _, guilds := range []int{1, 100_000} {
		b.Run(fmt.Sprint(guilds), func(b *testing.B) {
			w, channels := largeWorld(guilds)
			srv := sandbox.New(sandbox.Options{World: w, NoRateLimits: true})
			handler := srv.Handler()
			i := 0
			for b.Loop() {
				i++
				if status := serve(handler, "POST", messages(channels[i%guilds]), bigCard(fmt.Sprint(i))); status != 200 {
					b.Fatal(status)
				}
			}
		})
	}
}

// A member's guilds are listed in pages.
func TestOwnGuildsInPages(t *testing.T) {
	w, _ := largeWorld(250)
	srv := start(t, sandbox.Options{World: w, NoRateLimits: true})
	first := rest(t, srv, "GET", "/users/@me/guilds", nil).list()
	if len(first) != 200 || first[0]["id"] != guild {
		t.Fatalf("the first page has %d guilds, beginning with %v", len(first), first[0]["id"])
	}
	rest2 := rest(t, srv, "GET", "/users/@me/guilds?after="+first[199]["id"].(string), nil).list()
	if len(rest2) != 51 || rest2[50]["id"] != w.Guilds[250].ID {
		t.Errorf("the second page has %d guilds", len(rest2))
	}
	back := rest(t, srv, "GET", "/users/@me/guilds?limit=2&before="+rest2[0]["id"].(string), nil).list()
	if len(back) != 2 || back[1]["id"] != first[199]["id"] {
		t.Errorf("backwards: %v", back)
	}
	refused(t, "too many", rest(t, srv, "GET", "/users/@me/guilds?limit=201", nil), 400, 50035)
}

// What a role may do goes with it.
func TestDeleteRole(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	s := dial(t, srv)
	s.ready(nil)
	srv.SetMemberRoles(guild, botID, sandbox.DefaultBotRoleID, sandbox.DefaultPingRoleID)
	if o := s.expect(0, "GUILD_MEMBER_UPDATE").object(); o["guild_id"] != guild || len(o["roles"].([]any)) != 2 {
		t.Errorf("told of %v", o)
	}
	srv.SetOverwrite(staff, sandbox.Overwrite{ID: sandbox.DefaultPingRoleID, Type: sandbox.RoleOverwrite, Allow: sandbox.SendMessages})
	s.expect(0, "CHANNEL_UPDATE")
	srv.SetOverwrite(staff, sandbox.Overwrite{ID: botID, Type: sandbox.MemberOverwrite})
	s.expect(0, "CHANNEL_UPDATE")
	srv.SetOverwrite(staff, sandbox.Overwrite{ID: guild, Type: sandbox.RoleOverwrite, Deny: sandbox.SendMessages})
	s.expect(0, "CHANNEL_UPDATE")
	accepted(t, "by its role", rest(t, srv, "POST", messages(staff), obj{"content": "<@&" + sandbox.DefaultPingRoleID + ">"}))
	s.expect(0, "MESSAGE_CREATE")
	srv.DeleteRole(guild, sandbox.DefaultPingRoleID)
	if o := s.expect(0, "GUILD_ROLE_DELETE").object(); o["guild_id"] != guild || o["role_id"] != sandbox.DefaultPingRoleID {
		t.Errorf("told of %v", o)
	}
	if o := s.expect(0, "GUILD_MEMBER_UPDATE").object(); len(o["roles"].([]any)) != 1 {
		t.Errorf("told of %v", o)
	}
	if o := s.expect(0, "CHANNEL_UPDATE").object(); o["id"] != staff || len(o["permission_overwrites"].([]any)) != 3 {
		t.Errorf("told of %v", o)
	}
	refused(t, "without it", rest(t, srv, "POST", messages(staff), obj{"content": "x"}), 403, 50013)
	accepted(t, "naming it", rest(t, srv, "POST", messages(general), obj{"content": "<@&" + sandbox.DefaultPingRoleID + ">"}))
	if m := srv.Messages(general)[0]; len(m.Mentions) != 0 {
		t.Errorf("a role that is gone was pinged: %v", m.Mentions)
	}
}

// A role is pinged when everyone may mention it or the bot may mention
// everyone, and only when the message asks for it; an edit pings nobody.
func TestRolePings(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	ping, closedRole := sandbox.DefaultPingRoleID, sandbox.DefaultModRoleID
	pinged := func(body obj) []string {
		t.Helper()
		a := rest(t, srv, "POST", messages(general), body)
		accepted(t, "post", a)
		all := srv.Messages(general)
		return all[len(all)-1].Pinged
	}
	both := "<@&" + ping + "> <@&" + closedRole + ">"
	if got := pinged(obj{"content": both, "allowed_mentions": obj{"roles": []string{ping, closedRole}}}); len(got) != 1 || got[0] != ping {
		t.Errorf("pinged %v, want the mentionable role", got)
	}
	if got := pinged(obj{"content": both, "allowed_mentions": obj{"parse": []string{}}}); len(got) != 0 {
		t.Errorf("pinged %v, though nothing is allowed", got)
	}
	if got := pinged(obj{"flags": 1 << 15, "components": []obj{{"type": 10, "content": both}}, "allowed_mentions": obj{"roles": []string{ping}}}); len(got) != 1 {
		t.Errorf("pinged %v from a text display", got)
	}
	srv.SetRolePermissions(guild, sandbox.DefaultBotRoleID, sandbox.MentionEveryone)
	if got := pinged(obj{"content": both, "allowed_mentions": obj{"roles": []string{closedRole}}}); len(got) != 1 || got[0] != closedRole {
		t.Errorf("pinged %v, want the role that only this permission opens", got)
	}
	id := rest(t, srv, "POST", messages(general), obj{"content": "quiet"}).body["id"].(string)
	accepted(t, "edit", rest(t, srv, "PATCH", messages(general)+"/"+id, obj{"content": both, "allowed_mentions": obj{"roles": []string{ping}}}))
	all := srv.Messages(general)
	if m := all[len(all)-1]; len(m.Mentions) != 1 || len(m.Pinged) != 0 {
		t.Errorf("an edit names %v and pinged %v", m.Mentions, m.Pinged)
	}
}

func TestThreads(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	s := dial(t, srv)
	s.ready(nil)
	state := func() obj { return s.expect(0, "THREAD_UPDATE").object()["thread_metadata"].(obj) }
	srv.ArchiveThread(thread, true)
	if m := state(); m["archived"] != true || m["locked"] != true {
		t.Errorf("told of %v", m)
	}
	refused(t, "locked", rest(t, srv, "POST", messages(thread), obj{"content": "x"}), 403, 160005)
	srv.UnarchiveThread(thread)
	if m := state(); m["archived"] != false || m["locked"] != false {
		t.Errorf("told of %v", m)
	}
	accepted(t, "open again", rest(t, srv, "POST", messages(thread), obj{"content": "x"}))
	s.expect(0, "MESSAGE_CREATE")
	srv.ArchiveThread(thread, false)
	state()
	accepted(t, "archived", rest(t, srv, "POST", messages(thread), obj{"content": "x"}))
	if m := state(); m["archived"] != false {
		t.Errorf("a post leaves the thread with %v", m)
	}
	s.expect(0, "MESSAGE_CREATE")
	srv.ArchiveThread(thread, false)
	state()
	srv.SetUnavailable(guild, true)
	srv.SetUnavailable(guild, false)
	if o := s.expect(0, "GUILD_DELETE").object(); o["unavailable"] != true {
		t.Errorf("told of %v", o)
	}
	if o := s.expect(0, "GUILD_CREATE").object(); len(o["threads"].([]any)) != 0 || len(o["channels"].([]any)) != 3 {
		t.Errorf("GUILD_CREATE has threads %v", o["threads"])
	}
}

func TestClosedDMs(t *testing.T) {
	srv := start(t, sandbox.Options{NoRateLimits: true})
	srv.CloseDMs(fan, true)
	dm := rest(t, srv, "POST", "/users/@me/channels", obj{"recipient_id": fan})
	accepted(t, "opening the channel", dm)
	if dm.body["id"] != srv.DM(fan) {
		t.Error("the channel is another one")
	}
	refused(t, "writing", rest(t, srv, "POST", messages(srv.DM(fan)), obj{"content": "x"}), 403, 50007)
	srv.CloseDMs(fan, false)
	accepted(t, "writing later", rest(t, srv, "POST", messages(srv.DM(fan)), obj{"content": "x"}))
}

func TestSystemChannel(t *testing.T) {
	w := sandbox.DefaultWorld()
	w.Guilds[0].SystemChannelID = general
	srv := start(t, sandbox.Options{World: w})
	s := dial(t, srv)
	s.ready(nil)
	srv.SetUnavailable(guild, true)
	s.expect(0, "GUILD_DELETE")
	srv.SetUnavailable(guild, false)
	if o := s.expect(0, "GUILD_CREATE").object(); o["system_channel_id"] != general {
		t.Errorf("GUILD_CREATE names %v", o["system_channel_id"])
	}
	if a := rest(t, srv, "GET", "/guilds/"+guild, nil); a.body["system_channel_id"] != general {
		t.Errorf("the guild names %v", a.body["system_channel_id"])
	}
}

// Nonces are forgotten after their time, however many there are, and one that
// was used again holds from then on.
func TestNoncesAreForgotten(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	srv := start(t, sandbox.Options{Clock: clock, NoRateLimits: true})
	post := func(nonce string) string {
		return rest(t, srv, "POST", messages(general), obj{"content": "x", "nonce": nonce, "enforce_nonce": true}).body["id"].(string)
	}
	first, second := post("a"), post("b")
	srv.DeleteMessage(first)
	clock.Advance(4 * time.Minute)
	again := post("a") // its message is gone, so it is used anew
	clock.Advance(2 * time.Minute)
	if id := post("b"); id == second {
		t.Error("a nonce holds for more than its time")
	}
	if id := post("a"); id != again {
		t.Error("a nonce that was used again was forgotten with its first use")
	}
}
