// Compare asks the same damaged names of package knowledge, of bleve and of SQLite's trigram index, and prints for each
// kind of damage how often the right show comes first and among the first five:
//
//	cd knowledge/compare && go run . [-data data.json]
//
// The names are those of the embedded base and, with -data, those of a file of bangumi-data, every entry a show. It is a
// module of its own, so that the program does not depend on what it is compared with. All three get the same folded text,
// when they index and when they are asked: without it, bleve and SQLite lose 11 to 16 points on width and case. Both
// compare trigrams and pairs of characters, as suits names best, and are asked for more than five names where a show may
// have several.
package main

import (
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/token/ngram"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/single"
	"github.com/blevesearch/bleve/v2/mapping"
	_ "modernc.org/sqlite"

	"season3/knowledge"
	"season3/knowledge/damage"
)

// A finder returns the ids of up to five shows for folded words, best first.
type finder struct {
	name  string
	find  func(words string) ([]string, error)
	build time.Duration
	mb    float64 // of live heap; SQLite's own memory is added
}

const (
	limit    = 5
	maxNames = 40 // are asked for, since one show may have many
	tries    = 2  // of each query; the quicker counts, since other programs run as well
)

func main() {
	data := flag.String("data", "", "data.json of bangumi-data")
	count := flag.Int("n", 2000, "how many names to damage")
	seed := flag.Uint64("seed", 1, "of the damage")
	flag.Parse()
	err := compare("the base", knowledge.Embedded().Shows(), *count, *seed)
	if err == nil && *data != "" {
		var shows []*knowledge.Show
		if shows, err = bangumi(*data); err == nil {
			err = compare("bangumi-data", shows, *count, *seed)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// bangumi reads the entries of bangumi-data as shows with all their titles.
func bangumi(file string) ([]*knowledge.Show, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var d struct {
		Items []struct {
			Title          string
			TitleTranslate map[string][]string
		}
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var shows []*knowledge.Show
	for i, item := range d.Items {
		s := &knowledge.Show{ID: strconv.Itoa(i), Title: item.Title}
		for _, lang := range []string{"en", "ja", "zh-Hans", "zh-Hant"} {
			for _, name := range item.TitleTranslate[lang] {
				if !slices.Contains(s.AllNames(), name) {
					s.Names.Aliases = append(s.Names.Aliases, name)
				}
			}
		}
		shows = append(shows, s)
	}
	return shows, nil
}

func compare(what string, shows []*knowledge.Show, count int, seed uint64) error {
	var names []damage.Name
	for _, s := range shows {
		for _, name := range s.AllNames() {
			names = append(names, damage.Name{Text: name, Show: s.ID})
		}
	}
	set := damage.New(names)
	queries := set.Queries(count, seed)
	fmt.Printf("%s: %d names of %d shows, %d queries\n", what, len(names), len(shows), len(queries))
	var finders []*finder
	for _, make := range []func([]*knowledge.Show, []damage.Name) (*finder, error){ours, inBleve, inSQLite} {
		f, err := built(func() (*finder, error) { return make(shows, names) })
		if err != nil {
			return err
		}
		finders = append(finders, f)
	}
	for _, hard := range []bool{false, true} {
		if hard {
			queries = set.Harder(queries, seed)
			fmt.Println("hard: a further typo on each")
		}
		if err := table(finders, queries); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// built measures how long a finder takes to be made, and the memory that it keeps.
func built(make func() (*finder, error)) (*finder, error) {
	live := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	before, start := live(), time.Now()
	f, err := make()
	if err != nil {
		return nil, err
	}
	f.build = time.Since(start)
	f.mb += live() - before
	return f, nil
}

func table(finders []*finder, queries []damage.Query) error {
	fmt.Printf("%-18s", "first / in five, %")
	for _, f := range finders {
		fmt.Printf("%22s", f.name)
	}
	fmt.Println()
	type tally struct{ first, five, n int }
	tallies := make([]map[damage.Kind]*tally, len(finders))
	times := make([][]time.Duration, len(finders))
	for i, f := range finders {
		runtime.GC() // what others left is not this one's time
		tallies[i] = map[damage.Kind]*tally{}
		for _, q := range queries {
			var found []string
			quickest := time.Duration(math.MaxInt64)
			for range tries {
				start := time.Now()
				var err error
				if found, err = f.find(knowledge.Fold(q.Text)); err != nil { // the time of folding counts for all
					return fmt.Errorf("%s: %q: %w", f.name, q.Text, err)
				}
				quickest = min(quickest, time.Since(start))
			}
			times[i] = append(times[i], quickest)
			at := slices.IndexFunc(found, func(id string) bool { return slices.Contains(q.Shows, id) })
			for _, kind := range []damage.Kind{q.Kind, "all"} {
				t := tallies[i][kind]
				if t == nil {
					t = &tally{}
					tallies[i][kind] = t
				}
				t.n++
				if at == 0 {
					t.first++
				}
				if at >= 0 && at < limit {
					t.five++
				}
			}
		}
		slices.Sort(times[i])
	}
	for _, kind := range append(damage.Kinds(), "all") {
		fmt.Printf("%-18s", kind)
		for i := range finders {
			t := tallies[i][kind]
			if t == nil {
				t = &tally{n: 1}
			}
			fmt.Printf("%22s", fmt.Sprintf("%.1f / %.1f", 100*float64(t.first)/float64(t.n), 100*float64(t.five)/float64(t.n)))
		}
		fmt.Println()
	}
	row := func(name string, cell func(int) string) {
		fmt.Printf("%-18s", name)
		for i := range finders {
			fmt.Printf("%22s", cell(i))
		}
		fmt.Println()
	}
	row("p50 / p99, ms", func(i int) string {
		at := func(percent int) float64 {
			return float64(times[i][(len(times[i])-1)*percent/100].Microseconds()) / 1000
		}
		return fmt.Sprintf("%.3f / %.3f", at(50), at(99))
	})
	row("build, ms", func(i int) string { return fmt.Sprint(finders[i].build.Milliseconds()) })
	row("memory, MB", func(i int) string { return fmt.Sprintf("%.1f", finders[i].mb) })
	return nil
}

func ours(shows []*knowledge.Show, _ []damage.Name) (*finder, error) {
	b, err := knowledge.New(shows)
	return &finder{name: "season3", find: func(words string) ([]string, error) {
		var out []string
		for _, c := range b.Nearest(words, limit) {
			out = append(out, c.Show.ID)
		}
		return out, nil
	}}, err
}

// inBleve indexes runs of two and three characters in memory.
func inBleve(_ []*knowledge.Show, names []damage.Name) (*finder, error) {
	m := bleve.NewIndexMapping()
	if err := m.AddCustomTokenFilter("grams", map[string]any{"type": ngram.Name, "min": 2.0, "max": 3.0}); err != nil {
		return nil, err
	}
	err := m.AddCustomAnalyzer("grams", map[string]any{"type": custom.Name, "tokenizer": single.Name, "token_filters": []string{"grams"}})
	if err != nil {
		return nil, err
	}
	field := mapping.NewTextFieldMapping()
	field.Analyzer, field.Store, field.IncludeTermVectors = "grams", false, false
	m.DefaultMapping.AddFieldMappingsAt("name", field)
	ix, err := bleve.NewMemOnly(m)
	if err != nil {
		return nil, err
	}
	batch := ix.NewBatch()
	for i, n := range names {
		if err := batch.Index(strconv.Itoa(i), map[string]string{"name": knowledge.Fold(n.Text)}); err != nil {
			return nil, err
		}
	}
	if err := ix.Batch(batch); err != nil {
		return nil, err
	}
	return &finder{name: "bleve", find: func(words string) ([]string, error) {
		q := bleve.NewMatchQuery(words)
		q.SetField("name")
		result, err := ix.Search(bleve.NewSearchRequestOptions(q, maxNames, 0, false))
		if err != nil {
			return nil, err
		}
		var out []string
		for _, hit := range result.Hits {
			n, err := strconv.Atoi(hit.ID)
			if err != nil {
				return nil, err
			}
			out = with(out, names[n].Show)
		}
		return out, nil
	}}, nil
}

// inSQLite indexes names with FTS5's trigram tokenizer in memory, and asks for any of a query's trigrams.
func inSQLite(_ []*knowledge.Show, names []damage.Name) (*finder, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(`create virtual table names using fts5(name, tokenize='trigram')`); err != nil {
		return nil, err
	}
	insert, err := tx.Prepare(`insert into names(rowid, name) values (?, ?)`)
	if err != nil {
		return nil, err
	}
	for i, n := range names {
		if _, err := insert.Exec(i, knowledge.Fold(n.Text)); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	search, err := db.Prepare(`select rowid from names where names match ? order by rank limit ?`)
	if err != nil {
		return nil, err
	}
	var pages, size float64
	if err := db.QueryRow(`pragma page_count`).Scan(&pages); err != nil {
		return nil, err
	}
	if err := db.QueryRow(`pragma page_size`).Scan(&size); err != nil {
		return nil, err
	}
	return &finder{name: "SQLite FTS5 trigram", mb: pages * size / (1 << 20), find: func(words string) ([]string, error) {
		var grams []string
		for r := []rune(words); len(r) >= 3; r = r[1:] {
			grams = append(grams, `"`+string(r[:3])+`"`)
		}
		if len(grams) == 0 {
			return nil, nil
		}
		rows, err := search.Query(strings.Join(grams, " OR "), maxNames)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return nil, err
			}
			out = with(out, names[n].Show)
		}
		return out, rows.Err()
	}}, nil
}

func with(ids []string, id string) []string {
	if slices.Contains(ids, id) || len(ids) == limit {
		return ids
	}
	return append(ids, id)
}
