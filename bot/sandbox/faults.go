package sandbox

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// ---- faults of requests

// Refusal is an answer that is an error. Body is JSON unless Header has
// another Content-Type.
type Refusal struct {
	Status int
	Header http.Header
	Body   string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Body) }

// APIError is an error as Discord's REST API words it, with one of its JSON
// codes: 403, 50013, "Missing Permissions".
func APIError(status, code int, message string) *Refusal {
	return &Refusal{Status: status, Body: string(encode(obj{"code": code, "message": message}))}
}

// RateLimited is a 429 of one route or, with global, of all. As in Discord's
// documentation the global one has no X-RateLimit-Reset-After.
func RateLimited(wait time.Duration, global bool) *Refusal {
	wait = max(wait, time.Millisecond)
	seconds := strconv.FormatFloat(wait.Seconds(), 'f', 3, 64)
	h := http.Header{}
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	if global {
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
	} else {
		h.Set("X-RateLimit-Scope", "user")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset-After", seconds)
	}
	return &Refusal{Status: http.StatusTooManyRequests, Header: h,
		Body: fmt.Sprintf(`{"message":"You are being rate limited.","retry_after":%s,"global":%t}`, seconds, global)}
}

// BareRateLimited is a 429 with a body but without any header about limits.
func BareRateLimited(wait time.Duration) *Refusal {
	r := RateLimited(wait, false)
	r.Header = nil
	return r
}

// HTMLPage is an answer of what stands before Discord, which speaks HTML.
func HTMLPage(status int) *Refusal {
	return &Refusal{Status: status, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}},
		Body: fmt.Sprintf("<!DOCTYPE html><html><head><title>%d</title></head><body><h1>Error %d</h1></body></html>", status, status)}
}

// ServerError is an error of Discord's own, 500, 502 or 503.
func ServerError(status int) *Refusal {
	return APIError(status, 0, fmt.Sprintf("%d: %s", status, http.StatusText(status)))
}

// Fault says what befalls requests of a route: first Delay, then one of
// Refuse, so that nothing is done, Cut, so that nothing is done and the
// connection is cut, Lost, so that all is done but the connection is cut
// before the answer, or Late, so that the connection is cut at once and all is
// done that much later, as when a client gives up on a slow answer.
type Fault struct {
	Skip   int // so many requests pass first
	Times  int // so many are struck then; 0 means 1, a negative number all
	Delay  time.Duration
	Refuse *Refusal
	Cut    bool
	Lost   bool
	Late   time.Duration

	// Share strikes that part of the requests only, 0.1 for one in ten, drawn
	// by Seed. Times 0 then means all.
	Share float64
	Seed  uint64
}

type fault struct {
	Fault
	route  Route
	seen   int
	struck int
	draw   *rand.Rand
}

// Inject makes requests of a route meet a fault; AnyRoute means every route.
// Of several faults that fit a request the oldest strikes.
func (s *Server) Inject(r Route, f Fault) (remove func()) {
	switch {
	case f.Times == 0 && f.Share > 0:
		f.Times = -1
	case f.Times == 0:
		f.Times = 1
	}
	set := &fault{Fault: f, route: r, draw: rand.New(rand.NewPCG(f.Seed, 0))}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, set)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(f *fault) bool { return f == set })
	}
}

// strike returns the fault a request meets, which may be none.
func (s *Server) strike(r Route) Fault {
	for _, f := range s.faults {
		if f.route != AnyRoute && f.route != r {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || f.Share > 0 && f.draw.Float64() >= f.Share {
			continue
		}
		if f.Times < 0 || f.struck < f.Times {
			f.struck++
			return f.Fault
		}
	}
	return Fault{}
}

// ---- faults of the gateway

// DropConnections ends every gateway connection with a close code, or with 0
// as a broken line does. Sessions can be resumed unless the code ends them.
func (s *Server) DropConnections(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		if code == 0 {
			c.abort()
			continue
		}
		c.close(code, "")
		switch code {
		case CloseAuthenticationFailed, CloseInvalidSeq, CloseSessionTimedOut, CloseInvalidShard, CloseInvalidIntents, CloseDisallowedIntents:
			if c.session != nil {
				delete(s.gateway.sessions, c.session.id)
			}
		}
	}
}

// StopAcknowledging makes heartbeats go unanswered, or answers them again.
func (s *Server) StopAcknowledging(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.silent = yes
}

// AskHeartbeat sends op 1, which a client must answer at once.
func (s *Server) AskHeartbeat() { s.sendAll(opHeartbeat, nil) }

