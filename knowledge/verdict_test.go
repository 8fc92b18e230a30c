package knowledge

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Two seasons, long over; cases that need others bring their own.
const twoSeasons = `
seasons:
  - {number: 1, premiered: 2020-01-05, ended: 2020-03-22, cites: [official]}
  - {number: 2, premiered: 2022-01-09, ended: 2022-03-27, cites: [official]}
`

// evidence makes a show, reviewed on 1 June 2026, of seasons and claims. A source of each kind can be cited.
func evidence(t testing.TB, text string) *Show {
	t.Helper()
	head := "id: evidence\ntitle: Evidence\nkind: anime\npopularity: 1\nreviewed: 2026-06-01\n"
	sources := "\nsources:\n"
	for _, kind := range SourceKinds() {
		sources += fmt.Sprintf("  %s: {kind: %s, publisher: P, url: https://%s.example/}\n", kind, kind, kind)
	}
	s, err := ReadShow("evidence.yaml", []byte(head+text+sources))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Lint() {
		if !strings.Contains(p.Text, "is cited by nothing") {
			t.Error(p)
		}
	}
	return s
}

// told is a verdict in one line. Claims are named by their text, which is one letter.
func told(v Verdict) string {
	words := []string{fmt.Sprint(v.Season)}
	if v.Part > 0 {
		words = append(words, fmt.Sprint("part ", v.Part))
	}
	words = append(words, string(v.Status))
	if !v.Date.IsZero() {
		words = append(words, v.Date.String())
	}
	if !v.Ended.IsZero() {
		words = append(words, "to", v.Ended.String())
	}
	for _, mark := range []struct {
		word string
		is   bool
	}{{"final", v.Final}, {"overdue", v.Overdue}, {"unconfirmed", v.Unconfirmed}} {
		if mark.is {
			words = append(words, mark.word)
		}
	}
	if v.Season != v.Asked {
		words = append(words, fmt.Sprint("for ", v.Asked))
	}
	for _, list := range []struct {
		word   string
		claims []*Claim
	}{{"by", v.For}, {"against", v.Against}, {"talk", v.Talk}} {
		letters := ""
		for _, c := range list.claims {
			letters += strings.TrimSuffix(c.Text, ".")
		}
		if letters != "" {
			words = append(words, list.word, letters)
		}
	}
	return strings.Join(words, " ") + fmt.Sprintf(", rule %d, evidence %s", v.Rule, v.Evidence)
}

type verdictRow struct {
	n    int
	on   string
	want string
}

