package bot

import (
	"context"
	"math"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// A spot is a channel as the bot finds it, and what the bot may do there.
type spot struct {
	channel     *discordgo.Channel
	guild       *discordgo.Guild
	permissions int64
}

// look asks Discord about a channel of a guild. The payload of an interaction says what the bot may do in a channel as
// well, but discordgo does not decode it.
func (on *online) look(ctx context.Context, guild, channel string) (*spot, error) {
	g, self, err := on.here(ctx, guild)
	if err != nil {
		return nil, err
	}
	return on.lookIn(ctx, g, self, channel)
}

// here returns a guild and the bot's membership in it.
func (on *online) here(ctx context.Context, guild string) (*discordgo.Guild, *discordgo.Member, error) {
	g, err := on.rest.guild(ctx, guild)
	if err != nil {
		return nil, nil, err
	}
	self, err := on.rest.member(ctx, guild, on.self)
	return g, self, err
}

func (on *online) lookIn(ctx context.Context, g *discordgo.Guild, self *discordgo.Member, channel string) (*spot, error) {
	ch, err := on.rest.channel(ctx, channel)
	if err != nil {
		return nil, err
	}
	s := &spot{channel: ch, guild: g}
	parent := ch
	if ch.IsThread() {
		if parent, err = on.rest.channel(ctx, ch.ParentID); err != nil {
			return nil, err
		}
	}
	s.permissions = permissionsIn(g, self, on.self, parent.PermissionOverwrites)
	return s, nil
}

// permissionsIn computes what a member who does not own the guild may do in a channel with the overwrites, by the steps
// that Discord documents. A thread has the overwrites of its parent.
func permissionsIn(g *discordgo.Guild, m *discordgo.Member, user string, overwrites []*discordgo.PermissionOverwrite) int64 {
	has := func(role string) bool { return role == g.ID || slices.Contains(m.Roles, role) }
	var may int64
	for _, role := range g.Roles {
		if has(role.ID) {
			may |= role.Permissions
		}
	}
	if may&discordgo.PermissionAdministrator != 0 {
		return math.MaxInt64
	}
	// First those of everyone, then those of all roles together, then the member's own.
	for _, applies := range []func(*discordgo.PermissionOverwrite) bool{
		func(o *discordgo.PermissionOverwrite) bool { return o.ID == g.ID },
		func(o *discordgo.PermissionOverwrite) bool {
			return o.Type == discordgo.PermissionOverwriteTypeRole && o.ID != g.ID && has(o.ID)
		},
		func(o *discordgo.PermissionOverwrite) bool {
			return o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == user
		},
	} {
		var allow, deny int64
		for _, o := range overwrites {
			if applies(o) {
				allow, deny = allow|o.Allow, deny|o.Deny
			}
		}
		may = may&^deny | allow
	}
	if may&discordgo.PermissionViewChannel == 0 {
		return 0
	}
	return may
}

func (s *spot) may(permission int64) bool { return s.permissions&permission == permission }

// missing names the permissions, as Discord's own settings do, that the bot lacks for news there.
func (s *spot) missing() []string {
	var out []string
	need := func(permission int64, name string) {
		if !s.may(permission) {
			out = append(out, "**"+name+"**")
		}
	}
	need(discordgo.PermissionViewChannel, "View Channel")
	if s.channel.IsThread() {
		need(discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads")
	} else {
		need(discordgo.PermissionSendMessages, "Send Messages")
	}
	need(discordgo.PermissionReadMessageHistory, "Read Message History")
	return out
}

// role returns a role of the guild, nil when there is none of that id.
func (s *spot) role(id string) *discordgo.Role {
	i := slices.IndexFunc(s.guild.Roles, func(r *discordgo.Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return s.guild.Roles[i]
}

// pings reports whether a post of the bot there would ping the role.
func (s *spot) pings(role *discordgo.Role) bool {
	return role != nil && (role.Mentionable || s.may(discordgo.PermissionMentionEveryone))
}
