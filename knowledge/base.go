// Package knowledge knows shows: what was said of their next seasons, by whom, when, and where that can be read. It reads
// dossiers, derives verdicts from them for any season and day, understands a question and finds the show it is about.
//
// The way of a question: Parse makes a Question of a text, Base.Find finds the Show that its words name, Show.Verdict
// derives what the evidence says, and the Answer is rendered as text, as a card or as JSON. Nothing here waits for a
// network or a disk: the dossiers are part of the program, and a Folder reads more of them from an fs.FS.
//
// Dates have no time zone; they are those of the place where a thing happened.
package knowledge

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"season3/knowledge/catalogue"
)

//go:embed shows/*.yaml
var showFiles embed.FS

// A Base is a set of shows that can be asked. It is read-only after New and safe for concurrent use.
type Base struct {
	given []*Show // all that New was given, by id
	shows []*Show // given, without those of the catalogue that a dossier covers
	byID  map[string]*Show
	index *index
}

// Embedded returns the base that is part of the program: the dossiers, and the catalogue beneath them. It is read once;
// its dossiers are linted by the tests, so a broken one is a panic.
var Embedded = sync.OnceValue(func() *Base {
	dir, err := fs.Sub(showFiles, "shows")
	if err == nil {
		var shows []*Show
		if shows, err = ReadShows(dir); err == nil {
			var b *Base
			if b, err = New(append(shows, FromCatalogue(catalogue.Embedded())...)); err == nil {
				return b
			}
		}
	}
	panic(fmt.Sprintf("the embedded dossiers: %v", err))
})

// Load reads the dossiers in the top folder of fsys and makes a base of them. It fails with Problems when one cannot be
// read; it does not lint.
func Load(fsys fs.FS) (*Base, error) {
	shows, err := ReadShows(fsys)
	if err != nil {
		return nil, err
	}
	return New(shows)
}

// New makes a base of shows. Dossiers outrank the catalogue: what both know is answered from the dossier. Two shows of
// the same id are an error.
func New(given []*Show) (*Base, error) {
	b := &Base{given: slices.Clone(given), byID: make(map[string]*Show, len(given))}
	slices.SortFunc(b.given, func(x, y *Show) int { return cmp.Compare(x.ID, y.ID) })
	shows, borrowed := layered(b.given)
	b.shows = shows
	var errs []error
	for _, s := range b.shows {
		if other, ok := b.byID[s.ID]; ok {
			errs = append(errs, fmt.Errorf("%s and %s: both have the id %q", other.file, s.file, s.ID))
		}
		b.byID[s.ID] = s
	}
	b.index = newIndex(b.shows, borrowed)
	return b, errors.Join(errs...)
}

// Shows returns the shows ordered by id. The slice is the caller's, the shows are shared and must not be changed.
func (b *Base) Shows() []*Show { return slices.Clone(b.shows) }

// Dossiers returns the shows that have a dossier, ordered by id.
func (b *Base) Dossiers() []*Show {
	return slices.DeleteFunc(b.Shows(), func(s *Show) bool { return s.Listed() })
}

// Show returns the show of that id, nil when there is none.
func (b *Base) Show(id string) *Show { return b.byID[id] }

// Reviewed returns the days of the oldest and the newest review among the dossiers, zero when there are none.
func (b *Base) Reviewed() (oldest, newest Date) {
	for i, s := range b.Dossiers() {
		if i == 0 || oldest.After(s.Reviewed) {
			oldest = s.Reviewed
		}
		if s.Reviewed.After(newest) {
			newest = s.Reviewed
		}
	}
	return oldest, newest
}
