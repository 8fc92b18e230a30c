package sandbox

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Message flags.
const (
	flagCrossposted    = 1 << 0
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSuppressNotify = 1 << 12
	flagVoice          = 1 << 13
	flagComponentsV2   = 1 << 15
)

// form collects what is wrong with a request body, in Discord's tree of
// errors. Paths are keys joined by dots. What is wrong itself hides what is
// wrong inside it.
type form struct{ errors obj }

func (f *form) add(path, code, message string, args ...any) {
	if f.errors == nil {
		f.errors = obj{}
	}
	at := f.errors
	if path != "" {
		for key := range strings.SplitSeq(path, ".") {
			if at["_errors"] != nil {
				return
			}
			next, ok := at[key].(obj)
			if !ok {
				next = obj{}
				at[key] = next
			}
			at = next
		}
	}
	list, _ := at["_errors"].([]any)
	clear(at)
	at["_errors"] = append(list, obj{"code": code, "message": fmt.Sprintf(message, args...)})
}

// err returns error 50035 if anything was added.
func (f *form) err() error {
	if f.errors == nil {
		return nil
	}
	return &Refusal{Status: 400, Body: string(encode(obj{"code": 50035, "message": "Invalid Form Body", "errors": f.errors}))}
}

func (f *form) required(path string) { f.add(path, "BASE_TYPE_REQUIRED", "This field is required") }

