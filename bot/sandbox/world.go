package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// The ids of DefaultWorld.
const (
	DefaultBotID       = "1100000000000000001"
	DefaultGuildID     = "1100000000000000010"
	DefaultOwnerID     = "1100000000000000020"
	DefaultFanID       = "1100000000000000021"
	DefaultModeratorID = "1100000000000000022"
	DefaultOtherFanID  = "1100000000000000023"
	DefaultModRoleID   = "1100000000000000030"
	DefaultBotRoleID   = "1100000000000000031"
	DefaultPingRoleID  = "1100000000000000032"
	DefaultGeneralID   = "1100000000000000040" // text; everyone writes
	DefaultNewsID      = "1100000000000000041" // announcement; moderators and the bot write
	DefaultStaffID     = "1100000000000000042" // text; moderators only, the bot reads but may not write
	DefaultThreadID    = "1100000000000000043" // thread under general
)

// World is what exists when the server starts. The server keeps the World it
// is given and changes it; one World belongs to one Server.
type World struct {
	Guilds   []*Guild
	Channels []*Channel // outside guilds: direct and group messages; those with the bot come by themselves
	Users    []*User    // people who are in no guild of this world
	Installs []string   // ids of users who installed the application to their account
}

// Guild is a server in Discord's everyday words. The bot is installed in it
// if one of its members has the bot's id.
type Guild struct {
	ID, Name, OwnerID string
	Locale            string // "en-US" if empty
	Roles             []*Role
	Members           []*Member
	Channels          []*Channel // threads as well
	SystemChannelID   string     // where Discord itself writes, of members who join; may be empty

	// Silent guilds are listed in READY, and the gateway tells nothing more of
	// them, as if they were unavailable; REST knows them. They make large worlds
	// cheap.
	Silent bool

	unavailable bool
}

// Role is a role of a guild. The one whose ID is the guild's is @everyone.
type Role struct {
	ID, Name    string
	Permissions Permissions
	Color       int // 0xRRGGBB
	Mentionable bool
	BotID       string // set on the role that came with a bot
}

// User is an account.
type User struct {
	ID, Username, GlobalName string
	Bot                      bool
	Note                     string // shown on the page only: "fan", "moderator"
}

// Member is a user in a guild. Roles leaves @everyone out.
type Member struct {
	User     *User
	Nick     string
	Roles    []string
	JoinedAt time.Time
}

// ChannelType is Discord's number for a kind of channel.
type ChannelType int

// The kinds of channel the sandbox knows.
const (
	TextChannel         ChannelType = 0
	DMChannel           ChannelType = 1
	GroupDMChannel      ChannelType = 3
	CategoryChannel     ChannelType = 4
	AnnouncementChannel ChannelType = 5
	AnnouncementThread  ChannelType = 10
	PublicThread        ChannelType = 11
	PrivateThread       ChannelType = 12
)

// Channel is a channel of a guild, a thread (whose ParentID is the channel it
// hangs on), or a conversation among Recipients.
type Channel struct {
	ID, GuildID, Name, ParentID, Topic string
	Type                               ChannelType
	Overwrites                         []Overwrite
	Archived, Locked                   bool     // threads
	Recipients                         []string // user ids, outside guilds; the bot's among them if it takes part

	lastMessageID string
	archivedAt    time.Time // when it was last archived or unarchived
}

// OverwriteType says whom an Overwrite is for.
type OverwriteType int

// The kinds of overwrite.
const (
	RoleOverwrite   OverwriteType = 0
	MemberOverwrite OverwriteType = 1
)

// Overwrite changes permissions in one channel for a role or a member.
type Overwrite struct {
	ID          string        `json:"id"`
	Type        OverwriteType `json:"type"`
	Allow, Deny Permissions   `json:"-"`
}

