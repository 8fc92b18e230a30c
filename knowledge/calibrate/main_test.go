package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"season3/knowledge"
)

// TestCommittedThresholds asks other damaged names than those from which the thresholds were derived, and judges by what
// Find answers with the thresholds that are part of the program.
func TestCommittedThresholds(t *testing.T) {
	asked, err := ask(20, 3000)
	if err != nil {
		t.Fatal(err)
	}
	current := committed(t)
	var answers, right, open, among int
	for _, a := range asked {
		switch {
		case current.answers(a):
			answers++
			if a.first {
				right++
			}
		case a.score >= current.offer:
			open++
			if a.among {
				among++
			}
		}
	}
	t.Logf("answered %d of %d, %d right; offered %d, %d with the right show", answers, len(asked), right, open, among)
	if float64(right) < wantRight*float64(answers) || answers < len(asked)/2 {
		t.Errorf("%d of %d answers are right, want %.0f%% of at least half of the questions", right, answers, 100*wantRight)
	}
	if float64(among) < wantOffered*float64(open) {
		t.Errorf("%d of %d offers hold the right show", among, open)
	}
}

// committed reads the thresholds of package knowledge, and checks that Find follows them.
func committed(t *testing.T) thresholds {
	t.Helper()
	code, err := os.ReadFile("../thresholds.go")
	if err != nil {
		t.Fatal(err)
	}
	var th thresholds
	for _, c := range []struct {
		name string
		to   *float64
	}{{"sureScore", &th.sure}, {"sureMargin", &th.margin}, {"offerScore", &th.offer}} {
		if *c.to, err = constant(string(code), c.name); err != nil {
			t.Fatal(err)
		}
	}
	base := knowledge.Embedded()
	for _, s := range base.Shows()[:400] {
		words := s.Title[:len(s.Title)*3/4] // often ambiguous, never more than one show
		near := base.Nearest(words, offered)
		a := judge(near, func(*knowledge.Show) bool { return false })
		if m := base.Find(words); (m.Show != nil) != (len(near) > 0 && th.answers(a)) {
			t.Errorf("%q: Find answers %v, the thresholds say %v of %.2f ahead by %.2f", words, m.Show != nil, th.answers(a), a.score, a.margin)
		}
	}
	return th
}

// constant returns the value that a constant has in Go code.
func constant(code, name string) (float64, error) {
	_, rest, ok := strings.Cut(code, "\t"+name)
	if !ok {
		return 0, fmt.Errorf("no constant %s", name)
	}
	fields := strings.Fields(rest) // = 0.80
	if len(fields) < 2 {
		return 0, fmt.Errorf("constant %s has no value", name)
	}
	return strconv.ParseFloat(fields[1], 64)
}

func TestRunWrites(t *testing.T) {
	dir := t.TempDir()
	questions, code := filepath.Join(dir, "q.tsv"), filepath.Join(dir, "t.go")
	if err := os.WriteFile(questions, []byte("title_span\tcanonical\nhero msak\tHero Mask\n\tnothing\nSpace Quarry\tSpace Quarry\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, 1, 2000, questions, code); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(code)
	if err != nil || !strings.HasPrefix(string(written), "// Code generated") || !strings.Contains(out.String(), "\n2 names in") {
		t.Errorf("%v: %s\n%s", err, written, out.String())
	}
	if err := run(&out, 1, 100, filepath.Join(dir, "none"), ""); err == nil {
		t.Error("no questions, no error")
	}
	if err := os.WriteFile(questions, []byte("a\tb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(&out, 1, 2000, questions, ""); err == nil {
		t.Error("questions without columns, no error")
	}
}

func TestDeriveWantsRightAnswers(t *testing.T) {
	var wrong []answer
	for range 100 {
		wrong = append(wrong, answer{score: 0.85, margin: 0.5})
	}
	if th, err := derive(wrong); err == nil {
		t.Errorf("%+v of nothing right", th)
	}
}
