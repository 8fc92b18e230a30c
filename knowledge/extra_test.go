package knowledge

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"season3/knowledge/catalogue"
)

// imported reads what an operator may import.
func imported(t *testing.T, name string) *catalogue.Extra {
	t.Helper()
	f, err := os.Open("catalogue/testdata/extra/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, _, err := catalogue.Import(f, time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func overBase(t *testing.T, extras ...string) *Base {
	t.Helper()
	var es []*catalogue.Extra
	for _, name := range extras {
		es = append(es, imported(t, name))
	}
	b, err := Over(smallCatalogue(), es...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestImportedNames find the listed show whose first season they name, and change nothing else.
func TestImportedNames(t *testing.T) {
	plain, b := overBase(t), overBase(t, "offline.jsonl")
	for words, id := range map[string]string{
		"Lampenstrasse":              "tv-1",
		"rpd":                        "tv-1",
		"улица фонарей":              "tv-1",
		"la rue des lampes le debut": "tv-1",
		"Nachtfähre":                 "tv-3",
		"Hero Mask":                  "hero-mask", // another show has that name
	} {
		if m := b.Find(words); m.Show == nil || m.Show.ID != id {
			t.Errorf("%s finds %+v, want %s", words, m, id)
		}
	}
	for words, why := range map[string]string{
		"Twin Name":       "two shows would share it",
		"Night Ferry":     "two shows have it, and a third would",
		"7":               "it is a mere number",
		"Lamp Street 1":   "it asks for a season",
		"Lamp Street Two": "it is the name of a later season",
	} {
		for _, s := range b.Shows() {
			if slices.Contains(s.AllNames(), words) && !slices.Contains(plain.Show(s.ID).AllNames(), words) {
				t.Errorf("%s is called %q, though %s", s.ID, words, why)
			}
		}
	}
	if m := b.Find("La rue des lampes"); m.Show != nil && m.Candidates[0].Score == 1 {
		t.Error("the head of an imported name became a name")
	}
	if len(b.Shows()) != len(plain.Shows()) {
		t.Errorf("%d shows, %d without the names", len(b.Shows()), len(plain.Shows()))
	}
	for _, s := range plain.Shows() {
		o := b.Show(s.ID)
		if o.Title != s.Title || len(o.Seasons) != len(s.Seasons) || o.Year() != s.Year() {
			t.Errorf("%s is another show now", s.ID)
		}
	}
}

// TestImportedNamesAreShared with nobody: the catalogue that they were added to stays as it was.
func TestImportedNamesLeaveTheCatalogue(t *testing.T) {
	c := smallCatalogue()
	c.Shows[0].Names = append(make([]string, 0, 50), c.Shows[0].Names...)
	if _, err := Over(c, imported(t, "offline.jsonl")); err != nil {
		t.Fatal(err)
	}
	if names := c.Shows[0].Names; len(names) != 2 || names[:3][2] != "" {
		t.Errorf("the catalogue's names are now %q", names[:3])
	}
}

// TestImportedSeries: seasons with dates are answered, and neither "Running" nor "Ended" says anything of the next.
func TestImportedSeries(t *testing.T) {
	b := overBase(t, "tvmaze-array.json", "tvmaze-show.json")
	on := Day(2026, time.May, 10)
	for question, want := range map[string]Status{
		"is there a season 2 of harbour lights?": Released,
		"is there a season 3 of harbour lights?": Unlisted, // it is running, and TVmaze lists a season 3 without a date
		"was harbour lights renewed?":            Unlisted,
		"is there a season 3 of salt road?":      Unlisted, // it has ended
		"was salt road cancelled?":               Unlisted,
		"is there a season 2 of tide table?":     Airing,
		"when does tide table season 3 start?":   Unlisted,
	} {
		a := b.Ask(question, on)
		if a.Status != want || a.Show == nil || !a.Show.Listed() || a.Show.Kind != "live-action" {
			t.Errorf("%s: %s, want %s: %s", question, a.Status, want, a.Line())
		}
	}
	if a := b.Ask("is there a season 3 of harbour lights?", on); !strings.Contains(a.Line(), "up to 5 May 2026; it carries no announcements") ||
		len(a.Sources) != 1 || a.Sources[0].URL != "https://www.tvmaze.com/shows/501" {
		t.Errorf("%s %+v", a.Line(), a.Sources)
	}
	if m := b.Find("Paper Boats"); m.Show != nil {
		t.Error("an animated show of TVmaze is in the base")
	}
}

// TestSeriesGiveWayToDossiers: a dossier of the same name and year answers.
func TestSeriesGiveWayToDossiers(t *testing.T) {
	e := &catalogue.Extra{Kind: catalogue.TVmaze, Updated: "2026-05-05", Series: []catalogue.Series{
		{ID: 9, Title: "Hero Mask", Updated: "2026-05-05", Seasons: []catalogue.Run{{Number: 1, Begin: "2018-12-03"}}}}}
	b, err := Over(smallCatalogue(), e)
	if err != nil {
		t.Fatal(err)
	}
	if m := b.Find("hero mask"); m.Show == nil || m.Show.Listed() || b.Show("tvmaze-9") != nil {
		t.Errorf("%+v", m)
	}
}

// TestCredits: what is used is credited, and nothing else.
func TestCredits(t *testing.T) {
	for _, test := range []struct {
		extras []string
		want   []string
	}{
		{nil, []string{"bangumi-data"}},
		{[]string{"offline.jsonl"}, []string{"bangumi-data", "anime-offline-database"}},
		{[]string{"tvmaze-show.json"}, []string{"bangumi-data", "TVmaze"}},
		{[]string{"offline.jsonl", "tvmaze-show.json"}, []string{"bangumi-data", "anime-offline-database", "TVmaze"}},
	} {
		got := overBase(t, test.extras...).Credits()
		if len(got) != len(test.want) {
			t.Errorf("%v: %v", test.extras, got)
			continue
		}
		for i, o := range got {
			if !strings.Contains(o.Attribution, test.want[i]) || o.Licence == "" || !strings.HasPrefix(o.Source, "https://") {
				t.Errorf("%v: %+v, want %s", test.extras, o, test.want[i])
			}
		}
	}
	b := overBase(t, "offline.jsonl", "tvmaze-show.json")
	for id, want := range map[string]string{ // which of the three
		"tv-1":       "bangumi-data anime-offline-database",
		"tv-2":       "bangumi-data",
		"tvmaze-501": "TVmaze",
		"hero-mask":  "",
	} {
		credit, got := b.Show(id).credit(), []string{}
		for _, name := range []string{"bangumi-data", "anime-offline-database", "TVmaze"} {
			if strings.Contains(credit, name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is credited to %q, want %s", id, credit, want)
		}
	}
	if c := b.Show("tv-1").credit(); strings.Count(c, "CC BY 4.0") != 1 || strings.Count(c, "ODbL 1.0") != 1 {
		t.Errorf("%q does not name each licence once", c)
	}
}

// TestFooterCredits: an answer names whose data it is made of.
func TestFooterCredits(t *testing.T) {
	b := overBase(t, "offline.jsonl", "tvmaze-show.json")
	on := Day(2026, time.May, 10)
	for question, want := range map[string]string{
		"is there a season 3 of rpd?":            "From the catalogue of 29 April 2026 (" + b.Show("tv-1").credit() + ").",
		"is there a season 3 of harbour lights?": "From the catalogue of 5 May 2026 (" + b.Show("tvmaze-501").credit() + ").",
	} {
		if got := b.Ask(question, on).Footer(); got != want {
			t.Errorf("%s: %q, want %q", question, got, want)
		}
	}
}

// TestFolderOver: a folder keeps what it holds, the last good version of a broken file too, over another base.
func TestFolderOver(t *testing.T) {
	const dossier = `id: paper-lanterns
title: Paper Lanterns
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
claims:
  - {season: 2, status: announced, said: 2026-09-20, text: A second season is ordered., cites: [site]}
sources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	dir := fstest.MapFS{"paper-lanterns.yaml": {Data: []byte(dossier), ModTime: now.Add(-time.Hour)}}
	f := NewFolder(overBase(t), dir)
	if b, _, err := f.Reload(now); err != nil || b.Show("paper-lanterns") == nil || b.Find("Lampenstrasse").Show != nil {
		t.Fatal(err)
	}
	dir["paper-lanterns.yaml"] = &fstest.MapFile{Data: []byte("broken"), ModTime: now.Add(-time.Minute)}
	f.Over(overBase(t, "offline.jsonl"))
	b, changed, err := f.Reload(now)
	if err != nil || !changed || b.Show("paper-lanterns") == nil || b.Find("Lampenstrasse").Show == nil || len(f.Problems()) != 1 {
		t.Errorf("changed %v, %v, problems %v", changed, err, f.Problems())
	}
	if _, changed, err := f.Reload(now); changed || err != nil {
		t.Errorf("changed again: %v, %v", changed, err)
	}
}
