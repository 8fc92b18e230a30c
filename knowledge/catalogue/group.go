package catalogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isMain reports what counts towards the seasons of a series: television and web series, and OVAs that TMDB counts.
func (it *item) isMain() bool {
	if it.episode || it.tmdb == 0 || it.also {
		return false
	}
	switch it.Type {
	case "tv", "web":
		return true
	case "ova":
		return it.tmdb > 0
	}
	return false
}

// group makes a draft of every page of a series.
func (b *builder) group(items []*item) {
	byPage := map[string]*draft{}
	b.byStem = map[string][]*draft{}
	for _, it := range items {
		if it.page == "" {
			continue
		}
		d := byPage[it.page]
		if d == nil {
			d = &draft{page: it.page}
			byPage[it.page] = d
			b.shows = append(b.shows, d)
		}
		if it.isMain() {
			d.mains = append(d.mains, it)
		} else {
			d.also = append(d.also, it)
		}
	}
	for _, d := range b.shows {
		if !slices.ContainsFunc(d.mains, func(it *item) bool { return it.Type != "ova" }) { // a series of OVAs
			var rest []*item
			for _, it := range d.also {
				if it.Type != "movie" && it.tmdb != 0 && !it.episode && !it.also {
					d.mains = append(d.mains, it)
				} else {
					rest = append(rest, it)
				}
			}
			slices.SortStableFunc(d.mains, (*item).compare)
			d.also = rest
		}
		b.dropReruns(d)
	}
	b.shows = slices.DeleteFunc(b.shows, func(d *draft) bool {
		if len(d.mains) > 0 {
			return false
		}
		b.spare = append(b.spare, d.also...)
		return true
	})
	for _, d := range b.shows {
		for _, it := range d.mains {
			b.addStem(d, it)
		}
	}
}

// isRerun finds broadcasts of what was shown before: re-edits, remasters, digests, prologues.
var isRerun = regexp.MustCompile(`新編集版|再編集|リマスター|総集編|総集篇|特別編集版|スペシャル・エディ|特別総集|再放送|prologue|プロローグ|序章|ダイジェスト|傑作選|セレクション|ディレクターズカット版|remaster|recap|special edition`)

// dropReruns takes out of the seasons what repeats them, and one-day programmes beside a series.
func (b *builder) dropReruns(d *draft) {
	if len(d.mains) < 2 {
		return
	}
	var mains []*item
	for _, it := range d.mains {
		title := plain(it.Title)
		switch {
		case isRerun.MatchString(title):
			b.report.drop(it, "a re-run or re-edit")
		case it.Type == "tv" && it.tmdb < 1 && it.oneDay() && seasonIn(title) == 0:
			d.also = append(d.also, it)
		default:
			mains = append(mains, it)
		}
	}
	if len(mains) == 0 {
		return
	}
	d.mains = mains
}

// oneDay reports a programme that began and ended on one day.
func (it *item) oneDay() bool { return it.endDay() == it.Begin.In(tokyo).Format(time.DateOnly) }

func (b *builder) addStem(d *draft, it *item) {
	s := stem(it.Title)
	if same := b.byStem[s]; s != "" && (len(same) == 0 || same[len(same)-1] != d) {
		b.byStem[s] = append(same, d)
	}
}

// attach finds the series of items that no page ties to one, and makes series of the rest.
func (b *builder) attach(items []*item) {
	for _, it := range items {
		if it.page != "" {
			continue
		}
		if it.Type != "tv" && it.Type != "web" {
			b.spare = append(b.spare, it)
			continue
		}
		title := plain(it.Title)
		if seasonIn(title) > 1 || courIn(title) > 1 || bareIn(title) > 1 {
			if d := b.newest(stem(it.Title), it); d != nil {
				d.mains = append(d.mains, it)
				slices.SortStableFunc(d.mains, (*item).compare)
				continue
			}
		}
		if rerun := isRerun.MatchString(title); rerun || it.oneDay() {
			if d := b.series(it); d != nil && stem(it.Title) != stem(d.mains[0].Title) {
				if rerun {
					b.report.drop(it, "a re-run or re-edit")
				} else {
					d.also = append(d.also, it)
				}
				continue
			}
		}
		d := &draft{mains: []*item{it}}
		b.shows = append(b.shows, d)
		b.addStem(d, it)
	}
	for _, it := range b.spare {
		if d := b.series(it); d != nil {
			d.also = append(d.also, it)
		} else {
			b.report.drop(it, "%s of no series", it.kind())
		}
	}
}

func (it *item) kind() string {
	switch it.Type {
	case "movie":
		return Film
	case "ova":
		return OVA
	}
	return Special
}

