package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

// The REST routes that tell of the bot itself, of guilds and of channels.

const guildsPerPage = 200

// getGateway names the address the client reached the server by.
func (s *Server) getGateway(q *request) (any, error) {
	return obj{"url": "ws://" + q.Host}, nil
}

func (s *Server) getGatewayBot(q *request) (any, error) {
	return obj{"url": "ws://" + q.Host, "shards": 1, "session_start_limit": obj{
		"total": identifiesPerDay, "remaining": max(0, identifiesPerDay-len(s.gateway.identified)), "reset_after": 86400000, "max_concurrency": 1,
	}}, nil
}

func (s *Server) getApplication(*request) (any, error) {
	owner := &User{ID: DefaultOwnerID, Username: "owner"}
	return obj{
		"id": s.bot.ID, "name": s.bot.Username, "description": "", "icon": nil, "type": nil, "bot": s.bot.json(), "owner": owner.json(),
		"team": nil, "verify_key": "0000000000000000000000000000000000000000000000000000000000000000", "flags": 0, "flags_new": "0",
		"bot_public": true, "bot_require_code_grant": false, "redirect_uris": []any{}, "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "approximate_guild_count": len(s.botGuilds()),
		"approximate_user_install_count": len(s.world.Installs), "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "eligible_oauth2_scopes": []string{"bot", "applications.commands"},
		"integration_types_config": obj{"0": obj{}, "1": obj{}},
	}, nil
}

func (s *Server) getUser(q *request) (any, error) {
	u := s.users[q.PathValue("user")]
	if u == nil {
		return nil, errUnknownUser
	}
	return u.json(), nil
}

func (s *Server) listOwnGuilds(q *request) (any, error) {
	limit, err := q.limit(guildsPerPage, guildsPerPage)
	if err != nil {
		return nil, err
	}
	query := q.URL.Query()
	guilds := slices.DeleteFunc(s.botGuilds(), func(g *Guild) bool {
		return query.Has("before") && !earlier(g.ID, query.Get("before")) || query.Has("after") && !earlier(query.Get("after"), g.ID)
	})
	slices.SortFunc(guilds, func(a, b *Guild) int {
		if earlier(a.ID, b.ID) {
			return -1
		}
		return 1
	})
	if query.Has("before") && !query.Has("after") {
		guilds = guilds[max(0, len(guilds)-limit):]
	}
	out := []obj{}
	for _, g := range guilds[:min(limit, len(guilds))] {
		out = append(out, obj{
			"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": false, "features": []string{"COMMUNITY", "NEWS"},
			"permissions": g.base(g.member(s.bot.ID)),
		})
	}
	return out, nil
}

func (s *Server) leaveGuild(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, errUnknownGuild
	}
	s.removeBot(g)
	return nil, nil
}

func (s *Server) createDM(q *request) (any, error) {
	f := &form{}
	id := f.text("recipient_id", q.object()["recipient_id"], 1, 20)
	if err := f.err(); err != nil {
		return nil, err
	}
	switch {
	case s.users[id] == nil:
		return nil, APIError(400, 50033, "Invalid Recipient(s)")
	case id == s.bot.ID, !s.mayDM(id):
		return nil, errCannotDM
	}
	return s.channelJSON(s.dm(id)), nil
}

func (s *Server) getChannel(q *request) (any, error) {
	c, err := s.botChannel(q, 0)
	if err != nil {
		return nil, err
	}
	return s.channelJSON(c), nil
}

func (s *Server) restDeleteChannel(q *request) (any, error) {
	c, err := s.botChannel(q, 0)
	if err != nil {
		return nil, err
	}
	g := s.guilds[c.GuildID]
	if g == nil {
		return s.channelJSON(c), nil // closes the direct message
	}
	need := ManageChannels
	if c.isThread() {
		need = ManageThreads
	}
	if !s.permissions(s.bot.ID, c).Has(need) {
		return nil, errMissingPerms
	}
	gone := s.channelJSON(c)
	s.deleteChannel(g, c)
	return gone, nil
}

// overwriteChannel returns the channel whose overwrites the bot may change.
func (s *Server) overwriteChannel(q *request) (*Channel, error) {
	c, err := s.botChannel(q, ManageRoles)
	if err != nil {
		return nil, err
	}
	if c.GuildID == "" || c.isThread() {
		return nil, errWrongChannelType
	}
	return c, nil
}

func (s *Server) restSetOverwrite(q *request) (any, error) {
	c, err := s.overwriteChannel(q)
	if err != nil {
		return nil, err
	}
	f, body := &form{}, q.object()
	if body["type"] == nil {
		f.required("type")
	}
	kind := f.integer("type", body["type"], 0, 0, 1)
	allow, deny := f.bits("allow", body["allow"]), f.bits("deny", body["deny"])
	if err := f.err(); err != nil {
		return nil, err
	}
	// A bot can only hand out what it has itself.
	if own := s.permissions(s.bot.ID, c); !own.Has(allow | deny) {
		return nil, errMissingPerms
	}
	s.setOverwrite(c, Overwrite{ID: q.PathValue("overwrite"), Type: OverwriteType(kind), Allow: allow, Deny: deny})
	return nil, nil
}

func (f *form) bits(path string, v any) Permissions {
	if v == nil {
		return 0
	}
	s, _ := v.(string)
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		f.add(path, "NUMBER_TYPE_COERCE", "Value \"%v\" is not a permission set.", v)
	}
	return Permissions(n)
}

func (s *Server) restDeleteOverwrite(q *request) (any, error) {
	c, err := s.overwriteChannel(q)
	if err != nil {
		return nil, err
	}
	n := len(c.Overwrites)
	c.Overwrites = slices.DeleteFunc(c.Overwrites, func(o Overwrite) bool { return o.ID == q.PathValue("overwrite") })
	if len(c.Overwrites) == n {
		return nil, APIError(404, 10009, "Unknown permission overwrite")
	}
	s.channelChanged(c)
	return nil, nil
}

// botGuild returns the guild of the path if the bot is in it.
func (s *Server) botGuild(q *request) (*Guild, error) {
	g := s.guilds[q.PathValue("guild")]
	switch {
	case g == nil || g.member(s.bot.ID) == nil:
		return nil, errUnknownGuild
	case g.unavailable:
		return nil, ServerError(http.StatusServiceUnavailable)
	}
	return g, nil
}

func (s *Server) getGuild(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, err
	}
	o := g.json()
	if q.URL.Query().Get("with_counts") == "true" {
		o["approximate_member_count"], o["approximate_presence_count"] = len(g.Members), len(g.Members)
	}
	return o, nil
}

func (s *Server) listGuildChannels(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, c := range g.Channels {
		if !c.isThread() {
			out = append(out, s.channelJSON(c))
		}
	}
	return out, nil
}

func (s *Server) listGuildRoles(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, err
	}
	return g.json()["roles"], nil
}

func (s *Server) getGuildMember(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, err
	}
	id := q.PathValue("user")
	if id == "@me" {
		id = s.bot.ID
	}
	m := g.member(id)
	if m == nil {
		return nil, errUnknownMember
	}
	return m.jsonWithUser(), nil
}

func (s *Server) listActiveThreads(q *request) (any, error) {
	g, err := s.botGuild(q)
	if err != nil {
		return nil, err
	}
	threads := []obj{}
	for _, c := range g.Channels {
		if c.isThread() && !c.Archived && s.permissions(s.bot.ID, c).Has(ViewChannel) {
			threads = append(threads, s.channelJSON(c))
		}
	}
	return obj{"threads": threads, "members": []any{}, "has_more": false}, nil
}
