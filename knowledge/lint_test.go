package knowledge

import (
	"errors"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A bad dossier in testdata/lint says in the comments at its top what must be found in it, one line for each problem:
//
//	# want: LINE: part of the problem's path and text
//
// and nothing else may be found. Those in the folder together are linted as one base.
const lintDir = "testdata/lint"

func TestLintFiles(t *testing.T) {
	alone, err := fs.Glob(os.DirFS(lintDir), "*.yaml")
	if err != nil || len(alone) == 0 {
		t.Fatalf("%d files: %v", len(alone), err)
	}
	for _, file := range alone {
		t.Run(file, func(t *testing.T) {
			text := page(t, path.Join(lintDir, file))
			s, err := ReadShow(file, []byte(text))
			found := problemsOf(t, err)
			if err == nil {
				found = s.Lint()
			}
			compareProblems(t, wanted(t, file, text), found)
		})
	}
}

func TestLintAllFiles(t *testing.T) {
	dir := os.DirFS(path.Join(lintDir, "together"))
	shows, err := ReadShows(dir)
	if err != nil || len(shows) < 2 {
		t.Fatalf("%d shows: %v", len(shows), err)
	}
	var wants []want
	for _, s := range shows {
		wants = append(wants, wanted(t, s.file, page(t, path.Join(lintDir, "together", s.file)))...)
	}
	compareProblems(t, wants, LintAll(shows))
}

type want struct{ place, text string }

var wantLine = regexp.MustCompile(`(?m)^# want: (\d+): (.+)$`)

func wanted(t *testing.T, file, text string) []want {
	t.Helper()
	var wants []want
	for _, m := range wantLine.FindAllStringSubmatch(text, -1) {
		place := file + ":" + m[1] + ": "
		if m[1] == "0" {
			place = file + ": "
		}
		wants = append(wants, want{place, m[2]})
	}
	if len(wants) == 0 {
		t.Fatalf("%s says nothing of what must be found", file)
	}
	return wants
}

// compareProblems takes each wanted problem off the found ones; none may be missing or left.
func compareProblems(t *testing.T, wants []want, found Problems) {
	t.Helper()
	for _, w := range wants {
		i := slices.IndexFunc(found, func(p Problem) bool {
			return strings.HasPrefix(p.String(), w.place) && strings.Contains(p.String(), w.text)
		})
		if i < 0 {
			t.Errorf("not found: %s%s", w.place, w.text)
			continue
		}
		found = slices.Delete(slices.Clone(found), i, i+1)
	}
	for _, p := range found {
		t.Errorf("found too: %s", p)
	}
}

func problemsOf(t *testing.T, err error) Problems {
	t.Helper()
	var ps Problems
	if err != nil && !errors.As(err, &ps) {
		t.Fatalf("%v is no Problems", err)
	}
	return ps
}

// TestEveryLintRuleHasABadDossier compares the rules written in lint.go with what the bad dossiers provoke.
func TestEveryLintRuleHasABadDossier(t *testing.T) {
	var provoked []string
	for _, dir := range []string{lintDir, path.Join(lintDir, "together")} {
		shows, _ := ReadShows(os.DirFS(dir))
		for _, p := range LintAll(shows) {
			provoked = append(provoked, p.Text)
		}
	}
	provoked = append(provoked, valid(t, func(s *Show) { s.Title = strings.Repeat("x", maxTitle+1) }).Lint()[0].Text)
	file, err := parser.ParseFile(gotoken.NewFileSet(), "lint.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "report" {
			return true
		}
		format, err := strconv.Unquote(call.Args[1].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		rules++
		if form := formatPattern(format); !slices.ContainsFunc(provoked, form.MatchString) {
			t.Errorf("no bad dossier provokes %q", format)
		}
		return true
	})
	if rules < 30 {
		t.Errorf("found only %d rules in lint.go", rules)
	}
}

