package knowledge

import (
	"os"
	"strings"
	"sync"
	"testing"
)

// dated reads a date that the test itself wrote down, "" being the zero Date.
func dated(s string) Date {
	if s == "" {
		return Date{}
	}
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// example returns the dossier that knowledge/README.md shows.
func example(t testing.TB) []byte {
	t.Helper()
	_, rest, _ := strings.Cut(page(t, "README.md"), "```yaml\n")
	text, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("README.md shows no dossier")
	}
	return []byte(text)
}

func page(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// valid returns a show without faults, after change has broken one thing in it.
func valid(t testing.TB, change func(*Show)) *Show {
	t.Helper()
	s, err := ReadShow("paper-lanterns.yaml", example(t))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	return s
}

// dossierBase is the embedded base without the catalogue: what is measured on it does not move when that grows.
var dossierBase = sync.OnceValue(func() *Base {
	b, err := New(Embedded().Dossiers())
	if err != nil {
		panic(err)
	}
	return b
})
