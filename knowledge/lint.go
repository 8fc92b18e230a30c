package knowledge

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what a dossier's texts may hold, in characters, so that every answer fits a Discord message.
const (
	maxTitle  = 80
	maxText   = 240
	maxPlace  = 80  // publisher, speaker, role
	maxURL    = 300 // a link button takes 512, a source line must leave room for its neighbours
	maxHeader = 160 // title of a page
)

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Lint reports every fault of the dossier that reading alone does not find, ordered by line. A dossier without
// problems yields a sound verdict for every season and day.
func (s *Show) Lint() Problems {
	l := &linter{show: s, used: map[string]bool{}}
	l.head()
	l.seasons()
	l.works()
	for i := range s.Claims {
		l.claim(i)
	}
	l.sources()
	slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return l.problems
}

type linter struct {
	show     *Show
	used     map[string]bool // source ids that something cites
	problems Problems
}

// report adds a problem at the path, or at the nearest enclosing place that is in the file.
func (l *linter) report(path, format string, args ...any) {
	p := Problem{File: l.show.file, Path: path, Text: fmt.Sprintf(format, args...)}
	for at := path; ; {
		if line, ok := l.show.lines[at]; ok {
			p.Line = line
			break
		}
		i := strings.LastIndexAny(at, ".[")
		if i < 0 {
			p.Line = 1
			break
		}
		at = at[:i]
	}
	l.problems = append(l.problems, p)
}

func (l *linter) oneOf(path, what, got string, allowed []string) {
	if !slices.Contains(allowed, got) {
		l.report(path, "%s %q is not known: write %s", what, got, strings.Join(allowed, ", "))
	}
}

func (l *linter) length(path, text string, limit int) {
	if n := utf8.RuneCountInString(text); n > limit {
		l.report(path, "has %d characters: write at most %d", n, limit)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
		l.report(path, "holds a line break or control character: write it in one line")
	}
}

// notLater reports a date after the day of the review: a dossier cannot know it.
func (l *linter) notLater(path string, d Date) {
	if !d.IsZero() && !l.show.Reviewed.IsZero() && d.First().After(l.show.Reviewed) {
		l.report(path, "%s is after the review of %s: correct one of them", d, l.show.Reviewed)
	}
}

func (l *linter) cites(path string, ids []string) {
	if len(ids) == 0 {
		l.report(path, "no sources: name at least one id from sources under cites")
	}
	for i, id := range ids {
		if _, ok := l.show.Sources[id]; !ok {
			l.report(path, "source %q is not listed under sources", id)
		}
		if slices.Contains(ids[:i], id) {
			l.report(path, "source %q is named twice", id)
		}
		l.used[id] = true
	}
}

func (l *linter) head() {
	s := l.show
	if !idForm.MatchString(s.ID) {
		l.report("id", "%q is not an id: write lower-case words and numbers joined by hyphens", s.ID)
	}
	if name, ok := strings.CutSuffix(s.file[strings.LastIndexByte(s.file, '/')+1:], ".yaml"); ok && name != s.ID {
		l.report("id", "%q is not the name of the file: write %q, or rename the file", s.ID, name)
	}
	if s.Title == "" {
		l.report("title", "is missing: write the official English title")
	}
	l.oneOf("kind", "kind", s.Kind, showKinds)
	l.oneOf("unit", "unit", s.UnitName(), units)
	if s.Popularity < 1 || s.Popularity > 5 {
		l.report("popularity", "%d is not between 1 (few ask) and 5 (everybody asks)", s.Popularity)
	}
	if s.Reviewed.Precision() != ToDay {
		l.report("reviewed", "is not a day: write the day on which you last checked, such as 2026-11-22")
	}
	names := s.AllNames()
	for i, name := range names {
		path := s.namePath(i)
		l.length(path, name, maxTitle)
		switch {
		case fold(name) == "" && (i > 0 || name != ""):
			l.report(path, "%q has no letter or number by which it could be found", name)
		case slices.ContainsFunc(names[:i], func(n string) bool { return strings.EqualFold(n, name) }):
			l.report(path, "%q stands there twice", name)
		}
	}
}

// namePath returns where the i-th of AllNames stands.
func (s *Show) namePath(i int) string {
	if i--; i < 0 {
		return "title"
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"native", s.Names.Native}, {"romaji", s.Names.Romaji}, {"aliases", s.Names.Aliases}} {
		if i < len(list.names) {
			return fmt.Sprintf("names.%s[%d]", list.key, i)
		}
		i -= len(list.names)
	}
	return "names"
}

