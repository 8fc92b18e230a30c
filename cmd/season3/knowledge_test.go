package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"season3/knowledge"
)

// garden is a folder of small dossiers, each with another verdict.
var garden = map[string]string{
	"amber.yaml": dossier("amber", `
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, episodes: 12, cites: [site]}
claims:
  - {season: 2, status: scheduled, date: 2026-10, said: 2026-01-10, by: Studio, text: The second season comes in October., cites: [site]}
  - {season: 2, status: scheduled, date: 2026-07, text: It was due in July first., cites: [paper]}`),
	"birch.yaml": dossier("birch", `
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site, paper]}
claims:
  - {season: 2, status: announced, said: 2026-05, text: A second season is on its way., cites: [blog]}
  - {season: 2, status: rumoured, text: A dealer lists it., cites: [blog]}`),
	"cedar.yaml": dossier("cedar", `
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site, paper, blog]}`),
	"dahlia.yaml": dossier("dahlia", `
  - {number: 1, premiered: 2026-01-04, ended: 2026-03-22, cites: [site, paper, blog]}
claims:
  - {season: 1, part: 2, status: scheduled, date: 2027-01, said: 2026-04-01, text: Part two comes in January., cites: [site]}`),
	"elm.yaml": dossier("elm", `
  - {number: 1, premiered: 2019-01-04, ended: 2019-01-04, cites: [site, blog]}
claims:
  - {season: 2, status: cancelled, said: 2020-06-01, text: There will be no second season., cites: [paper]}`),
}

// dossier returns a dossier with the given seasons and claims. All its sources must be cited.
func dossier(id, seasons string) string {
	text := fmt.Sprintf("id: %s\ntitle: The %[1]s\nkind: anime\npopularity: 3\nreviewed: 2026-11-22\nseasons:%s\nsources:\n", id, seasons)
	for _, s := range []struct{ id, line string }{
		{"site", "{kind: official, publisher: Studio, url: https://site.example/}"},
		{"paper", "{kind: press, publisher: Herald, url: https://paper.example/, published: 2025-12-01}"},
		{"blog", "{kind: aggregator, publisher: Blog, url: https://blog.example/}"},
	} {
		if regexp.MustCompile(`cites: \[[^]]*` + s.id).MatchString(seasons) {
			text += "  " + s.id + ": " + s.line + "\n"
		}
	}
	return text
}

// plant writes files to knowledge/shows of a new folder and stands in it.
func plant(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, dossiers, files)
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// change returns the garden with one dossier changed.
func change(name, old, new string) map[string]string {
	files := map[string]string{}
	for n, text := range garden {
		files[n] = text
	}
	files[name] = strings.Replace(files[name], old, new, 1)
	if files[name] == garden[name] {
		panic(old + " is not in " + name)
	}
	return files
}

// session runs season3 and returns what a terminal shows, and the exit code in the last line when it is not 0.
func session(t *testing.T, args ...string) string {
	t.Helper()
	got := invoke(t, "", nil, args...)
	text := got.stdout + got.stderr
	if got.code != 0 {
		text += fmt.Sprintf("exit %d\n", got.code)
	}
	return text
}

