package knowledge_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	. "season3/knowledge"
)

// diffDay is the day of all comparisons here; the fixtures are reviewed on it.
var diffDay = Day(2026, time.November, 22)

// Seasons of the fixtures.
const (
	one      = "seasons:\n  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}\n"
	onAir    = "seasons:\n  - {number: 1, premiered: 2026-10-04, cites: [site]}\n"
	partOne  = "seasons:\n  - {number: 1, premiered: 2026-01-04, ended: 2026-03-22, cites: [site], parts: [{premiered: 2026-01-04, ended: 2026-03-22}]}\n"
	partsTwo = "seasons:\n  - {number: 1, premiered: 2026-01-04, ended: 2026-09-20, cites: [site], parts: [{premiered: 2026-01-04, ended: 2026-03-22}, {premiered: 2026-07-05, ended: 2026-09-20}]}\n"
	halves   = "seasons:\n  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site], parts: [{premiered: 2024-01-07, ended: 2024-02-04}, {premiered: 2024-02-25, ended: 2024-03-24}]}\n"
	two      = one + "  - {number: 2, premiered: 2026-10-04, cites: [site]}\n"
)

// claims writes claims of official origin: "2 scheduled 2026-01-10 date: 2027-04" is said on 10 January 2026.
func claims(lines ...string) string {
	text := "claims:\n"
	for _, line := range lines {
		f := strings.SplitN(line+"   ", " ", 4)
		more := strings.TrimSpace(f[3])
		if !strings.Contains(more, "cites:") {
			more = strings.TrimPrefix(more+", cites: [site]", ", ")
		}
		text += fmt.Sprintf("  - {season: %s, status: %s, said: %s, text: Words., %s}\n", f[0], f[1], f[2], more)
	}
	return text
}

