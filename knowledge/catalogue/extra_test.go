package catalogue

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var may2026 = time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)

func importFixture(t *testing.T, name string) (*Extra, map[string]int) {
	t.Helper()
	f, err := os.Open("testdata/extra/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, left, err := Import(f, may2026)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e, left
}

// TestImportOfflineDatabase reads both of its forms to the same.
func TestImportOfflineDatabase(t *testing.T) {
	e, left := importFixture(t, "offline-minified.json")
	lines, _ := importFixture(t, "offline.jsonl")
	if !reflect.DeepEqual(e, lines) {
		t.Errorf("the JSON lines give\n%+v\nand the minified JSON\n%+v", lines, e)
	}
	if e.Kind != OfflineDatabase || e.Updated != "2026-05-01" || len(e.Names) != 4 || left["no page at MyAnimeList or AniList"] != 1 {
		t.Fatalf("%+v, left out %v", e, left)
	}
	want := Synonyms{MAL: []int{11}, AniList: []int{1011}, Names: []string{"Ranpu-doori", "Lampenstrasse", "La rue des lampes: le début", "Lamp Street 1", "RPD",
		"Hero Mask", "Night Ferry", "Twin Name", "7", "Улица Фонарей", "Lamp Street"}}
	if !reflect.DeepEqual(e.Names[0], want) {
		t.Errorf("%+v, want %+v", e.Names[0], want)
	}
}

// TestKeep leaves only what the catalogue can use.
func TestKeep(t *testing.T) {
	e, _ := importFixture(t, "offline.jsonl")
	c := &Catalogue{Shows: []Show{{Seasons: []Season{{MAL: 11}, {MAL: 12}}}, {Seasons: []Season{{AniList: 5}}}}}
	if n := e.Keep(c); n != 1 || len(e.Names) != 3 {
		t.Errorf("%d dropped, %d kept", n, len(e.Names))
	}
}

// TestImportTVmaze: dated seasons of live-action shows, and nothing of a show's status.
func TestImportTVmaze(t *testing.T) {
	e, left := importFixture(t, "tvmaze-show.json")
	want := []Series{{501, "Harbour Lights", "2026-05-05", []Run{{1, "2021-03-05", "2021-05-07"}, {2, "2023-03-03", "2023-05-05"}}}}
	if e.Kind != TVmaze || !reflect.DeepEqual(e.Series, want) || len(left) != 0 {
		t.Errorf("%+v, left out %v", e, left)
	}
	more, left := importFixture(t, "tvmaze-array.json")
	want = []Series{
		{502, "Salt Road", "2026-05-05", []Run{{1, "2018-01-05", "2018-01-12"}, {2, "2019-01-04", "2019-01-11"}}},
		{503, "Tide Table", "2026-05-05", []Run{{1, "2024-01-05", "2024-01-12"}, {2, "2026-04-03", ""}}}, // the last one listed need not be the last
	}
	if !reflect.DeepEqual(more.Series, want) {
		t.Errorf("%+v", more.Series)
	}
	if len(left) != 3 {
		t.Errorf("left out %v, want an animated one, one without seasons, one by years", left)
	}

	newer := Extra{Kind: TVmaze}
	newer.add(Series{502, "Salt Road", "2026-05-09", []Run{{1, "2018-01-05", ""}}})
	newer.Merge(e)
	newer.Merge(more)
	if len(newer.Series) != 3 || newer.Series[1].Updated != "2026-05-09" || newer.Updated != "2026-05-09" || newer.check() != nil {
		t.Errorf("merged to %+v, %v", newer, newer.check())
	}
}

// TestExtraRoundTrip: what is kept is read again as it was, with its licence beside it.
func TestExtraRoundTrip(t *testing.T) {
	for _, name := range []string{"offline.jsonl", "tvmaze-array.json"} {
		e, _ := importFixture(t, name)
		var packed bytes.Buffer
		if err := e.Encode(&packed); err != nil {
			t.Fatal(err)
		}
		again := bytes.Clone(packed.Bytes())
		got, err := DecodeExtra(&packed)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		plain, err := gzip.NewReader(bytes.NewReader(again))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(plain)
		if head, _, _ := strings.Cut(string(text), "\n"); !strings.Contains(head, OriginOf(e.Kind).Licence) || !strings.Contains(head, OriginOf(e.Kind).Attribution) {
			t.Errorf("%s: the header is %s", name, head)
		}
		for _, cut := range []int{0, 1, 10, len(again) / 2, len(again) - 1} {
			if _, err := DecodeExtra(bytes.NewReader(again[:cut])); err == nil {
				t.Errorf("%s: the first %d bytes are taken for the whole", name, cut)
			}
		}
	}
}

// offline wraps entries into a whole file.
func offline(entries string) string {
	return `{"repository":"https://github.com/manami-project/anime-offline-database","lastUpdate":"2026-05-01","data":[` + entries + `]}`
}

// series makes one show of TVmaze, with what is embedded in it.
func series(embedded string) string {
	return `{"id":7,"name":"Harbour Lights","type":"Scripted","status":"Running","updated":1777939200,"_embedded":{` + embedded + `}}`
}

const anime = `{"sources":["https://myanimelist.net/anime/11"],"title":"Ranpu-doori","synonyms":["RPD"]}`

// TestImportRefuses: no hostile or damaged file is imported, and each is refused with one short line.
func TestImportRefuses(t *testing.T) {
	season := `"seasons":[{"number":%s,"premiereDate":%s,"endDate":%s}]`
	for name, text := range map[string]string{
		"empty":                          "",
		"only spaces":                    strings.Repeat(" ", 100),
		"HTML":                           "<!DOCTYPE html><html><body>Not found</body></html>",
		"plain text":                     "not found",
		"null":                           "null",
		"a number":                       "42",
		"a string":                       `"anime-offline-database"`,
		"an empty object":                "{}",
		"an empty array":                 "[]",
		"an array of numbers":            "[1,2,3]",
		"an array of arrays":             "[[[]]]",
		"another JSON":                   `{"items":[{"title":"x"}],"siteMeta":{}}`,
		"nested too deep":                strings.Repeat("[", 100_000),
		"nested too deep inside":         `{"a":` + strings.Repeat(`{"a":`, 100_000),
		"data without a head":            `{"data":[` + anime + `]}`,
		"another repository":             strings.Replace(offline(anime), "manami-project/anime-offline-database", "someone/else", 1),
		"no last update":                 strings.Replace(offline(anime), "2026-05-01", "", 1),
		"a last update that is no day":   strings.Replace(offline(anime), "2026-05-01", "2026-13-45", 1),
		"a last update to come":          strings.Replace(offline(anime), "2026-05-01", "2027-05-01", 1),
		"no entries":                     offline(""),
		"data of another type":           strings.Replace(offline("1"), "[1]", `"x"`, 1),
		"truncated":                      offline(anime)[:120],
		"truncated between entries":      strings.TrimSuffix(offline(anime), "]}"),
		"truncated lines":                strings.TrimSuffix(offline(""), `,"data":[]}`) + "}\n" + anime[:40],
		"something after the end":        offline(anime) + "{}",
		"an entry of another type":       offline("7"),
		"sources of another type":        offline(strings.Replace(anime, `["https`, `[7,"https`, 1)),
		"synonyms of another type":       offline(strings.Replace(anime, `["RPD"]`, `"RPD"`, 1)),
		"a title of another type":        offline(strings.Replace(anime, `"Ranpu-doori"`, `{}`, 1)),
		"an entry without a title":       offline(strings.Replace(anime, `"Ranpu-doori"`, `""`, 1)),
		"an entry without sources":       offline(strings.Replace(anime, `"https://myanimelist.net/anime/11"`, ``, 1)),
		"a thousand synonyms":            offline(strings.Replace(anime, `"RPD"`, strings.Repeat(`"x",`, 1000)+`"y"`, 1)),
		"only names that cannot be seen": offline(strings.NewReplacer("Ranpu-doori", `\u202e`, "RPD", `\u0007`).Replace(anime)),
		"one huge entry":                 offline(strings.Replace(anime, "RPD", strings.Repeat("x", maxValue+1<<20), 1)),
		"a huge field before the data":   `{"x":"` + strings.Repeat("x", maxValue+1<<20) + `"}`,
		"too many entries":               offline(strings.Repeat(anime+",", maxEntries) + anime),

		"a show without an id":      strings.Replace(series(""), `"id":7,`, "", 1),
		"a show without a name":     strings.Replace(series(""), `Harbour Lights`, "", 1),
		"a name that turns around":  strings.Replace(series(""), `Harbour`, `\u202eHarbour`, 1),
		"a negative id":             strings.Replace(series(""), `"id":7`, `"id":-7`, 1),
		"a broken id":               strings.Replace(series(""), `"id":7`, `"id":7.5`, 1),
		"an id beyond all bounds":   strings.Replace(series(""), `"id":7`, `"id":99999999999999999999`, 1),
		"updated never":             strings.Replace(series(""), `1777939200`, "0", 1),
		"updated in the future":     strings.Replace(series(""), `1777939200`, "4102444800", 1),
		"updated beyond all time":   strings.Replace(series(""), `1777939200`, "9223372036854775807", 1),
		"updated of another type":   strings.Replace(series(""), `1777939200`, `"yesterday"`, 1),
		"a thousand seasons":        series(`"seasons":[` + strings.Repeat(`{"number":1},`, 1000) + `{"number":2}]`),
		"a season beyond all":       series(fmt.Sprintf(season, "1000000000", `"2021-03-05"`, "null")),
		"a negative season":         series(fmt.Sprintf(season, "-1", `"2021-03-05"`, "null")),
		"a broken season":           series(fmt.Sprintf(season, "1.5", `"2021-03-05"`, "null")),
		"a day that is none":        series(fmt.Sprintf(season, "1", `"2021-02-30"`, "null")),
		"an end that is none":       series(fmt.Sprintf(season, "1", `"2021-03-05"`, `"soon"`)),
		"a day of another type":     series(fmt.Sprintf(season, "1", `20210305`, "null")),
		"a day in another age":      series(fmt.Sprintf(season, "1", `"0021-03-05"`, "null")),
		"seasons of another type":   series(`"seasons":7`),
		"a million episodes":        series(`"episodes":[` + strings.Repeat(`{"season":1},`, 1_000_000) + `{"season":1}]`),
		"a show and something else": series(fmt.Sprintf(season, "1", `"2021-03-05"`, "null")) + "[]",
		"an array cut short":        "[" + series(fmt.Sprintf(season, "1", `"2021-03-05"`, "null")) + ",",
		"a show without seasons":    series(""),
	} {
		e, _, err := Import(strings.NewReader(text), may2026)
		if err == nil {
			t.Errorf("%s is imported as %+v", name, e)
			continue
		}
		if line := err.Error(); len(line) > 200 || strings.ContainsAny(line, "\n\u202e\u0007") {
			t.Errorf("%s: says %.300q", name, line)
		}
	}
}

// TestImportBounds: an endless file is left long before it ends.
func TestImportBounds(t *testing.T) {
	for name, unit := range map[string]string{"spaces": " ", "entries": anime + ",", "letters": "x"} {
		in := &endless{head: strings.TrimSuffix(offline(""), "]}"), unit: unit}
		if name == "letters" {
			in.head += `{"title":"`
		}
		if _, _, err := Import(in, may2026); err == nil || in.read > maxImport+maxValue {
			t.Errorf("%s: %v after %d MB", name, err, in.read>>20)
		}
	}
}

// endless repeats a unit after a head, and fails where a reader should have stopped.
type endless struct {
	head, unit string
	read       int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 2*maxImport {
		return 0, errors.New("nobody stops")
	}
	n := copy(p, e.head)
	e.head = e.head[n:]
	if n == 0 {
		n = copy(p, e.unit)
		for n < len(p) && len(e.unit) == 1 {
			n += copy(p[n:], p[:n])
		}
		e.head = e.unit[min(n, len(e.unit)):]
	}
	e.read += n
	return n, nil
}

// TestDecodeExtraRefuses: the kept file is trusted no more than the imported one.
func TestDecodeExtraRefuses(t *testing.T) {
	head := `{"kind":"tvmaze","updated":"2026-05-05","entries":%d,"attribution":"a","licence":"l","source":"s"}` + "\n"
	one := `{"i":1,"t":"A","u":"2026-05-05","s":[{"n":1,"b":"2021-03-05"}]}` + "\n"
	for name, text := range map[string]string{
		"no header":          one,
		"another kind":       strings.Replace(fmt.Sprintf(head, 1), "tvmaze", "imdb", 1) + one,
		"names for series":   strings.Replace(fmt.Sprintf(head, 1), "tvmaze", OfflineDatabase, 1) + one,
		"fewer than said":    fmt.Sprintf(head, 2) + one,
		"more than said":     fmt.Sprintf(head, 0) + one,
		"out of order":       fmt.Sprintf(head, 2) + one + one,
		"an unknown field":   fmt.Sprintf(head, 1) + strings.Replace(one, `"i"`, `"x":1,"i"`, 1),
		"no seasons":         fmt.Sprintf(head, 1) + `{"i":1,"t":"A","u":"2026-05-05","s":[]}` + "\n",
		"a day that is none": fmt.Sprintf(head, 1) + strings.Replace(one, "2021-03-05", "2021-03-35", 1),
		"an end before":      fmt.Sprintf(head, 1) + strings.Replace(one, `"2021-03-05"`, `"2021-03-05","e":"2020-01-01"`, 1),
		"a line too long":    fmt.Sprintf(head, 1) + strings.Replace(one, "A", strings.Repeat("A", 2*maxLine), 1),
	} {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write([]byte(text))
		_ = z.Close()
		if e, err := DecodeExtra(&packed); err == nil {
			t.Errorf("%s: decoded to %+v", name, e)
		}
	}
	if _, err := DecodeExtra(strings.NewReader("plain")); err == nil {
		t.Error("plain text is decoded")
	}
}

// TestHead reads the header of the embedded catalogue as Decode does, and refuses what has none.
func TestHead(t *testing.T) {
	version, newest := EmbeddedHead()
	if c := Embedded(); version != c.Version || newest != c.Newest {
		t.Errorf("%s, %s, want %s, %s", version, newest, c.Version, c.Newest)
	}
	var long bytes.Buffer
	z := gzip.NewWriter(&long)
	_, _ = z.Write(bytes.Repeat([]byte("x"), 1<<20))
	_ = z.Close()
	for _, data := range []string{"", "x", long.String(), long.String()[:20]} {
		if _, _, err := Head(strings.NewReader(data)); err == nil {
			t.Errorf("%.20q has a header", data)
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"offline-minified.json", "offline.jsonl", "tvmaze-show.json", "tvmaze-array.json"} {
		data, err := os.ReadFile("testdata/extra/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, _, err := Import(bytes.NewReader(data), may2026)
		if err != nil {
			return
		}
		var packed bytes.Buffer
		if err := e.Encode(&packed); err != nil {
			t.Fatalf("what was imported cannot be kept: %v", err)
		}
		if _, err := DecodeExtra(&packed); err != nil {
			t.Fatalf("what was kept cannot be read: %v", err)
		}
	})
}