// check compares what was printed with what was expected.
func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestKnowledgeLint(t *testing.T) {
	twin := strings.ReplaceAll(garden["cedar.yaml"], "id: cedar\ntitle: The cedar", "id: fir\ntitle: The AMBER")
	for _, test := range []struct {
		name  string
		files map[string]string
		args  string
		want  string
	}{
		{"clean", garden, "", "5 dossiers, no problems\n"},
		{"one file", garden, "knowledge/shows/amber.yaml", "1 dossier, no problems\n"},
		{"a file and its folder", garden, "knowledge/shows/amber.yaml knowledge/shows", "5 dossiers, no problems\n"},
		{"problems", change("elm.yaml", "cancelled, said: 2020-06-01", "canceled, said: 2027-06-01"), "",
			"knowledge/shows/elm.yaml:9: claims[0].said: 2027-06-01 is after the review of 2026-11-22: correct one of them\n" +
				"knowledge/shows/elm.yaml:9: claims[0].said: 2027-06-01 is later than every source it cites: correct the date or cite a later source\n" +
				`knowledge/shows/elm.yaml:9: claims[0].status: "canceled" is not a claim's status: write scheduled, delayed, in_production, announced, continued, rumoured, no_announcement, not_planned, concluded, cancelled, interest` +
				"\nseason3: 3 problems in 1 dossier\nexit 1\n"},
		{"no dossier at all", change("elm.yaml", "kind:", "sort:"), "knowledge/shows/elm.yaml knowledge/shows/amber.yaml",
			`knowledge/shows/elm.yaml:3: the key "sort" is not known here: knowledge/README.md lists the keys` + "\nseason3: 1 problem in 1 dossier\nexit 1\n"},
		{"other files are not asked about", change("elm.yaml", "kind:", "sort:"), "knowledge/shows/amber.yaml", "1 dossier, no problems\n"},
		{"a name of another file that comes later", map[string]string{"amber.yaml": garden["amber.yaml"], "fir.yaml": twin}, "./knowledge/shows/amber.yaml",
			`knowledge/shows/amber.yaml:2: title: "The amber" is a name of knowledge/shows/fir.yaml too: keep it where most people mean it` + "\nseason3: 1 problem in 1 dossier\nexit 1\n"},
		{"a name of another file that comes first", map[string]string{"amber.yaml": garden["amber.yaml"], "fir.yaml": twin}, "knowledge/shows/fir.yaml",
			`knowledge/shows/fir.yaml:2: title: "The AMBER" is a name of knowledge/shows/amber.yaml too: keep it where most people mean it` + "\nseason3: 1 problem in 1 dossier\nexit 1\n"},
		{"no such file", garden, "knowledge/shows/ambre.yaml", "season3: there is no file or folder knowledge/shows/ambre.yaml\nexit 2\n"},
		{"no such folder", garden, "--dir here", "season3: there is no file or folder here\nexit 2\n"},
		{"no dossier by its name", map[string]string{"notes.txt": ""}, "knowledge/shows/notes.txt", "season3: knowledge/shows/notes.txt is no dossier: their names end with .yaml\nexit 2\n"},
		{"an empty folder", nil, "", "season3: there is no .yaml file in knowledge/shows\nexit 2\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, test.files)
			check(t, session(t, append([]string{"knowledge", "lint"}, strings.Fields(test.args)...)...), test.want)
		})
	}
}

// TestKnowledgeOutside: away from a repository the tools work on the dossiers in the program.
func TestKnowledgeOutside(t *testing.T) {
	t.Chdir(t.TempDir())
	n := len(knowledge.Embedded().Dossiers())
	check(t, session(t, "knowledge", "lint"), fmt.Sprintf("%d dossiers, no problems\n", n))
	if got := strings.Count(session(t, "knowledge", "list", "--json"), "\n"); got != n {
		t.Errorf("%d lines for %d shows", got, n)
	}
	if got := strings.Count(session(t, "knowledge", "list"), "\n"); got != n+1 {
		t.Errorf("%d lines for %d shows and a head", got, n)
	}
	for _, s := range knowledge.Embedded().Dossiers() {
		for _, season := range []string{"0", "1", "2", "9"} {
			if got := invoke(t, "", nil, "knowledge", "show", s.ID, "--season", season); got.code != 0 || got.stderr != "" {
				t.Errorf("show %s --season %s: exit %d: %s", s.ID, season, got.code, got.stderr)
			}
		}
	}
	check(t, session(t, "knowledge", "new", "zz-top", "--write"), "season3: there is no folder knowledge/shows here: go to the repository, or name a folder with --dir\nexit 2\n")
}