// DefaultWorld returns a guild "Couch Club" with a general channel, a thread
// under it, an announcement channel and one for staff in which the bot may
// not write; in it are an owner, two fans and a moderator (Manage Server), and
// the bot.
func DefaultWorld() *World {
	everyone := ViewChannel | SendMessages | EmbedLinks | AttachFiles | AddReactions | ReadMessageHistory |
		UseExternalEmojis | UseApplicationCommands | CreatePublicThreads | SendMessagesInThreads | UseExternalApps
	joined := time.Date(2025, 11, 1, 18, 0, 0, 0, time.UTC)
	member := func(id, username, name, note string, roles ...string) *Member {
		return &Member{User: &User{ID: id, Username: username, GlobalName: name, Note: note}, Roles: roles, JoinedAt: joined}
	}
	bot := &Member{User: &User{ID: DefaultBotID, Bot: true}, Roles: []string{DefaultBotRoleID}, JoinedAt: joined}
	return &World{Guilds: []*Guild{{
		ID: DefaultGuildID, Name: "Couch Club", OwnerID: DefaultOwnerID,
		Roles: []*Role{
			{ID: DefaultGuildID, Name: "@everyone", Permissions: everyone},
			{ID: DefaultPingRoleID, Name: "Season news", Color: 0x3BA55D, Mentionable: true},
			{ID: DefaultBotRoleID, Name: "season3", BotID: DefaultBotID},
			{ID: DefaultModRoleID, Name: "Moderators", Color: 0xC27C0E, Permissions: ManageGuild | ManageChannels | ManageMessages | ManageRoles | ManageThreads},
		},
		Members: []*Member{
			member(DefaultFanID, "mika", "Mika", "fan", DefaultPingRoleID),
			member(DefaultModeratorID, "toru", "Toru", "moderator", DefaultModRoleID),
			member(DefaultOtherFanID, "ines", "Ines", "another fan"),
			member(DefaultOwnerID, "gran", "Gran", "owner"),
			bot,
		},
		Channels: []*Channel{
			{ID: DefaultGeneralID, Name: "general", Type: TextChannel, Topic: "Shows, snacks and spoilers behind bars"},
			{ID: DefaultThreadID, Name: "rewatch night", Type: PublicThread, ParentID: DefaultGeneralID},
			{ID: DefaultNewsID, Name: "anime-news", Type: AnnouncementChannel, Overwrites: []Overwrite{
				{ID: DefaultGuildID, Type: RoleOverwrite, Deny: SendMessages},
				{ID: DefaultModRoleID, Type: RoleOverwrite, Allow: SendMessages},
				{ID: DefaultBotID, Type: MemberOverwrite, Allow: SendMessages},
			}},
			{ID: DefaultStaffID, Name: "staff-only", Type: TextChannel, Overwrites: []Overwrite{
				{ID: DefaultGuildID, Type: RoleOverwrite, Deny: ViewChannel | SendMessages},
				{ID: DefaultModRoleID, Type: RoleOverwrite, Allow: ViewChannel | SendMessages},
				{ID: DefaultBotID, Type: MemberOverwrite, Allow: ViewChannel},
			}},
		},
	}}}
}

func (m *Member) hasRole(id string) bool { return slices.Contains(m.Roles, id) }

func (g *Guild) member(userID string) *Member {
	for _, m := range g.Members {
		if m.User.ID == userID {
			return m
		}
	}
	return nil
}

