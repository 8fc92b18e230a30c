package catalogue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// source is data.json: only what is read of it.
type source struct {
	Items []*item `json:"items"`
}

type item struct {
	Title     string              `json:"title"`
	Translate map[string][]string `json:"titleTranslate"`
	Type      string              `json:"type"`
	Begin     time.Time           `json:"begin"`
	EndText   string              `json:"end"`
	Sites     []struct {
		Site string `json:"site"`
		ID   string `json:"id"`
	} `json:"sites"`

	// What is worked out of it.
	page    string // "tv/65844", "" when TMDB has no page of a series for it
	tmdb    int    // TMDB's season, -1 when it says none
	episode bool   // TMDB has it as one episode of a season
	ids     []string
	mal     int
	anilist int
	end     time.Time // zero when unknown

	also          bool // no season, by override
	number, other int
}

var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

var tmdbPath = regexp.MustCompile(`^(tv/[1-9][0-9]{0,8})(?:-[^/]*)?(?:/season/([0-9]{1,3})(/episode/[0-9]+)?)?$`)

// read works out the fields of an item, and says why it cannot.
func (it *item) read() error {
	if it.Title = clean(it.Title); !isText(it.Title) {
		return fmt.Errorf("title %.60q", it.Title)
	}
	if y := it.Begin.Year(); y < 1900 || y > 2200 {
		return fmt.Errorf("begins in %d", y)
	}
	if it.EndText != "" {
		end, err := time.Parse(time.RFC3339, it.EndText)
		if err != nil {
			return fmt.Errorf("end: %w", err)
		}
		if !end.Before(it.Begin) && end.Year() <= 2200 {
			it.end = end
		}
	}
	it.tmdb = -1
	for _, s := range it.Sites {
		n, _ := strconv.Atoi(s.ID)
		if n < 0 || n >= maxID {
			n = 0
		}
		switch s.Site {
		case "tmdb":
			if m := tmdbPath.FindStringSubmatch(s.ID); m != nil {
				it.page = m[1]
				if m[2] != "" {
					it.tmdb, _ = strconv.Atoi(m[2])
				}
				it.episode = m[3] != ""
			}
		case "mal":
			it.mal = n
		case "aniList":
			it.anilist = n
		}
	}
	for _, f := range []struct{ prefix, site string }{{"mal/", "mal"}, {"anilist/", "aniList"}, {"bangumi/", "bangumi"}} {
		for _, s := range it.Sites {
			if n, err := strconv.Atoi(s.ID); s.Site == f.site && err == nil && n > 0 && n < maxID {
				it.ids = append(it.ids, f.prefix+strconv.Itoa(n))
				break
			}
		}
	}
	if len(it.ids) == 0 {
		return fmt.Errorf("no id")
	}
	return nil
}

// id is the item's most durable id.
func (it *item) id() string { return it.ids[0] }

// Begin and end are instants in UTC; people name the day in Japan. Where only a date was known, the instant is a
// midnight (of Shanghai, Tokyo or UTC), and the first of a month then often stands for the month.
func day(t time.Time) string {
	j := t.In(tokyo)
	dateOnly := t.Minute() == 0 && t.Second() == 0 && (t.Hour() == 16 || t.Hour() == 15 || t.Hour() == 0)
	if dateOnly && j.Day() == 1 {
		return j.Format("2006-01")
	}
	return j.Format(time.DateOnly)
}

func (it *item) endDay() string {
	if it.end.IsZero() {
		return ""
	}
	return it.end.In(tokyo).Format(time.DateOnly)
}

// placeholder reports whether the item's times stand for a date alone: before 2005 they are 16:00 UTC, which is the next
// day in Japan, and for most shows whose day is known the day before is right. Only the month can be told then: that of
// the UTC date where the end is half an hour later, as it is for those shows, else that of the date in Japan.
func (it *item) placeholder() bool {
	return it.Begin.Year() < 2005 && it.Begin.Hour() == 16 && it.Begin.Minute() == 0
}

func (it *item) month(t time.Time) string {
	if it.end.Minute() == 30 {
		return t.UTC().Format("2006-01")
	}
	return t.In(tokyo).Format("2006-01")
}

func (it *item) season() Season {
	s := Season{Number: it.number, Other: it.other, Title: it.Title, Begin: day(it.Begin), End: it.endDay(), MAL: it.mal, AniList: it.anilist}
	if it.placeholder() {
		s.Begin = it.month(it.Begin)
		if !it.end.IsZero() {
			s.End = it.month(it.end)
		}
	}
	return s
}

func (it *item) compare(o *item) int {
	return cmp.Or(it.Begin.Compare(o.Begin), cmp.Compare(it.Title, o.Title), cmp.Compare(it.id(), o.id()))
}