// AskReconnect sends op 7 to every connection.
func (s *Server) AskReconnect() { s.sendAll(opReconnect, nil) }

// Invalidate sends op 9 to every connection and, unless resumable, ends the
// sessions.
func (s *Server) Invalidate(resumable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		c.send(opInvalidSession, resumable)
		if c.session != nil {
			if !resumable {
				delete(s.gateway.sessions, c.session.id)
			}
			c.session.conn, c.session.left = nil, s.clock.Now()
			c.session = nil // the client may identify on the same connection
		}
	}
}

func (s *Server) sendAll(op int, d any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		c.send(op, d)
	}
}

// ReconnectBeforeReady answers the next n identifies or resumes with op 7.
func (s *Server) ReconnectBeforeReady(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.reconnectFirst = n
}

// RefuseSessions answers the next n identifies or resumes with op 9.
func (s *Server) RefuseSessions(n int, resumable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.refuse, s.gateway.refuseResume = n, resumable
}

// SetToken changes the bot's token, as its owner may at any time: with
// another one REST answers 401, and connections are closed with 4004.
func (s *Server) SetToken(token string) {
	s.mu.Lock()
	s.token = token
	s.mu.Unlock()
	s.DropConnections(CloseAuthenticationFailed)
}

// ---- what happens in a guild

// SetOverwrite sets or replaces what a role or member may do in a channel.
func (s *Server) SetOverwrite(channelID string, o Overwrite) {
	s.inChannel(channelID, func(g *Guild, c *Channel) { s.setOverwrite(c, o) })
}

// SetRolePermissions changes what a role allows in its guild.
func (s *Server) SetRolePermissions(guildID, roleID string, p Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustGuild(guildID)
	r := g.role(roleID)
	if r == nil {
		panic("sandbox: no role " + roleID)
	}
	r.Permissions = p
	s.emit("GUILD_ROLE_UPDATE", intentGuilds, g.ID, func(int) any {
		return obj{"guild_id": g.ID, "role": r.json(slices.Index(g.Roles, r))}
	})
	s.pageState()
}

// DeleteRole removes a role: from its guild, from those who have it and from
// the overwrites of channels.
func (s *Server) DeleteRole(guildID, roleID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustGuild(guildID)
	if g.role(roleID) == nil || roleID == guildID {
		panic("sandbox: no role " + roleID + " that can be deleted")
	}
	g.Roles = slices.DeleteFunc(g.Roles, func(r *Role) bool { return r.ID == roleID })
	s.emit("GUILD_ROLE_DELETE", intentGuilds, g.ID, func(int) any { return obj{"guild_id": g.ID, "role_id": roleID} })
	for _, m := range g.Members {
		if m.hasRole(roleID) {
			m.Roles = slices.DeleteFunc(slices.Clone(m.Roles), func(id string) bool { return id == roleID })
			s.memberChanged(g, m)
		}
	}
	for _, c := range g.Channels {
		n := len(c.Overwrites)
		c.Overwrites = slices.DeleteFunc(c.Overwrites, func(o Overwrite) bool { return o.ID == roleID })
		if len(c.Overwrites) != n {
			s.channelChanged(c)
		}
	}
	s.pageState()
}

// SetMemberRoles gives a member, who may be the bot, these roles in place of
// those it has.
func (s *Server) SetMemberRoles(guildID, userID string, roles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustGuild(guildID)
	m := g.member(userID)
	if m == nil {
		panic("sandbox: no member " + userID)
	}
	m.Roles = roles
	s.memberChanged(g, m)
	s.pageState()
}

// memberChanged tells of a member's roles: of the bot's own to every session,
// of others' to those with the privileged intent.
func (s *Server) memberChanged(g *Guild, m *Member) {
	intent := intentGuildMembers
	if m.User == s.bot {
		intent = 0
	}
	s.emit("GUILD_MEMBER_UPDATE", intent, g.ID, func(int) any {
		o := m.jsonWithUser()
		o["guild_id"] = g.ID
		return o
	})
}

// DeleteChannel removes a channel of a guild and the threads under it.
func (s *Server) DeleteChannel(channelID string) {
	s.inChannel(channelID, func(g *Guild, c *Channel) { s.deleteChannel(g, c) })
}

// ArchiveThread archives a thread and, with locked, locks it.
func (s *Server) ArchiveThread(channelID string, locked bool) {
	s.inChannel(channelID, func(g *Guild, c *Channel) {
		c.Locked = locked
		s.setArchived(c, true)
	})
}

