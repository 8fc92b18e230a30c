// Calibrate finds the scores from which on Base.Find may answer and offer, and writes them into knowledge/thresholds.go:
//
//	go generate ./knowledge
//
// It asks for names of the embedded base: half of them as they are written, half damaged as the package damage does, some
// of these twice. One in five is about a show that the base does not have, as it is among real questions: the show is
// held out of the base, so that every sure answer is wrong. What is a name as it stands needs no calibration; the
// thresholds are for what only resembles one, and judged by that alone. With -questions it also judges by the names in a file of labelled questions, a
// tab-separated table with the columns title_span and canonical.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"io"
	"os"
	"slices"
	"strings"

	"season3/knowledge"
	"season3/knowledge/damage"
)

const (
	wantRight   = 0.98  // share of the sure answers that must be right
	wantLike    = 0.975 // the same, of the answers to what only resembles a name
	wantBand    = 0.965 // the same, of the lowest scores among them
	wholeName   = 0.9   // scores from here on are of names as they stand, as in package knowledge
	wholeMargin = 0.06  // the lead that they need, as in package knowledge
	wantOffered = 0.25  // share of the offers that must hold the right show
	offered     = 5     // shows are offered
	heldOut     = 5     // one in so many questions is about a show that the base does not have
	groups      = 5     // into which the shows are split to be held out
)

func main() {
	seed := flag.Uint64("seed", 1, "of the damage")
	count := flag.Int("n", 64_000, "how many names to damage")
	questions := flag.String("questions", "", "file of labelled questions, "+`"" for none`)
	write := flag.String("write", "", "Go file to write the thresholds to")
	flag.Parse()
	if err := run(os.Stdout, *seed, *count, *questions, *write); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, seed uint64, count int, questions, write string) error {
	var labelled []answer
	if questions != "" {
		var err error
		if labelled, err = read(questions); err != nil {
			return fmt.Errorf("questions: %w", err)
		}
	}
	asked, err := ask(seed, count)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d names, one in %d of a show that is held out\n", len(asked), heldOut)
	t, err := derive(asked)
	if err != nil {
		return err
	}
	fmt.Fprint(out, t.table(asked))
	if questions != "" {
		fmt.Fprintf(out, "\n%d names in %s\n%s", len(labelled), questions, t.table(labelled))
	}
	if write == "" {
		return nil
	}
	code, err := format.Source(t.code(asked))
	if err != nil {
		return fmt.Errorf("formatting the thresholds: %w", err)
	}
	return os.WriteFile(write, code, 0o644)
}

// An answer is what the base makes of a damaged name.
type answer struct {
	score, margin float64 // of the first candidate, and to the second
	first, among  bool    // it is right; one of those that would be offered is
}

// ask damages names and asks for them, most in the whole base, the rest where their shows are held out.
func ask(seed uint64, count int) ([]answer, error) {
	base := knowledge.Embedded()
	shows := base.Shows()
	var names []damage.Name
	for _, s := range shows {
		for _, name := range s.AllNames() {
			names = append(names, damage.Name{Text: name, Show: s.ID})
		}
	}
	set := damage.New(names)
	kinds := damage.Kinds()
	for range kinds {
		kinds = append(kinds, damage.Exact)
	}
	queries := set.Queries(count*3/4, seed, kinds...)
	queries = append(queries, set.Harder(set.Queries(count/4, seed+1, kinds...), seed)...)

	group := map[string]int{}
	for i, s := range shows {
		group[s.ID] = i % groups
	}
	without := make([]*knowledge.Base, groups)
	for g := range without {
		var kept []*knowledge.Show
		for _, s := range shows {
			if group[s.ID] != g {
				kept = append(kept, s)
			}
		}
		var err error
		if without[g], err = knowledge.New(kept); err != nil {
			return nil, fmt.Errorf("holding shows out: %w", err)
		}
	}
	out := make([]answer, 0, len(queries))
	for i, q := range queries {
		b := base
		if i/len(kinds)%heldOut == 0 {
			b = without[group[q.Shows[0]]]
		}
		out = append(out, judge(b.Nearest(q.Text, offered), func(s *knowledge.Show) bool { return slices.Contains(q.Shows, s.ID) }))
	}
	return out, nil
}

func judge(found []knowledge.Candidate, right func(*knowledge.Show) bool) answer {
	var a answer
	for i, c := range found {
		if right(c.Show) {
			a.first, a.among = a.first || i == 0, true
		}
	}
	if len(found) > 0 {
		a.score, a.margin = found[0].Score, found[0].Score
	}
	if len(found) > 1 {
		a.margin -= found[1].Score
	}
	a.margin += 1e-9 // scores have three decimals, but not exactly
	return a
}

