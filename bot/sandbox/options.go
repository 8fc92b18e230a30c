package sandbox

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a member gives to the options of a command, the values of a select and
// the fields of a form, checked as Discord checks it before the bot hears of
// it. Errors are sentences for the member.

// maxNumber is the greatest number an option takes, 2^53, and the least but
// for its sign.
const maxNumber = 1 << 53

// filled is one walk over the options a member gives.
type filled struct {
	s       *Server
	who     *User
	c       *Channel
	data    obj
	typing  bool
	path    string // the command with its subcommands
	focused string
}

func (o *filled) fill(defs []obj, given []Option) ([]any, error) {
	var out []any
	byName := func(name string) obj {
		for _, d := range defs {
			if text(d, "name") == name {
				return d
			}
		}
		return nil
	}
	if len(defs) > 0 && number(defs[0], "type") <= optGroup {
		if len(given) != 1 || byName(given[0].Name) == nil {
			return nil, fmt.Errorf("/%s needs one of its subcommands", o.path)
		}
		def := byName(given[0].Name)
		o.path += " " + given[0].Name
		inner, err := o.fill(objects(def["options"]), given[0].Options)
		if err != nil {
			return nil, err
		}
		sub := obj{"name": given[0].Name, "type": def["type"]}
		if inner != nil {
			sub["options"] = inner
		} else {
			sub["options"] = []any{}
		}
		return []any{sub}, nil
	}
	named := map[string]bool{}
	for _, g := range given {
		def := byName(g.Name)
		if def == nil {
			return nil, fmt.Errorf("/%s has no option %q", o.path, g.Name)
		}
		if named[g.Name] {
			return nil, fmt.Errorf("option %q is given twice", g.Name)
		}
		named[g.Name] = true
		one := obj{"name": g.Name, "type": def["type"]}
		if o.typing && g.Focused {
			if def["autocomplete"] != true {
				return nil, fmt.Errorf("option %q has no suggestions", g.Name)
			}
			o.focused = g.Name
			one["value"], one["focused"] = "", true
			if g.Value != nil {
				one["value"] = fmt.Sprint(g.Value)
			}
			out = append(out, one)
			continue
		}
		var value any
		var err error
		if number(def, "type") == optAttachment {
			if o.typing {
				continue // the bot hears of files when the command is sent
			}
			value, err = o.attach(g.Value)
		} else {
			value, err = optionValue(def, g.Value)
		}
		if err == nil && number(def, "type") >= optUser && number(def, "type") <= optMentionable {
			err = o.resolve(def, value.(string))
		}
		if err != nil {
			if o.typing {
				continue // what is half typed is left out
			}
			return nil, fmt.Errorf("option %q: %w", g.Name, err)
		}
		one["value"] = value
		out = append(out, one)
	}
	for _, def := range defs {
		if def["required"] == true && !named[text(def, "name")] && !o.typing {
			return nil, fmt.Errorf("option %q is required", text(def, "name"))
		}
	}
	return out, nil
}

func (o *filled) resolve(def obj, id string) error {
	if err := o.s.resolve(o.data, o.who, o.c, number(def, "type"), id); err != nil {
		return err
	}
	if types, ok := def["channel_types"].([]any); ok && len(types) > 0 {
		if !slices.Contains(types, any(float64(o.s.channels[id].Type))) {
			return errors.New("is a channel of another kind")
		}
	}
	return nil
}

// resolve adds to data what an id means, as far as the user may know it.
func (s *Server) resolve(data obj, user *User, c *Channel, kind int, id string) error {
	g := s.guilds[c.GuildID]
	put := func(what string, v any) {
		resolved, ok := data["resolved"].(obj)
		if !ok {
			resolved = obj{}
			data["resolved"] = resolved
		}
		all, ok := resolved[what].(obj)
		if !ok {
			all = obj{}
			resolved[what] = all
		}
		all[id] = v
	}
	if kind == optUser || kind == optMentionable {
		if u := s.users[id]; u != nil {
			put("users", u.json())
			if g != nil {
				if m := g.member(id); m != nil {
					o := m.json()
					o["permissions"] = s.permissions(id, c)
					put("members", o)
				}
			}
			return nil
		}
	}
	if (kind == optRole || kind == optMentionable) && g != nil {
		if r := g.role(id); r != nil {
			put("roles", r.json(slices.Index(g.Roles, r)))
			return nil
		}
	}
	if kind == optChannel && g != nil {
		if ch := s.channels[id]; ch != nil && ch.GuildID == g.ID && s.permissions(user.ID, ch).Has(ViewChannel) {
			o := s.partialChannel(ch, s.permissions(user.ID, ch))
			o["app_permissions"] = s.permissions(s.bot.ID, ch)
			put("channels", o)
			return nil
		}
	}
	switch kind {
	case optUser:
		return errors.New("there is no such user")
	case optRole:
		return errors.New("there is no such role here")
	case optChannel:
		return errors.New("there is no such channel here")
	}
	return errors.New("there is no such user or role")
}