// formatPattern matches what a format can print.
func formatPattern(format string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(strings.ReplaceAll(format, "%%", "\x00"))
	quoted = regexp.MustCompile(`%[sdq]`).ReplaceAllString(quoted, `.*`)
	return regexp.MustCompile("^" + strings.ReplaceAll(quoted, "\x00", "%") + "$")
}

// TestLintFindsOneBrokenThing starts from a dossier without faults and breaks one thing: one problem, at its place.
func TestLintFindsOneBrokenThing(t *testing.T) {
	long := func(n int) string { return strings.Repeat("灯", n-1) + "." }
	source := func(id string, change func(*Source)) func(*Show) {
		return func(s *Show) { src := s.Sources[id]; change(&src); s.Sources[id] = src }
	}
	for _, c := range []struct {
		name   string
		change func(*Show)
		want   string // "" when it is no fault
	}{
		{"nothing", nil, ""},

		{"an id of one letter", func(s *Show) { s.ID, s.file = "a", "shows/a.yaml" }, ""},
		{"a file that is no dossier's", func(s *Show) { s.file = "standard input" }, ""},
		{"two hyphens in the id", func(s *Show) { s.ID, s.file = "a--b", "a--b.yaml" }, `:1: id: "a--b" is not an id`},
		{"a title that is long enough", func(s *Show) { s.Title = long(80) }, ""},
		{"a title that is too long", func(s *Show) { s.Title = long(81) }, ":2: title: has 81 characters: write at most 80"},
		{"an alias that is too long", func(s *Show) { s.Names.Aliases[0] = long(81) }, "names.aliases[0]: has 81 characters"},
		{"a season's title that is too long", func(s *Show) { s.Seasons[1].Title = long(81) }, "seasons[1].title: has 81 characters"},
		{"a work's title that is too long", func(s *Show) { s.Also[0].Title = long(81) }, "also[0].title: has 81 characters"},
		{"a text that is long enough", func(s *Show) { s.Claims[0].Text = long(240) }, ""},
		{"a text that is too long", func(s *Show) { s.Claims[0].Text = long(241) }, "claims[0].text: has 241 characters: write at most 240"},
		{"a correction that is too long", func(s *Show) { s.Claims[2].Corrects = long(241) }, "claims[2].corrects: has 241 characters"},
		{"a speaker whose name is too long", func(s *Show) { s.Claims[0].By = long(81) }, "claims[0].by: has 81 characters"},
		{"a role that is too long", func(s *Show) { s.Claims[0].Role = long(81) }, "claims[0].role: has 81 characters"},
		{"a successor that is too long", func(s *Show) { s.Claims[1].As = long(81) }, "claims[1].as: has 81 characters"},
		{"a publisher that is too long", source("blog", func(s *Source) { s.Publisher = long(81) }), "sources.blog.publisher: has 81 characters"},
		{"a page title that is too long", source("blog", func(s *Source) { s.Title = long(161) }), "sources.blog.title: has 161 characters: write at most 160"},
		{"an address that is too long", source("blog", func(s *Source) { s.URL += strings.Repeat("x", 300) }), "write at most 300"},

		{"no name but the title", func(s *Show) { s.Names = Names{} }, ""},
		{"an alias that is the title", func(s *Show) { s.Names.Aliases[0] = "PAPER LANTERNS" }, `"PAPER LANTERNS" stands there twice`},
		{"an alias that only folds to the title", func(s *Show) { s.Names.Aliases[0] = "Paper≠Lanterns" }, ""},
		{"popularity 0", func(s *Show) { s.Popularity = 0 }, ":9: popularity: 0 is not between"},
		{"no ids", func(s *Show) { s.IDs = IDs{} }, ""},
		{"counted in parts", func(s *Show) { s.Unit = "part" }, ""},

		{"still on air", func(s *Show) {
			s.Seasons[1].Parts, s.Seasons[1].Premiered, s.Seasons[1].Ended = nil, dated("2026-01"), Date{}
		}, ""},
		{"its second part still on air", func(s *Show) {
			s.Seasons[1].Ended, s.Seasons[1].Parts[1] = Date{}, Part{Premiered: dated("2026-10-04")}
		}, ""},
		{"on air for too long", func(s *Show) { s.Seasons[1].Ended = Date{} }, "seasons[1].ended: is missing, yet it began more than a year"},
		{"on air for a year", func(s *Show) {
			s.Seasons[1].Parts, s.Seasons[1].Premiered, s.Seasons[1].Ended = nil, dated("2025-11-22"), Date{}
		}, ""},
		{"a vaguer end on the day it began", func(s *Show) { s.Seasons[0].Ended = dated("2022-04") }, ""},
		{"a season at the same time as the one before", func(s *Show) { s.Seasons[0].Premiered = dated("2024") }, "seasons[0].ended: 2022-06-19 is before the premiere, 2024"},
		{"no episodes known", func(s *Show) { s.Seasons[0].Episodes = 0 }, ""},
		{"fewer episodes than none", func(s *Show) { s.Seasons[0].Episodes = -1 }, "seasons[0].episodes: -1 is no number of episodes"},
		{"a film still to come", func(s *Show) { s.Also[0].Premiered = Date{} }, ""},

		{"a claim about the whole show", func(s *Show) { s.Claims[0].Season = 0 }, ""},
		{"a claim about a season two ahead", func(s *Show) { s.Claims[2].Season = 4 }, ""}, // another claim speaks of season 3
		{"a claim about a season three ahead", func(s *Show) { s.Claims[2].Season = 5 }, "claims[2].season: 5 does not follow: the dossier has 2 seasons and no claim about season 4"},
		{"nothing about the season before", func(s *Show) { s.Claims[0].Season, s.Claims[1].Season = 4, 4 }, "claims[0].season: 4 does not follow"},
		{"a claim with status and topic", func(s *Show) { s.Claims[0].Topic = TopicWhy }, ""},
		{"a claim that nothing dates", func(s *Show) { s.Claims[1].Said = Date{} }, ""},
		{"reviewed before a source", func(s *Show) { s.Reviewed = dated("2026-09-19") }, "2026-09-20 is after the review of 2026-09-19"},
		{"reviewed on the day of a source", func(s *Show) { s.Reviewed = dated("2026-09-20") }, ""},
		{"a source only against", func(s *Show) { s.Claims[2].Against = []string{"blog"} }, ""},
		{"an address with an escaped parenthesis", source("blog", func(s *Source) { s.URL = "https://blog.example/x_%28y%29" }), ""},
		{"an address without a host", source("blog", func(s *Source) { s.URL = "https:///x" }), `sources.blog.url: "https:///x" is not an https address`},
		{"an address with a space", source("blog", func(s *Source) { s.URL = "https://blog.example/x y" }), "is not an https address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := valid(t, c.change).Lint()
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("found %v", found)
			case c.want != "" && !slices.ContainsFunc(found, func(p Problem) bool { return strings.Contains(p.String(), c.want) }):
				t.Errorf("found %v, want %q", found, c.want)
			}
		})
	}
}

func TestLintOrdersByLine(t *testing.T) {
	s := valid(t, func(s *Show) {
		s.Claims[2].Text, s.Title, s.Seasons[0].Cites = "", "", nil
		delete(s.Sources, "blog")
	})
	found := s.Lint()
	if len(found) < 4 || !slices.IsSortedFunc(found, func(a, b Problem) int { return a.Line - b.Line }) {
		t.Errorf("found %v", found)
	}
}

// TestLintNeedsNoFile lints a show that was made in memory and has no lines.
func TestLintNeedsNoFile(t *testing.T) {
	if found := new(Show).Lint(); len(found) == 0 || found[0].Line != 1 {
		t.Errorf("found %v", found)
	}
}