func (l *linter) seasons() {
	s := l.show
	for i := range s.Seasons {
		season, at := &s.Seasons[i], fmt.Sprintf("seasons[%d]", i)
		if season.Number != i+1 {
			l.report(at+".number", "is %d where %d follows: seasons are numbered from 1 without gaps", season.Number, i+1)
		}
		l.length(at+".title", season.Title, maxTitle)
		l.cites(at+".cites", season.Cites)
		l.run(at, season.Premiered, season.Ended, season.Episodes)
		if i > 0 && !season.Premiered.IsZero() && s.Seasons[i-1].Premiered.After(season.Premiered) {
			l.report(at+".premiered", "%s is before the season before it", season.Premiered)
		}
		if season.Ended.IsZero() {
			switch {
			case i+1 < len(s.Seasons):
				l.report(at+".ended", "is missing: only the last season may still be on air")
			case season.newest().Last().AddDays(366).PastBy(s.Reviewed):
				l.report(at+".ended", "is missing, yet it began more than a year before the review: write when it ended")
			}
		}
		for j, part := range season.Parts {
			at := fmt.Sprintf("%s.parts[%d]", at, j)
			l.run(at, part.Premiered, part.Ended, part.Episodes)
			switch {
			case j == 0 && part.Premiered != season.Premiered:
				l.report(at+".premiered", "%s is not the season's own premiere, %s", part.Premiered, season.Premiered)
			case j > 0 && season.Parts[j-1].Premiered.After(part.Premiered):
				l.report(at+".premiered", "%s is before the part before it", part.Premiered)
			case j > 0 && season.Parts[j-1].Ended.IsZero():
				l.report(at, "begins while the part before it has no end: write its ended")
			}
			if j == len(season.Parts)-1 && part.Ended != season.Ended {
				l.report(at+".ended", "is not the season's own end: the season ends with its last part")
			}
		}
	}
}

// run checks what seasons and parts have in common.
func (l *linter) run(at string, premiered, ended Date, episodes int) {
	if premiered.IsZero() {
		l.report(at+".premiered", "is missing: write when it was first shown, as precisely as the source does")
	}
	if premiered.After(ended.Last()) && !ended.IsZero() {
		l.report(at+".ended", "%s is before the premiere, %s", ended, premiered)
	}
	if episodes < 0 || episodes > 2000 {
		l.report(at+".episodes", "%d is no number of episodes: leave it out when no source gives it", episodes)
	}
	l.notLater(at+".premiered", premiered)
	l.notLater(at+".ended", ended)
}

func (l *linter) works() {
	for i, w := range l.show.Also {
		at := fmt.Sprintf("also[%d]", i)
		l.oneOf(at+".kind", "kind", w.Kind, workKinds)
		if w.Title == "" {
			l.report(at+".title", "is missing")
		}
		l.length(at+".title", w.Title, maxTitle)
		l.notLater(at+".premiered", w.Premiered)
		l.cites(at+".cites", w.Cites)
	}
}

func (l *linter) claim(i int) {
	s, c := l.show, &l.show.Claims[i]
	at := fmt.Sprintf("claims[%d]", i)
	if c.Text == "" {
		l.report(at+".text", "is missing: say in a sentence of your own what was said")
	} else if !strings.HasSuffix(c.Text, ".") {
		l.report(at+".text", "does not end with a full stop: write whole sentences")
	}
	l.length(at+".text", c.Text, maxText)
	l.length(at+".corrects", c.Corrects, maxText)
	l.length(at+".by", c.By, maxPlace)
	l.length(at+".role", c.Role, maxPlace)
	l.length(at+".as", c.As, maxTitle)

	if c.Status == "" && c.Topic == "" {
		l.report(at, "has neither status nor topic: write what it says of a season, or what it explains")
	}
	if c.Status != "" && !slices.Contains(claimStatuses, c.Status) {
		words := make([]string, len(claimStatuses))
		for i, st := range claimStatuses {
			words[i] = string(st)
		}
		hint := ""
		if c.Status == Released || c.Status == Airing {
			hint = " (what has begun is a season with sources)"
		}
		l.report(at+".status", "%q is not a claim's status%s: write %s", c.Status, hint, strings.Join(words, ", "))
	}
	if c.Topic != "" {
		l.oneOf(at+".topic", "topic", c.Topic, topics)
	}

	l.claimSeason(at, c)
	l.claimFields(at, c)
	l.cites(at+".cites", c.Cites)
	if c.Status.decides() && len(c.Cites) > 0 && s.kind(c) == Leak {
		l.report(at+".cites", "only leaks bear a claim of status %s: cite who decides, or write rumoured", c.Status)
	}
	l.notLater(at+".said", c.Said)
	if !c.Said.IsZero() && slices.ContainsFunc(c.Cites, func(id string) bool { return !s.Sources[id].Published.IsZero() }) &&
		!slices.ContainsFunc(c.Cites, func(id string) bool {
			p := s.Sources[id].Published
			return p.IsZero() || !c.Said.First().After(p.Last())
		}) {
		l.report(at+".said", "%s is later than every source it cites: correct the date or cite a later source", c.Said)
	}
}

