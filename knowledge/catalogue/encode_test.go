package catalogue

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func mustTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func encoded(t testing.TB, c *Catalogue) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packed(lines string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(lines))
	z.Close()
	return b.Bytes()
}

func TestEncodeIsCanonical(t *testing.T) {
	c, _ := buildSlice(t, Rules{})
	first := encoded(t, c)
	back, err := Decode(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, back) {
		t.Error("what was decoded is not what was encoded")
	}
	if !bytes.Equal(first, encoded(t, back)) {
		t.Error("the same catalogue gave other bytes")
	}
	again, _ := buildSlice(t, Rules{})
	if !bytes.Equal(first, encoded(t, again)) {
		t.Error("the same data gave other bytes")
	}
}

func TestDecodeRefuses(t *testing.T) {
	head := `{"version":"1","newest":"2026-04-30","shows":1,"attribution":"a","licence":"l","source":"s"}` + "\n"
	show := `{"k":"tv/1","t":"a","s":[{"n":1,"t":"a","b":"2020-01-01"}]}` + "\n"
	if _, err := Decode(bytes.NewReader(packed(head + show))); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	with := func(old, new string) string { return head + strings.Replace(show, old, new, 1) }
	for name, lines := range map[string]string{
		"no header":       "",
		"another header":  `{"version":"1"}` + "\n",
		"fewer shows":     head,
		"more shows":      head + show + show,
		"unknown field":   with(`"t"`, `"x":1,"t"`),
		"wrong type":      with(`"tv/1"`, `5`),
		"two values":      with("\n", "{}\n"),
		"key":             with("tv/1", "movie/1"),
		"no seasons":      with(`{"n":1,"t":"a","b":"2020-01-01"}`, ""),
		"season 0":        with(`"n":1`, `"n":0`),
		"season 1000":     with(`"n":1`, `"n":1000`),
		"huge number":     with(`"n":1`, `"n":1e99`),
		"date":            with("2020-01-01", "2020-02-31"),
		"control":         with(`"t":"a","s"`, `"t":"a\u0007","s"`),
		"long":            with(`"t":"a","s"`, `"t":"`+strings.Repeat("a", maxText+1)+`","s"`),
		"order":           with(`]}`, `,{"n":1,"t":"a","b":"2020-01-01"},{"n":3,"t":"a","b":"2020-01-01"},{"n":2,"t":"a","b":"2020-01-01"}]}`),
		"dangling link":   with(`]}`, `],"c":[{"r":"continues as","k":"tv/2","t":"b"}]}`),
		"kind":            with(`]}`, `],"a":[{"k":"opera","t":"b","b":"2020"}]}`),
		"thousand":        with(`]}`, strings.Repeat(`,{"n":1,"t":"a","b":"2020-01-01"}`, 1000)+`]}`),
		"too many shows":  strings.Replace(head, `"shows":1`, `"shows":99999999`, 1),
		"a line too long": head + strings.Repeat(" ", maxLine+1),
	} {
		if _, err := Decode(bytes.NewReader(packed(lines))); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
	good := packed(head + show)
	for name, data := range map[string][]byte{"empty": nil, "not gzip": []byte(head + show), "cut": good[:len(good)-9], "trailing": append(good[:len(good):len(good)], 1, 2, 3)} {
		if _, err := Decode(bytes.NewReader(data)); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
	for name, c := range map[string]*Catalogue{"nothing": {}, "no seasons": {Version: "1", Newest: "2026-01-01", Shows: []Show{{Key: "tv/1", Title: "a"}}}} {
		if err := c.Encode(&bytes.Buffer{}); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	head := `{"version":"1","newest":"2026-04-30","shows":1,"attribution":"a","licence":"l","source":"s"}` + "\n"
	f.Add([]byte(head + `{"k":"tv/1","t":"a","n":["b"],"r":"c","p":1,"s":[{"n":1,"p":1,"o":2,"t":"a","b":"2020-01","e":"2020-02-01","m":1,"l":2}],"a":[{"k":"film","t":"x","b":"2020-01"}]}` + "\n"))
	f.Add([]byte(head))
	f.Fuzz(func(t *testing.T, lines []byte) {
		Decode(bytes.NewReader(lines))
		c, err := Decode(bytes.NewReader(packed(string(lines))))
		if err != nil {
			return
		}
		again, err := Decode(bytes.NewReader(encoded(t, c)))
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("not the same after a round: %v", err)
		}
	})
}

func TestEmbedded(t *testing.T) {
	c := Embedded()
	seasons := 0
	for _, s := range c.Shows {
		seasons += countSeasons(s.Seasons)
	}
	t.Logf("bangumi-data %s up to %s: %d shows, %d seasons, %d bytes", c.Version, c.Newest, len(c.Shows), seasons, len(embedded))
	if len(c.Shows) < 4700 || seasons < 5500 || len(embedded) >= 700_000 {
		t.Error("fewer shows or seasons, or more bytes, than promised")
	}
}

// BANGUMI_DATA is data.json of the release that is embedded.
func TestEmbeddedIsWhatTheDataGives(t *testing.T) {
	data, err := os.ReadFile(os.Getenv("BANGUMI_DATA"))
	if err != nil {
		t.Skip("set BANGUMI_DATA to dist/data.json of the npm package bangumi-data, of the release that is embedded")
	}
	rules, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rules.Earlier = Embedded() // which has the readings
	c, report, err := Build(data, rules)
	if err != nil {
		t.Fatal(err)
	}
	c.Version = Embedded().Version
	if !bytes.Equal(encoded(t, c), embedded) {
		t.Error("run go generate: data, overrides or aliases give another catalogue")
	}
	if len(report.Unused) > 0 {
		t.Errorf("rows that match nothing: %q", report.Unused)
	}
}

func TestShippedRules(t *testing.T) {
	rules, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]bool{}
	for _, o := range rules.Overrides {
		if o.Rule == ruleContinues {
			links[o.Entry] = true
		}
	}
	if len(links) < 47 || len(rules.Aliases) < 600 {
		t.Errorf("%d shows that go on elsewhere, %d aliases", len(links), len(rules.Aliases))
	}
}

func BenchmarkDecode(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, err := Decode(bytes.NewReader(embedded))
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.SetBytes(int64(len(embedded)))
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(embedded)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "live-MB")
	b.ReportMetric(float64(len(c.Shows)), "shows")
	runtime.KeepAlive(c)
}

func ExampleEmbedded() {
	for _, s := range Embedded().Shows {
		if s.Key == "tv/94664" {
			for _, e := range s.Seasons {
				fmt.Println(e.Number, e.Part, e.Begin)
			}
		}
	}
	// Output:
	// 1 1 2021-01-11
	// 1 2 2021-10-04
	// 2 1 2023-07-03
	// 2 2 2024-04-08
}
