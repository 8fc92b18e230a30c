package sandbox

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Option types.
const (
	optSubcommand  = 1
	optGroup       = 2
	optString      = 3
	optInteger     = 4
	optBoolean     = 5
	optUser        = 6
	optChannel     = 7
	optRole        = 8
	optMentionable = 9
	optNumber      = 10
	optAttachment  = 11
)

// Command types.
const (
	commandSlash   = 1
	commandUser    = 2
	commandMessage = 3
)

const maxCommandText = 8000

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

var locales = []string{"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi",
	"sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko", "ar", "he"}

func (f *form) checkLocales(path string, v any, max int) {
	for k, s := range f.object(path, v) {
		if !slices.Contains(locales, k) {
			f.add(under(path, k), "BASE_TYPE_CHOICES", "Value is not a locale.")
		}
		f.text(under(path, k), s, 1, max)
	}
}

// checkCommand checks a command that is complete.
func (f *form) checkCommand(path string, o obj) {
	in := func(key string) string { return under(path, key) }
	kind := f.integer(in("type"), o["type"], commandSlash, 1, 3)
	if kind == commandSlash {
		f.checkName(in("name"), o["name"], o["name_localizations"])
		f.text(in("description"), o["description"], 1, 100)
	} else {
		f.text(in("name"), o["name"], 1, 32)
		if !isEmpty(o["description"]) {
			f.add(in("description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "Context menu commands cannot have description")
		}
		if !isEmpty(o["options"]) {
			f.add(in("options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", "Context menu commands cannot have options")
		}
	}
	f.checkLocales(in("name_localizations"), o["name_localizations"], 32)
	f.checkLocales(in("description_localizations"), o["description_localizations"], 100)
	if v := o["default_member_permissions"]; v != nil {
		if _, err := strconv.ParseUint(fmt.Sprint(v), 10, 64); err != nil {
			f.add(in("default_member_permissions"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not a permission set.", v)
		}
	}
	for key, most := range map[string]int{"contexts": 2, "integration_types": 1} {
		if o[key] == nil {
			continue
		}
		seen := map[int]bool{}
		for i, v := range f.list(in(key), o[key], 1, most+1) {
			n := f.integer(at(in(key), i), v, 0, 0, most)
			if seen[n] {
				f.add(at(in(key), i), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
			}
			seen[n] = true
		}
	}
	f.checkOptions(in("options"), o["options"], 0)
	if n := commandText(o); n > maxCommandText {
		f.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)", maxCommandText)
	}
}

func (f *form) checkName(path string, v, localised any) {
	check := func(path string, v any) {
		s := f.text(path, v, 1, 32)
		if s != "" && (!commandName.MatchString(s) || s != strings.ToLower(s)) {
			f.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	check(path, v)
	l, _ := localised.(obj)
	for k, s := range l {
		check(under(path+"_localizations", k), s)
	}
}

// checkOptions checks the options of a command (depth 0), a group or
// subcommand.
func (f *form) checkOptions(path string, v any, depth int) {
	list := f.objects(path, v, 0, 25)
	names, optional, subs := map[string]bool{}, false, 0
	for i, o := range list {
		p := at(path, i)
		in := func(key string) string { return under(p, key) }
		kind := f.integer(in("type"), o["type"], 0, 1, 11)
		if o["type"] == nil {
			f.required(in("type"))
		}
		f.checkName(in("name"), o["name"], o["name_localizations"])
		f.text(in("description"), o["description"], 1, 100)
		f.checkLocales(in("description_localizations"), o["description_localizations"], 100)
		if names[text(o, "name")] {
			f.add(in("name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option name already exists")
		}
		names[text(o, "name")] = true
		required := f.boolean(in("required"), o["required"])
		if kind <= optGroup {
			subs++
			if kind == optGroup && depth > 0 || depth > 1 {
				f.add(in("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are not allowed here")
			}
			next := depth + 1
			if kind == optSubcommand {
				next = 2
			}
			f.checkOptions(in("options"), o["options"], next)
			continue
		}
		if depth == 1 {
			f.add(in("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group holds subcommands only")
		}
		if required && optional {
			f.add(p, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !required
		f.checkValue(p, kind, o)
	}
	if subs > 0 && subs < len(list) {
		f.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to other options")
	}
}

// checkValue checks what an option says of its value.
func (f *form) checkValue(path string, kind int, o obj) {
	in := func(key string) string { return under(path, key) }
	if !isEmpty(o["options"]) {
		f.add(in("options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only sub-commands and groups have options")
	}
	numeric := kind == optInteger || kind == optNumber
	auto := f.boolean(in("autocomplete"), o["autocomplete"])
	if auto && !isEmpty(o["choices"]) {
		f.add(in("autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Autocomplete and choices cannot both be set")
	}
	if auto && kind != optString && !numeric {
		f.add(in("autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", "Autocomplete is not available for this option type")
	}
	if !isEmpty(o["choices"]) && kind != optString && !numeric {
		f.add(in("choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Choices are not available for this option type")
	}
	f.checkChoices(in("choices"), o["choices"], kind)
	low, hasLow := o["min_value"].(float64)
	high, hasHigh := o["max_value"].(float64)
	if (hasLow || hasHigh) && !numeric {
		f.add(path, "APPLICATION_COMMAND_OPTIONS_MIN_MAX_INVALID", "min_value and max_value are for numbers only")
	}
	if hasLow && hasHigh && low > high {
		f.add(in("max_value"), "APPLICATION_COMMAND_OPTIONS_MIN_MAX_INVALID", "min_value is greater than max_value")
	}
	short := f.integer(in("min_length"), o["min_length"], 0, 0, 6000)
	long := f.integer(in("max_length"), o["max_length"], 6000, 1, 6000)
	if short > long {
		f.add(in("max_length"), "APPLICATION_COMMAND_OPTIONS_MIN_MAX_INVALID", "min_length is greater than max_length")
	}
	for i, t := range f.list(in("channel_types"), o["channel_types"], 0, 25) {
		f.integer(at(in("channel_types"), i), t, 0, 0, 16)
	}
}

// commandText counts what the limit of 8,000 characters counts: the longest
// localisation of names, descriptions and string values.
func commandText(o obj) int {
	longest := func(key string) int {
		n := utf8.RuneCountInString(text(o, key))
		l, _ := o[key+"_localizations"].(obj)
		for _, v := range l {
			s, _ := v.(string)
			n = max(n, utf8.RuneCountInString(s))
		}
		return n
	}
	n := longest("name") + longest("description") + utf8.RuneCountInString(text(o, "value"))
	for _, key := range []string{"options", "choices"} {
		for _, k := range objects(o[key]) {
			n += commandText(k)
		}
	}
	return n
}

func (f *form) checkChoices(path string, v any, optionType int) {
	names := map[string]bool{}
	for i, o := range f.objects(path, v, 0, 25) {
		p := at(path, i)
		name := f.text(under(p, "name"), o["name"], 1, 100)
		if names[name] {
			f.add(under(p, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", "The specified choice name is already used")
		}
		names[name] = true
		f.checkLocales(under(p, "name_localizations"), o["name_localizations"], 100)
		switch v := o["value"].(type) {
		case string:
			f.text(under(p, "value"), v, 1, 100)
			if optionType == optInteger || optionType == optNumber {
				f.add(under(p, "value"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not a number.", v)
			}
		case float64:
			if optionType == optString {
				f.add(under(p, "value"), "STRING_TYPE_CONVERT", "Could not interpret \"%v\" as string.", v)
			} else if optionType == optInteger && v != math.Trunc(v) {
				f.add(under(p, "value"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", v)
			}
		default:
			f.required(under(p, "value"))
		}
	}
}
