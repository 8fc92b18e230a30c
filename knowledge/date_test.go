package knowledge

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Every form of a date: what it prints, what it says to people, and which days it can mean.
var dateForms = []struct {
	text        string
	precision   Precision
	words, in   string
	first, last string
}{
	{"2019-08-23", ToDay, "23 August 2019", "on 23 August 2019", "2019-08-23", "2019-08-23"},
	{"2020-02-29", ToDay, "29 February 2020", "on 29 February 2020", "2020-02-29", "2020-02-29"},
	{"2019-08", ToMonth, "August 2019", "in August 2019", "2019-08-01", "2019-08-31"},
	{"2019-02", ToMonth, "February 2019", "in February 2019", "2019-02-01", "2019-02-28"},
	{"2020-02", ToMonth, "February 2020", "in February 2020", "2020-02-01", "2020-02-29"},
	{"2019-12", ToMonth, "December 2019", "in December 2019", "2019-12-01", "2019-12-31"},
	{"2019-winter", ToQuarter, "winter 2019", "in winter 2019", "2019-01-01", "2019-03-31"},
	{"2019-spring", ToQuarter, "spring 2019", "in spring 2019", "2019-04-01", "2019-06-30"},
	{"2019-summer", ToQuarter, "summer 2019", "in summer 2019", "2019-07-01", "2019-09-30"},
	{"2019-autumn", ToQuarter, "autumn 2019", "in autumn 2019", "2019-10-01", "2019-12-31"},
	{"2019", ToYear, "2019", "in 2019", "2019-01-01", "2019-12-31"},
	{"1900", ToYear, "1900", "in 1900", "1900-01-01", "1900-12-31"},
	{"2199-12-31", ToDay, "31 December 2199", "on 31 December 2199", "2199-12-31", "2199-12-31"},
}

func TestDateReadsWhatItPrints(t *testing.T) {
	for _, f := range dateForms {
		d, err := ParseDate(f.text)
		if err != nil {
			t.Errorf("ParseDate(%q): %v", f.text, err)
			continue
		}
		if d.String() != f.text {
			t.Errorf("%q prints as %q", f.text, d.String())
		}
		if d.Precision() != f.precision || d.IsZero() || d.Year() != dated(f.first).Year() {
			t.Errorf("%s: precision %d, zero %t, year %d", f.text, d.Precision(), d.IsZero(), d.Year())
		}
		if d.Words() != f.words || d.in() != f.in {
			t.Errorf("%s: for people %q and %q, want %q and %q", f.text, d.Words(), d.in(), f.words, f.in)
		}
		if d.First().String() != f.first || d.Last().String() != f.last {
			t.Errorf("%s: from %s to %s, want %s to %s", f.text, d.First(), d.Last(), f.first, f.last)
		}
		if data, err := json.Marshal(d); err != nil || string(data) != `"`+f.text+`"` {
			t.Errorf("%s: JSON %s, %v", f.text, data, err)
		}
	}
}

func TestZeroDateMeansNotKnown(t *testing.T) {
	var d Date
	if !d.IsZero() || d.String() != "" || d.Words() != "an unknown date" || d.Year() != 0 || d.First() != d || d.Last() != d {
		t.Errorf("the zero Date is %q, %q, %d, %v, %v", d, d.Words(), d.Year(), d.First(), d.Last())
	}
	if d.Age(dated("2026-11-22")) != "" || d.PastBy(dated("2026-11-22")) || d.Overlaps(d) || d.Overlaps(dated("2019")) || dated("2019").Overlaps(d) {
		t.Error("the zero Date has an age, is past or overlaps")
	}
	if data, err := json.Marshal(d); err != nil || string(data) != "null" {
		t.Errorf("JSON %s, %v, want null", data, err)
	}
}

func TestParseDateSaysWhatToWrite(t *testing.T) {
	const write = "write 2019-08-23, 2019-08, 2019-summer or 2019"
	for text, want := range map[string]string{
		"":                    write,
		"soon":                write,
		"19":                  write,
		"2019-8":              write,
		"2019-8-3":            write,
		"2019-08-":            write,
		"2019-Summer":         write,
		"2019-fall":           write,
		"2019-summer-01":      write,
		"2019/08/23":          write,
		"23-08-2019":          write,
		" 2019":               write,
		"2019\n":              write,
		"2019-08-23T00:00:00": write,
		"２０１９":                write,
		"1899":                "between 1900 and 2199",
		"2200-01-01":          "between 1900 and 2199",
		"2019-00":             "no month 00",
		"2019-13":             "no month 13",
		"2019-04-00":          "no day 00",
		"2019-04-31":          "no day 31",
		"2019-02-29":          "no day 29",
		"2100-02-29":          "no day 29",
	} {
		d, err := ParseDate(text)
		if err == nil {
			t.Errorf("ParseDate(%q) = %s, want an error", text, d)
		} else if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), `"`) {
			t.Errorf("ParseDate(%q) says %q, want the text and %q", text, err, want)
		}
	}
	if _, err := ParseDate(strings.Repeat("9", 10_000)); len(err.Error()) > 200 {
		t.Errorf("a long text makes an error of %d bytes", len(err.Error()))
	}
}

