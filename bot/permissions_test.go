package bot

import (
	"testing"

	"github.com/bwmarrin/discordgo"
)

// TestPermissionsInAChannel follows the steps by which Discord documents permissions.
func TestPermissionsInAChannel(t *testing.T) {
	const view, send, read = discordgo.PermissionViewChannel, discordgo.PermissionSendMessages, discordgo.PermissionReadMessageHistory
	role, member := discordgo.PermissionOverwriteTypeRole, discordgo.PermissionOverwriteTypeMember
	type over = discordgo.PermissionOverwrite
	for name, test := range map[string]struct {
		everyone, own int64 // of the roles
		over          []*over
		want          int64
	}{
		"roles add up":                       {view, send, nil, view | send},
		"an administrator may all":           {0, discordgo.PermissionAdministrator, []*over{{ID: "1", Type: role, Deny: view | send}}, -1},
		"everyone is denied":                 {view | send, 0, []*over{{ID: "1", Type: role, Deny: send}}, view},
		"a role is allowed what all are not": {view | send, 0, []*over{{ID: "5", Type: role, Allow: send}, {ID: "1", Type: role, Deny: send}}, view | send},
		"among roles, allowing wins":         {view, 0, []*over{{ID: "5", Type: role, Deny: send}, {ID: "6", Type: role, Allow: send}}, view | send},
		"the member's own comes last":        {view, 0, []*over{{ID: "7", Type: member, Allow: send}, {ID: "5", Type: role, Deny: send}}, view | send},
		"others' do not count":               {view, 0, []*over{{ID: "8", Type: member, Allow: send}, {ID: "9", Type: role, Allow: send}, {ID: "7", Type: role, Allow: read}}, view},
		"who sees nothing may nothing":       {view | send, 0, []*over{{ID: "7", Type: member, Deny: view}}, 0},
	} {
		g := &discordgo.Guild{ID: "1", Roles: []*discordgo.Role{{ID: "1", Permissions: test.everyone}, {ID: "5", Permissions: test.own}, {ID: "6"},
			{ID: "9", Permissions: discordgo.PermissionManageRoles}}}
		got := permissionsIn(g, &discordgo.Member{Roles: []string{"5", "6"}}, "7", test.over)
		if test.want == -1 {
			test.want = got | view | send | discordgo.PermissionSendMessagesInThreads | discordgo.PermissionMentionEveryone
		}
		if got != test.want {
			t.Errorf("%s: %b, want %b", name, got, test.want)
		}
	}
}
