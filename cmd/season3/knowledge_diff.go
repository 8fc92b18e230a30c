package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"season3/knowledge"
)

type diffCommand struct {
	Old string `arg:"" help:"A folder of dossiers, or a file made by export."`
	New string `arg:"" help:"The same, as it is now."`
}

// Help is shown below the arguments.
func (diffCommand) Help() string {
	return `One line for each season whose verdict changes: before, after, and the event that would be announced, if any.

Examples:
  season3 knowledge export > before.jsonl
  season3 knowledge diff before.jsonl knowledge/shows

  git worktree add ../before main
  season3 knowledge diff ../before/knowledge/shows knowledge/shows`
}

// Run prints the changes.
func (c *diffCommand) Run(sys *system) error {
	before, err := snapshot(c.Old, today(sys))
	if err != nil {
		return err
	}
	after, err := snapshot(c.New, today(sys))
	if err != nil {
		return err
	}
	changes := before.Changes(after)
	events := 0
	if len(changes) > 0 {
		table := newTable(sys.stdout, "ID", "SEASON", "BEFORE", "AFTER", "EVENT")
		for _, c := range changes {
			event := "-"
			if c.Event != "" {
				events++
				event = string(c.Event)
			}
			if c.Part > 0 && c.Event != "" {
				event += fmt.Sprintf(" (part %d)", c.Part)
			}
			table.row(c.Show, c.Season, standing(c.Old), standing(c.New), event)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for _, one := range []struct {
		text       string
		have, lack knowledge.Snapshot
	}{{"new", after, before}, {"gone", before, after}} {
		for _, id := range slices.Sorted(maps.Keys(one.have)) {
			if _, ok := one.lack[id]; !ok {
				fmt.Fprintf(sys.stdout, "%s: %s dossier, no event\n", id, one.text)
			}
		}
	}
	_, err = fmt.Fprintf(sys.stdout, "%s, %s\n", count(len(changes), "changed verdict"), count(events, "event"))
	return err
}

// snapshot returns what a folder of dossiers says on the day, or what a file made by export says.
func snapshot(path string, on knowledge.Date) (knowledge.Snapshot, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, misuse{fmt.Sprintf("there is no file or folder %s", path)}
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		snap, err := knowledge.ReadSnapshot(f)
		if err != nil {
			return nil, misuse{fmt.Sprintf("%s is neither a folder nor made by season3 knowledge export: %v", path, err)}
		}
		return snap, nil
	}
	b, err := knowledge.Load(os.DirFS(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b.Snapshot(on), nil
}

type exportCommand struct{}

// Help is shown below the description.
func (exportCommand) Help() string {
	return `One JSON object a line and show: the verdicts of its seasons, without the claims that made them.

Example:
  season3 knowledge export > before.jsonl`
}

// Run prints the verdicts.
func (exportCommand) Run(sys *system, k *knowledgeCommand) error {
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	return b.Snapshot(today(sys)).Write(sys.stdout)
}