func TestKnowledgeNew(t *testing.T) {
	plant(t, garden)
	text := session(t, "knowledge", "new", "fir", "--title", `The "Fir": a tree`)
	check(t, session(t, "knowledge", "new", "fir", "--title", `The "Fir": a tree`, "--write"),
		"Wrote knowledge/shows/fir.yaml. Fill it in, then: season3 knowledge lint knowledge/shows/fir.yaml\n")
	written, err := os.ReadFile("knowledge/shows/fir.yaml")
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(written), text)
	check(t, session(t, "knowledge", "lint", "knowledge/shows/fir.yaml"),
		`knowledge/shows/fir.yaml:11: kind: kind "" is not known: write anime, animation, live-action`+"\n"+
			"knowledge/shows/fir.yaml:13: popularity: 0 is not between 1 (few ask) and 5 (everybody asks)\n"+
			"season3: 2 problems in 1 dossier\nexit 1\n")

	// Filled and uncommented, it is a dossier.
	text = strings.NewReplacer("kind:\n", "kind: anime\n", "popularity:\n", "popularity: 1\n").Replace(text)
	text = regexp.MustCompile(`(?m)^# `).ReplaceAllString(text, "")
	write(t, dossiers, map[string]string{"fir.yaml": text})
	check(t, session(t, "knowledge", "lint"), "6 dossiers, no problems\n")
	check(t, session(t, "knowledge", "list", "--status", "announced"),
		"ID     NEXT  STATUS                  DATE  EVIDENCE    REVIEWED\n"+
			"birch  2     announced, unconfirmed  -     2026-05     2026-11-22\n"+
			"fir    2     announced               -     2024-03-24  2026-11-23\n")

	// Nothing that is there is touched.
	write(t, dossiers, map[string]string{"broken.yaml": "nothing: yet\n"})
	for _, test := range []struct{ args, want string }{
		{"fir --write", "season3: there is a dossier fir already: season3 knowledge show fir\nexit 2\n"},
		{"broken --write", "season3: knowledge/shows/broken.yaml is there already and stays as it is\nexit 2\n"},
		{"Fir", `season3: id: "Fir" is not an id: write lower-case words and numbers joined by hyphens` + "\nexit 2\n"},
		{"../fir --write", `season3: id: "../fir" is not an id: write lower-case words and numbers joined by hyphens` + "\nexit 2\n"},
		{"[fir", "season3: \"[fir\" does not make a dossier: "},
		{"oak --title " + strings.Repeat("o", 100), "season3: title: has 100 characters: write at most 80\nexit 2\n"},
	} {
		got := session(t, append([]string{"knowledge", "new"}, strings.Fields(test.args)...)...)
		_, got, _ = strings.Cut(got, "lists the keys\n") // about broken.yaml
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("new %s: got\n%s\nwant\n%s", test.args, got, test.want)
		}
	}
	if data, err := os.ReadFile("knowledge/shows/broken.yaml"); err != nil || string(data) != "nothing: yet\n" {
		t.Errorf("broken.yaml: %q, %v", data, err)
	}
}

func TestKnowledgeShow(t *testing.T) {
	const rule2 = "Rule 2: the newest statement by a source of kind reference or stronger decides; of the same date, the stronger kind.\n\n"
	const rule3 = "Rule 3: no source of kind reference or stronger speaks of it; an aggregator then decides, unconfirmed, and rumours and wishes decide nothing.\n\n"
	for _, test := range []struct{ args, want string }{
		{"elm", `The elm (elm), season 2 on 2026-11-23: cancelled
No. The elm was cancelled after season 1.

` + rule2 + `Decided by
  claims[0]: cancelled, said 2020-06-01; press Herald
    There will be no second season.

Newest evidence 2020-06-01, 6 years ago. Reviewed 2026-11-22.
`},
		{"amber", `The amber (amber), season 2 on 2026-11-23: scheduled 2026-10, overdue
Yes, but unconfirmed. Season 2 of The amber was due in October 2026; that it began is not confirmed here.

Rule 4: as by rule 2 it is scheduled, but the date has passed and no season is recorded: overdue.

Decided by
  claims[0]: scheduled 2026-10, said 2026-01-10 by Studio; official Studio
    The second season comes in October.
Overruled
  claims[1]: scheduled 2026-07, printed 2025-12-01; press Herald
    It was due in July first.

Newest evidence 2026-01-10, 10 months ago. Reviewed 2026-11-22.
`},
		{"amber --on 2026-01-09", `The amber (amber), season 2 on 2026-01-09: scheduled 2026-07
Yes. Season 2 of The amber is scheduled for July 2026.

` + rule2 + `Decided by
  claims[1]: scheduled 2026-07, printed 2025-12-01; press Herald
    It was due in July first.

Newest evidence 2025-12-01, 39 days ago. Reviewed 2026-11-22.
`},
		{"birch", `The birch (birch), season 2 on 2026-11-23: announced, unconfirmed
Yes, no date. Season 2 of The birch is announced. Only Blog, which retells others, says so: unconfirmed.

` + rule3 + `Decided by
  claims[0]: announced, said 2026-05; aggregator Blog
    A second season is on its way.
Decides nothing
  claims[1]: rumoured, undated; aggregator Blog
    A dealer lists it.

Newest evidence 2026-05, 6 months ago. Reviewed 2026-11-22.
`},
		{"cedar --season 4", `The cedar (cedar), season 2 on 2026-11-23: no_announcement
Not so far. There is nothing official about a season 2 of The cedar as of 22 November 2026.

Rule 5: nobody has spoken of season 4, so season 2 answers, the first that has not begun.
` + rule3 + `Decided by nothing that was said

No dated evidence. Reviewed 2026-11-22.
`},
		{"dahlia --season 1", `The dahlia (dahlia), season 1 on 2026-11-23: airing, part 2 scheduled 2027-01
Yes. Season 1 of The dahlia began on 4 January 2026; its part 2 is scheduled for January 2027.

Rule 1: the season has begun, so it is airing or released, whatever older claims say.

Decided by
  seasons[0]: premiered 2026-01-04, ended 2026-03-22; official Studio, press Herald, aggregator Blog
Promised on top
  claims[0]: scheduled part 2 2027-01, said 2026-04-01; official Studio
    Part two comes in January.

Newest evidence 2026-04-01, 7 months ago. Reviewed 2026-11-22.
`},
		{"elms", `season3: there is no dossier "elms"; the nearest: elm` + "\nexit 2\n"},
		{"qqq", `season3: there is no dossier "qqq"` + "\nexit 2\n"},
		{"elm --on 2026-11", `season3: --on takes a day such as 2019-08-01, not "2026-11"` + "\nexit 2\n"},
		{"elm --season=-1", "season3: --season takes a number from 1, not -1\nexit 2\n"},
	} {
		t.Run(test.args, func(t *testing.T) {
			plant(t, garden)
			check(t, session(t, append([]string{"knowledge", "show"}, strings.Fields(test.args)...)...), test.want)
		})
	}
}

