package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"season3/knowledge"
)

// knowledgeCommand holds the editor's tools.
type knowledgeCommand struct {
	Dir string `placeholder:"DIR" help:"The folder of dossiers; knowledge/shows where that exists, else those in the program."`

	Lint   lintCommand   `cmd:"" help:"Report every problem of dossiers with its line."`
	New    newCommand    `cmd:"" help:"Begin a dossier."`
	Show   showCommand   `cmd:"" help:"Show a verdict and the claims that made it."`
	List   listCommand   `cmd:"" help:"List the shows with what is known of their next season."`
	Stale  staleCommand  `cmd:"" help:"List the verdicts to look at next."`
	Diff   diffCommand   `cmd:"" help:"Show whose verdict changes, and what would be announced."`
	Export exportCommand `cmd:"" help:"Print today's verdicts for a later diff."`
	Links  linksCommand  `cmd:"" help:"Try the addresses of the sources; advice only."`
	Schema schemaCommand `cmd:"" help:"Print the JSON Schema of a dossier, for editors that complete keys."`
}

// Help is shown below the commands.
func (knowledgeCommand) Help() string {
	return `A dossier is one file of knowledge/shows; knowledge/README.md describes its keys.

Examples:
  season3 knowledge lint
  season3 knowledge show hero-mask --on 2019-08-01`
}

// dossiers is where the repository keeps them.
const dossiers = "knowledge/shows"

// folder returns the folder to work on, "" for the dossiers in the program.
func (k *knowledgeCommand) folder() string {
	if k.Dir != "" {
		return k.Dir
	}
	if info, err := os.Stat(dossiers); err == nil && info.IsDir() {
		return dossiers
	}
	return ""
}

// base returns the dossiers to work on. Broken ones are left out with a word on stderr: they must not keep an editor from
// the others.
func (k *knowledgeCommand) base(sys *system) (*knowledge.Base, error) {
	dir := k.folder()
	if dir == "" {
		return knowledge.New(knowledge.Embedded().Dossiers())
	}
	files, err := dossierFiles(dir)
	if err != nil {
		return nil, err
	}
	shows, problems, err := readDossiers(files)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		fmt.Fprintln(sys.stderr, "season3: left out:", p)
	}
	return knowledge.New(shows)
}

// dossierFiles returns the paths of the dossiers in a folder.
func dossierFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, misuse{fmt.Sprintf("there is no folder %s", dir)}
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of dossiers: %w", err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".yaml" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// readDossiers reads files. The problems are those of files that hold no dossier, by the paths given.
func readDossiers(files []string) ([]*knowledge.Show, knowledge.Problems, error) {
	var shows []*knowledge.Show
	var problems knowledge.Problems
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		show, err := knowledge.ReadShow(filepath.ToSlash(file), data)
		var ps knowledge.Problems
		switch {
		case errors.As(err, &ps):
			problems = append(problems, ps...)
		case err != nil:
			return nil, nil, err
		default:
			shows = append(shows, show)
		}
	}
	return shows, problems, nil
}

// find returns the show of that id. The error names the nearest ones.
func find(b *knowledge.Base, id string) (*knowledge.Show, error) {
	if s := b.Show(id); s != nil {
		return s, nil
	}
	text := fmt.Sprintf("there is no dossier %q", id)
	var near []string
	for _, c := range b.Nearest(id, 3) {
		near = append(near, c.Show.ID)
	}
	if len(near) > 0 {
		text += "; the nearest: " + strings.Join(near, ", ")
	}
	return nil, misuse{text}
}

// today returns the day on which the command runs.
func today(sys *system) knowledge.Date { return knowledge.DayOf(sys.now()) }

// count returns "1 dossier" or "2 dossiers".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// words returns a list of a vocabulary in one line.
func words[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}

// standing returns a verdict in the words of a dossier, such as "scheduled 2027-04, final".
func standing(s knowledge.Standing) string {
	text := status(s.Verdict)
	if s.Promise != "" {
		text = fmt.Sprintf("%s, part %d %s", s.Status, s.Part, s.Promise)
	}
	if !s.Date.IsZero() {
		text += " " + s.Date.String()
	}
	return text + marks(s.Verdict)
}

// status returns a verdict's status and the part that it speaks of.
func status(v knowledge.Verdict) string {
	if v.Part == 0 {
		return string(v.Status)
	}
	return fmt.Sprintf("%s part %d", v.Status, v.Part)
}

// marks returns what must be known beside a status, each after a comma.
func marks(v knowledge.Verdict) string {
	text := ""
	for _, m := range []struct {
		is   bool
		word string
	}{{v.Final, "final"}, {v.Overdue, "overdue"}, {v.Unconfirmed, "unconfirmed"}} {
		if m.is {
			text += ", " + m.word
		}
	}
	return text
}

// orDash returns the date as a dossier writes it, "-" when there is none.
func orDash(d knowledge.Date) string { return cmp.Or(d.String(), "-") }

type schemaCommand struct{}

// Help is shown below the description.
func (schemaCommand) Help() string {
	return `Editors that know YAML take it from a file. With most, this first line of a dossier is enough:
  # yaml-language-server: $schema=../dossier.schema.json

Example:
  season3 knowledge schema > knowledge/dossier.schema.json`
}

// Run prints the schema.
func (schemaCommand) Run(sys *system) error {
	_, err := sys.stdout.Write(knowledge.Schema())
	return err
}
