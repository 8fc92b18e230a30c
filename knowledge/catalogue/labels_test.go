package catalogue

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const labelFile = "../../../shared/catalogue/labels.tsv"

// label is an entry whose season number was settled by hand: the number fans use, then others in use.
type label struct {
	begin, title string
	mal, anilist int
	numbers      []int // none when it is no season
}

func readLabels(t *testing.T) []label {
	t.Helper()
	f, err := os.Open(labelFile)
	if os.IsNotExist(err) {
		t.Skip("the labels that people made by hand are not part of the tree; they lie beside it in the shared folder")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []label
	lines := bufio.NewScanner(f)
	lines.Scan() // the names of the columns
	for lines.Scan() {
		col := strings.Split(lines.Text(), "\t")
		l := label{begin: col[2], title: clean(col[7])}
		for _, n := range strings.Split(strings.Trim(col[4], "x"), "|") {
			if n == "" {
				continue // it is no season
			}
			number, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			l.numbers = append(l.numbers, number)
		}
		l.mal, _ = strconv.Atoi(col[5])
		l.anilist, _ = strconv.Atoi(col[6])
		out = append(out, l)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func (l label) is(e Season) bool {
	if l.mal > 0 || l.anilist > 0 {
		return l.mal == e.MAL && l.anilist == e.AniList && l.title == e.Title
	}
	return l.title == e.Title && strings.HasPrefix(l.begin, e.Begin)
}

func TestLabels(t *testing.T) {
	labels := readLabels(t)
	c := Embedded()
	strictly, accepted, exists, questions, invented, missed := 0, 0, map[string][]label{}, 0, 0, 0
	shows := map[string]*Show{}
	for _, l := range labels {
		var found *Season
		for i := range c.Shows {
			if k := slices.IndexFunc(c.Shows[i].Seasons, l.is); k >= 0 {
				found = &c.Shows[i].Seasons[k]
				exists[c.Shows[i].Key] = append(exists[c.Shows[i].Key], l)
				shows[c.Shows[i].Key] = &c.Shows[i]
			}
		}
		switch {
		case found == nil && len(l.numbers) == 0:
			strictly++
			accepted++
		case found == nil:
			t.Logf("absent: %s %s, %v", l.begin, l.title, l.numbers)
		case len(l.numbers) > 0 && found.Number == l.numbers[0]:
			strictly++
			accepted++
		case slices.Contains(l.numbers, found.Number):
			accepted++
			t.Logf("not the usual number: %s %s is %d, labelled %v", l.begin, l.title, found.Number, l.numbers)
		default:
			t.Logf("wrong: %s %s is %d, labelled %v", l.begin, l.title, found.Number, l.numbers)
		}
	}
	for key, labels := range exists {
		last := 0
		for _, l := range labels {
			last = max(last, append(l.numbers, 0)[0])
		}
		for n := 1; n <= last+1; n++ {
			questions++
			is := slices.ContainsFunc(shows[key].Seasons, func(e Season) bool { return e.Number == n })
			should := slices.ContainsFunc(labels, func(l label) bool { return len(l.numbers) > 0 && l.numbers[0] == n })
			may := slices.ContainsFunc(labels, func(l label) bool { return slices.Contains(l.numbers, n) })
			if is && !may {
				invented++
				t.Logf("invented: %s season %d", shows[key].Title, n)
			}
			if !is && should {
				missed++
				t.Logf("missed: %s season %d", shows[key].Title, n)
			}
		}
	}
	share := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
	t.Logf("%d entries: %.1f%% strictly, %.1f%% accepted; %d questions whether a season exists: %.2f%% invented, %.2f%% missed",
		len(labels), share(strictly, len(labels)), share(accepted, len(labels)), questions, share(invented, questions), share(missed, questions))
	if share(strictly, len(labels)) < 98.5 || share(accepted, len(labels)) < 99.3 {
		t.Error("fewer seasons than promised have the number that fans use")
	}
	if share(invented, questions) > 0.5 || share(missed, questions) > 0.5 {
		t.Error("more seasons than promised are invented or missed")
	}
}
