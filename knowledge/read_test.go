package knowledge

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// TestReadShowKeepsEverything reads a dossier in which every key stands and misses none of them.
func TestReadShowKeepsEverything(t *testing.T) {
	s := valid(t, nil)
	if s.ID != "paper-lanterns" || s.Title != "Paper Lanterns" || s.Reviewed != dated("2026-11-22") || s.IDs.TMDB != "tv/1" {
		t.Errorf("head: %q %q %s %+v", s.ID, s.Title, s.Reviewed, s.IDs)
	}
	if got := strings.Join(s.AllNames(), "|"); got != "Paper Lanterns|紙提灯|Kami Chouchin|paplan" {
		t.Errorf("names: %s", got)
	}
	if len(s.Seasons) != 2 || len(s.Also) != 1 || len(s.Claims) != 3 || len(s.Sources) != 3 {
		t.Fatalf("%d seasons, %d works, %d claims, %d sources", len(s.Seasons), len(s.Also), len(s.Claims), len(s.Sources))
	}
	if two := s.Seasons[1]; two.Title != "The Long Night" || two.Episodes != 24 || len(two.Parts) != 2 || two.Parts[1].Premiered != dated("2024-07-07") {
		t.Errorf("season 2: %+v", two)
	}
	if c := s.Claims[0]; c.Status != Scheduled || c.Date != dated("2027-04") || !c.Final || c.By != "Studio Lantern" || len(c.Cites) != 2 {
		t.Errorf("claim 0: %+v", c)
	}
	if src := s.Sources["herald"]; src.Kind != Press || src.Publisher != "Animation Herald" || !src.Published.IsZero() {
		t.Errorf("source: %+v", src)
	}
	if s.Year() != 2022 || s.UnitName() != "season" {
		t.Errorf("it began in %d and counts in %s", s.Year(), s.UnitName())
	}
}

func TestReadShowRefusesWhatIsTooLarge(t *testing.T) {
	text := string(example(t)) + "\n# " + strings.Repeat("x", maxDossier)
	_, err := ReadShow("paper-lanterns.yaml", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "paper-lanterns.yaml: is ") || !strings.Contains(err.Error(), "at most 1048576") {
		t.Errorf("says %v", err)
	}
	if _, err := ReadShow("paper-lanterns.yaml", []byte(text[:maxDossier])); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

func TestProblemNamesItsPlace(t *testing.T) {
	for _, c := range []struct {
		problem Problem
		want    string
	}{
		{Problem{"a.yaml", 12, "claims[2].cites", "no sources"}, "a.yaml:12: claims[2].cites: no sources"},
		{Problem{"a.yaml", 12, "", "no sources"}, "a.yaml:12: no sources"},
		{Problem{"a.yaml", 0, "", "is empty"}, "a.yaml: is empty"},
	} {
		if c.problem.String() != c.want {
			t.Errorf("%q, want %q", c.problem, c.want)
		}
	}
	ps := Problems{{"a.yaml", 1, "", "one"}, {"b.yaml", 2, "", "two"}}
	if ps.Error() != "a.yaml:1: one\nb.yaml:2: two" {
		t.Errorf("%q", ps.Error())
	}
}

// folder makes a file system of dossiers; it adds files that are none, which no reader may look at.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"README.md": {Data: []byte("# no dossier")}, "below/x.yaml": {Data: []byte("id: [")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestReadShowsReadsOnAfterABrokenFile(t *testing.T) {
	shows, err := ReadShows(folder(map[string]string{
		"a.yaml": "id: a\ntitle: [x]", "b.yaml": "id: b", "c.yaml": "nope: 1", "d.yaml": "id: d",
	}))
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 2 || ps[0].File != "a.yaml" || ps[0].Line != 2 || ps[1].File != "c.yaml" || ps[1].Line != 1 {
		t.Errorf("problems: %v", err)
	}
	if len(shows) != 2 || shows[0].ID != "b" || shows[1].ID != "d" {
		t.Errorf("%d shows, want b and d", len(shows))
	}
}

// broken is a file system whose files cannot be read.
type broken struct{ fs.FS }

func (b broken) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".yaml") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

func TestReadShowsNamesWhatCannotBeOpened(t *testing.T) {
	_, err := ReadShows(broken{folder(map[string]string{"a.yaml": "id: a"})})
	if err == nil || !strings.Contains(err.Error(), "a.yaml: ") || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a file: %v", err)
	}
	_, err = ReadShows(broken{fstest.MapFS{"a": {Data: []byte("no folder")}}})
	if err != nil {
		t.Errorf("a folder without dossiers: %v", err)
	}
	none, _ := fs.Sub(fstest.MapFS{}, "none")
	if _, err = ReadShows(none); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "the folder of dossiers: ") {
		t.Errorf("no folder: %v", err)
	}
}

func TestLoadMakesABase(t *testing.T) {
	b, err := Load(folder(map[string]string{
		"b.yaml": "id: b\nreviewed: 2026-02-03", "a.yaml": "id: a\nreviewed: 2025-12-31", "c.yaml": "id: c\nreviewed: 2026-01-01",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Shows(); len(got) != 3 || got[0].ID != "a" || got[2].ID != "c" || b.Show("b") != got[1] || b.Show("d") != nil {
		t.Errorf("shows %v", got)
	}
	if oldest, newest := b.Reviewed(); oldest != dated("2025-12-31") || newest != dated("2026-02-03") {
		t.Errorf("reviewed from %s to %s", oldest, newest)
	}
	b.Shows()[0] = nil
	if b.Shows()[0] == nil {
		t.Error("the slice of shows is not the caller's own")
	}
	if _, err := Load(folder(map[string]string{"a.yaml": "nope: 1"})); err == nil || !strings.Contains(err.Error(), "a.yaml:1: ") {
		t.Errorf("a broken dossier: %v", err)
	}
	if _, err := Load(folder(map[string]string{"a.yaml": "id: a", "b.yaml": "id: a"})); err == nil ||
		err.Error() != `a.yaml and b.yaml: both have the id "a"` {
		t.Errorf("two of one id: %v", err)
	}
}

func TestEmptyBaseAnswersNothing(t *testing.T) {
	b, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	oldest, newest := b.Reviewed()
	if len(b.Shows()) != 0 || !oldest.IsZero() || !newest.IsZero() {
		t.Errorf("%d shows, reviewed %s to %s", len(b.Shows()), oldest, newest)
	}
	if m := b.Find("hero mask"); m.Show != nil || len(m.Candidates) != 0 || len(b.Complete("", 5)) != 0 || len(b.Nearest("hero", 5)) != 0 {
		t.Errorf("it finds %v", m)
	}
	if a := b.Ask("is there a season 3 of hero mask?", dated("2026-11-22")); a.Status != Unknown || a.Show != nil || a.Head == "" {
		t.Errorf("it answers %s: %s", a.Status, a.Head)
	}
}

// TestReadShowsIsTheSameAsReadShow keeps the two ways of reading in step.
func TestReadShowsIsTheSameAsReadShow(t *testing.T) {
	shows, err := ReadShows(folder(map[string]string{"paper-lanterns.yaml": string(example(t))}))
	if err != nil || len(shows) != 1 || !reflect.DeepEqual(shows[0], valid(t, nil)) {
		t.Errorf("%d shows, %v", len(shows), err)
	}
}
