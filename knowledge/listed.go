package knowledge

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"season3/knowledge/catalogue"
)

// A listing is what makes a show one of the catalogue: it says which seasons exist and knows of no announcements.
type listing struct {
	rank    int              // 1 is the best known, 0 is unranked
	reading string           // the native title as a machine reads it aloud: for finding, never for showing
	others  map[int]int      // season -> the number that others give it, or a part of it
	links   []catalogue.Link // to shows listed apart
}

// Listed reports whether only the catalogue knows the show. Then its seasons are known, and announcements are not.
func (s *Show) Listed() bool { return s.listing != nil }

// fame orders shows that fit equally well, larger first. Dossiers are written for what is asked for, so they lead.
func (s *Show) fame() int {
	switch {
	case s.listing == nil:
		return 10_000 * max(s.Popularity, 1)
	case s.listing.rank > 0:
		return max(10_000-s.listing.rank, 1)
	}
	return 0
}

// FromCatalogue makes shows of a catalogue. Their day of review is that of the newest entry: the catalogue cannot see
// further.
func FromCatalogue(c *catalogue.Catalogue) []*Show {
	reviewed, err := ParseDate(c.Newest)
	if err != nil {
		return nil // a catalogue without entries
	}
	shows := make([]*Show, 0, len(c.Shows))
	for i := range c.Shows {
		shows = append(shows, fromListed(&c.Shows[i], reviewed))
	}
	return shows
}

func fromListed(from *catalogue.Show, reviewed Date) *Show {
	s := &Show{
		ID: strings.ReplaceAll(from.Key, "/", "-"), Title: clip(from.Title, maxTitle), Names: Names{Aliases: from.Names},
		Kind: "anime", Reviewed: reviewed, Sources: map[string]Source{}, listing: &listing{rank: from.Rank, reading: from.Reading, links: from.Continues},
	}
	if tv, ok := strings.CutPrefix(from.Key, "tv/"); ok {
		s.IDs.TMDB = "tv/" + tv
	}
	for _, e := range from.Seasons {
		begin, _ := ParseDate(e.Begin)
		end, _ := ParseDate(e.End)
		if len(s.Seasons) == 0 {
			s.IDs.MAL, s.IDs.AniList = e.MAL, e.AniList
		}
		cites := s.listedSources(e.Title, e.MAL, e.AniList)
		if e.Other > 0 && e.Other != e.Number {
			if s.listing.others == nil {
				s.listing.others = map[int]int{}
			}
			s.listing.others[e.Number] = e.Other
		}
		if n := len(s.Seasons); n > 0 && s.Seasons[n-1].Number == e.Number {
			last := &s.Seasons[n-1]
			if len(last.Parts) == 0 {
				last.Parts = []Part{{Premiered: last.Premiered, Ended: last.Ended}}
			}
			last.Parts = append(last.Parts, Part{Premiered: begin, Ended: end})
			last.Ended = end
			last.Cites = append(last.Cites, cites...)
			continue
		}
		s.Seasons = append(s.Seasons, Season{Number: e.Number, Premiered: begin, Ended: end, Cites: cites})
	}
	for _, w := range from.Also {
		premiered, _ := ParseDate(w.Begin)
		s.Also = append(s.Also, Work{Kind: w.Kind, Title: clip(w.Title, maxTitle), Premiered: premiered, Cites: s.listedSources(w.Title, w.MAL, w.AniList)})
	}
	return s
}

// listedSources adds the pages of an entry, or the catalogue itself where it has none, and returns their ids.
func (s *Show) listedSources(title string, mal, anilist int) []string {
	page := func(id, publisher, url string) []string {
		s.Sources[id] = Source{Kind: Reference, Publisher: publisher, Title: clip(title, maxHeader), URL: url}
		return []string{id}
	}
	switch {
	case mal > 0:
		return page("mal-"+strconv.Itoa(mal), "MyAnimeList", "https://myanimelist.net/anime/"+strconv.Itoa(mal))
	case anilist > 0:
		return page("anilist-"+strconv.Itoa(anilist), "AniList", "https://anilist.co/anime/"+strconv.Itoa(anilist))
	}
	s.Sources["bangumi-data"] = Source{Kind: Reference, Publisher: "bangumi-data", URL: catalogue.Source}
	return []string{"bangumi-data"}
}

// decideListed gives the verdict of a season that has not begun, of a show that only the catalogue knows.
func (s *Show) decideListed(v *Verdict) {
	v.Rule, v.Status = 2, Unlisted
	if season := s.season(v.Season); season != nil {
		v.Status, v.Date = Scheduled, season.Premiered
	}
}

// listedSeasons says what the catalogue lists: "season 1", "seasons 1 to 3".
func (w *writer) listedSeasons() string {
	unit := w.show.UnitName()
	if w.begun < 2 {
		return unit + " 1"
	}
	return fmt.Sprintf("%ss 1 to %d", unit, w.begun)
}

// layered returns the shows without those of the catalogue that a dossier covers, and the names that dossiers borrow from
// them. A dossier covers what has the same id elsewhere, or the same name and began while the dossier's seasons did; a
// remake, years apart, stays.
func layered(shows []*Show) (out []*Show, borrowed map[*Show][]string) {
	mal, anilist, tmdb, named := map[int]*Show{}, map[int]*Show{}, map[string]*Show{}, map[string][]*Show{}
	for _, s := range shows {
		if s.Listed() {
			continue
		}
		mal[s.IDs.MAL], anilist[s.IDs.AniList], tmdb[s.IDs.TMDB] = s, s, s
		for _, name := range s.AllNames() {
			named[tight(fold(name))] = append(named[tight(fold(name))], s)
		}
	}
	delete(mal, 0)
	delete(anilist, 0)
	delete(tmdb, "")
	covers := func(s *Show) *Show {
		if d := cmp.Or(mal[s.IDs.MAL], anilist[s.IDs.AniList], tmdb[s.IDs.TMDB]); d != nil {
			return d
		}
		for _, name := range s.AllNames() {
			for _, d := range named[tight(fold(name))] {
				if n := len(d.Seasons); n > 0 && s.Year() >= d.Year()-1 && s.Year() <= d.Seasons[n-1].newest().Year()+1 {
					return d
				}
			}
		}
		return nil
	}
	borrowed = map[*Show][]string{}
	for _, s := range shows {
		if !s.Listed() {
			out = append(out, s)
		} else if d := covers(s); d == nil {
			out = append(out, s)
		} else {
			for _, name := range s.AllNames() {
				if len(named[tight(fold(name))]) == 0 { // else it is some dossier's own
					borrowed[d] = append(borrowed[d], name)
				}
			}
		}
	}
	return out, borrowed
}
