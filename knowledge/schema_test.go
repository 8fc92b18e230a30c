package knowledge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	. "season3/knowledge"
)

// dossierSchema compiles the generated schema, which must itself be a valid one.
func dossierSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertVocabs()
	if err := c.AddResource("dossier.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("dossier.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance reads YAML as programs for editors do: dates are text, a bare year is a number.
func instance(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return instance(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = instance(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = instance(t, c)
		}
		return list
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int":
		v, err := strconv.Atoi(n.Value)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return n.Value
}

// validate holds the text of a dossier against the schema.
func validate(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance(t, &doc))
}

// lintText returns what reading and linting find in the text of a dossier.
func lintText(text string) Problems {
	show, err := ReadShow("paper-lanterns.yaml", []byte(text))
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return show.Lint()
}

// guideExample returns the complete example of the guide.
func guideExample(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(guide), "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	return text
}

func TestSchemaAcceptsDossiers(t *testing.T) {
	schema := dossierSchema(t)
	files, err := filepath.Glob("shows/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no dossiers", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, string(text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := validate(t, schema, guideExample(t)); err != nil {
		t.Errorf("the guide's example: %v", err)
	}
}

// TestSchemaRefuses breaks one thing of the guide's example at a time. What the schema refuses, the linter must refuse
// too: the schema is a help while writing, never stricter than the gate.
func TestSchemaRefuses(t *testing.T) {
	schema := dossierSchema(t)
	good := guideExample(t)
	if ps := lintText(good); len(ps) > 0 {
		t.Fatalf("the guide's example: %v", ps)
	}
	long := strings.Repeat("long ", 60)
	for _, test := range []struct{ name, old, new string }{
		{"an unknown key", "kind: anime", "kind: anime\nverdict: cancelled"},
		{"an unknown key of a claim", "    final: true\n", "    finale: true\n"},
		{"an unknown key of a source", "    title: Everything", "    headline: Everything"},
		{"an unknown name", "romaji:", "romanji:"},
		{"a wrong kind of show", "kind: anime", "kind: cartoon"},
		{"a wrong unit", "unit: season", "unit: book"},
		{"a wrong kind of work", "kind: film", "kind: movie"},
		{"a wrong kind of source", "kind: press", "kind: gossip"},
		{"a wrong status", "status: scheduled", "status: planned"},
		{"a verdict's status", "status: scheduled", "status: released"},
		{"a wrong topic", "topic: made", "topic: staff"},
		{"neither status nor topic", "  - topic: made\n    text:", "  - text:"},
		{"no id", "id: paper-lanterns\n", ""},
		{"no title", "title: Paper Lanterns\nnames", "names"},
		{"no kind", "kind: anime\n", ""},
		{"no popularity", "popularity: 3\n", ""},
		{"no day of the review", "reviewed: 2026-11-22\n", ""},
		{"a season without number", "  - number: 2\n    title:", "  - title:"},
		{"a season without premiere", "    premiered: 2022-04-03\n", ""},
		{"a season without sources", "    episodes: 12\n    cites: [site]\n", "    episodes: 12\n"},
		{"no sources listed", "    episodes: 12\n    cites: [site]\n", "    episodes: 12\n    cites: []\n"},
		{"a part without premiere", "{premiered: 2024-07-07, ended", "{ended"},
		{"a work without title", "    title: Paper Lanterns the Movie\n    premiered", "    premiered"},
		{"a claim without text", "    text: The third season comes in April 2027 and is the last.\n", ""},
		{"a claim without sources", "    text: After the second season the story went on in a film.\n    cites: [herald]\n", "    text: After the second season the story went on in a film.\n"},
		{"a source without kind", "    kind: press\n", ""},
		{"a source without publisher", "    publisher: Animation Herald\n", ""},
		{"a source without address", "    url: https://blog.example/everything\n", ""},
		{"an address without https", "https://blog.example", "http://blog.example"},
		{"an id with capitals", "id: paper-lanterns\n", "id: Paper-Lanterns\n"},
		{"an id of a source with capitals", "  blog:\n", "  Blog:\n"},
		{"too popular", "popularity: 3", "popularity: 6"},
		{"a number in words", "popularity: 3", "popularity: three"},
		{"a date in words", "said: 2026-09-20", "said: September 2026"},
		{"a year far away", "said: 2026-09-20", "said: 1066"},
		{"a list where a word belongs", "    by: Studio Lantern", "    by: [Studio Lantern]"},
		{"a word where a list belongs", "cites: [site, herald]", "cites: site"},
		{"a long text", "text: After the", "text: " + long + "After the"},
		{"a long speaker", "by: Studio Lantern", "by: Studio " + long},
		{"a long role", "role: studio", "role: studio " + long},
		{"a long title of a season", "title: The Long Night", "title: The " + long + "Night"},
		{"a long publisher", "publisher: A Blog", "publisher: A " + long},
		{"a long mistake", "corrects: The", "corrects: " + long},
		{"a long title", "title: Paper Lanterns\nnames", "title: Paper " + long + "\nnames"},
		{"a long title of a work", "title: Paper Lanterns the Movie\n    premiered", "title: Paper " + long + "\n    premiered"},
		{"a long title to go on under", "as: Paper", "as: " + long},
		{"a long title of a page", "title: Third", "title: " + long},
		{"a long address", "https://lantern.example/", "https://lantern.example/" + strings.Repeat("long/", 60)},
		{"a season 0", "  - number: 1\n", "  - number: 0\n"},
		{"a work without sources", "    premiered: 2025-08-01\n    cites: [site]\n", "    premiered: 2025-08-01\n"},
		{"too many episodes of a part", "ended: 2024-03-24, episodes: 12", "ended: 2024-03-24, episodes: 2100"},
		{"a season below 0", "  - season: 3\n    part: 1\n", "  - season: -1\n    part: 1\n"},
		{"a part too many", "    part: 1\n", "    part: 21\n"},
		{"too many episodes", "    episodes: 24\n", "    episodes: 2400\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			broken := strings.Replace(good, test.old, test.new, 1)
			if broken == good {
				t.Fatalf("%q is not in the example", test.old)
			}
			if validate(t, schema, broken) == nil {
				t.Error("the schema accepts it")
			}
			if len(lintText(broken)) == 0 {
				t.Error("the linter accepts it")
			}
		})
	}
}

// TestSchemaDescribes: every key has its words from the guide, so that no table can be renamed or left behind unseen.
func TestSchemaDescribes(t *testing.T) {
	type object struct {
		Properties map[string]struct{ Description string }
		Defs       map[string]object `json:"$defs"`
	}
	var schema object
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	schema.Defs["Show"] = object{Properties: schema.Properties}
	for _, name := range []string{"Show", "Season", "Work", "Claim", "Source"} {
		if len(schema.Defs[name].Properties) == 0 {
			t.Errorf("no keys of %s", name)
		}
		for key, p := range schema.Defs[name].Properties {
			if p.Description == "" {
				t.Errorf("README.md says nothing of %s of a %s", key, strings.ToLower(name))
			}
		}
	}
}