func (g *Guild) role(id string) *Role {
	for _, r := range g.Roles {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (g *Guild) locale() string {
	if g.Locale == "" {
		return "en-US"
	}
	return g.Locale
}

func (c *Channel) isThread() bool {
	return c.Type == AnnouncementThread || c.Type == PublicThread || c.Type == PrivateThread
}

func (c *Channel) hasRecipient(userID string) bool { return slices.Contains(c.Recipients, userID) }

// adopt makes the server know a guild: its channels, its members, and the bot
// by the name the options give it.
func (s *Server) adopt(g *Guild) {
	s.guilds[g.ID] = g
	for _, m := range g.Members {
		if m.User.ID == s.bot.ID {
			m.User = s.bot
		}
		s.join(g, m)
	}
	for _, c := range g.Channels {
		c.GuildID = g.ID
		s.channels[c.ID] = c
	}
}

// join makes the server know a member of a guild.
func (s *Server) join(g *Guild, m *Member) {
	s.users[m.User.ID] = m.User
	if m.User != s.bot && !slices.Contains(s.guildsOf[m.User.ID], g) {
		s.guildsOf[m.User.ID] = append(s.guildsOf[m.User.ID], g)
	}
}

// dm returns the direct channel of the bot and a user, which it makes on
// first use.
func (s *Server) dm(userID string) *Channel {
	if c := s.dms[userID]; c != nil {
		return c
	}
	c := &Channel{ID: s.newID(), Type: DMChannel, Recipients: []string{userID, s.bot.ID}}
	s.world.Channels = append(s.world.Channels, c)
	s.channels[c.ID], s.dms[userID] = c, c
	return c
}

// mayDM reports whether a user and the bot can write to each other: they share
// a guild, or the user installed the application.
func (s *Server) mayDM(userID string) bool {
	for _, g := range s.guildsOf[userID] {
		if g.member(userID) != nil && g.member(s.bot.ID) != nil {
			return true
		}
	}
	return slices.Contains(s.world.Installs, userID)
}

// ---- as JSON

// obj is a JSON object.
type obj = map[string]any

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

func (u *User) json() obj {
	o := obj{
		"id": u.ID, "username": u.Username, "global_name": orNull(u.GlobalName), "discriminator": "0",
		"avatar": nil, "banner": nil, "accent_color": nil, "avatar_decoration_data": nil, "collectibles": nil,
		"primary_guild": nil, "public_flags": 0, "flags": 0,
	}
	if u.Bot {
		o["bot"] = true
		o["discriminator"] = "3303" // applications keep one
	}
	return o
}

// json leaves the user out, as inside messages and resolved data.
func (m *Member) json() obj {
	roles := m.Roles
	if roles == nil {
		roles = []string{}
	}
	return obj{
		"roles": roles, "nick": orNull(m.Nick), "joined_at": timestamp(m.JoinedAt), "avatar": nil, "banner": nil,
		"premium_since": nil, "communication_disabled_until": nil, "pending": false, "mute": false, "deaf": false, "flags": 0,
	}
}

func (m *Member) jsonWithUser() obj {
	o := m.json()
	o["user"] = m.User.json()
	return o
}

func (r *Role) json(position int) obj {
	o := obj{
		"id": r.ID, "name": r.Name, "permissions": r.Permissions, "position": position, "color": r.Color,
		"colors": obj{"primary_color": r.Color, "secondary_color": nil, "tertiary_color": nil},
		"hoist":  false, "managed": r.BotID != "", "mentionable": r.Mentionable, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
	if r.BotID != "" {
		o["tags"] = obj{"bot_id": r.BotID}
	}
	return o
}

func (o Overwrite) json() obj {
	return obj{"id": o.ID, "type": o.Type, "allow": o.Allow, "deny": o.Deny}
}

func (s *Server) channelJSON(c *Channel) obj {
	o := obj{"id": c.ID, "type": c.Type, "last_message_id": orNull(c.lastMessageID), "flags": 0}
	g := s.guilds[c.GuildID]
	if g == nil {
		recipients := []obj{}
		for _, id := range c.Recipients {
			if u := s.users[id]; u != nil && id != s.bot.ID {
				recipients = append(recipients, u.json())
			}
		}
		o["recipients"] = recipients
		if c.Type == GroupDMChannel {
			o["name"], o["icon"], o["owner_id"] = orNull(c.Name), nil, c.Recipients[0]
		}
		return o
	}
	o["guild_id"], o["name"], o["parent_id"], o["rate_limit_per_user"] = g.ID, c.Name, orNull(c.ParentID), 0
	if c.isThread() {
		n := len(s.history[c.ID])
		o["owner_id"] = g.OwnerID
		o["message_count"], o["total_message_sent"], o["member_count"] = n, n, 1
		since := c.archivedAt
		if since.IsZero() {
			since = idTime(c.ID)
		}
		o["thread_metadata"] = obj{
			"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": 1440,
			"archive_timestamp": timestamp(since), "create_timestamp": timestamp(idTime(c.ID)),
		}
		return o
	}
	overwrites := []obj{}
	for _, w := range c.Overwrites {
		overwrites = append(overwrites, w.json())
	}
	o["topic"], o["nsfw"], o["permission_overwrites"] = orNull(c.Topic), false, overwrites
	o["position"] = slices.Index(g.Channels, c)
	return o
}

// partialChannel is a channel inside an interaction: with what the one who
// acts, or is meant, may do there.
func (s *Server) partialChannel(c *Channel, p Permissions) obj {
	o := s.channelJSON(c)
	delete(o, "permission_overwrites")
	if c.GuildID != "" {
		o["permissions"] = p
	}
	return o
}

func (g *Guild) json() obj {
	roles := []obj{}
	for i, r := range g.Roles {
		roles = append(roles, r.json(i))
	}
	return obj{
		"id": g.ID, "name": g.Name, "owner_id": g.OwnerID, "preferred_locale": g.locale(), "roles": roles,
		"features": []string{"COMMUNITY", "NEWS"}, "emojis": []any{}, "stickers": []any{}, "region": "deprecated",
		"icon": nil, "description": nil, "home_header": nil, "splash": nil, "discovery_splash": nil, "banner": nil,
		"application_id": nil, "afk_channel_id": nil, "afk_timeout": 300, "system_channel_id": orNull(g.SystemChannelID), "system_channel_flags": 0,
		"widget_enabled": false, "widget_channel_id": nil, "verification_level": 1, "default_message_notifications": 1,
		"mfa_level": 0, "explicit_content_filter": 2, "max_presences": nil, "max_members": 500000,
		"max_stage_video_channel_users": 50, "max_video_channel_users": 25, "vanity_url_code": nil,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
		"rules_channel_id": nil, "public_updates_channel_id": nil, "safety_alerts_channel_id": nil,
		"nsfw": false, "nsfw_level": 0, "incidents_data": nil,
	}
}

// guildCreate is the guild as GUILD_CREATE has it. Of the members only the bot
// is in it, as for a session without the presences intent.
func (s *Server) guildCreate(g *Guild) obj {
	o := g.json()
	channels, threads, members := []obj{}, []obj{}, []obj{}
	for _, c := range g.Channels {
		switch {
		case !c.isThread():
			channels = append(channels, s.channelJSON(c))
		case !c.Archived && s.permissions(s.bot.ID, c).Has(ViewChannel):
			threads = append(threads, s.channelJSON(c))
		}
	}
	if m := g.member(s.bot.ID); m != nil {
		members = append(members, m.jsonWithUser())
		o["joined_at"] = timestamp(m.JoinedAt)
	}
	o["channels"], o["threads"], o["members"] = channels, threads, members
	o["member_count"], o["large"], o["unavailable"] = len(g.Members), len(g.Members) > 250, false
	o["voice_states"], o["presences"], o["stage_instances"] = []any{}, []any{}, []any{}
	o["guild_scheduled_events"], o["soundboard_sounds"], o["hub_type"] = []any{}, []any{}, nil
	return o
}

// ---- ids

// Discord's epoch, from which the time in an id is counted.
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// newID returns an id that carries the clock's time and is greater than all
// before it.
func (s *Server) newID() string {
	id := uint64(s.clock.Now().Sub(epoch).Milliseconds()) << 22
	s.lastID = max(id, s.lastID+1)
	return strconv.FormatUint(s.lastID, 10)
}

// idTime returns the time an id carries.
func idTime(id string) time.Time {
	n, _ := strconv.ParseUint(id, 10, 64)
	return epoch.Add(time.Duration(n>>22) * time.Millisecond)
}