var verdictCases = []struct {
	name string
	text string
	rows []verdictRow
}{
	{"a season begins and ends on its days", `
seasons:
  - {number: 1, premiered: 2020-01-05, ended: 2020-03-22, cites: [official]}
  - {number: 2, premiered: 2022-01, ended: 2022-03-27, cites: [official]}
  - {number: 3, premiered: 2026-04-05, cites: [official]}
`, []verdictRow{
		{1, "2020-01-04", "1 no_announcement, rule 3, evidence "},
		{1, "2020-01-05", "1 airing 2020-01-05, rule 1, evidence 2020-01-05"},
		{1, "2020-03-21", "1 airing 2020-01-05, rule 1, evidence 2020-01-05"},
		{1, "2020-03-22", "1 released 2020-01-05 to 2020-03-22, rule 1, evidence 2020-03-22"},
		{2, "2022-01-30", "2 no_announcement, rule 3, evidence "},
		{2, "2022-01-31", "2 airing 2022-01, rule 1, evidence 2022-01"},
		{3, "2026-06-01", "3 airing 2026-04-05, rule 1, evidence 2026-04-05"},
		{3, "2030-06-01", "3 airing 2026-04-05, rule 1, evidence 2026-04-05"},
		{0, "2021-01-01", "2 no_announcement, rule 3, evidence "},
		{-7, "2021-01-01", "2 no_announcement, rule 3, evidence "},
		{0, "2026-06-01", "4 no_announcement, rule 3, evidence "},
	}},
	{"from the review on, what is recorded has begun", `
seasons:
  - {number: 1, premiered: 2026, ended: 2026, cites: [official]}
`, []verdictRow{
		{1, "2026-05-31", "1 no_announcement, rule 3, evidence "},
		{1, "2026-06-01", "1 released 2026 to 2026, rule 1, evidence 2026"},
	}},
	{"a season that has begun stands against what was said before", twoSeasons + `
claims:
  - {season: 2, status: not_planned, said: 2020-06-01, text: A., cites: [official]}
  - {season: 2, status: scheduled, date: 2022-01, said: 2021-06-01, text: B., cites: [official]}
  - {season: 2, status: rumoured, said: 2020-12-01, text: C., cites: [leak]}
`, []verdictRow{
		{2, "2020-05-31", "2 no_announcement, rule 3, evidence "},
		{2, "2020-06-01", "2 not_planned by A, rule 2, evidence 2020-06-01"},
		{2, "2021-06-01", "2 scheduled 2022-01 by B against A talk C, rule 2, evidence 2021-06-01"},
		{2, "2022-01-09", "2 airing 2022-01-09 against BA talk C, rule 1, evidence 2022-01-09"},
	}},

	{"the parts of a season", `
seasons:
  - number: 1
    premiered: 2024-01-07
    ended: 2024-09-22
    parts:
      - {premiered: 2024-01-07, ended: 2024-03-24}
      - {premiered: 2024-07-07, ended: 2024-09-22}
    cites: [official]
claims:
  - {season: 1, part: 2, status: announced, said: 2024-02-01, text: A., cites: [press]}
  - {season: 1, part: 2, status: scheduled, date: 2024-06, said: 2024-05-01, text: B., cites: [official]}
  - {season: 1, part: 3, status: announced, said: 2024-09-01, text: C., cites: [aggregator]}
`, []verdictRow{
		{1, "2024-01-31", "1 part 1 airing 2024-01-07, rule 1, evidence 2024-01-07"},
		{1, "2024-02-01", "1 part 2 airing by A, rule 1, evidence 2024-02-01"},
		{1, "2024-06-30", "1 part 2 airing 2024-06 by B against A, rule 1, evidence 2024-05-01"},
		{1, "2024-07-01", "1 part 2 airing 2024-06 overdue by B against A, rule 1, evidence 2024-05-01"},
		{1, "2024-07-07", "1 part 2 airing 2024-07-07 against BA, rule 1, evidence 2024-07-07"},
		{1, "2024-09-22", "1 released 2024-01-07 to 2024-09-22 against CBA, rule 1, evidence 2024-09-22"},
	}},

	{"the newest statement decides and keeps the others as history", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2023-01-10, text: A., cites: [official]}
  - {season: 3, status: in_production, said: 2023-06-10, text: B., cites: [press]}
  - {season: 3, status: delayed, said: 2024-06-10, text: C., cites: [reference]}
  - {season: 3, status: cancelled, said: 2025-03-10, text: D., cites: [interview]}
`, []verdictRow{
		{3, "2023-01-09", "3 no_announcement, rule 3, evidence "},
		{3, "2023-01-10", "3 announced by A, rule 2, evidence 2023-01-10"},
		{3, "2023-12-31", "3 in_production by B against A, rule 2, evidence 2023-06-10"},
		{3, "2024-12-31", "3 delayed by C against BA, rule 2, evidence 2024-06-10"},
		{3, "2026-06-01", "3 cancelled by D against CBA, rule 2, evidence 2025-03-10"},
	}},
	{"of one day, the stronger source decides", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2023-01-10, text: A., cites: [reference]}
  - {season: 3, status: not_planned, said: 2023-01-10, text: B., cites: [interview, aggregator]}
  - {season: 3, status: concluded, said: 2023-01-10, text: C., cites: [press]}
`, []verdictRow{
		{3, "2023-01-10", "3 not_planned by B against CA, rule 2, evidence 2023-01-10"},
	}},
	{"a vaguer date may be the newer one: the stronger source decides", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2023-01-10, text: A., cites: [reference]}
  - {season: 3, status: not_planned, said: 2023-01, text: B., cites: [official]}
  - {season: 3, status: concluded, said: 2022, text: C., cites: [official]}
`, []verdictRow{
		{3, "2023-01-30", "3 announced by A against C, rule 2, evidence 2023-01-10"},
		{3, "2023-01-31", "3 not_planned by B against AC, rule 2, evidence 2023-01"},
	}},
	{"what agrees with the decision bears it, too", twoSeasons + `
