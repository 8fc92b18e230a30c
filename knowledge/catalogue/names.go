package catalogue

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// finish fills in the show of a draft whose entries have their numbers.
func (b *builder) finish(d *draft) {
	first := d.mains[0]
	d.show.Key = cmp.Or(d.page, first.id())
	for _, it := range d.mains {
		d.show.Seasons = append(d.show.Seasons, it.season())
	}
	slices.SortStableFunc(d.show.Seasons, Season.compare)
	inParts(d.show.Seasons)
	slices.SortStableFunc(d.also, (*item).compare)
	for _, it := range d.also {
		d.show.Also = append(d.show.Also, Work{it.kind(), it.Title, day(it.Begin), it.mal, it.anilist})
	}
	d.name()
	d.show.Reading = b.reading(d)
}

// name gathers the names in the data: the native one, the English ones, and those of later entries that differ.
func (d *draft) name() {
	var english, native []string
	for i, it := range d.mains {
		if i == 0 {
			native = append(native, d.native(), it.Title)
		} else if !strings.HasPrefix(stem(it.Title), stem(native[0])) {
			native = append(native, it.Title)
		}
		for _, en := range it.Translate["en"] {
			if en = clean(en); i > 0 || seasonIn(plain(en)) > 0 {
				en = withoutSeason(en)
			}
			if isText(en) && strings.IndexFunc(en, isLatin) >= 0 {
				english = append(english, en)
			}
		}
	}
	d.show.Names = distinct(slices.Concat(english, native))
	d.show.Title = native[0]
	if len(english) > 0 {
		d.show.Title = english[0]
	}
	d.setTitle(d.show.Title)
}

// saysFirst is what the title of a first season says of itself.
var saysFirst = regexp.MustCompile(`(?i)[ (（]*(?:第[1１一](?:期|シリーズ|シーズン)|1st ?シリーズ|シーズン[1１]|season ?1)[)）]*$`)

// native is the native name of the series.
func (d *draft) native() string {
	title := d.mains[0].Title
	return cmp.Or(saysFirst.ReplaceAllString(title, ""), title)
}

// setTitle puts the native name first of the others.
func (d *draft) setTitle(title string) {
	d.show.Title = title
	d.show.Names = distinct(append([]string{d.native()}, d.show.Names...))
	d.show.Names = slices.DeleteFunc(d.show.Names, func(n string) bool { return foldTitle(n) == foldTitle(title) && n != d.native() || n == title })
	if len(d.show.Names) == 0 {
		d.show.Names = nil
	}
}

// distinct keeps the first of the names that fold alike.
func distinct(names []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, n := range names {
		if f := foldTitle(n); !seen[f] {
			seen[f] = true
			out = append(out, n)
		}
	}
	return out
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// afterSeason is what an English title says of the season, and all that follows.
var afterSeason = regexp.MustCompile(`(?i)[\s:,(\[~–—-]*(?:\((?:[0-9]|ii|iii|iv|v)\)$|\b(?:(?:the )?(?:first|second|third|fourth|fifth|sixth|final|[0-9]{1,2}(?:st|nd|rd|th)) (?:season|series|stage|cour|part)|season ?[0-9]{1,2}|(?:part|cour)\.? ?(?:[0-9]{1,2}|i{1,3}|iv|v)|s[0-9]{1,2}|i{2,3}|iv|[2-9])(?:$|[\s:,)\]~–—-].*$))`)

// withoutSeason is the English name of a series, taken from the title of one of its seasons.
func withoutSeason(title string) string {
	if t := strings.TrimSpace(afterSeason.ReplaceAllString(title, "")); t != "" {
		return t
	}
	return title
}

// alias gives shows the names that people use for them, best known first.
func (b *builder) alias() {
	for i, a := range b.rules.Aliases {
		var d *draft
		for _, it := range b.byID["mal/"+strconv.Itoa(a.MAL)] {
			if d = b.ownerOf(it.id()); d != nil {
				break
			}
		}
		if d == nil {
			b.report.Unused = append(b.report.Unused, fmt.Sprintf("alias mal/%d %s", a.MAL, cmp.Or(a.English, a.Romaji)))
			continue
		}
		names := slices.DeleteFunc(append([]string{a.English, a.Romaji}, a.Others...), func(n string) bool { return n == "" })
		if len(names) == 0 {
			continue
		}
		title := d.show.Title
		if d.show.Rank == 0 {
			d.show.Rank = i + 1
			if a.English != "" || !slices.ContainsFunc([]rune(title), isLatin) {
				title = names[0]
			}
		}
		if a.Romaji != "" {
			d.show.Reading = ""
		}
		d.show.Names = slices.Concat([]string{d.native()}, names, d.show.Names, []string{d.show.Title})
		d.setTitle(title)
	}
}

// reading is how the native title is read, for a show without a romaji name.
func (b *builder) reading(d *draft) string {
	native := d.mains[0].Title
	read := ""
	if b.rules.Reading != nil {
		read = clean(b.rules.Reading(d.native()))
	} else {
		read = b.earlier[d.show.Key+" "+native]
	}
	if !isText(read) || foldTitle(read) == foldTitle(d.native()) {
		return ""
	}
	return read
}