// UnarchiveThread makes a thread active again, and unlocks it.
func (s *Server) UnarchiveThread(channelID string) {
	s.inChannel(channelID, func(g *Guild, c *Channel) {
		c.Locked = false
		s.setArchived(c, false)
	})
}

// CloseDMs makes a user accept no direct messages of the bot, or accept them
// again.
func (s *Server) CloseDMs(userID string, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closedDMs[userID] = closed
}

func (s *Server) setArchived(c *Channel, yes bool) {
	c.Archived, c.archivedAt = yes, s.clock.Now()
	s.emit("THREAD_UPDATE", intentGuilds, c.GuildID, func(int) any { return s.channelJSON(c) })
	s.pageState()
}

// SetUnavailable makes a guild unavailable, as in an outage, or available
// again.
func (s *Server) SetUnavailable(guildID string, yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustGuild(guildID)
	g.unavailable = yes
	if yes {
		s.emit("GUILD_DELETE", intentGuilds, g.ID, func(int) any { return obj{"id": g.ID, "unavailable": true} })
	} else {
		s.emit("GUILD_CREATE", intentGuilds, g.ID, func(int) any { return s.guildCreate(g) })
	}
	s.pageState()
}

// RemoveBot takes the bot out of a guild, with the commands it has there.
func (s *Server) RemoveBot(guildID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeBot(s.mustGuild(guildID))
}

func (s *Server) removeBot(g *Guild) {
	g.Members = slices.DeleteFunc(g.Members, func(m *Member) bool { return m.User.ID == s.bot.ID })
	s.commands = slices.DeleteFunc(s.commands, func(c *command) bool { return c.guildID == g.ID })
	s.emit("GUILD_DELETE", intentGuilds, g.ID, func(int) any { return obj{"id": g.ID} })
	s.pageState()
}

// AddGuild adds a guild, or one it was removed from, and puts the bot into it.
func (s *Server) AddGuild(g *Guild) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.member(s.bot.ID) == nil {
		g.Members = append(g.Members, &Member{User: s.bot, JoinedAt: s.clock.Now()})
	}
	if s.guilds[g.ID] == nil {
		s.world.Guilds = append(s.world.Guilds, g)
	}
	s.adopt(g)
	s.emit("GUILD_CREATE", intentGuilds, g.ID, func(int) any { return s.guildCreate(g) })
	s.pageState()
}

// AddMember adds a user to a guild.
func (s *Server) AddMember(guildID string, m *Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustGuild(guildID)
	g.Members = append(g.Members, m)
	s.join(g, m)
	s.pageState()
}

// DeleteMessage removes a message, as a moderator would.
func (s *Server) DeleteMessage(messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[messageID]; m != nil && !m.deleted {
		s.remove(m)
	}
}

// mustGuild is for calls of tests and the command, where an id that does not
// exist is a mistake in the program.
func (s *Server) mustGuild(id string) *Guild {
	g := s.guilds[id]
	if g == nil {
		panic("sandbox: no guild " + id)
	}
	return g
}

func (s *Server) inChannel(id string, f func(*Guild, *Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil || c.GuildID == "" {
		panic("sandbox: no channel " + id + " in a guild")
	}
	f(s.guilds[c.GuildID], c)
}

func (s *Server) setOverwrite(c *Channel, o Overwrite) {
	c.Overwrites = slices.DeleteFunc(c.Overwrites, func(w Overwrite) bool { return w.ID == o.ID })
	c.Overwrites = append(c.Overwrites, o)
	s.channelChanged(c)
}

func (s *Server) channelChanged(c *Channel) {
	s.emit("CHANNEL_UPDATE", intentGuilds, c.GuildID, func(int) any { return s.channelJSON(c) })
	s.pageState()
}

func (s *Server) deleteChannel(g *Guild, c *Channel) {
	for _, t := range slices.Clone(g.Channels) {
		if t.isThread() && t.ParentID == c.ID {
			s.deleteChannel(g, t)
		}
	}
	gone := s.channelJSON(c)
	g.Channels = slices.DeleteFunc(g.Channels, func(o *Channel) bool { return o == c })
	delete(s.channels, c.ID)
	for _, m := range s.history[c.ID] {
		m.deleted = true
	}
	s.standing -= len(s.history[c.ID])
	delete(s.history, c.ID)
	event := "CHANNEL_DELETE"
	if c.isThread() {
		event, gone = "THREAD_DELETE", obj{"id": c.ID, "guild_id": g.ID, "parent_id": c.ParentID, "type": c.Type}
	}
	s.emit(event, intentGuilds, g.ID, func(int) any { return gone })
	s.pageState()
}
