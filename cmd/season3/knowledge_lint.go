package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"season3/knowledge"
)

type lintCommand struct {
	Files []string `arg:"" optional:"" help:"Dossiers, or folders of them; all when left out."`
}

// Help is shown below the flags.
func (lintCommand) Help() string {
	return `Prints one problem a line: file:line: key: what is wrong, and what to write. The exit code is 1 when there are any.
A single file is held against the others of its folder, too: no two shows may share a name.

Examples:
  season3 knowledge lint
  season3 knowledge lint knowledge/shows/hero-mask.yaml`
}

// Run prints the problems of the dossiers.
func (c *lintCommand) Run(sys *system, k *knowledgeCommand) error {
	paths := c.Files
	if len(paths) == 0 {
		dir := k.folder()
		if dir == "" {
			shows := knowledge.Embedded().Dossiers()
			return report(sys, knowledge.LintAll(shows), len(shows))
		}
		paths = []string{dir}
	}
	files, rest, err := lintFiles(paths)
	if err != nil {
		return err
	}
	// What only several dossiers can break is reported where it is found last: so the files that were asked for follow
	// the others.
	others, _, err := readDossiers(rest)
	if err != nil {
		return err
	}
	shows, problems, err := readDossiers(files)
	if err != nil {
		return err
	}
	for _, p := range knowledge.LintAll(append(others, shows...)) {
		if slices.Contains(files, filepath.FromSlash(p.File)) {
			problems = append(problems, p)
		}
	}
	return report(sys, problems, len(files))
}

// lintFiles returns the dossiers that the paths name, and the others in the folders of single files.
func lintFiles(paths []string) (files, rest []string, err error) {
	add := func(list []string, more ...string) []string {
		for _, file := range more {
			if !slices.Contains(list, file) {
				list = append(list, file)
			}
		}
		return list
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil, nil, misuse{fmt.Sprintf("there is no file or folder %s", path)}
		case err != nil:
			return nil, nil, err
		case !info.IsDir() && filepath.Ext(path) != ".yaml":
			return nil, nil, misuse{fmt.Sprintf("%s is no dossier: their names end with .yaml", path)}
		}
		dir := path
		if !info.IsDir() {
			files = add(files, filepath.Clean(path))
			dir = filepath.Dir(path)
		}
		all, err := dossierFiles(dir)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !info.IsDir():
			rest = add(rest, all...)
		case len(all) == 0:
			return nil, nil, misuse{fmt.Sprintf("there is no .yaml file in %s", path)}
		default:
			files = add(files, all...)
		}
	}
	return files, slices.DeleteFunc(rest, func(file string) bool { return slices.Contains(files, file) }), nil
}

// report prints the problems found in n dossiers, in the order of files and lines.
func report(sys *system, problems knowledge.Problems, n int) error {
	if len(problems) == 0 {
		_, err := fmt.Fprintf(sys.stdout, "%s, no problems\n", count(n, "dossier"))
		return err
	}
	slices.SortStableFunc(problems, func(a, b knowledge.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Path, b.Path))
	})
	files := map[string]bool{}
	for _, p := range problems {
		files[p.File] = true
		if _, err := fmt.Fprintln(sys.stdout, p); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s in %s", count(len(problems), "problem"), count(len(files), "dossier"))
}
