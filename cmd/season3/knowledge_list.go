package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"season3/knowledge"
)

type listCommand struct {
	Status string `placeholder:"STATUS" help:"Only the shows whose next season has this status."`
	JSON   bool   `name:"json" help:"Print one JSON object a line."`
}

// Help is shown below the flags.
func (listCommand) Help() string {
	return `The next season is the first that has not begun. A dash stands for what is not known.

Examples:
  season3 knowledge list
  season3 knowledge list --status scheduled --json`
}

// listLine is a show in JSON. Absent values are null.
type listLine struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Season      int              `json:"season"`
	Part        *int             `json:"part"`
	Status      knowledge.Status `json:"status"`
	Date        knowledge.Date   `json:"date"`
	Final       bool             `json:"final"`
	Overdue     bool             `json:"overdue"`
	Unconfirmed bool             `json:"unconfirmed"`
	Evidence    knowledge.Date   `json:"evidence_date"`
	Reviewed    knowledge.Date   `json:"reviewed"`
}

// Run prints a line a show.
func (c *listCommand) Run(sys *system, k *knowledgeCommand) error {
	var statuses []knowledge.Status
	for _, w := range knowledge.Vocabulary() {
		statuses = append(statuses, w.Status)
	}
	if c.Status != "" && !slices.Contains(statuses, knowledge.Status(c.Status)) {
		return misuse{fmt.Sprintf("%q is no status; they are: %s", c.Status, words(statuses))}
	}
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	shows := slices.DeleteFunc(b.Dossiers(), func(s *knowledge.Show) bool {
		return c.Status != "" && string(s.Verdict(0, today(sys)).Status) != c.Status
	})
	if c.JSON {
		return listJSON(sys.stdout, shows, today(sys))
	}
	table := newTable(sys.stdout, "ID", "NEXT", "STATUS", "DATE", "EVIDENCE", "REVIEWED")
	for _, s := range shows {
		v := s.Verdict(0, today(sys))
		table.row(s.ID, v.Season, status(v)+marks(v), orDash(v.Date), orDash(v.Evidence), s.Reviewed)
	}
	return table.Flush()
}

func listJSON(w io.Writer, shows []*knowledge.Show, on knowledge.Date) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, s := range shows {
		v := s.Verdict(0, on)
		line := listLine{s.ID, s.Title, v.Season, nil, v.Status, v.Date, v.Final, v.Overdue, v.Unconfirmed, v.Evidence, s.Reviewed}
		if v.Part > 0 {
			line.Part = &v.Part
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

type staleCommand struct {
	Days int `placeholder:"N" help:"Only verdicts whose newest evidence is more than N days old, or undated."`
}

// Help is shown below the flags.
func (staleCommand) Help() string {
	return `First the dates that have passed without a word that it began, the longest ago first; then what rests on no dated
evidence; then the rest, the oldest evidence first; what was concluded or cancelled comes last.

Example:
  season3 knowledge stale --days 180`
}

// staleLine is a verdict that may need a look.
type staleLine struct {
	id      string
	verdict knowledge.Verdict
}

// Run prints the verdicts, the one to look at first on top.
func (c *staleCommand) Run(sys *system, k *knowledgeCommand) error {
	if c.Days < 0 {
		return misuse{fmt.Sprintf("--days takes a number of days, not %d", c.Days)}
	}
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	on := today(sys)
	var lines []staleLine
	for _, s := range b.Dossiers() {
		for n := 1; n <= s.LastKnown(on); n++ {
			v := s.Verdict(n, on)
			old := v.Evidence.IsZero() || on.After(v.Evidence.AddDays(c.Days))
			if (v.Open() || v.Overdue) && (c.Days == 0 || old) {
				lines = append(lines, staleLine{s.ID, v})
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b staleLine) int { return byNeed(a.verdict, b.verdict) })

	table := newTable(sys.stdout, "ID", "SEASON", "STATUS", "WHY")
	for _, l := range lines {
		v := l.verdict
		why := "no dated evidence"
		if !v.Evidence.IsZero() {
			why = "evidence " + v.Evidence.String()
			if age := v.Evidence.Age(on); age != "" {
				why += ", " + age
			}
		}
		if v.Overdue {
			why = fmt.Sprintf("was due %s, %s; %s", v.Date, v.Date.Age(on), why)
		}
		table.row(l.id, v.Season, status(v), why)
	}
	return table.Flush()
}

// byNeed orders verdicts by which to look at first.
func byNeed(a, b knowledge.Verdict) int {
	rank := func(v knowledge.Verdict) int {
		switch {
		case v.Overdue:
			return 0
		case v.Status == knowledge.Concluded || v.Status == knowledge.Cancelled:
			return 3 // settled: it seldom changes
		case v.Evidence.IsZero():
			return 1
		}
		return 2
	}
	older := func(d, e knowledge.Date) int { return d.Time().Compare(e.Time()) }
	if a.Overdue && b.Overdue {
		return cmp.Or(older(a.Date.Last(), b.Date.Last()), older(a.Evidence, b.Evidence))
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), older(a.Evidence, b.Evidence))
}

// table writes rows in aligned columns.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer, head ...any) table {
	t := table{tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	t.row(head...)
	return t
}

func (t table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t, "\t")
		}
		fmt.Fprint(t, c)
	}
	fmt.Fprintln(t)
}