claims:
  - {season: 3, status: scheduled, date: 2027-04, said: 2026-02-01, text: A., cites: [official]}
  - {season: 3, status: scheduled, date: 2027-spring, said: 2025-12-01, text: B., cites: [press]}
  - {season: 3, status: scheduled, date: 2026-10, said: 2025-06-01, text: C., cites: [official]}
  - {season: 3, status: scheduled, date: 2027, said: 2026-03-01, text: D., cites: [aggregator]}
  - {season: 3, status: announced, said: 2026-04-01, text: E., cites: [aggregator]}
  - {season: 3, status: interest, said: 2026-05-01, text: F., cites: [interview]}
`, []verdictRow{
		{3, "2026-06-01", "3 scheduled 2027-04 by ADB against C talk FE, rule 2, evidence 2026-02-01"},
	}},
	{"undated claims speak from the review on, as the oldest", twoSeasons + `
claims:
  - {season: 3, status: announced, text: A., cites: [official]}
  - {season: 3, status: not_planned, said: 2022, text: B., cites: [reference]}
`, []verdictRow{
		{3, "2026-05-31", "3 not_planned by B, rule 2, evidence 2022"},
		{3, "2026-06-01", "3 not_planned by B against A, rule 2, evidence 2022"},
	}},
	{"an undated claim alone", twoSeasons + `
claims:
  - {season: 3, status: announced, text: A., cites: [official]}
`, []verdictRow{
		{3, "2026-05-31", "3 no_announcement, rule 3, evidence "},
		{3, "2026-06-01", "3 announced by A, rule 2, evidence "},
	}},

	{"an aggregator decides only where nothing stronger speaks", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2023-05-01, text: A., cites: [aggregator]}
  - {season: 3, status: not_planned, said: 2022-05-01, text: B., cites: [aggregator]}
  - {season: 3, status: no_announcement, said: 2023-02-01, text: C., cites: [reference]}
`, []verdictRow{
		{3, "2022-06-01", "3 not_planned unconfirmed by B, rule 3, evidence 2022-05-01"},
		{3, "2023-02-01", "3 no_announcement by C talk B, rule 2, evidence 2023-02-01"},
		{3, "2023-05-01", "3 no_announcement by C talk AB, rule 2, evidence 2023-02-01"},
	}},
	{"aggregators among themselves", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2023-05-01, text: A., cites: [aggregator]}
  - {season: 3, status: not_planned, said: 2022-05-01, text: B., cites: [aggregator]}
`, []verdictRow{
		{3, "2023-05-01", "3 announced unconfirmed by A against B, rule 3, evidence 2023-05-01"},
	}},
	{"rumours decide nothing", twoSeasons + `
claims:
  - {season: 3, status: rumoured, said: 2023-05-01, text: A., cites: [leak]}
  - {season: 3, status: rumoured, said: 2023-06-01, text: B., cites: [press]}
  - {season: 3, status: interest, said: 2023-07-01, text: C., cites: [interview]}
`, []verdictRow{
		{3, "2023-04-30", "3 no_announcement, rule 3, evidence "},
		{3, "2023-05-01", "3 rumoured by A, rule 3, evidence 2023-05-01"},
		{3, "2023-07-01", "3 rumoured by B talk CA, rule 3, evidence 2023-06-01"},
	}},
	{"a wish is no announcement", twoSeasons + `
claims:
  - {season: 3, status: interest, said: 2023-07-01, text: A., cites: [official]}
`, []verdictRow{
		{3, "2023-07-01", "3 no_announcement talk A, rule 3, evidence "},
	}},

	{"what was said of the whole show counts until another season begins", twoSeasons + `
claims:
  - {status: cancelled, said: 2020-05-01, text: A., cites: [press]}
  - {status: interest, said: 2020-06-01, text: B., cites: [interview]}
  - {status: no_announcement, said: 2023-05-01, text: C., cites: [press]}
  - {status: concluded, text: D., cites: [official]}
