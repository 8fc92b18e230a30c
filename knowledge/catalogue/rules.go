package catalogue

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rules are what people add to the data.
type Rules struct {
	Overrides []Override
	Aliases   []Alias // best known first
	// Reading says how a native title is read aloud in Latin letters, "" where it cannot. It may be nil.
	Reading func(native string) string
	// Earlier is a catalogue whose readings are kept for the titles it shares, where Reading gives none. It may be nil.
	Earlier *Catalogue
}

// The rules of an Override. An entry is named by its id: "mal/20", "anilist/20" or "bangumi/20".
const (
	ruleNumber    = "number"    // the entry is season Value: "3", or "3|2" when 2 is in use too
	ruleDrop      = "drop"      // the entry is left out
	ruleAlso      = "also"      // the entry is no season; it is listed beside them
	ruleShow      = "show"      // the entry belongs to the show of the entry Value (a film beside its seasons), or is one of its own when Value is itself
	ruleEnglish   = "english"   // the English title Value of the entry is wrong
	ruleContinues = "continues" // the show of the entry goes on as the show of the entry Value
)

// Override corrects the data.
type Override struct{ Rule, Entry, Value, Reason string }

// Alias gives the names people use for the show whose first entry has the MAL id.
type Alias struct {
	MAL             int
	English, Romaji string
	Others          []string
}

//go:embed *.tsv
var tables embed.FS

// Shipped returns the overrides and aliases that the program was built with. An absent alias file is no aliases.
func Shipped() (Rules, error) {
	var rules Rules
	f, err := tables.Open("overrides.tsv")
	if err != nil {
		return rules, fmt.Errorf("read overrides: %w", err)
	}
	defer f.Close()
	if rules.Overrides, err = ParseOverrides(f); err != nil {
		return rules, err
	}
	a, err := tables.Open("aliases.tsv")
	if err != nil {
		return rules, nil
	}
	defer a.Close()
	rules.Aliases, err = ParseAliases(a)
	return rules, err
}

var entryForm = regexp.MustCompile(`^(mal|anilist|bangumi)/[1-9][0-9]{0,8}$`)
var numberForm = regexp.MustCompile(`^([1-9][0-9]?)(?:\|([1-9][0-9]?))?$`)

// ParseOverrides reads rows of rule, entry, value and reason between tabs. Every row has a reason; the value of drop
// and also is "-". Empty lines and lines that begin with # say nothing.
func ParseOverrides(r io.Reader) ([]Override, error) {
	var out []Override
	err := rows(r, func(col []string) error {
		if len(col) != 4 || strings.TrimSpace(col[3]) == "" {
			return fmt.Errorf("%d columns, want rule, entry, value and reason", len(col))
		}
		o := Override{col[0], col[1], col[2], col[3]}
		ok := entryForm.MatchString(o.Entry)
		switch o.Rule {
		case ruleNumber:
			ok = ok && numberForm.MatchString(o.Value)
		case ruleDrop, ruleAlso:
			ok = ok && o.Value == "-"
		case ruleEnglish:
			ok = ok && isText(o.Value)
		case ruleShow, ruleContinues:
			ok = ok && entryForm.MatchString(o.Value) && (o.Rule == ruleShow || o.Entry != o.Value)
		default:
			return fmt.Errorf("no rule %q", o.Rule)
		}
		if !ok {
			return fmt.Errorf("%s %q %q", o.Rule, o.Entry, o.Value)
		}
		if slices.ContainsFunc(out, func(p Override) bool { return p.Rule == o.Rule && p.Entry == o.Entry && p.Value == o.Value }) {
			return fmt.Errorf("%s %q %q a second time", o.Rule, o.Entry, o.Value)
		}
		out = append(out, o)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read overrides: %w", err)
	}
	return out, nil
}

// ParseAliases reads rows of a MAL id, an English title, romaji and aliases with " | " between them; all but the id may be
// empty. Empty lines and lines that begin with # say nothing.
func ParseAliases(r io.Reader) ([]Alias, error) {
	var out []Alias
	err := rows(r, func(col []string) error {
		if len(col) < 2 || len(col) > 4 {
			return fmt.Errorf("%d columns, want mal, english, romaji and aliases", len(col))
		}
		if col[0] == "mal" {
			return nil // the names of the columns
		}
		col = append(col, "", "")
		id, err := strconv.Atoi(col[0])
		if err != nil || id <= 0 || id >= maxID {
			return fmt.Errorf("no MAL id: %q", col[0])
		}
		a := Alias{MAL: id, English: clean(col[1]), Romaji: clean(col[2])}
		for _, name := range strings.Split(col[3], " | ") {
			if name = clean(name); name != "" {
				a.Others = append(a.Others, name)
			}
		}
		out = append(out, a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	return out, nil
}

func rows(r io.Reader, each func(col []string) error) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimRight(lines.Text(), "\r")
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if err := each(strings.Split(text, "\t")); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}
