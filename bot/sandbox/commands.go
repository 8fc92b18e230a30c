package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// command is an application command; body is what the API answers for it.
type command struct {
	id, guildID, name string // guildID is empty for a global one
	kind              int
	body              obj
}

// CommandPermission allows or forbids a command of a guild to a role, a user
// or a channel, as moderators set it under "Integrations".
type CommandPermission struct {
	ID    string
	Type  int // 1 role, 2 user, 3 channel; @everyone has the guild's id
	Allow bool
}

var maxPerKind = map[int]int{commandSlash: 100, commandUser: 15, commandMessage: 15}

// ---- REST

// commandScope checks the ids of the path and returns the guild's, "" for
// global commands.
func (s *Server) commandScope(q *request) (guildID string, err error) {
	if q.PathValue("app") != s.bot.ID {
		return "", APIError(403, 20012, "You are not authorized to perform this action on this application")
	}
	guildID = q.PathValue("guild")
	if guildID != "" {
		if g := s.guilds[guildID]; g == nil || g.member(s.bot.ID) == nil {
			return "", errMissingAccess
		}
	}
	return guildID, nil
}

func (s *Server) commandOf(q *request) (*command, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	for _, c := range s.commands {
		if c.guildID == guildID && c.id == q.PathValue("command") {
			return c, nil
		}
	}
	return nil, errUnknownCommand
}

func (s *Server) inScope(guildID string) []*command {
	var out []*command
	for _, c := range s.commands {
		if c.guildID == guildID {
			out = append(out, c)
		}
	}
	return out
}

func bodies(list []*command) []obj {
	out := []obj{}
	for _, c := range list {
		out = append(out, c.body)
	}
	return out
}

func (s *Server) listCommands(q *request) (any, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	list := bodies(s.inScope(guildID))
	if q.URL.Query().Get("with_localizations") != "true" {
		for i, o := range list {
			list[i] = withoutLocalizations(o).(obj)
		}
	}
	return list, nil
}

func withoutLocalizations(v any) any {
	switch x := v.(type) {
	case []any:
		out := []any{}
		for _, e := range x {
			out = append(out, withoutLocalizations(e))
		}
		return out
	case obj:
		out := obj{}
		for k, e := range x {
			if k != "name_localizations" && k != "description_localizations" {
				out[k] = withoutLocalizations(e)
			}
		}
		return out
	}
	return v
}

func (s *Server) getCommand(q *request) (any, error) {
	c, err := s.commandOf(q)
	if err != nil {
		return nil, err
	}
	return c.body, nil
}