`, []verdictRow{
		{2, "2021-01-01", "2 cancelled by A talk B, rule 2, evidence 2020-05-01"},
		{2, "2022-01-09", "2 airing 2022-01-09, rule 1, evidence 2022-01-09"},
		{3, "2022-01-09", "3 no_announcement, rule 3, evidence "},
		{3, "2023-05-01", "3 no_announcement by C, rule 2, evidence 2023-05-01"},
		{3, "2026-06-01", "3 no_announcement by C, rule 2, evidence 2023-05-01"}, // D may be older than season 2
	}},
	{"a show of which nothing has come out", `
claims:
  - {status: cancelled, text: A., cites: [press]}
`, []verdictRow{
		{1, "2026-05-31", "1 no_announcement, rule 3, evidence "},
		{1, "2026-06-01", "1 cancelled by A, rule 2, evidence "},
		{2, "2026-06-01", "1 cancelled for 2 by A, rule 2, evidence "},
	}},
	{"a topic is no statement", twoSeasons + `
claims:
  - {season: 3, topic: why, said: 2023-01-01, text: A., cites: [official]}
`, []verdictRow{
		{3, "2023-01-01", "3 no_announcement, rule 3, evidence "},
	}},

	{"the end that was declared", `
seasons:
  - {number: 1, premiered: 2020-01-05, ended: 2020-03-22, cites: [official]}
  - {number: 2, premiered: 2022-01-09, ended: 2022-03-27, cites: [official]}
claims:
  - {season: 2, status: scheduled, date: 2022-01, final: true, said: 2021-06-01, text: A., cites: [official]}
  - {season: 2, status: announced, final: true, said: 2021-01-01, text: B., cites: [press]}
  - {season: 3, status: rumoured, said: 2022-06-01, text: C., cites: [leak]}
  - {season: 3, status: not_planned, said: 2021-02-01, text: D., cites: [interview]}
  - {season: 3, status: announced, said: 2025-01-01, text: E., cites: [official]}
`, []verdictRow{
		{2, "2021-06-01", "2 scheduled 2022-01 final by A against B, rule 2, evidence 2021-06-01"},
		{3, "2021-01-31", "2 announced final for 3 by B, rule 2, evidence 2021-01-01"},
		{2, "2022-02-01", "2 airing 2022-01-09 final against AB, rule 1, evidence 2022-01-09"},
		{3, "2022-02-01", "3 concluded by AB against D, rule 2, evidence 2021-06-01"},
		{3, "2022-06-01", "3 concluded by AB against D talk C, rule 2, evidence 2021-06-01"},
		{3, "2025-01-01", "3 announced by E against ADB talk C, rule 2, evidence 2025-01-01"},
	}},

	{"a date that passes in silence", twoSeasons + `
claims:
  - {season: 3, status: scheduled, date: 2026-04, said: 2025-06-01, text: A., cites: [official]}
  - {season: 3, status: announced, said: 2025-01-01, text: B., cites: [official]}
`, []verdictRow{
		{3, "2025-05-31", "3 announced by B, rule 2, evidence 2025-01-01"},
		{3, "2026-04-30", "3 scheduled 2026-04 by A against B, rule 2, evidence 2025-06-01"},
		{3, "2026-05-01", "3 scheduled 2026-04 overdue by A against B, rule 4, evidence 2025-06-01"},
		{3, "2029-05-01", "3 scheduled 2026-04 overdue by A against B, rule 4, evidence 2025-06-01"},
	}},
	{"from the review on, a part that is recorded has begun", `
seasons:
  - number: 1
    premiered: 2025-01-07
    parts:
      - {premiered: 2025-01-07, ended: 2025-03-24}
      - {premiered: 2026}
    cites: [official]
`, []verdictRow{
		{1, "2026-05-31", "1 part 1 released 2025-01-07 to 2025-03-24, rule 1, evidence 2025-03-24"},
		{1, "2026-06-01", "1 part 2 airing 2026, rule 1, evidence 2026"},
	}},

	{"the parts of a season to come", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2025-01-01, text: A., cites: [official]}
  - {season: 3, part: 1, status: scheduled, date: 2026-07-05, said: 2025-06-01, text: B., cites: [press]}
  - {season: 3, status: in_production, said: 2025-09-01, text: C., cites: [official]}
`, []verdictRow{
		{3, "2025-06-01", "3 part 1 scheduled 2026-07-05 by B against A, rule 2, evidence 2025-06-01"},
		{3, "2026-06-01", "3 in_production by CB against A, rule 2, evidence 2025-09-01"},
	}},
	{"the story goes on under another title", twoSeasons + `
claims:
  - {season: 3, status: continued, as: Evidence the Movie, said: 2024-01-01, text: A., cites: [official]}
`, []verdictRow{
		{3, "2024-01-01", "3 continued by A, rule 2, evidence 2024-01-01"},
	}},

	{"nobody has spoken of the season that was asked for", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2025-01-01, text: A., cites: [official]}
  - {season: 4, status: rumoured, said: 2025-01-01, text: B., cites: [leak]}
