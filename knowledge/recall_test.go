package knowledge

import (
	"runtime"
	"slices"
	"testing"

	"season3/knowledge/damage"
)

// damagedNames returns the names of a base, to be damaged.
func damagedNames(b *Base) *damage.Names {
	var names []damage.Name
	for _, s := range b.Shows() {
		for _, name := range s.AllNames() {
			names = append(names, damage.Name{Text: name, Show: s.ID})
		}
	}
	return damage.New(names)
}

// TestRecall asks 2,000 damaged names of the whole base, and again with a further typo on each. A beginning of three to
// eight letters is ambiguous by nature. knowledge/compare asks the same of other finders.
func TestRecall(t *testing.T) {
	type rate struct{ first, five float64 }
	set := damagedNames(Embedded())
	queries := set.Queries(2000, 1)
	for _, c := range []struct {
		what    string
		queries []damage.Query
		want    map[damage.Kind]rate
	}{
		{"damaged", queries, map[damage.Kind]rate{
			damage.OneTypo: {0.985, 0.99}, damage.TwoTypos: {0.985, 0.99}, damage.Dropped: {0.95, 0.985}, damage.Prefix: {0.66, 0.91},
			damage.Punctuation: {0.99, 0.99}, damage.Width: {0.99, 0.99}, damage.Order: {0.98, 0.99}, "all": {0.945, 0.98},
		}},
		{"harder", set.Harder(queries, 1), map[damage.Kind]rate{
			damage.OneTypo: {0.97, 0.98}, damage.TwoTypos: {0.97, 0.98}, damage.Dropped: {0.92, 0.97}, damage.Prefix: {0.49, 0.72},
			damage.Punctuation: {0.98, 0.98}, damage.Width: {0.98, 0.98}, damage.Order: {0.97, 0.98}, "all": {0.905, 0.95},
		}},
	} {
		first, five, all := map[damage.Kind]float64{}, map[damage.Kind]float64{}, map[damage.Kind]float64{}
		for _, q := range c.queries {
			found := Embedded().Nearest(q.Text, 5)
			at := slices.IndexFunc(found, func(f Candidate) bool { return slices.Contains(q.Shows, f.Show.ID) })
			for _, kind := range []damage.Kind{q.Kind, "all"} {
				all[kind]++
				if at == 0 {
					first[kind]++
				}
				if at >= 0 {
					five[kind]++
				}
			}
		}
		for _, kind := range append(damage.Kinds(), "all") {
			got := rate{first[kind] / all[kind], five[kind] / all[kind]}
			t.Logf("%s, %s: %.1f%% first, %.1f%% among five of %.0f", c.what, kind, 100*got.first, 100*got.five, all[kind])
			if want := c.want[kind]; got.first < want.first || got.five < want.five {
				t.Errorf("%s, %s: want %.1f%% and %.1f%%", c.what, kind, 100*want.first, 100*want.five)
			}
		}
	}
}

// BenchmarkFindDamaged asks the queries of TestRecall.
func BenchmarkFindDamaged(b *testing.B) {
	base := Embedded()
	queries := damagedNames(base).Queries(2000, 1)
	reportPercentiles(b, len(queries), func(i int) { base.Find(queries[i].Text) })
}

// BenchmarkIndex makes the index of the whole base, and reports the live heap that it takes.
func BenchmarkIndex(b *testing.B) {
	shows, borrowed := layered(Embedded().given)
	live := func() float64 {
		runtime.GC()
		runtime.GC() // what the first one finalized
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	before := live()
	ix := newIndex(shows, borrowed)
	size := live() - before
	runtime.KeepAlive(ix)
	b.ReportAllocs()
	for b.Loop() {
		newIndex(shows, borrowed)
	}
	b.ReportMetric(size, "index-MiB")
}