// newest returns, of the series with that stem, the one that began last before the item.
func (b *builder) newest(stem string, it *item) *draft {
	var found *draft
	for _, d := range b.byStem[stem] {
		if d.mains[0].Begin.Before(it.Begin) && (found == nil || found.mains[0].Begin.Before(d.mains[0].Begin)) {
			found = d
		}
	}
	return found
}

// series finds the series of a film or an OVA by the words its title begins with.
func (b *builder) series(it *item) *draft {
	title := foldTitle(it.Title)
	for _, lead := range []string{"劇場版", "映画", "ova", "oad", "tv", "総集編"} {
		title = strings.TrimSpace(strings.TrimPrefix(title, lead))
	}
	if d := b.newest(stem(title), it); d != nil {
		return d
	}
	for end := len(title); end > 0; end = strings.LastIndexByte(title[:end], ' ') {
		if s := title[:end]; len([]rune(s)) >= 3 {
			if d := b.newest(s, it); d != nil {
				return d
			}
		}
	}
	return nil
}

// apply carries out the overrides that concern single entries, and notes the numbers of others.
func (b *builder) apply(items []*item) []*item {
	b.byID = map[string][]*item{}
	b.fixed = map[*item]*numbered{}
	for _, it := range items {
		for _, id := range it.ids {
			b.byID[id] = append(b.byID[id], it)
		}
	}
	gone := map[*item]bool{}
	for _, o := range b.rules.Overrides {
		used := o.Rule == ruleShow || o.Rule == ruleContinues // see move and link
		for _, it := range b.byID[o.Entry] {
			switch o.Rule {
			case ruleNumber:
				m := numberForm.FindStringSubmatch(o.Value)
				n, _ := strconv.Atoi(m[1])
				other, _ := strconv.Atoi(m[2])
				b.fixed[it] = &numbered{n, other}
				used = true
			case ruleDrop:
				gone[it], used = true, true
				b.report.drop(it, "by override: %s", o.Reason)
			case ruleAlso:
				it.also, used = true, true
			case ruleEnglish:
				it.Translate["en"] = slices.DeleteFunc(it.Translate["en"], func(en string) bool {
					wrong := clean(en) == o.Value
					used = used || wrong
					return wrong
				})
			}
		}
		if !used {
			b.unused(o)
		}
	}
	return slices.DeleteFunc(items, func(it *item) bool { return gone[it] })
}

// move carries out the overrides that say to which show an entry belongs.
func (b *builder) move() {
	for _, o := range b.rules.Overrides {
		if o.Rule != ruleShow {
			continue
		}
		if len(b.byID[o.Entry]) == 0 {
			b.unused(o)
		}
		for _, it := range b.byID[o.Entry] {
			var to *draft
			if o.Value == o.Entry {
				to = &draft{}
				b.shows = append(b.shows, to)
			} else if to = b.ownerOf(o.Value); to == nil {
				b.unused(o)
				continue
			}
			for _, d := range b.shows {
				d.mains = slices.DeleteFunc(d.mains, func(m *item) bool { return m == it })
				d.also = slices.DeleteFunc(d.also, func(m *item) bool { return m == it })
			}
			if o.Value != o.Entry && it.Type == "movie" {
				to.also = append(to.also, it)
				continue
			}
			to.mains = append(to.mains, it)
			slices.SortStableFunc(to.mains, (*item).compare)
		}
	}
	b.shows = slices.DeleteFunc(b.shows, func(d *draft) bool { return len(d.mains) == 0 })
}

// ownerOf finds the show of which the entry with that id is a season.
func (b *builder) ownerOf(id string) *draft {
	for _, it := range b.byID[id] {
		for _, d := range b.shows {
			if slices.Contains(d.mains, it) {
				return d
			}
		}
	}
	return nil
}

// link carries out the overrides that say as what a show goes on.
func (b *builder) link() {
	for _, o := range b.rules.Overrides {
		if o.Rule != ruleContinues {
			continue
		}
		from, to := b.ownerOf(o.Entry), b.ownerOf(o.Value)
		if from == nil || to == nil || from == to {
			b.unused(o)
			continue
		}
		from.show.Continues = append(from.show.Continues, Link{ContinuesAs, to.show.Key, to.show.Title})
		to.show.Continues = append(to.show.Continues, Link{ContinuedBy, from.show.Key, from.show.Title})
	}
}

func (b *builder) unused(o Override) {
	b.report.Unused = append(b.report.Unused, "override "+o.Rule+" "+o.Entry+" "+o.Value)
}
