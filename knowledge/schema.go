package knowledge

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"
)

// The tables of the editors' guide describe the keys; the schema takes its words from there.
//
//go:embed README.md
var readme string

// Schema returns the JSON Schema (draft 2020-12) of a dossier, for programs that complete and check YAML while it is
// written. It accepts every dossier without problems. It cannot express all that Lint finds: order, gaps, links between
// records.
func Schema() []byte {
	g := &schemaGenerator{defs: map[string]any{}, words: keyDescriptions(readme)}
	doc := g.object(reflect.TypeFor[Show]())
	doc["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	doc["title"] = "A dossier of season3"
	doc["$defs"] = g.defs
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("the schema of dossiers: %v", err)) // maps of words and numbers
	}
	return append(out, '\n')
}

// required are the keys without which Lint reports a problem.
var required = map[string][]string{
	"Show":   {"id", "title", "kind", "popularity", "reviewed"},
	"Season": {"number", "premiered", "cites"},
	"Part":   {"premiered"},
	"Work":   {"kind", "title", "cites"},
	"Claim":  {"text", "cites"},
	"Source": {"kind", "publisher", "url"},
}

// limits are what Lint demands of single keys, by type and key.
var limits = map[string]map[string]any{
	"Show.id":          {"pattern": idForm.String()},
	"Show.title":       {"minLength": 1, "maxLength": maxTitle},
	"Show.kind":        {"enum": showKinds},
	"Show.unit":        {"enum": units},
	"Show.popularity":  {"minimum": 1, "maximum": 5},
	"Season.number":    {"minimum": 1},
	"Season.title":     {"maxLength": maxTitle},
	"Season.episodes":  {"minimum": 0, "maximum": 2000},
	"Season.cites":     {"minItems": 1},
	"Part.episodes":    {"minimum": 0, "maximum": 2000},
	"Work.kind":        {"enum": workKinds},
	"Work.title":       {"minLength": 1, "maxLength": maxTitle},
	"Work.cites":       {"minItems": 1},
	"Claim.season":     {"minimum": 0},
	"Claim.part":       {"minimum": 0, "maximum": 20},
	"Claim.topic":      {"enum": topics},
	"Claim.as":         {"maxLength": maxTitle},
	"Claim.by":         {"maxLength": maxPlace},
	"Claim.role":       {"maxLength": maxPlace},
	"Claim.text":       {"minLength": 1, "maxLength": maxText},
	"Claim.corrects":   {"maxLength": maxText},
	"Claim.cites":      {"minItems": 1},
	"Source.publisher": {"minLength": 1, "maxLength": maxPlace},
	"Source.title":     {"maxLength": maxHeader},
	"Source.url":       {"pattern": "^https://", "maxLength": maxURL},
}

type schemaGenerator struct {
	defs  map[string]any
	words map[string]string // by type and key
}

// of returns the schema of values of type t. Structs are defined once and referred to.
func (g *schemaGenerator) of(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[Date]():
		g.defs["Date"] = map[string]any{
			"description": "2019-08-23, 2019-08, 2019-summer or 2019",
			"anyOf": []any{
				map[string]any{"type": "string", "pattern": dateForm.String()},
				map[string]any{"type": "integer", "minimum": 1900, "maximum": 2199}, // YAML takes a bare year for a number
			},
		}
		return map[string]any{"$ref": "#/$defs/Date"}
	case reflect.TypeFor[Status]():
		return map[string]any{"enum": claimStatuses}
	case reflect.TypeFor[SourceKind]():
		return map[string]any{"enum": SourceKinds()}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.of(t.Elem()),
			"propertyNames": map[string]any{"pattern": idForm.String()}}
	case reflect.Struct:
		if g.defs[t.Name()] == nil {
			g.defs[t.Name()] = g.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	}
	panic(fmt.Sprintf("the schema of dossiers has no word for %s", t)) // seen by the first test that runs
}

// object returns the schema of the struct t by its yaml keys.
func (g *schemaGenerator) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		at := t.Name() + "." + key
		p := g.of(t.Field(i).Type)
		maps.Copy(p, limits[at])
		if w := g.words[at]; w != "" {
			p["description"] = w
		}
		properties[key] = p
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if r := required[t.Name()]; r != nil {
		out["required"] = r
	}
	if t == reflect.TypeFor[Claim]() {
		out["anyOf"] = []any{map[string]any{"required": []string{"status"}}, map[string]any{"required": []string{"topic"}}}
	}
	return out
}

// guideSections are the headings of README.md whose tables describe the keys of a type.
var guideSections = map[string]string{
	"The show": "Show", "A season": "Season", "A work under `also`": "Work", "A claim": "Claim", "A source": "Source",
}

var guideRow = regexp.MustCompile("^\\| `([a-z]+)` \\| (.*) \\|$")

// keyDescriptions reads the tables of the guide: what to write, by type and key.
func keyDescriptions(guide string) map[string]string {
	words := map[string]string{}
	section := ""
	for line := range strings.Lines(guide) {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = guideSections[heading]
		}
		if m := guideRow.FindStringSubmatch(line); m != nil && section != "" {
			words[section+"."+m[1]] = m[2]
		}
	}
	return words
}
