package knowledge

import (
	"cmp"
	"slices"
)

// A Verdict is what the evidence says of one season on one day. It is derived from the dossier by five rules; nobody
// writes it:
//
//  1. A season that has begun is airing or released, whatever older claims say.
//  2. Else the newest statement about the season, or about the whole show, by a source of kind reference or stronger
//     decides; of the same date, the stronger kind.
//  3. An aggregator decides only when nothing stronger speaks, and then the verdict is Unconfirmed. Interest and rumour
//     never decide; alone they give rumoured or no_announcement.
//  4. A scheduled date that has passed without a season record is still scheduled, and Overdue.
//  5. A season of which nobody has spoken, while the one before it has not begun, is answered with the first that has
//     not begun.
type Verdict struct {
	Asked  int // the season that was asked about
	Season int // the season that is answered: Asked, or an earlier one by rule 5
	Part   int // the part or cour that Status and Date speak of, 0 when the whole season is meant
	Status Status

	Premiered Date // released, airing: the premiere
	Ended     Date // released: the last episode
	Date      Date // scheduled: when it is due; released and airing: the premiere, or that of the latest part

	Final       bool // the season is declared to be the last
	Overdue     bool // the date has passed, and nothing here confirms that the season began
	Unconfirmed bool // only an aggregator says so
	Rule        int  // which of the five rules decided, 1 to 4; rule 5 shows in Asked != Season

	For     []*Claim // what bears the verdict, the deciding claim first, then what agrees with it, newest first
	Against []*Claim // statements it overrules, newest first
	Talk    []*Claim // rumours, wishes and what only aggregators say otherwise, newest first; they decide nothing

	Evidence Date // of the newest evidence for the verdict; zero when none is dated
	AsOf     Date // how far the base can see: the given day, or the day of the review when that is earlier
}

// Open reports whether the season has not begun.
func (v Verdict) Open() bool { return v.Status != Released && v.Status != Airing }

// begun returns the number of the last season that has surely begun by the day, 0 when none has.
func (s *Show) begun(on Date) int {
	n := 0
	for _, season := range s.Seasons {
		if s.sees(on) || season.Premiered.PastBy(on) {
			n = season.Number
		}
	}
	return n
}

// sees reports whether all that is recorded was so by the day: dossiers are true from their review on. The catalogue
// also lists what is to come.
func (s *Show) sees(on Date) bool { return !s.Listed() && !s.Reviewed.After(on) }

// NextSeason returns the number of the first season that has not begun by the day.
func (s *Show) NextSeason(on Date) int { return s.begun(on) + 1 }

// visible reports whether the claim was surely made by the day. From the review on, every claim was.
func (s *Show) visible(c *Claim, on Date) bool {
	return s.sees(on) || s.date(c).PastBy(on)
}

// Verdict derives what the evidence known on the day says of season n, by the rules that Verdict lists. A number below
// 1 is taken for the next season.
func (s *Show) Verdict(n int, on Date) Verdict {
	begun := s.begun(on)
	if n < 1 {
		n = begun + 1
	}
	v := Verdict{Asked: n, Season: n, AsOf: on}
	if v.AsOf.After(s.Reviewed) {
		v.AsOf = s.Reviewed
	}
	if n > begun+1 && !s.spokenOf(n, on) {
		v.Season = begun + 1
	}
	v.Final = s.declaredFinal(v.Season, begun, on)
	statements, talk := s.statements(v.Season, begun, on)
	v.Talk = talk
	switch {
	case v.Season <= begun && s.season(v.Season) != nil:
		s.decideBegun(&v, statements, on)
	case s.Listed():
		s.decideListed(&v)
	default:
		s.decideOpen(&v, statements, on)
	}
	return v
}

// spokenOf reports whether a claim that can decide speaks of exactly season n.
func (s *Show) spokenOf(n int, on Date) bool {
	return slices.ContainsFunc(s.Claims, func(c Claim) bool {
		return c.Season == n && c.Status.decides() && s.visible(&c, on)
	})
}

// declaredFinal reports whether season n is known as the last: a source of kind reference or stronger declared it, and
// no further season has begun or been promised since.
func (s *Show) declaredFinal(n, begun int, on Date) bool {
	if n < begun {
		return false
	}
	var declared Date
	final := false
	for i := range s.Claims {
		c := &s.Claims[i]
		if c.Season == n && c.Final && s.visible(c, on) && s.kind(c).strength() >= Reference.strength() {
			final = true
			if d := s.date(c); d.After(declared) {
				declared = d
			}
		}
	}
	return final && !slices.ContainsFunc(s.Claims, func(c Claim) bool {
		return c.Season == n+1 && c.Status.ahead() && s.visible(&c, on) && s.kind(&c).strength() >= Reference.strength() && s.date(&c).After(declared)
	})
}