// read asks the names of labelled questions. A show that no name in the base is the canonical name of is not in the base.
func read(file string) ([]answer, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []answer
	var span, canonical int
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		cells := strings.Split(line, "\t")
		if i == 0 {
			span, canonical = slices.Index(cells, "title_span"), slices.Index(cells, "canonical")
			if span < 0 || canonical < 0 {
				return nil, fmt.Errorf("%s has no columns title_span and canonical", file)
			}
			continue
		}
		if len(cells) <= max(span, canonical) || cells[span] == "" {
			continue
		}
		base := knowledge.Embedded()
		meant := base.Nearest(cells[canonical], offered)
		out = append(out, judge(base.Nearest(cells[span], offered), func(s *knowledge.Show) bool {
			return slices.ContainsFunc(meant, func(c knowledge.Candidate) bool { return c.Show == s && c.Score >= 0.9 })
		}))
	}
	return out, nil
}

// The thresholds of Base.Find.
type thresholds struct{ sure, margin, offer float64 }

// answers says what Base.Find does.
func (t thresholds) answers(a answer) bool {
	if a.score >= wholeName {
		return a.margin >= wholeMargin
	}
	return a.score >= t.sure && a.margin >= t.margin
}

const (
	step = 0.01 // by which thresholds are tried
	band = 0.05 // wide are the bands of the table
)

// derive returns the thresholds that let most be answered while enough of the answers are right.
func derive(asked []answer) (thresholds, error) {
	best, most := thresholds{}, 0
	// A lead of more than twice wholeMargin would make up for scores that are too low to mean anything.
	for m := 6; m <= 12; m++ {
		for s := 89; s >= 50; s-- {
			t := thresholds{sure: float64(s) * step, margin: float64(m) * step}
			var all, like, low, allRight, likeRight, lowRight int
			for _, a := range asked {
				if !t.answers(a) {
					continue
				}
				all++
				if a.first {
					allRight++
				}
				if a.score >= wholeName {
					continue
				}
				like++
				if a.first {
					likeRight++
				}
				if a.score < t.sure+band {
					low++
					if a.first {
						lowRight++
					}
				}
			}
			reaches := func(right, n int, want float64) bool { return float64(right) >= want*float64(n) }
			if !reaches(allRight, all, wantRight) || !reaches(likeRight, like, wantLike) || !reaches(lowRight, low, wantBand) {
				continue
			}
			if allRight > most {
				best, most = t, allRight
			}
		}
	}
	if most == 0 {
		return best, fmt.Errorf("at no threshold %.0f%% are right", 100*wantRight)
	}
	// What is not answered is offered, down to the lowest band in which enough offers hold the right show.
	best.offer = best.sure
	for best.offer > step {
		n, among := 0, 0
		for _, a := range asked {
			if !best.answers(a) && a.score >= best.offer-band && a.score < best.offer {
				n++
				if a.among {
					among++
				}
			}
		}
		if float64(among) < wantOffered*float64(n) {
			break
		}
		best.offer -= step
	}
	best.offer = max(best.offer, step)
	return best, nil
}

// table shows, by the score of the first candidate, how many were answered and offered and how many of them rightly.
func (t thresholds) table(asked []answer) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "answered from %.2f on when %.2f ahead, offered from %.2f on\n", t.sure, t.margin, t.offer)
	fmt.Fprintf(&b, "%-12s %7s %9s %7s %10s %7s %8s\n", "score", "asked", "answered", "right", "not sure", "among 5", "first")
	share := func(n, of int) string {
		if of == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
	}
	row := func(name string, in func(answer) bool) {
		var n, sure, right, open, among, first int
		for _, a := range asked {
			if !in(a) {
				continue
			}
			n++
			if t.answers(a) {
				sure++
				if a.first {
					right++
				}
				continue
			}
			open++
			if a.among {
				among++
			}
			if a.first {
				first++
			}
		}
		fmt.Fprintf(&b, "%-12s %7d %9d %7s %10d %7s %8s\n", name, n, sure, share(right, sure), open, share(among, open), share(first, open))
	}
	for i := 20; i >= 0; i-- {
		low, high := float64(i)*band, float64(i+1)*band
		in := func(a answer) bool { return a.score >= low-1e-9 && a.score < high-1e-9 }
		if slices.ContainsFunc(asked, in) {
			row(fmt.Sprintf("%.2f", low), in)
		}
	}
	row("below "+fmt.Sprint(wholeName), func(a answer) bool { return a.score < wholeName })
	row("all", func(answer) bool { return true })
	return b.String()
}

func (t thresholds) code(asked []answer) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "// Code generated by season3/knowledge/calibrate; DO NOT EDIT.\n\npackage knowledge\n\n")
	fmt.Fprintf(&b, "// Thresholds of Find. On %d names, one in %d of them of no show in the base:\n//\n", len(asked), heldOut)
	for line := range strings.Lines(t.table(asked)) {
		fmt.Fprintf(&b, "//\t%s", line)
	}
	fmt.Fprintf(&b, "const (\n")
	for _, c := range []struct {
		name  string
		value float64
		says  string
	}{
		{"sureScore", t.sure, "a candidate this good is the show"},
		{"sureMargin", t.margin, "if it is this much better than the next show"},
		{"offerScore", t.offer, "worse candidates are not worth offering"},
	} {
		fmt.Fprintf(&b, "%s = %.2f // %s\n", c.name, c.value, c.says)
	}
	fmt.Fprint(&b, ")\n")
	return b.Bytes()
}