`, []verdictRow{
		{4, "2026-06-01", "3 announced for 4 by A, rule 2, evidence 2025-01-01"},
		{99, "2026-06-01", "3 announced for 99 by A, rule 2, evidence 2025-01-01"},
		{2, "2019-01-01", "1 no_announcement for 2, rule 3, evidence "},
	}},
	{"somebody has spoken of a season after the next", twoSeasons + `
claims:
  - {season: 3, status: announced, said: 2025-01-01, text: A., cites: [official]}
  - {season: 4, status: announced, final: true, said: 2025-03-01, text: B., cites: [press]}
  - {status: no_announcement, said: 2025-06-01, text: C., cites: [press]}
`, []verdictRow{
		{4, "2025-02-28", "3 announced for 4 by A, rule 2, evidence 2025-01-01"},
		{4, "2025-03-01", "4 announced final by B, rule 2, evidence 2025-03-01"},
		{4, "2026-06-01", "4 announced final by B, rule 2, evidence 2025-03-01"}, // C speaks of the next season
		{3, "2026-06-01", "3 no_announcement by C against A, rule 2, evidence 2025-06-01"},
		{5, "2026-06-01", "3 no_announcement for 5 by C against A, rule 2, evidence 2025-06-01"},
	}},
}

func TestVerdict(t *testing.T) {
	reached := map[Status]bool{}
	for _, c := range verdictCases {
		t.Run(c.name, func(t *testing.T) {
			s := evidence(t, c.text)
			for _, row := range c.rows {
				v := s.Verdict(row.n, dated(row.on))
				reached[v.Status] = true
				if got := told(v); got != row.want {
					t.Errorf("season %d on %s\n got %s\nwant %s", row.n, row.on, got, row.want)
				}
			}
		})
	}
	for _, w := range Vocabulary() {
		// The base says unknown of shows it does not hold, and unlisted of those that only the catalogue holds.
		if !reached[w.Status] && w.Status != Unknown && w.Status != Unlisted {
			t.Errorf("no case reaches %s", w.Status)
		}
	}
}

func TestVerdictSeesNoFurtherThanTheReview(t *testing.T) {
	s := evidence(t, twoSeasons)
	for on, want := range map[string]string{"2020-02-02": "2020-02-02", "2026-06-01": "2026-06-01", "2030-01-01": "2026-06-01"} {
		if v := s.Verdict(3, dated(on)); v.AsOf != dated(want) {
			t.Errorf("on %s it sees as far as %s", on, v.AsOf)
		}
	}
}

// TestClaimWithoutADayCountsFromItsEarliestSource covers claims whose page is dated and whose speaker is not.
func TestClaimWithoutADayCountsFromItsEarliestSource(t *testing.T) {
	for _, c := range []struct{ said, published, cites, want string }{
		{"2024-05", "2024-06-01", "a", "2024-05"},
		{"", "2024-06-01", "a", "2024-06-01"},
		{"", "2024-06-01", "a undated", "2024-06-01"},
		{"", "2024-06-01", "a later", "2024-06-01"},
		{"", "2024-06-01", "later a", "2024-06-01"},
		{"", "2024-06-01", "undated", ""},
		{"", "", "a", ""},
	} {
		s := &Show{Sources: map[string]Source{"a": {Published: dated(c.published)}, "later": {Published: dated("2025")}, "undated": {}}}
		if got := s.date(&Claim{Said: dated(c.said), Cites: strings.Fields(c.cites)}); got != dated(c.want) {
			t.Errorf("said %q, published %q, citing %s: %q, want %q", c.said, c.published, c.cites, got, c.want)
		}
	}
}

func TestNextSeasonAndLastKnown(t *testing.T) {
	s := evidence(t, twoSeasons+`