// claimSeason checks that the claim's season exists or can be the next: it follows one that has begun, or one that
// another claim speaks of.
func (l *linter) claimSeason(at string, c *Claim) {
	s := l.show
	known := func(n int) bool {
		return n <= len(s.Seasons) || slices.ContainsFunc(s.Claims, func(o Claim) bool { return o.Season == n })
	}
	switch {
	case c.Season < 0:
		l.report(at+".season", "%d is no season: leave it out for the whole show", c.Season)
	case c.Season > len(s.Seasons)+1 && !known(c.Season-1):
		l.report(at+".season", "%d does not follow: the dossier has %s and no claim about season %d", c.Season,
			plural(len(s.Seasons), "season"), c.Season-1)
	case c.Part < 0 || c.Part > 20:
		l.report(at+".part", "%d is no part: leave it out for the whole season", c.Part)
	case c.Part > 0 && c.Season == 0:
		l.report(at+".part", "needs the season it is a part of: write season")
	}
}

// claimFields checks the keys that go only with certain statuses or with each other.
func (l *linter) claimFields(at string, c *Claim) {
	switch {
	case c.Status == Scheduled && c.Date.IsZero():
		l.report(at+".date", "is missing: a scheduled claim says when, else write announced")
	case c.Status != Scheduled && !c.Date.IsZero():
		l.report(at+".date", "goes only with status scheduled")
	}
	switch {
	case c.Status == Continued && c.As == "":
		l.report(at+".as", "is missing: write the title under which the story goes on")
	case c.Status != Continued && (c.As != "" || c.Show != ""):
		l.report(at, "as and show go only with status continued")
	}
	if c.Final && !c.Status.ahead() {
		l.report(at+".final", "goes only with scheduled, delayed, in_production or announced: for the end of the show write concluded")
	}
	if c.Role != "" && c.By == "" {
		l.report(at+".role", "without by: write who it is")
	}
	if (c.Corrects == "") != (len(c.Against) == 0) {
		l.report(at+".corrects", "corrects and against go together: the mistake, and the sources that carry it")
	}
	for _, id := range c.Against {
		if _, ok := l.show.Sources[id]; !ok {
			l.report(at+".against", "source %q is not listed under sources", id)
		}
		l.used[id] = true
	}
}

func (l *linter) sources() {
	kinds := make([]string, 0, 6)
	for _, k := range SourceKinds() {
		kinds = append(kinds, string(k))
	}
	for id, src := range l.show.Sources {
		at := "sources." + id
		if !idForm.MatchString(id) {
			l.report(at, "%q is not an id: write lower-case words and numbers joined by hyphens", id)
		}
		l.oneOf(at+".kind", "kind", string(src.Kind), kinds)
		if src.Publisher == "" {
			l.report(at+".publisher", "is missing: write who printed it")
		}
		l.length(at+".publisher", src.Publisher, maxPlace)
		l.length(at+".title", src.Title, maxHeader)
		l.length(at+".url", src.URL, maxURL)
		if u, err := url.Parse(src.URL); err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(src.URL, " <>()") {
			l.report(at+".url", "%q is not an https address without spaces, brackets and parentheses (write %%28 and %%29)", clip(src.URL, 60))
		}
		l.notLater(at+".published", src.Published)
		if !l.used[id] {
			l.report(at, "is cited by nothing: cite it or remove it")
		}
	}
}

// LintAll lints every show and what only several shows together can break: an id or a name that two of them claim, and
// links to dossiers that do not exist.
func LintAll(shows []*Show) Problems {
	var ps Problems
	ids := map[string]*Show{}
	owner := map[string]*Show{}
	for _, s := range shows {
		l := &linter{show: s}
		ps = append(ps, s.Lint()...)
		if first, ok := ids[s.ID]; ok {
			l.report("id", "%q is the id of %s too", s.ID, first.file)
		} else {
			ids[s.ID] = s
		}
		for i, name := range s.AllNames() {
			key := tight(fold(name)) // as Find compares
			if first := owner[key]; first != nil && first != s {
				l.report(s.namePath(i), "%q is a name of %s too: keep it where most people mean it", name, first.file)
			}
			owner[key] = s
		}
		ps = append(ps, l.problems...)
	}
	for _, s := range shows {
		l := &linter{show: s}
		for i, c := range s.Claims {
			if c.Show != "" && ids[c.Show] == nil {
				l.report(fmt.Sprintf("claims[%d].show", i), "there is no dossier %q: write its id, or leave show out", c.Show)
			}
		}
		ps = append(ps, l.problems...)
	}
	return ps
}
