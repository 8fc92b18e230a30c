package knowledge

import (
	"strings"
	"testing"
	"time"

	"season3/knowledge/catalogue"
)

// smallCatalogue lists what the tests of the layer need. Its newest entry is of 29 April 2026.
func smallCatalogue() *catalogue.Catalogue {
	return &catalogue.Catalogue{Version: "0.0.1", Newest: "2026-04-29", Shows: []catalogue.Show{
		{Key: "tv/1", Title: "Lamp Street", Names: []string{"ランプ通り", "Ranpu Doori"}, Rank: 3, Seasons: []catalogue.Season{
			{Number: 1, Title: "ランプ通り", Begin: "2019-04-06", End: "2019-06-22", MAL: 11},
			{Number: 2, Part: 1, Title: "ランプ通り 2", Begin: "2021-01-09", End: "2021-03-27", MAL: 12},
			{Number: 2, Part: 2, Other: 3, Title: "ランプ通り 2 後半", Begin: "2021-07-03", End: "2021-09-18", MAL: 13},
		}, Also: []catalogue.Work{{Kind: "film", Title: "Lamp Street the Movie", Begin: "2022-08-05", MAL: 14}},
			Continues: []catalogue.Link{{Relation: "continues as", Key: "tv/2", Title: "Lantern Lane"}}},
		{Key: "tv/2", Title: "Lantern Lane", Seasons: []catalogue.Season{{Number: 1, Begin: "2026-04-29"}, {Number: 2, Begin: "2026-07"}}},
		{Key: "tv/3", Title: "Night Ferry", Seasons: []catalogue.Season{{Number: 1, Begin: "1999-10-03", End: "2000-03-26", AniList: 5}}},
		{Key: "tv/4", Title: "Night Ferry", Seasons: []catalogue.Season{{Number: 1, Begin: "2011-10-02", End: "2012-03-25"}}},
		{Key: "tv/84646", Title: "HERO MASK", Seasons: []catalogue.Season{{Number: 1, Begin: "2018-12-03", End: "2018-12-03", MAL: 38628}}},
		{Key: "mal/99", Title: "Hero Mask", Seasons: []catalogue.Season{{Number: 1, Begin: "2018-12-03", End: "2018-12-03"}}},
	}}
}

func layeredBase(t *testing.T) *Base {
	t.Helper()
	b, err := New(append(Embedded().Dossiers(), FromCatalogue(smallCatalogue())...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCatalogueAnswers: what is listed is answered with its dates, what is not is never denied.
func TestCatalogueAnswers(t *testing.T) {
	b := layeredBase(t)
	on := Day(2026, time.May, 10)
	for _, test := range []struct {
		question string
		status   Status
		want     []string // in the line and its reasons
	}{
		{"is there a season 2 of lamp street?", Released, []string{"Yes.", "9 January 2021 to 18 September 2021"}},
		{"is there a season 3 of lamp street?", Unlisted, []string{"Can't say. The catalogue lists seasons 1 to 2 of Lamp Street up to 29 April 2026; it carries no announcements.",
			"Lantern Lane", "counted by some as season 3"}},
		{"is there a season 9 of lamp street?", Unlisted, []string{"You asked about season 9"}},
		{"was lamp street cancelled?", Unlisted, []string{"Can't say."}},
		{"how many seasons of lamp street are there?", Unlisted, []string{"Lamp Street has 2 seasons."}},
		{"will there be a sequel to lamp street?", Unlisted, []string{"Lamp Street the Movie, a film, came out on 5 August 2022."}},
		{"is lantern lane season 1 out?", Airing, []string{"on air; it began on 29 April 2026"}},
		{"when is lantern lane season 2?", Scheduled, []string{"July 2026"}},
		{"is there a season 3 of hero mask?", NotPlanned, []string{"not planned"}},
	} {
		a := b.Ask(test.question, on)
		text := a.Line()
		for _, p := range a.Why {
			text += "\n" + p.String()
		}
		if a.Status != test.status {
			t.Errorf("%s: %s, want %s\n%s", test.question, a.Status, test.status, text)
		}
		for _, w := range test.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is not in\n%s", test.question, w, text)
			}
		}
		if a.Show != nil && a.Show.Listed() && !strings.Contains(a.Footer(), catalogue.Attribution) {
			t.Errorf("%s: the footer %q does not name its source", test.question, a.Footer())
		}
	}
}

// TestRemakesAsk: two shows of one name are told apart by the person.
func TestRemakesAsk(t *testing.T) {
	a := layeredBase(t).Ask("night ferry season 2?", Day(2026, time.May, 10))
	if a.Show != nil || len(a.Candidates) != 2 || !strings.Contains(a.Line(), "Night Ferry (1999)") || !strings.Contains(a.Line(), "Night Ferry (2011)") {
		t.Errorf("%+v\n%s", a.Candidates, a.Line())
	}
}

// TestDossiersOutrankTheCatalogue: the same show by id, or by name and year, is one show.
func TestDossiersOutrankTheCatalogue(t *testing.T) {
	b := layeredBase(t)
	if b.Show("tv-84646") != nil && b.Find("hero mask").Show.Listed() {
		t.Error("the catalogue's Hero Mask stands beside the dossier")
	}
	if m := b.Find("Hero Mask"); m.Show == nil || m.Show.ID != "hero-mask" {
		t.Errorf("Hero Mask is %+v", m)
	}
	if n := len(b.Shows()) - len(b.Dossiers()); n != 4 {
		t.Errorf("%d shows of the catalogue are left, want 4", n)
	}
}

// TestCatalogueTimeTravel: a listed season is not begun before its day.
func TestCatalogueTimeTravel(t *testing.T) {
	s := layeredBase(t).Show("tv-1")
	for on, want := range map[Date]Status{
		Day(2018, time.January, 1):  Scheduled,
		Day(2019, time.April, 10):   Airing,
		Day(2020, time.January, 1):  Released,
		Day(2026, time.November, 1): Released,
	} {
		if v := s.Verdict(1, on); v.Status != want {
			t.Errorf("season 1 on %s is %s, want %s", on, v.Status, want)
		}
	}
}