// lanterns makes a base of one show.
func lanterns(t *testing.T, body string) *Base {
	t.Helper()
	text := "id: lanterns\ntitle: Lanterns\nkind: anime\npopularity: 3\nreviewed: 2026-11-22\n" + body + `
sources:
  site: {kind: official, publisher: Studio, url: "https://site.example/"}
  blog: {kind: aggregator, publisher: Blog, url: "https://blog.example/"}
`
	b, err := Load(fstest.MapFS{"lanterns.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// say writes changes as the table below does: season, part, event.
func say(changes []Change) string {
	var out []string
	for _, c := range changes {
		text := fmt.Sprint(c.Season)
		if c.Part > 0 {
			text += fmt.Sprintf(" part %d", c.Part)
		}
		if c.Event == "" {
			c.Event = "-"
		}
		out = append(out, text+" "+string(c.Event))
	}
	return strings.Join(out, "; ")
}

func TestDiff(t *testing.T) {
	const (
		ordered   = "2 announced 2026-01-10"
		making    = "2 in_production 2026-02-10"
		year      = "2 scheduled 2026-03-10 date: 2027"
		april     = "2 scheduled 2026-04-10 date: 2027-04"
		october   = "2 scheduled 2026-05-10 date: 2027-10"
		postponed = "2 delayed 2026-06-10"
		cancelled = "2 cancelled 2026-07-10"
		ended     = "2 concluded 2026-07-10"
		film      = "2 continued 2026-07-10 as: Lanterns the Movie"
		quiet     = "2 no_announcement 2026-08-10"
		back      = "2 announced 2026-09-10"
	)
	seen := map[Event]bool{}
	for _, test := range []struct{ name, old, new, want string }{
		{"announced", one, one + claims(ordered), "2 announced"},
		{"announced with a date", one, one + claims(april), "2 announced"},
		{"first heard of in production", one, one + claims(making), "2 announced"},
		{"first heard of as delayed", one, one + claims(postponed), "2 delayed"},
		{"after a denial", one + claims("2 not_planned 2024-04-01"), one + claims("2 not_planned 2024-04-01", ordered), "2 announced"},
		{"dated", one + claims(ordered), one + claims(ordered, april), "2 dated"},
		{"dated more exactly", one + claims(year), one + claims(year, april), "2 dated"},
		{"dated less exactly", one + claims(april), one + claims("2 scheduled 2026-05-10 date: 2027"), "2 -"},
		{"dated again", one + claims(april, postponed), one + claims(april, postponed, "2 scheduled 2026-07-10 date: 2028"), "2 dated"},
		{"the date moves", one + claims(april), one + claims(april, october), "2 date_moved"},
		{"delayed", one + claims(april), one + claims(april, postponed), "2 delayed"},
		{"in production", one + claims(ordered), one + claims(ordered, making), "2 in_production"},
		{"in production after a date", one + claims(year), one + claims(year, "2 in_production 2026-04-10"), "2 in_production"},
		{"cancelled", one + claims(ordered), one + claims(ordered, cancelled), "2 cancelled"},
		{"cancelled out of silence", one, one + claims(cancelled), "2 cancelled"},
		{"concluded", one, one + claims(ended), "2 concluded"},
		{"continued", one, one + claims(film), "2 continued"},
		{"revived", one + claims(cancelled), one + claims(cancelled, back), "2 revived"},
		{"revived after the end", one + claims(ended), one + claims(ended, back), "2 revived"},
		{"a film, then a season", one + claims(film), one + claims(film, back), "2 announced"},
		{"a later season, too", one + claims(ordered), one + claims(ordered, "3 announced 2026-02-10"), "3 announced"},

		{"declared the last", one + claims(april), one + claims("2 scheduled 2026-05-10 date: 2027-04, final: true"), "2 concluded"},
		{"promised as the last", one, one + claims("2 announced 2026-05-10 final: true"), "2 announced"},
		{"the last season begins", one + claims("2 announced 2026-05-10 final: true"), two + claims("2 announced 2026-05-10 final: true"), "2 premiered; 3 -"},
		{"the season on air is the last", two, two + claims("2 announced 2026-05-10 final: true"), "2 -; 3 concluded"},

		{"premiered", one + claims(april), two + claims(april), "2 premiered"},
		{"premiered out of silence", one, two, "2 premiered"},
		{"the season ends", onAir, strings.Replace(onAir, "cites", "ended: 2026-11-15, cites", 1), "1 -"},
		{"part two is promised", partOne, partOne + claims("1 announced 2026-04-10 part: 2"), "1 part 2 announced"},
		{"part two is dated", partOne + claims("1 announced 2026-04-10 part: 2"), partOne + claims("1 scheduled 2026-05-10 part: 2, date: 2027-01"), "1 part 2 dated"},
		{"part two moves", partOne + claims("1 scheduled 2026-05-10 part: 2, date: 2027-01"), partOne + claims("1 scheduled 2026-06-10 part: 2, date: 2027-07"), "1 part 2 date_moved"},
		{"part two is withdrawn", partOne + claims("1 announced 2026-04-10 part: 2"), partOne, "1 part 2 correction"},
		{"part two begins", partOne + claims("1 announced 2026-04-10 part: 2"), partsTwo + claims("1 announced 2026-04-10 part: 2"), "1 part 2 part_begins"},
		{"part two comes unpromised", partOne, partsTwo, "1 part 2 part_begins"},
		{"a season is recorded in parts", one, halves, ""},
		{"the other half is promised", one + claims("2 scheduled 2026-04-10 part: 1, date: 2027-01"),
			one + claims("2 scheduled 2026-04-10 part: 1, date: 2027-01", "2 scheduled 2026-05-10 part: 2, date: 2027-07"), "2 part 2 dated"},

		{"a promise is withdrawn", one + claims(ordered), one, "2 correction"},
		{"silence after a promise", one + claims(ordered), one + claims(ordered, quiet), "2 correction"},
		{"a date is withdrawn", one + claims(ordered, april), one + claims(ordered), "2 correction"},
		{"the making is withdrawn", one + claims(ordered, making), one + claims(ordered), "2 correction"},
		{"a delay after a date is withdrawn", one + claims(ordered, april, postponed), one + claims(ordered, april), "2 correction"},
		{"a cancellation after a promise is withdrawn", one + claims(ordered, cancelled), one + claims(ordered), "2 correction"},
		{"only the delay is withdrawn", one + claims(ordered, postponed), one + claims(ordered), "2 -"},
		{"a cancellation is withdrawn", one + claims(cancelled), one, "2 correction"},
		{"a season is withdrawn", two, one, "2 correction"},
		{"not the last after all", one + claims("2 announced 2026-05-10 final: true"), one + claims("2 announced 2026-05-10"), "2 correction"},
		{"cancelled, not concluded", one + claims(ended), one + claims(cancelled), "2 correction"},

		{"a rumour", one, one + claims("2 rumoured 2026-01-10"), "2 -"},
		{"a wish", one, one + claims("2 interest 2026-01-10"), ""},
		{"silence", one + claims("2 rumoured 2026-01-10"), one + claims(quiet), "2 -"},
		{"a denial", one, one + claims("2 not_planned 2026-01-10"), "2 -"},
		{"an aggregator alone", one, one + claims("2 announced 2026-01-10 cites: [blog]"), "2 -"},
		{"an aggregator confirmed", one + claims("2 announced 2026-01-10 cites: [blog]"), one + claims(back), "2 announced"},
		{"a second source", one + claims(april), one + claims(april, "2 scheduled 2026-05-11 date: 2027-04"), ""},
		{"the same", one + claims(april), one + claims(april), ""},
		{"other words and order", one + claims(ordered, april), strings.ReplaceAll(claims(april, ordered)+one, "Words.", "Put otherwise."), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			old, new := lanterns(t, test.old), lanterns(t, test.new)
			changes := Diff(old, new, diffDay)
			if got := say(changes); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			for _, c := range changes {
				seen[c.Event] = true
				if c.Fact() != "" && !c.New.Bears(c.Event, c.Part, c.When()) {
					t.Errorf("%s is not borne out by what it is news of", c.Fact())
				}
				if c.Show != "lanterns" || c.Old.Season != c.Season || c.New.Season != c.Season {
					t.Errorf("show %q, season %d: verdicts of %d and %d", c.Show, c.Season, c.Old.Season, c.New.Season)
				}
			}
			if got := say(reread(t, old.Snapshot(diffDay)).Changes(reread(t, new.Snapshot(diffDay)))); got != test.want {
				t.Errorf("after export: got %q, want %q", got, test.want)
			}
			if got := say(Diff(new, new, diffDay)); got != "" {
				t.Errorf("compared with itself: %q", got)
			}
		})
	}
	for _, e := range Events() {
		if !seen[e] {
			t.Errorf("no case for %q", e)
		}
		delete(seen, e)
	}
	delete(seen, "")
	if len(seen) > 0 {
		t.Errorf("not listed by Events: %v", seen)
	}
}

// reread returns the snapshot after writing and reading it.
func reread(t *testing.T, snap Snapshot) Snapshot {
	t.Helper()
	var b bytes.Buffer
	if err := snap.Write(&b); err != nil {
		t.Fatal(err)
	}
	out, err := ReadSnapshot(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDiffShows: shows that come or go are no news.
func TestDiffShows(t *testing.T) {
	empty, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	full := lanterns(t, one+claims("2 announced 2026-01-10"))
	if got := say(Diff(empty, full, diffDay)) + say(Diff(full, empty, diffDay)); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestDiffByCalendar: between snapshots of two days, what the calendar brought counts.
func TestDiffByCalendar(t *testing.T) {
	b := lanterns(t, two+claims("2 scheduled 2026-03-10 date: 2026-10-04"))
	before, after := b.Snapshot(Day(2026, time.October, 3)), b.Snapshot(Day(2026, time.October, 4))
	if got := say(before.Changes(after)); got != "2 premiered" {
		t.Errorf("got %q", got)
	}
}

// TestDiffEmbedded: an export says the same as the dossiers it was made of, on any day.
func TestDiffEmbedded(t *testing.T) {
	for _, on := range []Date{Day(2015, time.May, 1), Day(2021, time.May, 1), diffDay, Day(2028, time.May, 1)} {
		snap := Embedded().Snapshot(on)
		if len(snap) != len(Embedded().Shows()) {
			t.Errorf("%s: %d of %d shows", on, len(snap), len(Embedded().Shows()))
		}
		if changes := reread(t, snap).Changes(snap); len(changes) > 0 {
			t.Errorf("%s: %v", on, changes[0])
		}
	}
}

func TestReadSnapshot(t *testing.T) {
	var b bytes.Buffer
	if err := lanterns(t, partOne+claims("1 scheduled 2026-05-10 part: 2, date: 2027-01", "2 announced 2026-05-10")).Snapshot(diffDay).Write(&b); err != nil {
		t.Fatal(err)
	}
	want := `{"show":"lanterns","seasons":[` +
		`{"season":1,"part":2,"status":"airing","date":"2027-01","parts":["2026-01-04"],"promise":"scheduled","evidence":"2026-05-10"},` +
		`{"season":2,"status":"announced","evidence":"2026-05-10"}]}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
	for _, test := range []struct{ text, want string }{
		{"not JSON", "line 1: "},
		{`{"show":"a","seasons":[{"season":1,"status":"announced"}]}` + "\n" + `{"show":"a"}`, `line 2: "a" is there already`},
		{`{"show":"A B"}`, `"A B" is there already, or is no id`},
		{`{"show":"a","seasons":[{"season":2,"status":"announced"}]}`, "line 1: a: season 2 stands where 1 follows"},
		{`{"show":"a","seasons":[{"season":1,"status":"soon"}]}`, `"soon" is no status of a season`},
		{`{"show":"a","seasons":[{"season":1,"status":"airing","promise":"interest"}]}`, `"interest" is no status of a season`},
		{`{"show":"a","seasons":[{"season":1,"status":"airing","parts":["May"]}]}`, `"May" is not a date`},
	} {
		_, err := ReadSnapshot(strings.NewReader(test.text))
		if got := fmt.Sprint(err); err == nil || !strings.Contains(got, test.want) {
			t.Errorf("%s\ngot %q, want %q", test.text, got, test.want)
		}
	}
}
