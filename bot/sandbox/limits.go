package sandbox

import (
	"fmt"
	"math"
	"net/url"
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
