package knowledge

import (
	"cmp"
	"slices"
	"strings"
)

// An Entry is one line of a dossier for people who want to see everything.
type Entry struct {
	Head     string // such as "Season 3, not planned, August 2019, Mikio Ono, producer"
	Text     string
	Corrects string // the mistake in circulation, "" when there is none
	Sources  []Source
	Against  []Source // those that carry the mistake
}

// statusWords are the statuses inside a sentence.
func (s Status) words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Entries returns all claims, those about later seasons first and newer before older, then the seasons and other works.
func (s *Show) Entries() []Entry {
	claims := make([]*Claim, len(s.Claims))
	for i := range s.Claims {
		claims[i] = &s.Claims[i]
	}
	slices.SortStableFunc(claims, func(a, b *Claim) int {
		return cmp.Or(cmp.Compare(b.Season, a.Season), s.newestFirst(a, b))
	})
	var out []Entry
	for _, c := range claims {
		head := []string{"The show"}
		if c.Season > 0 {
			head[0] = capital(s.numbered(c.Season))
		}
		if c.Status != "" {
			head = append(head, c.Status.words())
		}
		if d := s.date(c); !d.IsZero() {
			head = append(head, d.Words())
		}
		for _, who := range []string{c.By, c.Role} {
			if who != "" {
				head = append(head, who)
			}
		}
		out = append(out, Entry{strings.Join(head, ", "), c.Text, c.Corrects, s.cited(c.Cites), s.cited(c.Against)})
	}
	for i := range s.Seasons {
		season := &s.Seasons[i]
		text := "Began " + season.Premiered.in() + "."
		if !season.Ended.IsZero() {
			text = capital(ran(season.Premiered, season.Ended)) + "."
		}
		if season.Episodes > 0 {
			text += " " + capital(plural(season.Episodes, "episode")) + "."
		}
		out = append(out, Entry{Head: capital(s.numbered(season.Number)), Text: text, Sources: s.cited(season.Cites)})
	}
	for _, w := range s.Also {
		text := "Has not come out."
		if !w.Premiered.IsZero() {
			text = "Came out " + w.Premiered.in() + "."
		}
		out = append(out, Entry{Head: w.Title + ", " + kindName(w.Kind), Text: text, Sources: s.cited(w.Cites)})
	}
	return out
}

func (s *Show) cited(ids []string) []Source {
	out := make([]Source, 0, len(ids))
	for _, id := range ids {
		out = append(out, s.Sources[id])
	}
	return out
}

// LastKnown returns the largest season of which something can be said by the day: the next one, or a later one of which
// someone has spoken.
func (s *Show) LastKnown(on Date) int {
	n := s.NextSeason(on)
	for s.spokenOf(n+1, on) {
		n++
	}
	return n
}
