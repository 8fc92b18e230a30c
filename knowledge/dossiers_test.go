package knowledge

import (
	"os"
	"testing"
)

// TestDossiers lints every embedded dossier: the linter is the test.
func TestDossiers(t *testing.T) {
	shows, err := ReadShows(os.DirFS("shows"))
	if err != nil {
		t.Error(err)
	}
	byFile := map[string]Problems{}
	for _, p := range LintAll(shows) {
		byFile[p.File] = append(byFile[p.File], p)
	}
	for _, s := range shows {
		t.Run(s.ID, func(t *testing.T) {
			for _, p := range byFile[s.file] {
				t.Error(p)
			}
		})
	}
}
