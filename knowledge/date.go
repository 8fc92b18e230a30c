package knowledge

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Precision tells how much of a Date its source gave.
type Precision int

// The precisions of a Date, coarse to fine. A quarter is what the industry calls a season of the year: winter is
// January to March, spring April to June, summer July to September, autumn October to December.
const (
	NoDate Precision = iota
	ToYear
	ToQuarter
	ToMonth
	ToDay
)

// A Date is a calendar date as precise as its source: a day, a month, a season of the year or a year. It has no time
// zone: it is the date of the place where the thing happened. The zero Date means "not known". Dates are comparable
// with ==.
type Date struct {
	year  int
	month time.Month // first month of the quarter when the precision is ToQuarter
	day   int
	prec  Precision
}

var quarterNames = [...]string{"winter", "spring", "summer", "autumn"}

// Day returns the date of a day. Its arguments are normalised as by time.Date.
func Day(year int, month time.Month, day int) Date {
	return DayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DayOf returns the day on which t falls in t's own location.
func DayOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d, ToDay}
}

var dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-(winter|spring|summer|autumn))?$`)

// ParseDate reads "2019-08-23", "2019-08", "2019-summer" or "2019". The years 1900 to 2199 are accepted.
func ParseDate(s string) (Date, error) {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return Date{}, fmt.Errorf("%q is not a date: write 2019-08-23, 2019-08, 2019-summer or 2019", clip(s, 40))
	}
	d := Date{prec: ToYear, month: time.January, day: 1}
	d.year, _ = strconv.Atoi(m[1])
	if d.year < 1900 || d.year > 2199 {
		return Date{}, fmt.Errorf("%q is not a date: the year must lie between 1900 and 2199", s)
	}
	switch {
	case m[4] != "":
		d.prec = ToQuarter
		for i, name := range quarterNames {
			if name == m[4] {
				d.month = time.Month(3*i + 1)
			}
		}
	case m[2] != "":
		n, _ := strconv.Atoi(m[2])
		if n < 1 || n > 12 {
			return Date{}, fmt.Errorf("%q is not a date: there is no month %s", s, m[2])
		}
		d.month, d.prec = time.Month(n), ToMonth
		if m[3] != "" {
			d.day, _ = strconv.Atoi(m[3])
			d.prec = ToDay
			if d.day < 1 || Day(d.year, d.month, d.day).month != d.month {
				return Date{}, fmt.Errorf("%q is not a date: that month has no day %s", s, m[3])
			}
		}
	}
	return d, nil
}

// IsZero reports whether the date is not known.
func (d Date) IsZero() bool { return d.prec == NoDate }

// Precision returns how much of the date is known.
func (d Date) Precision() Precision { return d.prec }

// Year returns the year, 0 for the zero Date.
func (d Date) Year() int { return d.year }

// First returns the earliest day the date can mean.
func (d Date) First() Date {
	if d.prec == NoDate {
		return d
	}
	return Date{d.year, d.month, d.day, ToDay}
}

// Last returns the latest day the date can mean.
func (d Date) Last() Date {
	switch d.prec {
	case ToYear:
		return Day(d.year, time.December, 31)
	case ToQuarter:
		return Day(d.year, d.month+3, 0)
	case ToMonth:
		return Day(d.year, d.month+1, 0)
	}
	return d
}

// Time returns midnight UTC of the first day the date can mean.
func (d Date) Time() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// After reports whether the first day of d is later than the first day of e. The zero Date is before all others.
func (d Date) After(e Date) bool {
	switch {
	case d.IsZero():
		return false
	case e.IsZero():
		return true
	}
	return d.Time().After(e.Time())
}

// PastBy reports whether d is wholly over, or is the day itself, on the given day: whatever d means precisely, it has
// come.
func (d Date) PastBy(on Date) bool { return !d.IsZero() && !d.Last().After(on) }

// Overlaps reports whether d and e can mean the same day.
func (d Date) Overlaps(e Date) bool {
	return !d.IsZero() && !e.IsZero() && !d.First().After(e.Last()) && !e.First().After(d.Last())
}

// AddDays returns the day n days after the first day of d.
func (d Date) AddDays(n int) Date { return Day(d.year, d.month, d.day+n) }

// String returns the form that ParseDate reads, "" for the zero Date.
func (d Date) String() string {
	switch d.prec {
	case ToYear:
		return fmt.Sprintf("%04d", d.year)
	case ToQuarter:
		return fmt.Sprintf("%04d-%s", d.year, quarterNames[(d.month-1)/3])
	case ToMonth:
		return fmt.Sprintf("%04d-%02d", d.year, int(d.month))
	case ToDay:
		return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day)
	}
	return ""
}

// Words returns the date for people: "23 August 2019", "August 2019", "summer 2019", "2019". The zero Date is "an
// unknown date".
func (d Date) Words() string {
	switch d.prec {
	case ToYear:
		return strconv.Itoa(d.year)
	case ToQuarter:
		return fmt.Sprintf("%s %d", quarterNames[(d.month-1)/3], d.year)
	case ToMonth:
		return fmt.Sprintf("%s %d", d.month, d.year)
	case ToDay:
		return fmt.Sprintf("%d %s %d", d.day, d.month, d.year)
	}
	return "an unknown date"
}

// in returns Words with the preposition that fits: "on 23 August 2019", "in August 2019".
func (d Date) in() string {
	if d.prec == ToDay {
		return "on " + d.Words()
	}
	return "in " + d.Words()
}

// Age says how long before on the date lies, at no more precision than it has: "today", "yesterday", "12 days ago",
// "last month", "3 months ago", "7 years ago". A date that has not come, or is not known, gives "".
func (d Date) Age(on Date) string {
	if d.IsZero() || d.First().After(on) {
		return ""
	}
	days := int(on.Time().Sub(d.Time()).Hours() / 24)
	months := (on.year-d.year)*12 + int(on.month-d.month)
	if d.prec == ToDay && on.day < d.day {
		months--
	}
	years := on.year - d.year
	if d.prec != ToYear {
		years = months / 12
	}
	switch {
	case d.prec == ToDay && days == 0:
		return "today"
	case d.prec == ToDay && days == 1:
		return "yesterday"
	case d.prec == ToDay && days < 60:
		return fmt.Sprintf("%d days ago", days)
	case d.prec == ToYear && years == 0:
		return "this year"
	case d.prec == ToYear && years == 1:
		return "last year"
	case d.prec == ToQuarter && d.quartersTo(on) < 2:
		return []string{"this season", "last season"}[d.quartersTo(on)]
	case d.prec == ToMonth && months <= 0:
		return "this month"
	case d.prec == ToDay && months <= 0:
		return fmt.Sprintf("%d days ago", days)
	case months == 1 && d.prec == ToMonth:
		return "last month"
	case d.prec != ToYear && months < 24:
		return plural(months, "month") + " ago"
	}
	return plural(years, "year") + " ago"
}

// quartersTo counts the quarters from d to on.
func (d Date) quartersTo(on Date) int {
	return 4*(on.year-d.year) + (int(on.month)-1)/3 - (int(d.month)-1)/3
}

// MarshalJSON writes the form of String, null for the zero Date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(strconv.Quote(d.String())), nil
}

// UnmarshalYAML reads the scalar as ParseDate does.
func (d *Date) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: a date is one word such as 2019-08-23", n.Line)}}
	}
	v, err := ParseDate(strings.TrimSpace(n.Value))
	if err != nil {
		// A TypeError is collected with the others; any other error would end the reading here.
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %v", n.Line, err)}}
	}
	*d = v
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// clip shortens s to at most n characters, the last of them an ellipsis when something was left out.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