claims:
  - {season: 3, status: announced, said: 2025-01-01, text: A., cites: [official]}
  - {season: 4, status: announced, said: 2025-03-01, text: B., cites: [press]}
  - {season: 5, status: rumoured, said: 2025-03-01, text: C., cites: [leak]}
`)
	for _, c := range []struct {
		on         string
		next, last int
	}{
		{"2019-01-01", 1, 1}, {"2021-01-01", 2, 2}, {"2022-01-09", 3, 3}, {"2025-02-01", 3, 3}, {"2025-03-01", 3, 4}, {"2026-06-01", 3, 4},
	} {
		if next, last := s.NextSeason(dated(c.on)), s.LastKnown(dated(c.on)); next != c.next || last != c.last {
			t.Errorf("on %s next %d, last %d, want %d and %d", c.on, next, last, c.next, c.last)
		}
	}
}

// days returns days between 2000 and 2030, the same ones on every run, and the day of the review.
func days(s *Show) []Date {
	random := rand.New(rand.NewPCG(3, 3))
	out := []Date{s.Reviewed, s.Reviewed.AddDays(-1), s.Reviewed.AddDays(1)}
	for range 40 {
		out = append(out, dated("2000-01-01").AddDays(random.IntN(31*365)))
	}
	return out
}

// TestVerdictOfEveryDossier checks what holds for every show, season and day.
func TestVerdictOfEveryDossier(t *testing.T) {
	for _, s := range Embedded().Dossiers() {
		t.Run(s.ID, func(t *testing.T) {
			for _, on := range days(s) {
				for n := -1; n <= len(s.Seasons)+3; n++ {
					v := s.Verdict(n, on)
					if !reflect.DeepEqual(v, s.Verdict(n, on)) {
						t.Fatalf("season %d on %s: the same question has two verdicts", n, on)
					}
					for _, fault := range faults(s, n, on, v) {
						t.Errorf("season %d on %s is %s: %s", n, on, v.Status, fault)
					}
				}
			}
		})
	}
}

// faults lists what no verdict may be.
func faults(s *Show, n int, on Date, v Verdict) (out []string) {
	check := func(ok bool, fault string) {
		if !ok {
			out = append(out, fault)
		}
	}
	begun := s.NextSeason(on) - 1
	check(v.Status.Reply() != "" && v.Status != Unknown && v.Status != Unlisted, "the status is none of a dossier's")
	check(v.Rule >= 1 && v.Rule <= 4, "no rule decides")
	check(n < 1 || v.Asked == n, "another season was asked for")
	check(v.Season >= 1 && v.Season <= v.Asked, "the season does not exist or lies beyond the one asked for")
	check(v.Open() == (v.Season > begun), "it contradicts the seasons that have begun")
	check(v.Open() || v.Rule == 1 && v.Premiered == s.Seasons[v.Season-1].Premiered, "the premiere is not the season's")
	check(v.Open() || on == s.Reviewed || on.After(s.Reviewed) || v.Premiered.PastBy(on), "it premieres after the day")
	check(v.Status != Released || !v.Ended.IsZero(), "it is released without an end")
	check(v.Status == Released || v.Ended.IsZero(), "it has ended and is not released")
	check(v.Status != Scheduled || !v.Date.IsZero(), "it is scheduled without a date")
	check(!v.Overdue || on.After(v.Date.Last()), "it is overdue before its date")
	check(!v.AsOf.After(on) && !v.AsOf.After(s.Reviewed), "it sees beyond the day or the review")
	check(!s.Reviewed.After(on) || v.Evidence.IsZero() || v.Evidence.PastBy(on), "its evidence is later than the day")
	check(len(v.For) > 0 || !v.Open() || v.Status == NoAnnouncement, "nothing bears it")
	for _, c := range v.For {
		check(!slices.Contains(v.Against, c) && !slices.Contains(v.Talk, c), "a claim stands for and against it")
		check(c.Status.decides() || v.Status == Rumoured, "talk decides")
	}
	for _, c := range slices.Concat(v.For, v.Against, v.Talk) {
		check(s.visible(c, on), "a claim of a later day bears on it")
		check(c.Season == 0 || c.Season == v.Season || c.Season == v.Season-1 && c.Final, "a claim about another season bears on it")
	}
	return out
}
