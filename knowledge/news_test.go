package knowledge_test

import (
	"strings"
	"testing"
	"time"

	. "season3/knowledge"
)

// TestNews pins how news is named and said.
func TestNews(t *testing.T) {
	const (
		ordered   = "2 announced 2026-01-10"
		making    = "2 in_production 2026-02-10"
		april     = "2 scheduled 2026-04-10 date: 2027-04"
		may       = "2 scheduled 2026-05-10 date: 2027-05-02"
		postponed = "2 delayed 2026-06-10"
		cancelled = "2 cancelled 2026-07-10"
		back      = "2 announced 2026-09-10"
	)
	for _, test := range []struct{ old, new, fact, says string }{
		{one, one + claims(ordered), "lanterns/2/announced", "Season 2 of Lanterns is announced, without a date."},
		{one, one + claims(april), "lanterns/2/announced", "Season 2 of Lanterns is announced, scheduled for April 2027."},
		{one, one + claims(making), "lanterns/2/announced", "Season 2 of Lanterns is announced and being made."},
		{one + claims(ordered), one + claims(ordered, making), "lanterns/2/in_production", "Season 2 of Lanterns is being made."},
		{one + claims(ordered), one + claims(ordered, april), "lanterns/2/date/2027-04", "Season 2 of Lanterns has a date: April 2027."},
		{one + claims(april), one + claims(april, may), "lanterns/2/date/2027-05-02", "Season 2 of Lanterns moves to 2 May 2027; it was scheduled for April 2027."},
		{one + claims(april), one + claims(april, postponed), "lanterns/2/delayed/2027-04", "Season 2 of Lanterns is postponed; it was scheduled for April 2027."},
		{one, one + claims(postponed), "lanterns/2/delayed", "Season 2 of Lanterns is postponed."},
		{one + claims(april), two + claims(april), "lanterns/2/premiered", "Season 2 of Lanterns began on 4 October 2026."},
		{partOne, partsTwo, "lanterns/1.2/part_begins", "Part 2 of season 1 of Lanterns began on 5 July 2026."},
		{partOne, partOne + claims("1 scheduled 2026-05-10 part: 2, date: 2027-01"), "lanterns/1.2/announced", "Part 2 of season 1 of Lanterns is announced, scheduled for January 2027."},
		{one + claims(ordered), one + claims(ordered, cancelled), "lanterns/2/cancelled", "Season 2 of Lanterns was ordered, then cancelled."},
		{one, one + claims(cancelled), "lanterns/2/cancelled", "Lanterns was cancelled after season 1."},
		{one, one + claims("2 concluded 2026-07-10"), "lanterns/2/concluded", "Lanterns ended with season 1."},
		{one + claims(april), one + claims("2 scheduled 2026-05-10 date: 2027-04, final: true"), "lanterns/2/concluded", "Season 2 of Lanterns is declared the last."},
		{one, one + claims("2 continued 2026-07-10 as: Lanterns the Movie"), "lanterns/2/continued", "Lanterns goes on as Lanterns the Movie, not as season 2."},
		{one + claims(cancelled), one + claims(cancelled, back), "lanterns/2/revived", "Season 2 of Lanterns is announced after all, without a date."},
		{one + claims(cancelled), one + claims(cancelled, "2 in_production 2026-09-10"), "lanterns/2/revived", "Season 2 of Lanterns is being made after all."},
		{one + claims(ordered), one, "", ""},
		{one, one + claims("2 rumoured 2026-01-10"), "", ""},
	} {
		old, new := lanterns(t, test.old), lanterns(t, test.new)
		changes := Diff(old, new, diffDay)
		if len(changes) != 1 {
			t.Errorf("%s: %d changes", test.says, len(changes))
			continue
		}
		c := changes[0]
		if got := c.Fact(); got != test.fact {
			t.Errorf("fact %q, want %q", got, test.fact)
		}
		if test.fact == "" {
			continue
		}
		if got := c.Headline(new.Show("lanterns")); got != test.says {
			t.Errorf("says\n%s\nwant\n%s", got, test.says)
		}
	}
}