// text checks a string of min to max characters. null counts as absent.
func (f *form) text(path string, v any, min, max int) string {
	if v == nil {
		if min > 0 {
			f.required(path)
		}
		return ""
	}
	s, ok := v.(string)
	if !ok {
		f.add(path, "STRING_TYPE_CONVERT", "Could not interpret \"%v\" as string.", v)
		return ""
	}
	switch n := utf8.RuneCountInString(s); {
	case n == 0 && min > 0:
		f.required(path)
	case n > max && min > 0, n < min:
		f.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", min, max)
	case n > max:
		f.add(path, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", max)
	}
	return s
}

// integer checks a whole number in a range; digits in a string count as one.
func (f *form) integer(path string, v any, absent, min, max int) int {
	if v == nil {
		return absent
	}
	n, ok := integer(v)
	if !ok {
		f.add(path, "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", v)
		return absent
	}
	if n < min {
		f.add(path, "NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", min)
	}
	if n > max {
		f.add(path, "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", max)
	}
	return n
}

func (f *form) boolean(path string, v any) bool {
	b, ok := v.(bool)
	if v != nil && !ok {
		f.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
	}
	return b
}

// list checks an array of min to max elements. null counts as empty.
func (f *form) list(path string, v any, min, max int) []any {
	l, ok := v.([]any)
	if v != nil && !ok {
		f.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	if n := len(l); n < min || n > max {
		if min > 0 {
			f.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", min, max)
		} else {
			f.add(path, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", max)
		}
	}
	return l
}

// objects is list for an array of objects; others are reported.
func (f *form) objects(path string, v any, min, max int) []obj {
	var out []obj
	for i, e := range f.list(path, v, min, max) {
		o, ok := e.(obj)
		if !ok {
			f.add(at(path, i), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			o = obj{}
		}
		out = append(out, o)
	}
	return out
}

func (f *form) object(path string, v any) obj {
	o, ok := v.(obj)
	if v != nil && !ok {
		f.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	return o
}

// link checks a URL; files are the names attachment:// may mean.
func (f *form) link(path string, v any, max int, files []string, attachments bool) {
	s := f.text(path, v, 0, max)
	if s == "" {
		return
	}
	if name, ok := strings.CutPrefix(s, "attachment://"); ok && attachments {
		if !slices.Contains(files, name) {
			f.add(path, "UNKNOWN_ATTACHMENT", "The attachment %q was not uploaded.", name)
		}
		return
	}
	u, err := url.Parse(s)
	switch {
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
	case err == nil && u.Scheme == "discord" && !attachments:
	case err == nil && u.Scheme != "":
		f.add(path, "URL_TYPE_INVALID_SCHEME", "Scheme \"%s\" is not supported. Scheme must be one of ('http', 'https').", u.Scheme)
	default:
		f.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

func at(path string, i int) string { return under(path, strconv.Itoa(i)) }

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func integer(v any) (int, bool) {
	switch x := v.(type) {
	case int:
		return x, true
	case float64:
		return int(x), x == math.Trunc(x) && math.Abs(x) < 1<<53
	case string:
		n, err := strconv.Atoi(x)
		return n, err == nil
	}
	return 0, false
}

func text(o obj, key string) string {
	s, _ := o[key].(string)
	return s
}

func number(o obj, key string) int {
	n, _ := integer(o[key])
	return n
}

func objects(v any) []obj {
	var out []obj
	l, _ := v.([]any)
	for _, e := range l {
		if o, ok := e.(obj); ok {
			out = append(out, o)
		}
	}
	return out
}

// ---- messages

const (
	maxContent     = 2000
	maxEmbeds      = 10
	maxEmbedText   = 6000
	maxComponents  = 40
	maxV2Text      = 4000
	maxRows        = 5
	maxAttachments = 10
)

// checkMessage checks what a message body says; flags are those the message
// has or will have.
func (f *form) checkMessage(path string, body obj, flags int, files []file) {
	f.text(under(path, "content"), trimmed(body["content"]), 0, maxContent)
	f.boolean(under(path, "tts"), body["tts"])
	names := []string{}
	for _, x := range files {
		names = append(names, x.name)
	}
	if len(files) > maxAttachments {
		f.add(under(path, "attachments"), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxAttachments)
	}
	for i, a := range f.objects(under(path, "attachments"), body["attachments"], 0, maxAttachments) {
		if _, ok := a["id"]; !ok {
			f.required(under(at(under(path, "attachments"), i), "id"))
		}
	}
	f.checkMentions(under(path, "allowed_mentions"), body["allowed_mentions"])
	if flags&flagComponentsV2 != 0 {
		for _, k := range []string{"content", "embeds", "sticker_ids", "poll"} {
			if !isEmpty(body[k]) {
				f.add(under(path, k), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", k)
			}
		}
	}
	f.checkEmbeds(under(path, "embeds"), body["embeds"], names)
	f.checkComponents(under(path, "components"), body["components"], flags&flagComponentsV2 != 0, names)
}

func trimmed(v any) any {
	if s, ok := v.(string); ok {
		return strings.TrimSpace(s)
	}
	return v
}

func isEmpty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(x) == ""
	case []any:
		return len(x) == 0
	}
	return false
}

func (f *form) checkMentions(path string, v any) {
	o := f.object(path, v)
	parse := f.list(under(path, "parse"), o["parse"], 0, 3)
	for i, p := range parse {
		if p != "users" && p != "roles" && p != "everyone" {
			f.add(at(under(path, "parse"), i), "BASE_TYPE_CHOICES", "Value must be one of {'users', 'roles', 'everyone'}.")
		}
	}
	for _, k := range []string{"users", "roles"} {
		ids := f.list(under(path, k), o[k], 0, 100)
		if len(ids) > 0 && slices.Contains(parse, any(k)) {
			f.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"%s\"] and %s: [ids...] are mutually exclusive.", k, k)
		}
	}
}

func (f *form) checkEmbeds(path string, v any, files []string) {
	total := 0
	count := func(path string, v any, min, max int) {
		total += utf8.RuneCountInString(f.text(path, trimmed(v), min, max))
	}
	for i, e := range f.objects(path, v, 0, maxEmbeds) {
		p := at(path, i)
		in := func(key string) string { return under(p, key) }
		count(in("title"), e["title"], 0, 256)
		count(in("description"), e["description"], 0, 4096)
		footer, author := f.object(in("footer"), e["footer"]), f.object(in("author"), e["author"])
		count(in("footer.text"), footer["text"], 0, 2048)
		if e["author"] != nil {
			count(in("author.name"), author["name"], 1, 256)
		}
		for j, field := range f.objects(in("fields"), e["fields"], 0, 25) {
			count(under(at(in("fields"), j), "name"), field["name"], 1, 256)
			count(under(at(in("fields"), j), "value"), field["value"], 1, 1024)
			f.boolean(under(at(in("fields"), j), "inline"), field["inline"])
		}
		f.link(in("url"), e["url"], 2048, nil, false)
		f.link(in("image.url"), f.object(in("image"), e["image"])["url"], 2048, files, true)
		f.link(in("thumbnail.url"), f.object(in("thumbnail"), e["thumbnail"])["url"], 2048, files, true)
		f.link(in("footer.icon_url"), footer["icon_url"], 2048, files, true)
		f.link(in("author.icon_url"), author["icon_url"], 2048, files, true)
		f.link(in("author.url"), author["url"], 2048, nil, false)
		f.integer(in("color"), e["color"], 0, 0, 0xFFFFFF)
		if s := f.text(in("timestamp"), e["timestamp"], 0, 64); s != "" {
			if _, ok := parseTime(s); !ok {
				f.add(in("timestamp"), "DATETIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", s)
			}
		}
		shows := !isEmpty(e["fields"])
		for _, k := range []string{"title", "description", "url", "image", "thumbnail", "footer", "author", "timestamp"} {
			shows = shows || !isEmpty(e[k])
		}
		if !shows {
			f.add(in("description"), "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
	if total > maxEmbedText {
		f.add(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbedText)
	}
}

// ---- components

// Component types.
const (
	compRow           = 1
	compButton        = 2
	compStringSelect  = 3
	compTextInput     = 4
	compUserSelect    = 5
	compRoleSelect    = 6
	compMentionable   = 7
	compChannelSelect = 8
	compSection       = 9
	compText          = 10
	compThumbnail     = 11
	compGallery       = 12
	compFile          = 13
	compSeparator     = 14
	compContainer     = 17
	compLabel         = 18
)

// Where a component type may stand, by the type of what holds it; 0 is the
// top of a Components V2 message and -1 that of a modal.
var mayHold = map[int][]int{
	0:             {compRow, compSection, compText, compGallery, compFile, compSeparator, compContainer},
	-1:            {compRow, compLabel, compText},
	compRow:       {compButton, compStringSelect, compUserSelect, compRoleSelect, compMentionable, compChannelSelect, compTextInput},
	compSection:   {compText},
	compLabel:     {compTextInput, compStringSelect, compUserSelect, compRoleSelect, compMentionable, compChannelSelect},
	compContainer: {compRow, compSection, compText, compGallery, compFile, compSeparator},
}

func isSelect(t int) bool {
	return t == compStringSelect || t >= compUserSelect && t <= compChannelSelect
}

// components is one walk over the components of a message or modal.
type components struct {
	*form
	files     []string
	total     int
	text      int
	customIDs map[string]bool
}

func (f *form) checkComponents(path string, v any, v2 bool, files []string) {
	c := &components{form: f, files: files, customIDs: map[string]bool{}}
	if !v2 {
		for i, row := range f.objects(path, v, 0, maxRows) {
			if t := number(row, "type"); t != compRow {
				f.add(under(at(path, i), "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (%d,).", compRow)
				continue
			}
			c.check(at(path, i), row)
		}
		return
	}
	for i, o := range f.objects(path, v, 0, maxComponents) {
		c.checkIn(at(path, i), 0, o)
	}
	if c.total > maxComponents {
		f.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components in a message cannot exceed %d", maxComponents)
	}
	if c.text > maxV2Text {
		f.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "The total displayable text size exceeds the limit of %d", maxV2Text)
	}
}

func (c *components) checkIn(path string, holder int, o obj) {
	t := number(o, "type")
	if !slices.Contains(mayHold[holder], t) {
		c.add(under(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of %v.", mayHold[holder])
		return
	}
	c.check(path, o)
}

func (c *components) check(path string, o obj) {
	c.total++
	in := func(key string) string { return under(path, key) }
	t := number(o, "type")
	if t == compButton && (number(o, "style") == 5 || number(o, "style") == 6) {
		// no custom_id
	} else if t == compButton || t == compTextInput || isSelect(t) {
		id := c.form.text(in("custom_id"), o["custom_id"], 1, 100)
		if c.customIDs[id] {
			c.add(in("custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		c.customIDs[id] = true
	}
	switch {
	case t == compRow:
		c.row(path, o)
	case t == compButton:
		c.button(path, o)
	case isSelect(t):
		c.selection(path, o)
	case t == compTextInput:
		c.textInput(path, o)
	case t == compText:
		c.text += utf8.RuneCountInString(c.form.text(in("content"), o["content"], 1, maxV2Text))
	case t == compSection:
		for i, k := range c.objects(in("components"), o["components"], 1, 3) {
			c.checkIn(at(in("components"), i), compSection, k)
		}
		accessory := c.object(in("accessory"), o["accessory"])
		if t := number(accessory, "type"); t != compButton && t != compThumbnail {
			c.required(in("accessory"))
		} else {
			c.check(in("accessory"), accessory)
		}
	case t == compThumbnail:
		c.media(in("media"), o["media"])
		c.form.text(in("description"), o["description"], 0, 1024)
	case t == compGallery:
		for i, item := range c.objects(in("items"), o["items"], 1, 10) {
			c.media(under(at(in("items"), i), "media"), item["media"])
			c.form.text(under(at(in("items"), i), "description"), item["description"], 0, 1024)
		}
	case t == compFile:
		c.media(in("file"), o["file"])
	case t == compSeparator:
		c.boolean(in("divider"), o["divider"])
		c.integer(in("spacing"), o["spacing"], 1, 1, 2)
	case t == compContainer:
		c.integer(in("accent_color"), o["accent_color"], 0, 0, 0xFFFFFF)
		for i, k := range c.objects(in("components"), o["components"], 1, maxComponents) {
			c.checkIn(at(in("components"), i), compContainer, k)
		}
	case t == compLabel:
		c.form.text(in("label"), o["label"], 1, 45)
		c.form.text(in("description"), o["description"], 0, 100)
		c.checkIn(in("component"), compLabel, c.object(in("component"), o["component"]))
	default:
		c.add(in("type"), "UNION_TYPE_CHOICES", "Value of field \"type\" is not a component type.")
	}
}

func (c *components) media(path string, v any) {
	o := c.object(path, v)
	if text(o, "url") == "" {
		c.required(under(path, "url"))
		return
	}
	c.link(under(path, "url"), o["url"], 2048, c.files, true)
}

func (c *components) row(path string, o obj) {
	path = under(path, "components")
	kids := c.objects(path, o["components"], 1, 5)
	buttons := 0
	for i, k := range kids {
		if number(k, "type") == compButton {
			buttons++
		}
		c.checkIn(at(path, i), compRow, k)
	}
	if len(kids) > 1 && buttons < len(kids) {
		c.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The components are too wide for this action row (maximum is 5)")
	}
}

func (c *components) button(path string, o obj) {
	in := func(key string) string { return under(path, key) }
	style := c.integer(in("style"), o["style"], 0, 1, 6)
	if o["style"] == nil {
		c.required(in("style"))
	}
	c.form.text(in("label"), o["label"], 0, 80)
	has := func(key string) bool { return !isEmpty(o[key]) }
	switch style {
	case 5:
		if !has("url") {
			c.required(in("url"))
		}
		c.link(in("url"), o["url"], 512, nil, false)
		if has("custom_id") {
			c.add(in("custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	case 6:
		if !has("sku_id") {
			c.required(in("sku_id"))
		}
	default:
		if has("url") {
			c.add(in("url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	}
	if style != 6 && !has("label") && !has("emoji") {
		c.add(path, "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", "A button component must have a label or an emoji")
	}
}

func (c *components) selection(path string, o obj) {
	in := func(key string) string { return under(path, key) }
	c.form.text(in("placeholder"), o["placeholder"], 0, 150)
	most := 25
	if number(o, "type") == compStringSelect {
		values := map[string]bool{}
		options := c.objects(in("options"), o["options"], 1, 25)
		for i, x := range options {
			p := at(in("options"), i)
			c.form.text(under(p, "label"), trimmed(x["label"]), 1, 100)
			c.form.text(under(p, "description"), x["description"], 0, 100)
			v := c.form.text(under(p, "value"), x["value"], 1, 100)
			if values[v] {
				c.add(under(p, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
			}
			values[v] = true
		}
		most = max(1, len(options))
	}
	high := c.integer(in("max_values"), o["max_values"], 1, 1, most)
	low := c.integer(in("min_values"), o["min_values"], 1, 0, 25)
	if low > high {
		c.add(in("min_values"), "SELECT_COMPONENT_MIN_GREATER_THAN_MAX", "min_values cannot be greater than max_values")
	}
}

func (c *components) textInput(path string, o obj) {
	in := func(key string) string { return under(path, key) }
	c.form.text(in("label"), o["label"], 0, 45)
	c.form.text(in("value"), o["value"], 0, 4000)
	c.form.text(in("placeholder"), o["placeholder"], 0, 100)
	if o["style"] == nil {
		c.required(in("style"))
	}
	c.integer(in("style"), o["style"], 1, 1, 2)
	c.integer(in("min_length"), o["min_length"], 0, 0, 4000)
	c.integer(in("max_length"), o["max_length"], 4000, 1, 4000)
}

// ---- interaction callbacks

func (f *form) checkModal(data obj) {
	f.text("data.custom_id", data["custom_id"], 1, 100)
	f.text("data.title", trimmed(data["title"]), 1, 45)
	c := &components{form: f, customIDs: map[string]bool{}}
	for i, o := range f.objects("data.components", data["components"], 1, 5) {
		p := at("data.components", i)
		c.checkIn(p, -1, o)
		for j, k := range objects(o["components"]) {
			if number(o, "type") == compRow && number(k, "type") != compTextInput {
				f.add(under(at(under(p, "components"), j), "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (%d,).", compTextInput)
			}
		}
	}
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

// ---- application commands

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