// optionValue turns what a member typed into what Discord sends.
func optionValue(def obj, v any) (any, error) {
	switch number(def, "type") {
	case optString:
		str, ok := v.(string)
		if !ok {
			return nil, errors.New("must be text")
		}
		n := len([]rune(str))
		if low := number(def, "min_length"); n < low {
			return nil, errors.New("must have at least " + strconv.Itoa(low) + " characters")
		}
		high := 6000
		if def["max_length"] != nil {
			high = number(def, "max_length")
		}
		if n > high {
			return nil, errors.New("must have at most " + strconv.Itoa(high) + " characters")
		}
		if n == 0 {
			return nil, errors.New("must not be empty")
		}
		return str, chosen(def, str)
	case optInteger, optNumber:
		n, ok := decimal(v)
		if !ok || !(math.Abs(n) <= maxNumber) { // NaN is not less either
			return nil, errors.New("must be a number")
		}
		if number(def, "type") == optInteger && n != math.Trunc(n) {
			return nil, errors.New("must be a whole number")
		}
		if low, ok := def["min_value"].(float64); ok && n < low {
			return nil, errors.New("must be at least " + strconv.FormatFloat(low, 'f', -1, 64))
		}
		if high, ok := def["max_value"].(float64); ok && n > high {
			return nil, errors.New("must be at most " + strconv.FormatFloat(high, 'f', -1, 64))
		}
		return n, chosen(def, n)
	case optBoolean:
		switch v {
		case true, "true", "True":
			return true, nil
		case false, "false", "False":
			return false, nil
		}
		return nil, errors.New("must be true or false")
	case optUser, optChannel, optRole, optMentionable:
		id, ok := v.(string)
		if !ok {
			return nil, errors.New("must be an id")
		}
		return strings.Trim(id, "<@#&!>"), nil
	}
	return nil, errors.New("is of a kind the sandbox does not offer")
}

// chosen checks that a value is one of the choices, if the option has any.
func chosen(def obj, v any) error {
	choices := objects(def["choices"])
	for _, c := range choices {
		if c["value"] == v {
			return nil
		}
	}
	if len(choices) > 0 {
		return errors.New("must be one of the choices")
	}
	return nil
}

func decimal(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(x), 64)
		return n, err == nil
	}
	return 0, false
}

// pick checks the values a member chose in a select.
func (s *Server) pick(data obj, who *User, c *Channel, comp obj, values []string) error {
	low, high := number(comp, "min_values"), number(comp, "max_values")
	if len(values) < low || len(values) > high {
		return fmt.Errorf("choose %d to %d values", low, high)
	}
	kinds := map[int]int{compUserSelect: optUser, compRoleSelect: optRole, compMentionable: optMentionable, compChannelSelect: optChannel}
	for _, v := range values {
		if kind := kinds[number(comp, "type")]; kind != 0 {
			if err := s.resolve(data, who, c, kind, v); err != nil {
				return err
			}
			continue
		}
		if !slices.ContainsFunc(objects(comp["options"]), func(o obj) bool { return o["value"] == v }) {
			return fmt.Errorf("%q is not among the options", v)
		}
	}
	return nil
}

// fillModal returns the components of a form with what the member filled in.
func (s *Server) fillModal(data obj, who *User, c *Channel, list any, fields map[string]any) ([]any, error) {
	out := []any{}
	for _, comp := range objects(list) {
		o := obj{"type": comp["type"], "id": comp["id"]}
		switch kind := number(comp, "type"); {
		case kind == compRow:
			inner, err := s.fillModal(data, who, c, comp["components"], fields)
			if err != nil {
				return nil, err
			}
			o["components"] = inner
		case kind == compLabel:
			inner, err := s.fillModal(data, who, c, []any{comp["component"]}, fields)
			if err != nil {
				return nil, err
			}
			o["component"] = inner[0]
		case kind == compTextInput:
			id := text(comp, "custom_id")
			value, said := fields[id].(string)
			if !said {
				value = text(comp, "value")
			}
			if err := checkInput(comp, value); err != nil {
				return nil, fmt.Errorf("field %q: %w", id, err)
			}
			o["custom_id"], o["value"] = id, value
		case isSelect(kind):
			id := text(comp, "custom_id")
			values := []string{}
			switch x := fields[id].(type) {
			case string:
				values = append(values, x)
			case []string:
				values = append(values, x...)
			case []any:
				for _, v := range x {
					values = append(values, fmt.Sprint(v))
				}
			}
			if len(values) > 0 || comp["required"] != false {
				if err := s.pick(data, who, c, comp, values); err != nil {
					return nil, fmt.Errorf("field %q: %w", id, err)
				}
			}
			o["custom_id"], o["values"] = id, values
		}
		out = append(out, o)
	}
	return out, nil
}

func checkInput(comp obj, value string) error {
	n := utf8.RuneCountInString(value)
	if n == 0 {
		if comp["required"] == false {
			return nil
		}
		return errors.New("is required")
	}
	if low := number(comp, "min_length"); n < low {
		return fmt.Errorf("must have at least %d characters", low)
	}
	if high := number(comp, "max_length"); high > 0 && n > high {
		return fmt.Errorf("must have at most %d characters", high)
	}
	return nil
}
