package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What a request body does to a message.

// checkBody checks a body that will make or change m.
func checkBody(path string, m *message, body obj, files []file) error {
	f := &form{}
	flags := m.flags
	if n, ok := integer(body["flags"]); ok {
		flags |= n
	} else if body["flags"] != nil {
		f.add(under(path, "flags"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", body["flags"])
	}
	f.checkMessage(path, body, flags, files)
	if flags&flagComponentsV2 != 0 && m.flags&flagComponentsV2 == 0 {
		// A message that becomes Components V2 must lose its other contents.
		for key, has := range map[string]bool{"content": m.content != "", "embeds": len(m.embeds) > 0} {
			if _, said := body[key]; has && !said {
				f.add(under(path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", key)
			}
		}
	}
	return f.err()
}

// apply makes m what a checked body says; what the body does not name stays.
func (s *Server) apply(m *message, q *request, body obj) {
	m.payloads = append(m.payloads, payload{At: timestamp(s.clock.Now()), Method: q.Method, Path: withoutToken(q), Body: q.raw})
	if len(m.payloads) > payloadsKept {
		m.payloads = slices.Concat(m.payloads[:1], m.payloads[2:])
	}
	if v, ok := body["content"]; ok {
		str, _ := v.(string)
		m.content = strings.TrimSpace(str)
	}
	if v, ok := body["tts"].(bool); ok {
		m.tts = v
	}
	if flags, ok := integer(body["flags"]); ok {
		m.flags = m.flags&^flagSuppressEmbeds | flags&(flagSuppressEmbeds|flagComponentsV2|flagSuppressNotify)
	}
	if v, ok := body["attachments"]; ok {
		kept := map[string]obj{}
		for _, a := range objects(v) {
			kept[fmt.Sprint(a["id"])] = a
		}
		m.attachments = slices.DeleteFunc(m.attachments, func(a attachment) bool { return kept[a.id] == nil })
	}
	for _, f := range q.files {
		a := attachment{id: s.newID(), file: f}
		for _, o := range objects(body["attachments"]) {
			if fmt.Sprint(o["id"]) == f.index {
				a.description = text(o, "description")
			}
		}
		m.attachments = append(m.attachments, a)
	}
	if v, ok := body["embeds"]; ok {
		m.embeds = nil
		for _, e := range objects(v) {
			m.embeds = append(m.embeds, s.normalEmbed(m, e))
		}
	}
	if v, ok := body["components"]; ok {
		id := 0
		m.components = s.normalComponents(m, v, &id)
	}
	s.setMentions(m, body["allowed_mentions"])
}

// withoutToken is the path of a request with an interaction's token left out.
func withoutToken(q *request) string {
	if t := q.PathValue("token"); t != "" {
		return strings.Replace(q.URL.Path, t, "TOKEN", 1)
	}
	return q.URL.Path
}

func (m *message) empty() bool {
	return m.content == "" && len(m.embeds) == 0 && len(m.components) == 0 && len(m.attachments) == 0
}

// mediaURL turns attachment://name into the attachment's address.
func (s *Server) mediaURL(m *message, u string) (string, *attachment) {
	if name, ok := strings.CutPrefix(u, "attachment://"); ok {
		for i, a := range m.attachments {
			if a.name == name {
				return text(s.attachmentJSON(m, a), "url"), &m.attachments[i]
			}
		}
	}
	return u, nil
}

func (s *Server) normalEmbed(m *message, in obj) obj {
	o := obj{"type": "rich"}
	for k, v := range in {
		switch k {
		case "image", "thumbnail":
			if i, ok := v.(obj); ok && text(i, "url") != "" {
				u, _ := s.mediaURL(m, text(i, "url"))
				o[k] = obj{"url": u, "proxy_url": u, "width": 0, "height": 0}
			}
		case "footer", "author":
			if i, ok := v.(obj); ok {
				part := withoutEmpty(i)
				if u := text(i, "icon_url"); u != "" {
					u, _ = s.mediaURL(m, u)
					part["icon_url"], part["proxy_icon_url"] = u, u
				}
				o[k] = part
			}
		case "fields":
			fields := []any{}
			for _, f := range objects(v) {
				fields = append(fields, obj{"name": f["name"], "value": f["value"], "inline": f["inline"] == true})
			}
			if len(fields) > 0 {
				o[k] = fields
			}
		case "timestamp":
			if t, ok := parseTime(text(in, k)); ok {
				o[k] = timestamp(t)
			}
		case "color":
			if n, ok := integer(v); ok {
				o[k] = n
			}
		case "title", "description", "url":
			if !isEmpty(v) {
				o[k] = v
			}
		}
	}
	return o
}

func withoutEmpty(in obj) obj {
	o := obj{}
	for k, v := range in {
		if !isEmpty(v) {
			o[k] = v
		}
	}
	return o
}

// What Discord fills in where a bot says nothing.
var componentDefaults = map[int]obj{
	compStringSelect:  {"min_values": 1, "max_values": 1},
	compUserSelect:    {"min_values": 1, "max_values": 1},
	compRoleSelect:    {"min_values": 1, "max_values": 1},
	compMentionable:   {"min_values": 1, "max_values": 1},
	compChannelSelect: {"min_values": 1, "max_values": 1},
	compThumbnail:     {"description": nil, "spoiler": false},
	compFile:          {"spoiler": false},
	compSeparator:     {"spacing": 1, "divider": true},
	compContainer:     {"accent_color": nil, "spoiler": false},
}

// normalComponents copies components with nulls left out, defaults filled in
// and an id for each.
func (s *Server) normalComponents(m *message, list any, id *int) []any {
	out := []any{}
	for _, in := range objects(list) {
		*id++
		o := obj{"id": *id}
		for k, v := range componentDefaults[number(in, "type")] {
			o[k] = v
		}
		for k, v := range in {
			switch {
			case v == nil || k == "id" && number(in, "id") == 0:
			case k == "components":
				o[k] = s.normalComponents(m, v, id)
			case k == "accessory" || k == "component":
				o[k] = s.normalComponents(m, []any{v}, id)[0]
			case k == "media" || k == "file":
				o[k] = s.normalMedia(m, v)
			case k == "items":
				items := []any{}
				for _, i := range objects(v) {
					items = append(items, obj{"media": s.normalMedia(m, i["media"]), "description": i["description"], "spoiler": i["spoiler"] == true})
				}
				o[k] = items
			case k == "options":
				options := []any{}
				for _, x := range objects(v) {
					options = append(options, withoutEmpty(x))
				}
				if len(options) > 0 {
					o[k] = options
				}
			case (k == "url" || k == "label" || k == "custom_id" || k == "placeholder") && v == "":
			default:
				o[k] = v
			}
		}
		out = append(out, o)
	}
	return out
}

func (s *Server) normalMedia(m *message, v any) obj {
	in, _ := v.(obj)
	u, a := s.mediaURL(m, text(in, "url"))
	o := obj{"id": s.newID(), "url": u, "proxy_url": u, "width": nil, "height": nil, "content_type": nil}
	if a != nil {
		o["attachment_id"] = a.id
		o["content_type"] = orNull(a.mime)
	}
	return o
}

var mention = regexp.MustCompile(`<@!?(\d+)>|<@&(\d+)>|@(everyone|here)\b`)

// setMentions works out whom a message pings. Without allowed_mentions all
// that the author may ping is pinged, in an interaction's answer users only.
func (s *Server) setMentions(m *message, allowed any) {
	m.mentions, m.mentionRoles, m.mentionEveryone = nil, nil, false
	c := s.channels[m.channelID]
	g := s.guilds[c.GuildID]
	rule, set := allowed.(obj)
	may := func(kind, id string) bool {
		if !set {
			return kind == "users" || m.via == nil
		}
		parse, _ := rule["parse"].([]any)
		ids, _ := rule[kind].([]any)
		return slices.Contains(parse, any(kind)) || slices.Contains(ids, any(id))
	}
	add := func(list *[]string, id string) {
		if !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	mass := s.permissions(m.author.ID, c).Has(MentionEveryone)
	words := m.content
	eachComponent(m.components, func(o obj) {
		if number(o, "type") == compText {
			words += "\n" + text(o, "content")
		}
	})
	for _, found := range mention.FindAllStringSubmatch(words, -1) {
		switch user, role := found[1], found[2]; {
		case user != "":
			if s.users[user] != nil && may("users", user) {
				add(&m.mentions, user)
			}
		case role != "":
			if g != nil && g.role(role) != nil && may("roles", role) && (mass || g.role(role).Mentionable) {
				add(&m.mentionRoles, role)
			}
		case mass && may("everyone", ""):
			m.mentionEveryone = true
		}
	}
	if r := m.replyTo; r != nil && r.author != m.author && (!set || rule["replied_user"] == true) {
		add(&m.mentions, r.author.ID)
	}
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