// Report says what Build made and what it left out.
type Report struct {
	Items, Shows, Seasons, Works int
	Dropped                      []Dropped
	Unused                       []string // rows of the rules that match nothing in the data
}

// Dropped is one item that is not in the catalogue, or only as something else, with the reason.
type Dropped struct{ Reason, Title, Begin string }

func (r *Report) drop(it *item, format string, args ...any) {
	r.Dropped = append(r.Dropped, Dropped{fmt.Sprintf(format, args...), it.Title, it.Begin.In(tokyo).Format(time.DateOnly)})
}

const maxItems = 30_000 // a release has some eight thousand

// Build makes a catalogue of bangumi-data's data.json. It does not know the release: the caller sets Version. The same
// data and rules give the same catalogue. The caller bounds the size of data.
func Build(data []byte, rules Rules) (*Catalogue, Report, error) {
	var src source
	var report Report
	if err := json.Unmarshal(data, &src); err != nil {
		return nil, report, fmt.Errorf("read bangumi-data: %w", err)
	}
	if len(src.Items) == 0 || len(src.Items) > maxItems {
		return nil, report, fmt.Errorf("read bangumi-data: %d items", len(src.Items))
	}
	b := builder{rules: rules, report: &report, earlier: map[string]string{}}
	if rules.Earlier != nil {
		for _, s := range rules.Earlier.Shows {
			for _, e := range s.Seasons {
				b.earlier[s.Key+" "+e.Title] = s.Reading
			}
		}
	}
	c, err := b.build(src.Items)
	return c, report, err
}

type builder struct {
	rules   Rules
	report  *Report
	shows   []*draft
	byID    map[string][]*item
	byStem  map[string][]*draft
	fixed   map[*item]*numbered // by override
	earlier map[string]string   // readings by native title
	spare   []*item             // films, specials and OVAs that no page ties to a series
}

// draft is a show in the making.
type draft struct {
	page  string
	mains []*item // by Begin
	also  []*item
	show  Show
}

// numbered is the season an override gives, and another number that is in use.
type numbered struct{ number, other int }

func (b *builder) build(items []*item) (*Catalogue, error) {
	b.report.Items = len(items)
	kept := b.apply(b.unique(b.readable(items)))
	b.group(kept)
	b.attach(kept)
	b.move()
	c := &Catalogue{Shows: make([]Show, 0, len(b.shows))}
	for _, d := range b.shows {
		b.number(d)
		b.finish(d)
	}
	b.alias()
	b.link()
	for _, d := range b.shows {
		c.Shows = append(c.Shows, d.show)
		b.report.Seasons += countSeasons(d.show.Seasons)
		b.report.Works += len(d.show.Also)
	}
	b.report.Shows = len(c.Shows)
	slices.SortFunc(c.Shows, func(s, t Show) int { return strings.Compare(s.Key, t.Key) })
	for _, it := range kept {
		c.Newest = max(c.Newest, it.Begin.In(tokyo).Format(time.DateOnly))
	}
	checked := *c
	checked.Version = "0" // the caller's to set
	if err := checked.check(); err != nil {
		return nil, fmt.Errorf("build catalogue: %w", err)
	}
	return c, nil
}

// readable works out the items' fields and sorts them by the day they began.
func (b *builder) readable(items []*item) []*item {
	var kept []*item
	for _, it := range items {
		if it == nil {
			continue
		}
		if err := it.read(); err != nil {
			b.report.drop(it, "unreadable: %v", err)
			continue
		}
		kept = append(kept, it)
	}
	slices.SortStableFunc(kept, (*item).compare)
	return kept
}

// unique leaves out what is listed twice: two items of one type within a month with the same id at Bangumi, which gives
// every entry its own. The one with more ids elsewhere stays, and takes those that only its twin has.
func (b *builder) unique(items []*item) []*item {
	const month = 31 * 24 * time.Hour
	best := map[string]*item{}
	key := func(it *item) string { return it.Type + " " + it.ids[len(it.ids)-1] }
	for _, it := range items {
		if other := best[key(it)]; other == nil || len(it.ids) > len(other.ids) {
			best[key(it)] = it
		}
	}
	return slices.DeleteFunc(items, func(it *item) bool {
		twin := best[key(it)]
		if twin == it || !strings.HasPrefix(it.ids[len(it.ids)-1], "bangumi/") || it.Begin.Sub(twin.Begin).Abs() > month {
			return false
		}
		twin.mal, twin.anilist = cmp.Or(twin.mal, it.mal), cmp.Or(twin.anilist, it.anilist)
		b.report.drop(it, "listed twice")
		return true
	})
}
