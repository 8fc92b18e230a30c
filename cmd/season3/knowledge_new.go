package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"season3/knowledge"
)

type newCommand struct {
	ID    string `arg:"" help:"The id: lower-case words and numbers joined by hyphens."`
	Title string `placeholder:"TITLE" help:"The official English title."`
	Write bool   `help:"Write it to the folder of dossiers instead of printing it."`
}

// Help is shown below the flags.
func (newCommand) Help() string {
	return `Examples:
  season3 knowledge new paper-lanterns --title "Paper Lanterns"
  season3 knowledge new paper-lanterns --write`
}

// skeleton is a dossier that waits for its facts. Lines that begin with "# " are YAML to be uncommented, those with "## "
// explain.
const skeleton = `## knowledge/README.md describes every key. Uncomment what a source gives, remove the rest, then run
##   season3 knowledge lint
id: ${id}
## The official English title; below, the other names by which people ask.
title: ${title}
# names:
#   native: []
#   romaji: []
#   aliases: []
## anime, animation or live-action
kind:
## 1 (few ask) to 5 (everybody asks)
popularity:
## The first season at MyAnimeList, AniList and The Movie Database.
# ids: {mal: 0, anilist: 0, tmdb: tv/0}
## The day on which you last compared all this with the world. Nothing here may be later.
reviewed: ${reviewed}

## Those that have begun. Dates as the source gives them: 2024-01-07, 2024-01, 2024-winter or 2024.
# seasons:
#   - number: 1
#     premiered: 2024-01-07
#     ended: 2024-03-24
#     episodes: 12
#     cites: [page]

## Films, OVAs, specials and sister series.
# also:
#   - kind: film
#     title: A Title
#     premiered: 2024
#     cites: [page]

## Who said what, when, in a sentence of your own: about the next season first.
## status: ${statuses}
## topic: made, why, where or note, instead of a status or beside it
# claims:
#   - season: 2
#     status: announced
#     said: 2024-03-24
#     by: Name
#     role: producer
#     text: A second season is being prepared.
#     cites: [page]

## kind: ${kinds}
# sources:
#   page:
#     kind: official
#     publisher: Name
#     title: A Title
#     url: https://site.example/page
#     published: 2024-03-24
`

// newDossier returns the skeleton for an id.
func newDossier(id, title string, reviewed knowledge.Date) string {
	if title != "" {
		title = strconv.Quote(title)
	}
	text := os.Expand(skeleton, func(name string) string {
		return map[string]string{
			"id": id, "title": title, "reviewed": reviewed.String(),
			"statuses": words(knowledge.ClaimStatuses()), "kinds": words(knowledge.SourceKinds()),
		}[name]
	})
	return strings.ReplaceAll(text, ": \n", ":\n")
}

// Run prints or writes the skeleton.
func (c *newCommand) Run(sys *system, k *knowledgeCommand) error {
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	if b.Show(c.ID) != nil {
		return misuse{fmt.Sprintf("there is a dossier %s already: season3 knowledge show %[1]s", c.ID)}
	}
	text := newDossier(c.ID, c.Title, today(sys))
	show, err := knowledge.ReadShow(c.ID+".yaml", []byte(text))
	if err != nil {
		return misuse{fmt.Sprintf("%q does not make a dossier: %v", c.ID, err)}
	}
	for _, p := range show.Lint() {
		if p.Path == "id" || p.Path == "title" && c.Title != "" {
			return misuse{p.Path + ": " + p.Text}
		}
	}
	if !c.Write {
		_, err := io.WriteString(sys.stdout, text)
		return err
	}

	dir := k.folder()
	if dir == "" {
		return misuse{"there is no folder " + dossiers + " here: go to the repository, or name a folder with --dir"}
	}
	file := filepath.Join(dir, c.ID+".yaml")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return misuse{file + " is there already and stays as it is"}
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the new dossier: %w", err)
	}
	_, err = fmt.Fprintf(sys.stdout, "Wrote %s. Fill it in, then: season3 knowledge lint %[1]s\n", file)
	return err
}