func TestDayOfCountsInItsOwnPlace(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*3600)
	evening := time.Date(2019, time.August, 22, 23, 30, 0, 0, time.UTC)
	if d := DayOf(evening); d != dated("2019-08-22") {
		t.Errorf("in UTC it is %s", d)
	}
	if d := DayOf(evening.In(tokyo)); d != dated("2019-08-23") {
		t.Errorf("in Tokyo it is %s", d)
	}
	if d := Day(2019, time.February, 30); d != dated("2019-03-02") {
		t.Errorf("30 February 2019 is %s", d)
	}
	if d := dated("2019-12").AddDays(40); d != dated("2020-01-10") {
		t.Errorf("40 days after the first of December 2019 is %s", d)
	}
}

func TestAfterComparesFirstDays(t *testing.T) {
	for _, c := range []struct {
		d, e string
		want bool
	}{
		{"2019-08-24", "2019-08-23", true},
		{"2019-08-23", "2019-08-23", false},
		{"2019-08-23", "2019-08-24", false},
		{"2019-08-23", "2019-08", true},
		{"2019-08-01", "2019-08", false},
		{"2019", "2018-12-31", true},
		{"2019-summer", "2019-07", false},
		{"1900", "", true},
		{"", "1900", false},
		{"", "", false},
	} {
		if got := dated(c.d).After(dated(c.e)); got != c.want {
			t.Errorf("%q after %q: %t", c.d, c.e, got)
		}
	}
}

func TestPastByWaitsForTheWholeDate(t *testing.T) {
	for _, c := range []struct {
		date, lastNot, first string // the last day on which it is not past, and the first on which it is
	}{
		{"2019-08-23", "2019-08-22", "2019-08-23"},
		{"2019-08", "2019-08-30", "2019-08-31"},
		{"2019-summer", "2019-09-29", "2019-09-30"},
		{"2019-winter", "2019-03-30", "2019-03-31"},
		{"2019", "2019-12-30", "2019-12-31"},
	} {
		if d := dated(c.date); d.PastBy(dated(c.lastNot)) || !d.PastBy(dated(c.first)) {
			t.Errorf("%s: past by %s %t, past by %s %t", d, c.lastNot, d.PastBy(dated(c.lastNot)), c.first, d.PastBy(dated(c.first)))
		}
	}
}

func TestOverlapsWhenBothCanMeanOneDay(t *testing.T) {
	for _, c := range []struct {
		d, e string
		want bool
	}{
		{"2019-08-23", "2019-08-23", true},
		{"2019-08-23", "2019-08-24", false},
		{"2019-08-23", "2019-08", true},
		{"2019-08-01", "2019-08", true},
		{"2019-08-31", "2019-08", true},
		{"2019-07-31", "2019-08", false},
		{"2019-09", "2019-summer", true},
		{"2019-10", "2019-summer", false},
		{"2019-12-31", "2019", true},
		{"2020-winter", "2019", false},
		{"2019-autumn", "2019", true},
	} {
		if d, e := dated(c.d), dated(c.e); d.Overlaps(e) != c.want || e.Overlaps(d) != c.want {
			t.Errorf("%s overlaps %s: %t, and the other way %t", d, e, d.Overlaps(e), e.Overlaps(d))
		}
	}
}

// An age never says more than the date knows.
func TestAge(t *testing.T) {
	for _, c := range []struct{ date, on, want string }{
		{"2026-11-22", "2026-11-22", "today"},
		{"2026-11-21", "2026-11-22", "yesterday"},
		{"2026-10-31", "2026-11-01", "yesterday"},
		{"2026-11-10", "2026-11-22", "12 days ago"},
		{"2026-09-24", "2026-11-22", "59 days ago"},
		{"2026-09-22", "2026-11-22", "2 months ago"},
		{"2026-07-02", "2026-08-31", "1 month ago"},
		{"2025-11-22", "2026-11-22", "12 months ago"},
		{"2024-11-23", "2026-11-22", "23 months ago"},
		{"2024-11-22", "2026-11-22", "2 years ago"},
		{"2019-08-23", "2026-11-22", "7 years ago"},
		{"2019-11-23", "2026-11-22", "6 years ago"},

		{"2026-11", "2026-11-01", "this month"},
		{"2026-11", "2026-11-30", "this month"},
		{"2026-10", "2026-11-01", "last month"},
		{"2025-12", "2026-01-31", "last month"},
		{"2026-08", "2026-11-22", "3 months ago"},
		{"2019-08", "2026-11-22", "7 years ago"},

		{"2026-autumn", "2026-10-01", "this season"},
		{"2024-autumn", "2026-11-22", "2 years ago"},

		{"2026", "2026-11-22", "this year"},
		{"2025", "2026-01-01", "last year"},
		{"2019", "2026-11-22", "7 years ago"},

		{"2026-11-23", "2026-11-22", ""},
		{"2026-12", "2026-11-22", ""},
		{"2027-winter", "2026-11-22", ""},
		{"2027", "2026-11-22", ""},
	} {
		if got := dated(c.date).Age(dated(c.on)); got != c.want {
			t.Errorf("%s on %s is %q, want %q", c.date, c.on, got, c.want)
		}
	}
}