// TestKnowledgeShowWraps: on a terminal no line is wider than it.
func TestKnowledgeShowWraps(t *testing.T) {
	plant(t, garden)
	var out bytes.Buffer
	sys := &system{stdout: &out, stderr: &out, width: 40, now: time.Now}
	if code := run(t.Context(), []string{"knowledge", "show", "amber", "--on", "2026-11-23"}, sys); code != 0 {
		t.Fatal(out.String())
	}
	for line := range strings.Lines(out.String()) {
		if n := columns(strings.TrimRight(line, "\n")); n > 40 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// TestKnowledgeBrokenNeighbour: a broken dossier does not keep an editor from the others.
func TestKnowledgeBrokenNeighbour(t *testing.T) {
	plant(t, change("amber.yaml", "kind:", "sort:"))
	got := invoke(t, "", nil, "knowledge", "list", "--status", "cancelled")
	check(t, got.stdout, "ID   NEXT  STATUS     DATE  EVIDENCE    REVIEWED\nelm  2     cancelled  -     2020-06-01  2026-11-22\n")
	check(t, got.stderr, `season3: left out: knowledge/shows/amber.yaml:3: the key "sort" is not known here: knowledge/README.md lists the keys`+"\n")
}

func TestKnowledgeList(t *testing.T) {
	plant(t, garden)
	check(t, session(t, "knowledge", "list"), `ID      NEXT  STATUS                  DATE     EVIDENCE    REVIEWED
amber   2     scheduled, overdue      2026-10  2026-01-10  2026-11-22
birch   2     announced, unconfirmed  -        2026-05     2026-11-22
cedar   2     no_announcement         -        -           2026-11-22
dahlia  2     no_announcement         -        -           2026-11-22
elm     2     cancelled               -        2020-06-01  2026-11-22
`)
	check(t, session(t, "knowledge", "list", "--json", "--status", "scheduled"),
		`{"id":"amber","title":"The amber","season":2,"part":null,"status":"scheduled","date":"2026-10","final":false,"overdue":true,"unconfirmed":false,"evidence_date":"2026-01-10","reviewed":"2026-11-22"}`+"\n")
	check(t, session(t, "knowledge", "list", "--json", "--status", "cancelled"),
		`{"id":"elm","title":"The elm","season":2,"part":null,"status":"cancelled","date":null,"final":false,"overdue":false,"unconfirmed":false,"evidence_date":"2020-06-01","reviewed":"2026-11-22"}`+"\n")
	check(t, session(t, "knowledge", "list", "--status", "canceled"),
		`season3: "canceled" is no status; they are: released, airing, scheduled, delayed, in_production, announced, continued, rumoured, no_announcement, not_planned, concluded, cancelled, unlisted, unknown`+"\nexit 2\n")
}

func TestKnowledgeStale(t *testing.T) {
	files := change("elm.yaml", "said: 2020-06-01", "said: 2026-11-01")
	files["fir.yaml"] = dossier("fir", `
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site, paper, blog]}
claims:
  - {season: 1, part: 2, status: scheduled, date: 2026-07-05, said: 2026-11-10, text: Part two comes on 5 July., cites: [site]}`)
	plant(t, files)
	check(t, session(t, "knowledge", "stale"), `ID      SEASON  STATUS           WHY
fir     1       airing part 2    was due 2026-07-05, 4 months ago; evidence 2026-11-10, 13 days ago
amber   2       scheduled        was due 2026-10, last month; evidence 2026-01-10, 10 months ago
cedar   2       no_announcement  no dated evidence
dahlia  2       no_announcement  no dated evidence
fir     2       no_announcement  no dated evidence
birch   2       announced        evidence 2026-05, 6 months ago
elm     2       cancelled        evidence 2026-11-01, 22 days ago
`)
	check(t, session(t, "knowledge", "stale", "--days", "22"), `ID      SEASON  STATUS           WHY
amber   2       scheduled        was due 2026-10, last month; evidence 2026-01-10, 10 months ago
cedar   2       no_announcement  no dated evidence
dahlia  2       no_announcement  no dated evidence
fir     2       no_announcement  no dated evidence
birch   2       announced        evidence 2026-05, 6 months ago
`)
	check(t, session(t, "knowledge", "stale", "--days=-1"), "season3: --days takes a number of days, not -1\nexit 2\n")
}

func TestKnowledgeDiff(t *testing.T) {
	more := `claims:
  - {season: 2, status: in_production, said: 2026-11-20, text: The next season is being made., cites: [site]}
sources:`
	announced := change("cedar.yaml", "sources:", more)
	delete(announced, "elm.yaml")
	announced["fir.yaml"] = strings.ReplaceAll(garden["cedar.yaml"], "cedar", "fir")

	// The same facts in other words and another order.
	reworded := change("amber.yaml", "It was due in July first.", "July was the plan.")
	lines := strings.SplitAfter(reworded["amber.yaml"], "\n")
	slices.Reverse(lines[1:5])
	reworded["amber.yaml"] = strings.Join(lines, "")

	plant(t, garden)
	write(t, "announced", announced)
	write(t, "reworded", reworded)
	write(t, "part", change("dahlia.yaml", "2027-01, said: 2026-04-01", "2027-04, said: 2026-05-01"))
	write(t, "broken", change("elm.yaml", "kind:", "sort:"))
	got := invoke(t, "", nil, "knowledge", "export")
	write(t, ".", map[string]string{"before.jsonl": got.stdout, "notes.txt": "amber\n"})

	const one = `ID     SEASON  BEFORE           AFTER          EVENT
cedar  2       no_announcement  in_production  announced
fir: new dossier, no event
elm: gone dossier, no event
1 changed verdict, 1 event
`
	for _, test := range []struct{ args, want string }{
		{"knowledge/shows announced", one},
		{"before.jsonl announced", one},
		{"knowledge/shows reworded", "0 changed verdicts, 0 events\n"},
		{"before.jsonl before.jsonl", "0 changed verdicts, 0 events\n"},
		{"knowledge/shows part", `ID      SEASON  BEFORE                            AFTER                             EVENT
dahlia  1       airing, part 2 scheduled 2027-01  airing, part 2 scheduled 2027-04  date_moved (part 2)
1 changed verdict, 1 event
`},
		{"announced knowledge/shows", `ID     SEASON  BEFORE         AFTER            EVENT
cedar  2       in_production  no_announcement  correction
elm: new dossier, no event
fir: gone dossier, no event
1 changed verdict, 1 event
`},
		{"knowledge/shows nowhere", "season3: there is no file or folder nowhere\nexit 2\n"},
		{"notes.txt knowledge/shows", "season3: notes.txt is neither a folder nor made by season3 knowledge export: line 1: invalid character 'a' looking for beginning of value\nexit 2\n"},
		{"knowledge/shows broken", `season3: broken: elm.yaml:3: the key "sort" is not known here: knowledge/README.md lists the keys` + "\nexit 1\n"},
	} {
		t.Run(test.args, func(t *testing.T) {
			check(t, session(t, append([]string{"knowledge", "diff"}, strings.Fields(test.args)...)...), test.want)
		})
	}
}

func TestKnowledgeLinks(t *testing.T) {
	hang := make(chan struct{})
	var now, most atomic.Int32
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/hang"):
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case r.URL.Path == "/gone":
			http.Error(w, "gone", http.StatusGone)
		case r.URL.Path == "/no-head" && r.Method == http.MethodHead:
			http.Error(w, "no", http.StatusMethodNotAllowed)
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/fine", http.StatusFound)
		}
	}))
	defer srv.Close()
	defer close(hang)

	at := func(path string) string {
		return strings.ReplaceAll(garden["cedar.yaml"], "https://site.example/", srv.URL+path)
	}
	local := func(text string) string {
		return strings.NewReplacer("https://paper.example/", srv.URL+"/moved", "https://blog.example/", srv.URL+"/no-head").Replace(text)
	}
	files := map[string]string{}
	for _, name := range []string{"fine", "gone", "no-head"} {
		files[name+".yaml"] = strings.ReplaceAll(local(at("/"+name)), "cedar", name)
	}
	files["gone-too.yaml"] = strings.ReplaceAll(local(at("/gone")), "cedar", "gone-too")
	for i := range 30 {
		files[fmt.Sprintf("many-%02d.yaml", i)] = strings.ReplaceAll(local(at(fmt.Sprintf("/fine/%d", i))), "cedar", fmt.Sprintf("many-%02d", i))
	}
	plant(t, files)
	write(t, "hang", map[string]string{"hang.yaml": strings.ReplaceAll(garden["elm.yaml"], "https://", srv.URL+"/hang/")})

	links := func(ctx context.Context, dir string, timeout time.Duration, ids ...string) string {
		var out bytes.Buffer
		c := linksCommand{IDs: ids, Timeout: timeout, client: srv.Client()}
		if err := c.Run(ctx, &system{stdout: &out, stderr: &out}, &knowledgeCommand{Dir: dir}); err != nil {
			t.Error(err)
		}
		return strings.ReplaceAll(out.String(), srv.URL, "URL")
	}
	const advice = " This is advice: pages move, and some sites refuse programs.\n"
	check(t, links(t.Context(), "", time.Minute), "gone.yaml: sources.site: URL/gone: 410 Gone\n"+
		"gone-too.yaml: sources.site: URL/gone: 410 Gone\n"+
		"1 of 34 links failed."+advice)
	check(t, links(t.Context(), "hang", 20*time.Millisecond), "elm.yaml: sources.blog: URL/hang/blog.example/: context deadline exceeded\n"+
		"elm.yaml: sources.paper: URL/hang/paper.example/: context deadline exceeded\n"+
		"elm.yaml: sources.site: URL/hang/site.example/: context deadline exceeded\n"+
		"3 of 3 links failed."+advice)
	check(t, links(t.Context(), "", time.Minute, "fine"), "0 of 3 links failed."+advice)
	if n := most.Load(); n > linkWorkers {
		t.Errorf("%d requests at a time", n)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	check(t, links(ended, "", time.Minute), "Stopped after 0 of 34 links.\n0 of 0 links failed."+advice)

	check(t, session(t, "knowledge", "links", "fina"), `season3: there is no dossier "fina"; the nearest: fine`+"\nexit 2\n")
}

