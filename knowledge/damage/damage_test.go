package damage

import (
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"
)

var some = []Name{
	{"Paper Lanterns of the North", "lanterns"}, {"Paper Lanterns", "short"}, {"HERO≠MASK", "hero"}, {"ヒーローマスク", "hero"}, {"Gone", "gone"},
	{"Gone", "gone-again"}, {"The Long Night's End: Second Dawn", "night"}, {"!!", "nothing"}, {"紙提灯", "lanterns"}, {"Salt & Ash", "salt"},
}

func TestQueries(t *testing.T) {
	n := New(some)
	queries := n.Queries(700, 1)
	if len(queries) != 700 || !reflect.DeepEqual(queries, New(some).Queries(700, 1)) {
		t.Fatalf("%d queries, or other ones the second time", len(queries))
	}
	if reflect.DeepEqual(queries, n.Queries(700, 2)) {
		t.Error("another seed gives the same")
	}
	for i, q := range queries {
		if q.Kind != Kinds()[i%len(Kinds())] || q.Text == q.Name || len(q.Shows) == 0 || !utf8.ValidString(q.Text) {
			t.Errorf("%+v", q)
		}
		if q.Kind == Prefix && (utf8.RuneCountInString(q.Text) > 8 || q.Text == "Gone") {
			t.Errorf("%+v", q)
		}
		if q.Name == "Paper Lanterns of the North" && plain(q.Text) == "paperlanterns" {
			t.Errorf("%q is the name of another show", q.Text)
		}
		if (q.Kind == Punctuation || q.Kind == Width) && plain(q.Text) != plain(q.Name) {
			t.Errorf("%s made %q of %q", q.Kind, q.Text, q.Name)
		}
	}
	harder := n.Harder(queries, 1)
	changed := 0
	for i := range harder {
		if harder[i].Text != queries[i].Text {
			changed++
		}
	}
	if changed < len(queries)*9/10 {
		t.Errorf("%d of %d are harder", changed, len(queries))
	}
}

func TestExactNamesOfSeveralShows(t *testing.T) {
	for _, q := range New(some).Queries(100, 3, Exact) {
		if q.Text != q.Name || q.Name == "Gone" && !slices.Equal(q.Shows, []string{"gone", "gone-again"}) {
			t.Errorf("%+v", q)
		}
	}
	if q := New(nil).Queries(10, 1); len(q) != 0 {
		t.Errorf("%d queries without names", len(q))
	}
	if q := New([]Name{{"86", "x"}}).Queries(10, 1, Order); len(q) != 0 {
		t.Errorf("the words of 86 change places: %v", q)
	}
}
