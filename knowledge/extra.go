package knowledge

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"season3/knowledge/catalogue"
)

// maxImported bounds the names that a show gets by import: every one costs memory in the index.
const maxImported = 40

// Over returns the base of the program's dossiers over the given catalogue, instead of the embedded one, and what the
// operator imported. Imported names only go to shows that the catalogue lists, and only those that no other show has or
// would get; imported series are listed shows of their own.
func Over(c *catalogue.Catalogue, extras ...*catalogue.Extra) (*Base, error) {
	dir, err := fs.Sub(showFiles, "shows")
	if err != nil {
		return nil, err
	}
	shows, err := ReadShows(dir)
	if err != nil {
		return nil, fmt.Errorf("the embedded dossiers: %w", err)
	}
	shows = append(shows, FromCatalogue(c)...)
	for _, e := range extras {
		for i := range e.Series {
			shows = append(shows, fromSeries(&e.Series[i]))
		}
	}
	for _, e := range extras {
		addNames(shows, e.Names)
	}
	return New(shows)
}

// fromSeries makes a listed show of a series of TVmaze. It can see as far as TVmaze had looked.
func fromSeries(from *catalogue.Series) *Show {
	id := seriesPrefix + strconv.Itoa(from.ID)
	reviewed, _ := ParseDate(from.Updated)
	s := &Show{
		ID: id, Title: clip(from.Title, maxTitle), Kind: "live-action", Reviewed: reviewed, listing: &listing{},
		Sources: map[string]Source{id: {Kind: Reference, Publisher: "TVmaze", Title: clip(from.Title, maxHeader),
			URL: catalogue.OriginOf(catalogue.TVmaze).Source + "/shows/" + strconv.Itoa(from.ID)}},
	}
	for _, r := range from.Seasons {
		begin, _ := ParseDate(r.Begin)
		end, _ := ParseDate(r.End)
		s.Seasons = append(s.Seasons, Season{Number: r.Number, Premiered: begin, Ended: end, Cites: []string{id}})
	}
	return s
}

// seriesPrefix begins the ids of imported series.
const seriesPrefix = "tvmaze-"

// addNames gives the listed shows the names of their entries, by the ids of their first season: what later seasons are
// called leads to a number more often than to a show.
func addNames(shows []*Show, entries []catalogue.Synonyms) {
	if len(entries) == 0 {
		return
	}
	taken := map[string]bool{}
	mal, anilist := map[int]*Show{}, map[int]*Show{}
	for _, s := range shows {
		for _, name := range s.AllNames() {
			taken[tight(fold(name))] = true
			if head, _, ok := strings.Cut(name, ": "); ok {
				taken[tight(fold(head))] = true // the index takes it for a name, too
			}
		}
		if s.Listed() && len(s.Seasons) > 0 && s.Seasons[0].Number == 1 {
			if s.IDs.MAL > 0 {
				mal[s.IDs.MAL] = s
			}
			if s.IDs.AniList > 0 {
				anilist[s.IDs.AniList] = s
			}
		}
	}
	type wish struct {
		show *Show
		name string
	}
	var wishes []wish
	wanted := map[string]*Show{} // nil when several want it
	for i := range entries {
		s := joined(&entries[i], mal, anilist)
		if s == nil {
			continue
		}
		for _, name := range entries[i].Names {
			key := tight(fold(name))
			if taken[key] || !tellsApart(key) {
				continue
			}
			if words, _, ok := trailingNumber(name); ok && taken[tight(fold(words))] {
				continue // "Overlord 1" asks for a season of Overlord
			}
			if other, ok := wanted[key]; ok && other != s {
				wanted[key] = nil
				continue
			} else if ok {
				continue
			}
			wanted[key] = s
			wishes = append(wishes, wish{s, name})
		}
	}
	got := map[*Show]int{}
	for _, w := range wishes {
		if wanted[tight(fold(w.name))] == nil || got[w.show] == maxImported {
			continue
		}
		got[w.show]++
		// Without the colon, the words before it do not become a name of their own.
		w.show.Names.Aliases = append(slices.Clip(w.show.Names.Aliases), strings.ReplaceAll(w.name, ": ", " - "))
		origin := catalogue.OriginOf(catalogue.OfflineDatabase)
		w.show.Sources[catalogue.OfflineDatabase] = Source{Kind: Reference, Publisher: catalogue.OfflineDatabase, URL: origin.Source}
	}
}

// joined returns the show whose first season the entry is, nil when there is none or its ids lead to two.
func joined(e *catalogue.Synonyms, mal, anilist map[int]*Show) *Show {
	var found *Show
	for _, ids := range []struct {
		list []int
		of   map[int]*Show
	}{{e.MAL, mal}, {e.AniList, anilist}} {
		for _, id := range ids.list {
			s := ids.of[id]
			if s != nil && found != nil && s != found {
				return nil
			}
			if s != nil {
				found = s
			}
		}
	}
	return found
}

// tellsApart reports whether a folded name says enough: a single letter or a mere number leads anywhere.
func tellsApart(key string) bool {
	return len([]rune(key)) > 1 && strings.Trim(key, "0123456789") != ""
}

// credits returns the kinds of data that the show is made of, "" for the catalogue itself; none for a dossier.
func (s *Show) credits() []string {
	if !s.Listed() {
		return nil
	}
	kinds := []string{""}
	if strings.HasPrefix(s.ID, seriesPrefix) {
		kinds[0] = catalogue.TVmaze
	}
	if _, ok := s.Sources[catalogue.OfflineDatabase]; ok {
		kinds = append(kinds, catalogue.OfflineDatabase)
	}
	return kinds
}

// credit says whose data a listed show is, in a line; "" for a dossier.
func (s *Show) credit() string {
	var parts []string
	for _, kind := range s.credits() {
		o := catalogue.OriginOf(kind)
		text := o.Attribution
		if licence, _, _ := strings.Cut(o.Licence, ", "); !strings.Contains(text, licence) {
			text += ", " + licence
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// Credits returns whose data the base's listed shows are made of, the catalogue's first. Whoever shows answers shows
// them somewhere, too.
func (b *Base) Credits() []catalogue.Origin {
	used := map[string]bool{}
	for _, s := range b.shows {
		for _, kind := range s.credits() {
			used[kind] = true
		}
	}
	var out []catalogue.Origin
	for _, kind := range []string{"", catalogue.OfflineDatabase, catalogue.TVmaze} {
		if used[kind] {
			out = append(out, catalogue.OriginOf(kind))
		}
	}
	return out
}

// Over puts the folder over another base. The next Reload returns it with what the folder holds.
func (f *Folder) Over(base *Base) {
	f.under = base.given
	f.ready = false
}
