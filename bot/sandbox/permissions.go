package sandbox

import "strconv"

// Permissions is a set of Discord permission bits. In JSON it is a string of
// digits, as Discord sends it.
type Permissions uint64

// The permissions the sandbox knows of.
const (
	KickMembers            Permissions = 1 << 1
	BanMembers             Permissions = 1 << 2
	Administrator          Permissions = 1 << 3
	ManageChannels         Permissions = 1 << 4
	ManageGuild            Permissions = 1 << 5
	AddReactions           Permissions = 1 << 6
	ViewChannel            Permissions = 1 << 10
	SendMessages           Permissions = 1 << 11
	ManageMessages         Permissions = 1 << 13
	EmbedLinks             Permissions = 1 << 14
	AttachFiles            Permissions = 1 << 15
	ReadMessageHistory     Permissions = 1 << 16
	MentionEveryone        Permissions = 1 << 17
	UseExternalEmojis      Permissions = 1 << 18
	ManageRoles            Permissions = 1 << 28
	UseApplicationCommands Permissions = 1 << 31
	ManageThreads          Permissions = 1 << 34
	CreatePublicThreads    Permissions = 1 << 35
	SendMessagesInThreads  Permissions = 1 << 38
	UseExternalApps        Permissions = 1 << 50

	allPermissions Permissions = 1<<53 - 1
	// What a direct message allows anyone.
	dmPermissions = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory |
		MentionEveryone | UseExternalEmojis | AddReactions | UseApplicationCommands | UseExternalApps
)

// Has reports whether all of want are in p.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// MarshalText implements encoding.TextMarshaler.
func (p Permissions) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(p), 10), nil
}

// base returns what a member may do in a guild before overwrites of channels.
func (g *Guild) base(m *Member) Permissions {
	if m.User.ID == g.OwnerID {
		return allPermissions
	}
	var p Permissions
	for _, r := range g.Roles {
		if r.ID == g.ID || m.hasRole(r.ID) {
			p |= r.Permissions
		}
	}
	if p.Has(Administrator) {
		return allPermissions
	}
	return p
}

// permissions returns what a user may do in a channel: nothing if they are
// not in its guild. A thread takes the overwrites of its parent.
func (s *Server) permissions(userID string, c *Channel) Permissions {
	g := s.guilds[c.GuildID]
	if g == nil {
		if c.hasRecipient(userID) {
			return dmPermissions
		}
		return 0
	}
	m := g.member(userID)
	if m == nil {
		return 0
	}
	p := g.base(m)
	if p.Has(Administrator) {
		return p
	}
	from := c
	if c.isThread() {
		if from = s.channels[c.ParentID]; from == nil {
			return 0
		}
	}
	p = from.overwritten(p, g, m)
	if !p.Has(ViewChannel) {
		return 0
	}
	// A thread asks for a permission of its own in place of SEND_MESSAGES.
	if c.isThread() {
		p &^= SendMessages
		if p.Has(SendMessagesInThreads) {
			p |= SendMessages
		}
	}
	if !p.Has(SendMessages) {
		p &^= MentionEveryone | EmbedLinks | AttachFiles
	}
	return p
}

// overwritten applies the channel's overwrites in Discord's order: @everyone,
// then all roles together, then the member.
func (c *Channel) overwritten(p Permissions, g *Guild, m *Member) Permissions {
	var roleAllow, roleDeny Permissions
	for _, o := range c.Overwrites {
		switch {
		case o.ID == g.ID:
			p = p&^o.Deny | o.Allow
		case o.Type == RoleOverwrite && m.hasRole(o.ID):
			roleAllow |= o.Allow
			roleDeny |= o.Deny
		}
	}
	p = p&^roleDeny | roleAllow
	for _, o := range c.Overwrites {
		if o.Type == MemberOverwrite && o.ID == m.User.ID {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}

// appPermissions is what an interaction tells the bot of itself.
func (s *Server) appPermissions(c *Channel) Permissions {
	if g := s.guilds[c.GuildID]; g != nil {
		if g.member(s.bot.ID) == nil { // installed by the user only
			return AttachFiles | EmbedLinks | MentionEveryone
		}
		return s.permissions(s.bot.ID, c)
	}
	return dmPermissions
}
