package knowledge

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestFolder follows a folder through the life that an editor gives it.
func TestFolder(t *testing.T) {
	base := Embedded()
	day := Day(2026, time.November, 23)
	const good = `id: hero-mask
title: Hero Mask
kind: anime
popularity: 2
reviewed: 2026-11-23
seasons:
  - {number: 1, premiered: 2018-12-03, ended: 2018-12-03, cites: [site]}
  - {number: 2, premiered: 2019-08-23, ended: 2019-08-23, cites: [site]}
claims:
  - {season: 3, status: announced, said: 2026-11-23, text: A third season is ordered., cites: [site]}
sources:
  site: {kind: official, publisher: Pierrot, url: "https://pierrot.example/3"}
`
	files := fstest.MapFS{}
	save := func(name, text string, minute int) {
		files[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Date(2026, 11, 23, 12, minute, 0, 0, time.UTC)}
	}
	f := NewFolder(base, files)
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	status := func(b *Base, id string) Status {
		t.Helper()
		s := b.Show(id)
		if s == nil {
			return Unknown
		}
		return s.Verdict(3, day).Status
	}

	b, changed, err := f.Reload(now)
	if err != nil || !changed || len(b.Shows()) != len(base.Shows()) {
		t.Fatalf("an empty folder: %v, %v", changed, err)
	}
	if _, changed, _ := f.Reload(now); changed {
		t.Error("nothing changed, and yet it says so")
	}

	save("hero-mask.yaml", good, 1)
	save("README.md", "not a dossier", 1)
	b, changed, err = f.Reload(now)
	if err != nil || !changed || status(b, "hero-mask") != Announced || len(f.Problems()) != 0 {
		t.Fatalf("a replaced dossier: %v, %v, %v", changed, err, f.Problems())
	}

	save("hero-mask.yaml", strings.Replace(good, "status:", "statu:", 1), 2)
	if _, changed, _ := f.Reload(time.Date(2026, 11, 23, 12, 2, 0, 0, time.UTC)); changed {
		t.Error("a file that is still being saved is read")
	}
	b, changed, err = f.Reload(now)
	if err != nil || !changed || status(b, "hero-mask") != Announced {
		t.Errorf("a broken file does not keep its last good version: %v, %v", changed, err)
	}
	if ps := f.Problems(); len(ps) != 1 || ps[0].File != "hero-mask.yaml" || ps[0].Line != 10 {
		t.Errorf("problems %v", ps)
	}

	save("new-show.yaml", "id: new-show\n", 3) // readable, but it does not lint and never was good
	b, _, _ = f.Reload(now)
	if b.Show("new-show") != nil || len(f.Problems()) < 2 {
		t.Errorf("a dossier that does not lint is taken over: %v", f.Problems())
	}

	delete(files, "hero-mask.yaml")
	delete(files, "new-show.yaml")
	b, changed, err = f.Reload(now)
	if err != nil || !changed || status(b, "hero-mask") != NotPlanned || len(f.Problems()) != 0 {
		t.Errorf("a deleted file does not give way: %v, %v, %v", changed, err, f.Problems())
	}
}