func (s *Server) setCommands(q *request) (any, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	f := &form{}
	list := f.objects("", q.body, 0, 130)
	if q.body == nil {
		f.required("")
	}
	count, names := map[int]int{}, map[string]bool{}
	for i, o := range list {
		f.checkCommand(strconv.Itoa(i), o)
		kind := kindOf(o)
		count[kind]++
		key := fmt.Sprint(kind, text(o, "name"))
		if names[key] {
			f.add(at("", i), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		names[key] = true
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	for kind, n := range count {
		if n > maxPerKind[kind] {
			return nil, APIError(400, 30032, fmt.Sprintf("Maximum number of application commands reached (%d)", maxPerKind[kind]))
		}
	}
	old := s.inScope(guildID)
	kept := slices.DeleteFunc(slices.Clone(s.commands), func(c *command) bool { return c.guildID == guildID })
	var set []*command
	for _, o := range list {
		set = append(set, s.makeCommand(guildID, o, find(old, kindOf(o), text(o, "name"))))
	}
	s.commands = append(kept, set...)
	s.pageState()
	return bodies(set), nil
}

func (s *Server) createCommand(q *request) (any, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	f := &form{}
	f.checkCommand("", q.object())
	if err := f.err(); err != nil {
		return nil, err
	}
	scope := s.inScope(guildID)
	kind := kindOf(q.object())
	old := find(scope, kind, text(q.object(), "name"))
	if old != nil {
		*old = *s.makeCommand(guildID, q.object(), old)
		s.pageState()
		return old.body, nil
	}
	n := 0
	for _, c := range scope {
		if c.kind == kind {
			n++
		}
	}
	if n >= maxPerKind[kind] {
		return nil, APIError(400, 30032, fmt.Sprintf("Maximum number of application commands reached (%d)", maxPerKind[kind]))
	}
	c := s.makeCommand(guildID, q.object(), nil)
	s.commands = append(s.commands, c)
	s.pageState()
	return created{c.body}, nil
}

func (s *Server) updateCommand(q *request) (any, error) {
	c, err := s.commandOf(q)
	if err != nil {
		return nil, err
	}
	merged := obj{}
	for k, v := range c.body {
		merged[k] = v
	}
	for k, v := range q.object() {
		merged[k] = v
	}
	merged["type"] = float64(c.kind)
	f := &form{}
	f.checkCommand("", merged)
	if other := find(s.inScope(c.guildID), c.kind, text(merged, "name")); other != nil && other != c {
		f.add("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	*c = *s.makeCommand(c.guildID, merged, c)
	s.pageState()
	return c.body, nil
}

func (s *Server) deleteCommand(q *request) (any, error) {
	c, err := s.commandOf(q)
	if err != nil {
		return nil, err
	}
	s.commands = slices.DeleteFunc(s.commands, func(o *command) bool { return o == c })
	s.pageState()
	return nil, nil
}

func (s *Server) listCommandPermissions(q *request) (any, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for id, p := range s.commandPermissions[guildID] {
		out = append(out, s.permissionsJSON(guildID, id, p))
	}
	return out, nil
}

func (s *Server) getCommandPermissions(q *request) (any, error) {
	guildID, err := s.commandScope(q)
	if err != nil {
		return nil, err
	}
	id := q.PathValue("command")
	p := s.commandPermissions[guildID][id]
	if p == nil {
		return nil, errUnknownCmdPerms
	}
	return s.permissionsJSON(guildID, id, p), nil
}

func (s *Server) permissionsJSON(guildID, commandID string, list []CommandPermission) obj {
	perms := []obj{}
	for _, p := range list {
		perms = append(perms, obj{"id": p.ID, "type": p.Type, "permission": p.Allow})
	}
	return obj{"id": commandID, "application_id": s.bot.ID, "guild_id": guildID, "permissions": perms}
}

// SetCommandPermissions sets who may use a command in a guild, as a moderator
// does in the guild's settings. They come before default_member_permissions.
func (s *Server) SetCommandPermissions(guildID, commandID string, list ...CommandPermission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commandPermissions[guildID] == nil {
		s.commandPermissions[guildID] = map[string][]CommandPermission{}
	}
	s.commandPermissions[guildID][commandID] = list
	s.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", 0, guildID, func(int) any { return s.permissionsJSON(guildID, commandID, list) })
	s.pageState()
}

// Commands returns the commands registered in a guild, or with "" the global
// ones, as the API would answer.
func (s *Server) Commands(guildID string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []json.RawMessage
	for _, c := range s.inScope(guildID) {
		out = append(out, encode(c.body))
	}
	return out
}

// WaitCommand waits until a command of that name is registered, globally or in
// any guild.
func (s *Server) WaitCommand(ctx context.Context, name string) error {
	if err := s.wait(ctx, func() bool {
		return slices.ContainsFunc(s.commands, func(c *command) bool { return c.name == name })
	}); err != nil {
		return fmt.Errorf("waiting for the command %q: %w", name, err)
	}
	return nil
}

func kindOf(o obj) int {
	if o["type"] == nil {
		return commandSlash
	}
	return number(o, "type")
}

func find(list []*command, kind int, name string) *command {
	for _, c := range list {
		if c.kind == kind && c.name == name {
			return c
		}
	}
	return nil
}

// makeCommand makes a command of a checked body, with defaults filled in and
// nulls left out. It keeps the id of the one it replaces.
func (s *Server) makeCommand(guildID string, in obj, old *command) *command {
	c := &command{id: s.newID(), guildID: guildID, name: text(in, "name"), kind: kindOf(in)}
	version := c.id
	if old != nil {
		c.id = old.id
	}
	o := obj{
		"id": c.id, "application_id": s.bot.ID, "version": version, "type": c.kind, "name": c.name, "description": text(in, "description"),
		"name_localizations": in["name_localizations"], "description_localizations": in["description_localizations"],
		"default_member_permissions": nil, "nsfw": in["nsfw"] == true,
	}
	if p := in["default_member_permissions"]; p != nil {
		o["default_member_permissions"] = fmt.Sprint(p)
	}
	if options := normalOptions(in["options"]); len(options) > 0 {
		o["options"] = options
	}
	if guildID != "" {
		o["guild_id"] = guildID
	} else {
		o["contexts"], o["integration_types"] = in["contexts"], []any{float64(0)}
		if in["integration_types"] != nil {
			o["integration_types"] = in["integration_types"]
		}
		contexts, _ := in["contexts"].([]any)
		o["dm_permission"] = in["dm_permission"] != false && (contexts == nil || slices.Contains(contexts, any(float64(1))))
	}
	c.body = o
	return c
}

// normalOptions leaves out what is null, false or empty, as Discord does.
func normalOptions(v any) []any {
	var out []any
	for _, in := range objects(v) {
		o := obj{}
		for k, v := range in {
			switch {
			case k == "options" || k == "choices":
				if l := normalOptions(v); len(l) > 0 {
					o[k] = l
				}
			case v == nil || v == false:
			case k == "channel_types" && isEmpty(v):
			default:
				o[k] = v
			}
		}
		out = append(out, o)
	}
	return out
}

// ---- who may use a command

// Contexts of an interaction.
const (
	contextGuild   = 0
	contextBotDM   = 1
	contextPrivate = 2
)

func (s *Server) contextOf(c *Channel) int {
	switch {
	case c.GuildID != "":
		return contextGuild
	case c.hasRecipient(s.bot.ID):
		return contextBotDM
	}
	return contextPrivate
}

// owners tells who installed the application, of those by whose install a
// user has the command in a channel; it is empty if there is none.
func (s *Server) owners(cmd *command, userID string, c *Channel) obj {
	owners := obj{}
	types := []any{float64(0)}
	if t, ok := cmd.body["integration_types"].([]any); ok && len(t) > 0 {
		types = t
	}
	if slices.Contains(types, any(float64(0))) {
		switch s.contextOf(c) {
		case contextGuild:
			if s.guilds[c.GuildID].member(s.bot.ID) != nil {
				owners["0"] = c.GuildID
			}
		case contextBotDM:
			owners["0"] = "0"
		}
	}
	if slices.Contains(types, any(float64(1))) && slices.Contains(s.world.Installs, userID) {
		owners["1"] = userID
	}
	return owners
}

// mayUse returns nil if Discord would let a user use a command in a channel,
// and otherwise a sentence that says why not.
func (s *Server) mayUse(cmd *command, user *User, c *Channel) error {
	if cmd.guildID != "" && cmd.guildID != c.GuildID {
		return errors.New("this command belongs to another server")
	}
	contexts, _ := cmd.body["contexts"].([]any)
	if contexts == nil && cmd.body["dm_permission"] == false {
		contexts = []any{float64(contextGuild)}
	}
	if contexts != nil && cmd.guildID == "" && !slices.Contains(contexts, any(float64(s.contextOf(c)))) {
		return errors.New("this command is not offered in this kind of conversation")
	}
	owners := s.owners(cmd, user.ID, c)
	if len(owners) == 0 {
		return errors.New("the application is not installed here")
	}
	g := s.guilds[c.GuildID]
	if g == nil || g.member(user.ID) == nil {
		return nil
	}
	p := s.permissions(user.ID, c)
	if p.Has(Administrator) {
		return nil
	}
	if !p.Has(UseApplicationCommands) {
		return errors.New("you lack the permission Use Application Commands in this channel")
	}
	if allowed, set := s.overridden(cmd, g.member(user.ID), c); set {
		if !allowed {
			return errors.New("the moderators of this server do not allow you this command here")
		}
		return nil
	}
	if need, ok := cmd.body["default_member_permissions"].(string); ok && owners["0"] != nil {
		n, _ := strconv.ParseUint(need, 10, 64)
		if n == 0 {
			return errors.New("this command is for administrators")
		}
		if !p.Has(Permissions(n)) {
			return errors.New("you lack the permissions this command asks for")
		}
	}
	return nil
}

// overridden applies the guild's settings for a command: the channel's first,
// then the user's own, then those of roles, one of which suffices.
func (s *Server) overridden(cmd *command, m *Member, c *Channel) (allowed, set bool) {
	var everyone *bool
	for _, p := range s.commandPermissions[c.GuildID][cmd.id] {
		switch {
		case p.Type == 3 && p.ID == c.ID && !p.Allow:
			return false, true
		case p.Type == 2 && p.ID == m.User.ID:
			return p.Allow, true
		case p.Type == 1 && p.ID == c.GuildID:
			everyone = &p.Allow
		case p.Type == 1 && m.hasRole(p.ID):
			allowed, set = allowed || p.Allow, true
		}
	}
	if !set && everyone != nil {
		return *everyone, true
	}
	return allowed, set
}

// offered returns the commands a user sees in a channel; one of the guild
// hides a global one of the same name and type.
func (s *Server) offered(user *User, c *Channel) []*command {
	var out []*command
	for _, guildID := range []string{c.GuildID, ""} {
		for _, cmd := range s.inScope(guildID) {
			if find(out, cmd.kind, cmd.name) == nil && s.mayUse(cmd, user, c) == nil {
				out = append(out, cmd)
			}
		}
		if guildID == "" {
			break
		}
	}
	return out
}
