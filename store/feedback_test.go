package store

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestFeedbackIsCounted(t *testing.T) {
	s, _ := openTemp(t)
	add := func(f Feedback, at time.Time) {
		t.Helper()
		if err := s.AddFeedback(f, at); err != nil {
			t.Fatal(err)
		}
	}
	add(Feedback{Kind: FeedbackUnknown, Text: "Quux"}, noon)
	add(Feedback{Kind: FeedbackReport, Show: "glow", Text: "It was revived.", Link: "https://news.example/glow"}, noon.Add(time.Minute))
	add(Feedback{Kind: FeedbackUnknown, Text: "  QUUX "}, noon.Add(time.Hour))
	add(Feedback{Kind: FeedbackReport, Show: "hero-mask", Text: "It was revived."}, noon.Add(2*time.Minute))

	all, err := s.Feedback()
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	if f := all[0]; f.Text != "Quux" || f.Count != 2 || !f.First.Equal(noon) || !f.Last.Equal(noon.Add(time.Hour)) {
		t.Errorf("the most asked for comes as %+v", f)
	}
	if all[1].Show != "hero-mask" || all[2].Link != "https://news.example/glow" {
		t.Errorf("then %+v", all[1:])
	}
	if found, err := s.ClearFeedback(all[0].ID); err != nil || !found {
		t.Error("an entry cannot be cleared", err)
	}
	if found, _ := s.ClearFeedback(all[0].ID); found {
		t.Error("a cleared entry is still there")
	}
	if all, _ := s.Feedback(); len(all) != 2 {
		t.Errorf("%d entries are left", len(all))
	}
}

// TestFeedbackIsCapped: the least asked for and oldest gives way.
func TestFeedbackIsCapped(t *testing.T) {
	s, _ := openTemp(t)
	s.db.NoSync = true // a thousand commits to disk test the disk
	for i := range maxFeedback + 5 {
		f := Feedback{Kind: FeedbackUnknown, Text: fmt.Sprint("show ", i)}
		if i < 2 {
			if err := s.AddFeedback(f, noon); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddFeedback(f, noon.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Feedback()
	if err != nil || len(all) != maxFeedback {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	for _, f := range all {
		if f.Text == "show 2" || f.Text == "show 6" {
			t.Errorf("%s is old and was asked for once, and is still there", f.Text)
		}
	}
	if all[0].Count != 2 || all[1].Count != 2 {
		t.Error("what was asked for twice gave way")
	}
}