// TestBears: what becomes of earlier news when the data changes.
func TestBears(t *testing.T) {
	date := func(s string) Date {
		d, err := ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	april, may := date("2027-04-04"), date("2027-05-02")
	type news struct {
		event Event
		part  int
		date  Date
	}
	announced, dated := news{event: EventAnnounced}, news{EventDated, 0, april}
	for _, test := range []struct {
		body  string
		bears []news
		not   []news
	}{
		{one, nil, []news{announced, dated, {event: EventPremiered}, {event: EventCancelled}, {event: EventInProduction}}},
		{one + claims("2 announced 2026-01-10"), []news{announced, {event: EventDelayed}}, []news{dated, {event: EventInProduction}}},
		{one + claims("2 scheduled 2026-01-10 date: 2027-04-04"), []news{announced, dated, {EventPremiered, 0, april}, {event: EventInProduction}},
			[]news{{EventDated, 0, may}, {EventPremiered, 0, may}, {event: EventDelayed}, {event: EventCancelled}}},
		{one + claims("2 cancelled 2026-01-10"), []news{{event: EventCancelled}}, []news{announced, dated, {event: EventConcluded}}},
		{two, []news{announced, dated, {event: EventPremiered}, {event: EventInProduction}}, []news{{event: EventCancelled}}},
		{one + claims("2 announced 2026-01-10 final: true"), []news{{event: EventConcluded}}, nil},
	} {
		standing := lanterns(t, test.body).Snapshot(diffDay).Of("lanterns", 2)
		for _, n := range test.bears {
			if !standing.Bears(n.event, n.part, n.date) {
				t.Errorf("%s does not bear out %v", test.body, n)
			}
		}
		for _, n := range test.not {
			if standing.Bears(n.event, n.part, n.date) {
				t.Errorf("%s bears out %v", test.body, n)
			}
		}
	}
}

// TestDue: an exact day that has come is news, a vague one is not.
func TestDue(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{one + claims("2 scheduled 2026-01-10 date: 2026-12-05"), "2 premiered"},
		{one + claims("2 scheduled 2026-01-10 date: 2026-12"), ""},
		{one + claims("2 scheduled 2026-01-10 date: 2026-12-04"), ""},
		{one + claims("2 scheduled 2026-01-10 date: 2026-12-06"), ""},
		{one + claims("2 scheduled 2026-01-10 date: 2026-12-05, cites: [blog]"), ""},
		{partOne + claims("1 scheduled 2026-05-10 part: 2, date: 2026-12-05"), "1 part 2 part_begins"},
	} {
		b := lanterns(t, test.body)
		on := Day(2026, time.December, 5)
		due := b.Snapshot(on).Due(on.AddDays(-1), on)
		if got := say(due); got != test.want {
			t.Errorf("%s: %q, want %q", test.body, got, test.want)
		}
		for _, c := range due {
			if says := c.Headline(b.Show("lanterns")); !strings.HasSuffix(says, "is due on 5 December 2026.") {
				t.Errorf("says %q", says)
			}
			if c.When() != on || !c.New.Bears(c.Event, c.Part, on) {
				t.Errorf("%s is about %v", c.Fact(), c.When())
			}
		}
	}
}

// TestSentence tells how a season stands where nobody asked.
func TestSentence(t *testing.T) {
	for _, test := range []struct {
		body   string
		season int
		want   string
	}{
		{one, 2, "There is nothing official about a season 2 of Lanterns as of 22 November 2026."},
		{one, 3, "There is nothing official about a season 2 of Lanterns as of 22 November 2026."},
		{one + claims("2 announced 2026-01-10"), 2, "Season 2 of Lanterns is announced, without a date."},
		{one + claims("2 scheduled 2026-05-10 date: 2027-04, final: true"), 2, "Season 2 of Lanterns is scheduled for April 2027. It is declared the last."},
	} {
		if got := lanterns(t, test.body).Show("lanterns").Sentence(test.season, diffDay); got != test.want {
			t.Errorf("season %d says\n%s\nwant\n%s", test.season, got, test.want)
		}
	}
}