// statements returns the claims that speak of season n on the day, newest first: those that can decide, and talk. What
// was said of the whole show counts for the next season unless a later season has begun since: then events have
// overtaken it. A season declared the last speaks of the one after it, too.
func (s *Show) statements(n, begun int, on Date) (deciding, talk []*Claim) {
	for i := range s.Claims {
		c := &s.Claims[i]
		if c.Status == "" || !s.visible(c, on) {
			continue
		}
		switch {
		case c.Season == n:
		case n != begun+1:
			continue
		case c.Season == 0:
			if begun > 0 && s.season(begun).Premiered.After(s.date(c)) {
				continue
			}
		case c.Season == n-1 && c.Final:
		default:
			continue
		}
		if c.Status.decides() {
			deciding = append(deciding, c)
		} else {
			talk = append(talk, c)
		}
	}
	slices.SortStableFunc(deciding, s.newestFirst)
	slices.SortStableFunc(talk, s.newestFirst)
	return deciding, talk
}

func (s *Show) newestFirst(a, b *Claim) int {
	da, db := s.date(a), s.date(b)
	if da != db {
		if da.After(db) {
			return -1
		}
		if db.After(da) {
			return 1
		}
	}
	return cmp.Compare(s.kind(b).strength(), s.kind(a).strength())
}

// decideBegun applies rule 1.
func (s *Show) decideBegun(v *Verdict, statements []*Claim, on Date) {
	season := s.season(v.Season)
	v.Rule, v.Premiered, v.Date, v.Against = 1, season.Premiered, season.Premiered, statements
	v.Evidence = season.Premiered
	known := s.sees(on)
	over := func(ended Date) bool { return !ended.IsZero() && (known || ended.PastBy(on)) }
	v.Status = Airing
	ended := season.Ended
	for i, part := range season.Parts {
		if known || part.Premiered.PastBy(on) {
			v.Part, v.Date, v.Evidence, ended = i+1, part.Premiered, part.Premiered, part.Ended
		}
	}
	if over(ended) {
		v.Status, v.Ended, v.Evidence = Released, ended, ended
	}
	// A part that is promised and has not come keeps the season open: it is not all out. The newest word on it counts, and
	// a word from before the season ended does not, where the dossier tells no parts apart.
	for _, c := range statements {
		if c.Part <= max(v.Part, 1) || s.kind(c).strength() < Reference.strength() || len(season.Parts) == 0 && season.Ended.After(s.date(c)) {
			continue
		}
		if c.Status.ahead() {
			v.Status, v.Part, v.Date, v.Ended = Airing, c.Part, c.Date, Date{}
			v.Overdue = c.Status == Scheduled && on.After(c.Date.Last())
			v.For, v.Evidence = []*Claim{c}, s.date(c)
			v.Against = slices.DeleteFunc(slices.Clone(statements), func(o *Claim) bool { return o == c })
		}
		break
	}
	if v.Status == Released && v.Part == len(season.Parts) {
		v.Part, v.Date = 0, season.Premiered
	}
}

// decideOpen applies rules 2 to 4.
func (s *Show) decideOpen(v *Verdict, statements []*Claim, on Date) {
	strong := slices.DeleteFunc(slices.Clone(statements), func(c *Claim) bool { return s.kind(c).strength() < Reference.strength() })
	var decider *Claim
	switch {
	case len(strong) > 0:
		v.Rule, decider = 2, s.decider(strong)
	case len(statements) > 0:
		v.Rule, decider = 3, s.decider(statements)
		v.Unconfirmed = true
	default:
		v.Rule, v.Status = 3, NoAnnouncement
		if i := slices.IndexFunc(v.Talk, func(c *Claim) bool { return c.Status == Rumoured }); i >= 0 {
			v.Status = Rumoured
			v.For = []*Claim{v.Talk[i]}
			v.Evidence = s.date(v.Talk[i])
			v.Talk = slices.Delete(slices.Clone(v.Talk), i, i+1)
		}
		return
	}

	v.Status, v.Part, v.Date = decider.Status, decider.Part, decider.Date
	if decider.Season == v.Season-1 && decider.Final {
		v.Status, v.Part, v.Date = Concluded, 0, Date{}
	}
	v.For, v.Evidence = []*Claim{decider}, s.date(decider)
	for _, c := range statements {
		switch {
		case c == decider:
		case c.Status == v.Status && c.Season != v.Season-1 && (v.Status != Scheduled || c.Date.Overlaps(v.Date)):
			v.For = append(v.For, c)
			if d := s.date(c); d.After(v.Evidence) && s.kind(c).strength() >= Reference.strength() {
				v.Evidence = d
			}
		case c.Final && c.Season == v.Season-1 && v.Status == Concluded,
			c.Part > 0 && v.Part == 0 && c.Status.ahead() && v.Status.ahead():
			v.For = append(v.For, c)
		case v.Unconfirmed || s.kind(c).strength() >= Reference.strength():
			v.Against = append(v.Against, c)
		default:
			v.Talk = append(v.Talk, c)
		}
	}
	slices.SortStableFunc(v.Talk, s.newestFirst)
	if v.Status == Scheduled && on.After(v.Date.Last()) {
		v.Rule, v.Overdue = 4, true
	}
}

// decider returns the newest of the statements, which are sorted newest first; of those that may be as new as it, because
// their dates are vaguer, the one of the strongest kind.
func (s *Show) decider(statements []*Claim) *Claim {
	best := statements[0]
	newest := s.date(best)
	for _, c := range statements[1:] {
		if d := s.date(c); (d == newest || d.Overlaps(newest)) && s.kind(c).strength() > s.kind(best).strength() {
			best = c
		}
	}
	return best
}
