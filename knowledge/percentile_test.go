package knowledge

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"season3/knowledge/catalogue"
)

const mixedQueries = 2000

// mixed returns what people type, the same on every run: of every five queries one is a name as it is written, one has a
// typo, one lacks a word, one stops half-way, and one names no show at all.
func mixed(base *Base) []string {
	rnd := rand.New(rand.NewPCG(3, 6))
	shows := base.Shows()
	name := func(words int) string { // a name of a show, of at least so many words
		for {
			names := shows[rnd.IntN(len(shows))].AllNames()
			if n := names[rnd.IntN(len(names))]; len(strings.Fields(n)) >= words {
				return n
			}
		}
	}
	typos := []func([]rune, int) []rune{swapped, dropped, doubled}
	out := make([]string, mixedQueries)
	for i := range out {
		switch i % 5 {
		case 0:
			out[i] = name(1)
		case 1:
			r := []rune(name(1))
			if len(r) > 2 {
				r = typos[rnd.IntN(len(typos))](r, rnd.IntN(len(r)-1))
			}
			out[i] = string(r)
		case 2:
			words := strings.Fields(name(2))
			at := rnd.IntN(len(words))
			out[i] = strings.Join(slices.Delete(words, at, at+1), " ")
		case 3:
			r := []rune(name(1))
			out[i] = string(r[:1+rnd.IntN(len(r))])
		case 4:
			words := make([]string, 1+rnd.IntN(4))
			for j := range words {
				for range 2 + rnd.IntN(7) {
					words[j] += string("etaoinshrdlucmkyw"[rnd.IntN(17)])
				}
			}
			out[i] = strings.Join(words, " ")
		}
	}
	return out
}

// reportPercentiles runs n different queries again and again and reports the median and the 99th percentile of their times
// in microseconds. Of each query the quickest run counts: the rest is what else the machine did.
func reportPercentiles(b *testing.B, n int, run func(i int)) {
	b.ReportAllocs()
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = time.Hour
	}
	for b.Loop() {
		for i := range times {
			start := time.Now()
			run(i)
			times[i] = min(times[i], time.Since(start))
		}
	}
	slices.Sort(times)
	at := func(percent int) float64 {
		return float64(times[(len(times)-1)*percent/100].Nanoseconds()) / 1000
	}
	b.ReportMetric(at(50), "p50-µs")
	b.ReportMetric(at(99), "p99-µs")
	b.ReportMetric(at(100), "max-µs")
}

func BenchmarkFindMixed(b *testing.B) {
	base := Embedded()
	queries := mixed(base)
	reportPercentiles(b, len(queries), func(i int) { base.Find(queries[i]) })
}

// BenchmarkCompleteKeystroke types every tenth of the mixed queries letter by letter, as a list of suggestions is asked
// for while a name is typed.
func BenchmarkCompleteKeystroke(b *testing.B) {
	base := Embedded()
	var typed []string
	for i, q := range mixed(base) {
		if i/5%10 != 0 { // all five kinds of every tenth round
			continue
		}
		for end := range q {
			if end > 0 {
				typed = append(typed, q[:end])
			}
		}
		typed = append(typed, q)
	}
	reportPercentiles(b, len(typed), func(i int) { base.Complete(typed[i], 25) })
}

// BenchmarkEmbeddedBase makes the whole base anew, its catalogue being decoded already, and reports the live heap: of one
// base, and of all that the program holds once it has answered, the catalogue and the languages among it.
func BenchmarkEmbeddedBase(b *testing.B) {
	live := func() float64 {
		runtime.GC()
		runtime.GC() // what the first one finalized
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	build := func() *Base {
		base, err := Over(catalogue.Embedded())
		if err != nil {
			b.Fatal(err)
		}
		return base
	}
	Embedded().Ask("Is there a season 3 of Hero Mask?", dated(today))
	program := live()
	base := build()
	second := live() - program
	runtime.KeepAlive(base)
	b.ReportAllocs()
	for b.Loop() {
		build()
	}
	b.ReportMetric(second, "base-MiB")
	b.ReportMetric(program, "live-MiB")
}
