package sandbox

import (
	"slices"
	"unicode/utf8"
)

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
	shown     int // characters of text displays
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
	if c.shown > maxV2Text {
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
		c.shown += utf8.RuneCountInString(c.form.text(in("content"), o["content"], 1, maxV2Text))
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

// ---- modals

func (f *form) checkModal(data obj) {
	f.text("data.custom_id", data["custom_id"], 1, 100)
	f.text("data.title", trimmed(data["title"]), 1, 45)
	c := &components{form: f, customIDs: map[string]bool{}}
	for i, o := range f.objects("data.components", data["components"], 1, 5) {
		p := at("data.components", i)
		c.checkIn(p, -1, o)
		for j, k := range objects(o["components"]) {
			if number(o, "type") != compRow {
				continue
			}
			f.text(under(at(under(p, "components"), j), "label"), k["label"], 1, 45)
			if number(k, "type") != compTextInput {
				f.add(under(at(under(p, "components"), j), "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (%d,).", compTextInput)
			}
		}
	}
}
