package knowledge

import (
	"fmt"
	"os"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// What the two README files promise to an editor, compared with the program.

// rows returns the first cells of the table rows in a Markdown text: the words in back quotes.
func rows(text string) map[string]bool {
	out := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(text, -1) {
		for _, word := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			out[word[1]] = true
		}
	}
	return out
}

// section returns what stands under a heading, up to the next one.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("there is no heading %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

func yamlKeys(v any) []string {
	var keys []string
	for f := range reflect.TypeOf(v).Fields() {
		if key := f.Tag.Get("yaml"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestReadmeDescribesEveryKey(t *testing.T) {
	readme := page(t, "README.md")
	for _, c := range []struct {
		heading string
		record  any
	}{
		{"The show", Show{}}, {"The show", Names{}}, {"The show", IDs{}}, {"A season", Season{}}, {"A season", Part{}},
		{"A work under `also`", Work{}}, {"A claim", Claim{}}, {"A source", Source{}},
	} {
		text := section(t, readme, c.heading)
		keys, described := yamlKeys(c.record), rows(text)
		if len(keys) == 0 {
			t.Errorf("%T has no keys", c.record)
		}
		for _, key := range keys {
			// The keys of names, ids and parts are explained in the row of the list they stand in.
			if !described[key] && !strings.Contains(text, "`"+key+"`") {
				t.Errorf("%q does not describe the key %q of %T", c.heading, key, c.record)
			}
		}
	}
}

// TestReadmeDescribesNoOtherKey finds rows that outlived their key.
func TestReadmeDescribesNoOtherKey(t *testing.T) {
	readme := page(t, "README.md")
	for heading, record := range map[string]any{
		"The show": Show{}, "A season": Season{}, "A work under `also`": Work{}, "A source": Source{},
	} {
		known := fmt.Sprint(yamlKeys(record))
		for key := range rows(section(t, readme, heading)) {
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(key) + `\b`).MatchString(known) {
				t.Errorf("%q describes %q, which %T does not have", heading, key, record)
			}
		}
	}
}

func TestReadmeDescribesEveryWord(t *testing.T) {
	readme := page(t, "README.md")
	claim := rows(section(t, readme, "A claim"))
	for _, status := range claimStatuses {
		if !claim[string(status)] {
			t.Errorf("the status %q of a claim is not described", status)
		}
	}
	for heading, list := range map[string][]string{
		"The show": append(showKinds, units...), "A work under `also`": workKinds, "A claim": topics,
	} {
		for _, word := range list {
			if !strings.Contains(section(t, readme, heading), "`"+word+"`") {
				t.Errorf("%q does not name %q", heading, word)
			}
		}
	}
	for _, kind := range SourceKinds() {
		if !strings.Contains(section(t, readme, "A source"), "`"+string(kind)+"`") {
			t.Errorf("the kind of source %q is not described", kind)
		}
	}
}

func TestReadmeExampleIsSound(t *testing.T) {
	s := valid(t, nil)
	if found := s.Lint(); len(found) > 0 {
		t.Errorf("the example has problems:\n%v", found)
	}
	text := string(example(t))
	for _, record := range []any{Show{}, Names{}, IDs{}, Season{}, Part{}, Work{}, Claim{}, Source{}} {
		for _, key := range yamlKeys(record) {
			// A unit is left out in most dossiers, and so it is here.
			if key != "unit" && !regexp.MustCompile(`\b`+key+`:`).MatchString(text) {
				t.Errorf("the example does not show the key %q of %T", key, record)
			}
		}
	}
}

func TestLanguageReadmeDescribesEveryKey(t *testing.T) {
	readme := page(t, path.Join("lang", "README.md"))
	described := rows(readme)
	for _, key := range yamlKeys(languageFile{}) {
		if !described[key] {
			t.Errorf("lang/README.md does not describe %q", key)
		}
		delete(described, key)
	}
	for key := range described {
		t.Errorf("lang/README.md describes %q, which a language does not have", key)
	}
	for _, intent := range Intents() {
		if intent != None && !strings.Contains(readme, "`"+string(intent)+"`") {
			t.Errorf("lang/README.md does not name the intent %q", intent)
		}
	}
}

func TestEveryLanguageFileSaysItsCode(t *testing.T) {
	files, err := os.ReadDir("lang")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if code, ok := strings.CutSuffix(f.Name(), ".yaml"); ok && f.Name() != sharedFile && !strings.Contains(page(t, path.Join("lang", f.Name())), "\nlanguage: "+code+"\n") {
			t.Errorf("lang/%s does not say that its language is %q", f.Name(), code)
		}
	}
}

func TestVocabulary(t *testing.T) {
	all := []Status{Released, Airing, Scheduled, Delayed, InProduction, Announced, Continued, Rumoured, NoAnnouncement, NotPlanned,
		Concluded, Cancelled, Unlisted, Unknown}
	seen := map[Status]bool{}
	for _, w := range Vocabulary() {
		if seen[w.Status] {
			t.Errorf("%s stands there twice", w.Status)
		}
		seen[w.Status] = true
		if w.Reply == "" || w.Meaning == "" || w.Status.Reply() != w.Reply {
			t.Errorf("%s: %q, %q, %q", w.Status, w.Reply, w.Status.Reply(), w.Meaning)
		}
	}
	for _, s := range all {
		if !seen[s] {
			t.Errorf("%s is not in the vocabulary", s)
		}
	}
	if len(seen) != len(all) || Status("perhaps").Reply() != "" || Interest.Reply() != "" {
		t.Errorf("%d words; interest replies %q", len(seen), Interest.Reply())
	}
	for _, s := range claimStatuses {
		if s != Interest && !seen[s] {
			t.Errorf("a claim may say %s, a verdict may not", s)
		}
	}
}

func TestSourceKindsFallInStrength(t *testing.T) {
	last := 100
	for _, k := range SourceKinds() {
		if k.strength() >= last || k.strength() < 1 {
			t.Errorf("%s has strength %d after %d", k, k.strength(), last)
		}
		last = k.strength()
	}
	if SourceKind("blog").strength() != 0 {
		t.Error("a word that is no kind has strength")
	}
}
