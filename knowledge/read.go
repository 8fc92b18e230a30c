package knowledge

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Problem is one fault in a dossier, with its place.
type Problem struct {
	File string // as it was opened
	Line int    // from 1; 0 when the whole file is meant
	Path string // such as claims[2].cites; "" when the whole file is meant
	Text string // what is wrong and what to write
}

// String returns "hero-mask.yaml:12: claims[2].cites: no sources".
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	if p.Path != "" {
		s += ": " + p.Path
	}
	return s + ": " + p.Text
}

// Problems are the faults found in one or more dossiers. It is an error of one line each.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sort orders by file and line.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
}

// maxDossier bounds a dossier's size in bytes: the largest real one is below 40 KB.
const maxDossier = 1 << 20

// ReadShow reads one dossier. It accepts exactly one YAML document with known keys, each given once; text cut off by a
// comment sign is an error, because "Season 2 #1 hit" would lose its end silently. The error is a Problems whose entries
// name file and line. It does not lint.
func ReadShow(file string, data []byte) (*Show, error) {
	fault := func(line int, text string) error { return Problems{{File: file, Line: line, Text: text}} }
	if len(data) > maxDossier {
		return nil, fault(0, fmt.Sprintf("is %d bytes; a dossier has at most %d", len(data), maxDossier))
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF), err == nil && doc.Content[0].Tag == "!!null":
		return nil, fault(0, "is empty: write id, title, seasons, claims, sources and reviewed")
	case err != nil:
		return nil, yamlProblems(file, err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		line := more.Line
		if len(more.Content) > 0 {
			line = more.Content[0].Line
		}
		return nil, fault(line, "a second document begins here: keep one show in a file and remove the line ---")
	}
	lines := map[string]int{}
	if ps := walk(file, "", doc.Content[0], lines); len(ps) > 0 {
		return nil, ps
	}

	show := &Show{file: file, lines: lines}
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(show); err != nil {
		return nil, yamlProblems(file, err)
	}
	return show, nil
}

// wholeNumbers are the keys whose fractions the YAML library would cut off in silence.
var wholeNumbers = map[string]bool{"number": true, "episodes": true, "season": true, "part": true, "popularity": true, "mal": true, "anilist": true}

// walk records the line of every value below n and reports what would be lost or doubled in silence.
func walk(file, at string, n *yaml.Node, lines map[string]int) Problems {
	lines[at] = n.Line
	var ps Problems
	report := func(n *yaml.Node, text string) {
		ps = append(ps, Problem{File: file, Line: n.Line, Path: at, Text: text})
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		report(n, "anchors and aliases (& and *) are not used here: write the value out")
		return ps
	}
	if n.Kind == yaml.ScalarNode && n.LineComment != "" {
		report(n, fmt.Sprintf("%q is cut off as a comment: put the whole text in double quotes, or the comment on a line of its own",
			clip(n.LineComment, 40)))
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch value := n.Content[i+1]; {
			case key.LineComment != "" && value.Tag == "!!null":
				at := strings.TrimPrefix(at+"."+key.Value, ".")
				ps = append(ps, Problem{File: file, Line: key.Line, Path: at, Text: fmt.Sprintf(
					"%q is cut off as a comment: put the whole text in double quotes, or the comment on a line of its own", clip(key.LineComment, 40))})
				continue
			case key.Tag == "!!merge":
				report(key, "merging with << is not used here: write the keys out")
				continue
			case wholeNumbers[key.Value] && value.Tag == "!!float":
				report(value, fmt.Sprintf("%s takes a whole number, not %s", key.Value, value.Value))
				continue
			}
			below := strings.TrimPrefix(at+"."+key.Value, ".")
			ps = append(ps, walk(file, below, n.Content[i+1], lines)...)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if item.Tag == "!!null" {
				ps = append(ps, Problem{File: file, Line: item.Line, Path: fmt.Sprintf("%s[%d]", at, i),
					Text: "is empty: write it in double quotes if it begins with #, or remove the line"})
				continue
			}
			ps = append(ps, walk(file, fmt.Sprintf("%s[%d]", at, i), item, lines)...)
		}
	}
	return ps
}

// yamlProblems turns the errors of the YAML library, whose texts begin with "line N:", into Problems.
func yamlProblems(file string, err error) Problems {
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		texts = te.Errors
	}
	var ps Problems
	for _, text := range texts {
		p := Problem{File: file, Line: 1} // the library leaves the number out in the first line
		if _, err := fmt.Sscanf(text, "line %d:", &p.Line); err == nil {
			_, text, _ = strings.Cut(text, ": ")
		}
		p.Text = sayYAML(text)
		ps = append(ps, p)
	}
	return ps
}

// sayYAML rewords the library's messages for an editor who does not read Go.
func sayYAML(text string) string {
	if key, _, ok := strings.Cut(text, " not found in type "); ok {
		return fmt.Sprintf("the key %q is not known here: knowledge/README.md lists the keys", strings.TrimPrefix(key, "field "))
	}
	if got, want, ok := strings.Cut(strings.TrimPrefix(text, "cannot unmarshal "), " into "); ok {
		return fmt.Sprintf("stands %s where %s belongs", yamlWords(got), yamlWords(want))
	}
	return text
}

// yamlWords says a YAML tag, with its value if it has one, or a Go type.
func yamlWords(s string) string {
	tag, value, _ := strings.Cut(s, " ")
	switch {
	case strings.HasPrefix(tag, "[]"), tag == "!!seq":
		return "a list"
	case strings.HasPrefix(tag, "knowledge.SourceKind"), strings.HasPrefix(tag, "knowledge.Status"), tag == "string":
		return "a text"
	case strings.HasPrefix(tag, "knowledge."), strings.HasPrefix(tag, "map["), tag == "!!map":
		return "a block of keys"
	case tag == "int":
		return "a whole number"
	case tag == "bool":
		return "true or false"
	}
	return strings.Trim(value, "`")
}

// ReadShows reads every .yaml file in the top folder of fsys, ordered by name. It reads on after a broken file: the
// shows that could be read come with the Problems of the others.
func ReadShows(fsys fs.FS) ([]*Show, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("the folder of dossiers: %w", err)
	}
	var shows []*Show
	var problems Problems
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			continue
		}
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			problems = append(problems, Problem{File: e.Name(), Text: err.Error()})
			continue
		}
		show, err := ReadShow(e.Name(), data)
		var ps Problems
		if errors.As(err, &ps) {
			problems = append(problems, ps...)
			continue
		}
		shows = append(shows, show)
	}
	if len(problems) > 0 {
		return shows, slices.Clip(problems)
	}
	return shows, nil
}