func TestKnowledgeSchema(t *testing.T) {
	got := invoke(t, "", nil, "knowledge", "schema")
	if got.code != 0 || !json.Valid([]byte(got.stdout)) || got.stdout != string(knowledge.Schema()) {
		t.Errorf("exit %d, %d bytes", got.code, len(got.stdout))
	}
}

// TestKnowledgeGuide runs the examples of the guide's section Tools, in order, on the guide's own example dossier.
func TestKnowledgeGuide(t *testing.T) {
	guide, err := os.ReadFile("../../knowledge/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	_, tools, found := strings.Cut(string(guide), "\n## Tools\n")
	if !found {
		t.Fatal("the guide has no section Tools")
	}
	plant(t, map[string]string{"paper-lanterns.yaml": example})
	first := strings.Index(example, "  - season: 3")
	second := first + 1 + strings.Index(example[first+1:], "  - season: 3")
	write(t, "before", map[string]string{"paper-lanterns.yaml": example[:first] + example[second:]})

	examples := regexp.MustCompile("(?s)```console\n\\$ season3 (.*?)\n(.*?)```").FindAllStringSubmatch(tools, -1)
	if len(examples) < 5 {
		t.Fatalf("%d examples", len(examples))
	}
	word := regexp.MustCompile(`"[^"]*"|\S+`)
	for _, e := range examples {
		var args []string
		for _, w := range word.FindAllString(e[1], -1) {
			args = append(args, strings.Trim(w, `"`))
		}
		got := invoke(t, "", nil, args...)
		check(t, got.stdout+got.stderr, e[2])
	}
}
