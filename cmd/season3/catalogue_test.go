package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"season3/bot"
	"season3/bot/sandbox"
	"season3/knowledge"
	"season3/knowledge/catalogue"
	"season3/store"
)

// releaseItem is one entry of a release in bangumi-data's form.
func releaseItem(id int, title, begin string) string {
	return fmt.Sprintf(`{"title":"提灯%d","titleTranslate":{"en":[%q]},"type":"tv","lang":"ja","officialSite":"","begin":"%sT12:30:00.000Z","broadcast":"","end":"","comment":"",`+
		`"sites":[{"site":"bangumi","id":"%d"},{"site":"mal","id":"%d"},{"site":"tmdb","id":"tv/%d"}]}`, id, title, begin, 9000000+id, 9000000+id, 9000000+id)
}

// makeRelease is a release of n shows called "Paper Lantern 1001" and so on; the first begins on that day.
func makeRelease(n int, newest string) string {
	items := []string{releaseItem(1001, "Paper Lantern 1001", newest)}
	for i := 2; i <= n; i++ {
		items = append(items, releaseItem(1000+i, "Paper Lantern "+strconv.Itoa(1000+i), fmt.Sprintf("2020-%02d-%02d", 1+i%12, 1+i%28)))
	}
	return `{"siteMeta":{},"items":[` + strings.Join(items, ",") + `]}`
}

// saved writes a file for a test.
func saved(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// seeded is a folder with a catalogue of twenty shows, newer than the one in the program.
func seeded(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "catalogue")
	got := invoke(t, "", nil, "catalogue", "--dir", dir, "refresh", "--force", "--from", saved(t, "data.json", makeRelease(20, "2031-01-01")))
	if got.code != 0 {
		t.Fatal(got.stderr)
	}
	return dir
}

// contents are the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

func sameFiles(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, text := range a {
		if b[name] != text {
			return false
		}
	}
	return true
}

// TestCatalogueRefresh takes a release, says what changed, and the program answers from it.
func TestCatalogueRefresh(t *testing.T) {
	dir := seeded(t)
	env := map[string]string{"CATALOGUE_DIR": dir}
	items := strings.Replace(makeRelease(19, "2031-01-01"), "Paper Lantern 1002", "Paper Lamp 1002", 1)
	for i := range 12 {
		items = strings.TrimSuffix(items, "]}") + "," + releaseItem(2001+i, fmt.Sprintf("Stone Lantern %d", 2001+i), "2031-02-01") + "]}"
	}
	items = strings.Replace(items, `"type":"tv"`, `"type":"web"`, 1)
	items = strings.Replace(items, "2020-04-04T", "2020-04-11T", 1) // that of 1003
	from := saved(t, "data.json", items)
	got := invoke(t, "", env, "catalogue", "refresh", "--from", from)
	for _, want := range []string{"bangumi-data 2031.02.01, up to 2031-02-01, in the place of 2031.01.01, up to 2031-01-01.\n",
		"shows added: 12\n  Stone Lantern 2001 (2031)\n", "  and 2 more\nshows removed: 1\n  Paper Lantern 1020 (2020)\nshows changed: 1\n  Paper Lamp 1002 (2020)\n",
		"seasons added to known shows: 0\n", "seasons changed: 1\n  Paper Lantern 1003 season 1, from 2020-04-11 to ?, before from 2020-04-04 to ?\n"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%q is not in\n%s%s", want, got.stdout, got.stderr)
		}
	}
	if got := invoke(t, "", env, "ask", "is there a season 1 of stone lantern 2005?", "--on", "2031-02-20"); !strings.HasPrefix(got.stdout, "Yes. Season 1 of Stone Lantern 2005") || got.stderr != "" {
		t.Errorf("%s%s", got.stdout, got.stderr)
	}
	if got := invoke(t, "", env, "ask", "is there a season 3 of hero mask?"); !strings.Contains(got.stdout, "not planned") {
		t.Errorf("the dossiers do not answer any more: %s", got.stdout)
	}
	if got := invoke(t, "", env, "catalogue", "refresh", "--from", from); got.stdout != "Nothing new since 2031-02-01 (bangumi-data 2031.02.01).\n" {
		t.Errorf("%s%s", got.stdout, got.stderr)
	}
}

// TestCompareMoved: a show whose key moved is the same show, with a season more.
func TestCompareMoved(t *testing.T) {
	old := &catalogue.Catalogue{Shows: []catalogue.Show{{Key: "tv/1", Title: "A", Seasons: []catalogue.Season{{Number: 1, Begin: "2020-01-01", MAL: 5}}}}}
	fresh := &catalogue.Catalogue{Shows: []catalogue.Show{{Key: "tv/2", Title: "A", Seasons: []catalogue.Season{{Number: 1, Begin: "2020-01-01", MAL: 5}, {Number: 2, Part: 1, Begin: "2021-01-01"}}}}}
	d := compare(old, fresh)
	for i, want := range []int{0, 0, 1, 1, 0, 0} {
		if l := d.all()[i]; l.total != want {
			t.Errorf("%s: %d, want %d", l.what, l.total, want)
		}
	}
	if d.seasonsAdded.names[0] != "A season 2 part 1, from 2021-01-01" {
		t.Error(d.seasonsAdded.names)
	}
	back := compare(fresh, old)
	if back.seasonsRemoved.total != 1 {
		t.Errorf("%+v", back)
	}
}

// TestRefreshVersion: a release has no version inside; the package around the file, or the server, names it.
func TestRefreshVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "dist"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "dist", "data.json")
	for text, want := range map[string]string{
		"":  "",
		"{": "",
		`{"name":"bangumi-data","version":"0.3.9"}`: "0.3.9",
		`{"name":"other","version":"0.3.9"}`:        "",
		`{"name":"bangumi-data","version":"../x"}`:  "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := packageVersion(file); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for path, want := range map[string]string{"/npm/bangumi-data@0.3.9/dist/data.json": "0.3.9", "/npm/bangumi-data@0.3/dist/data.json": "2031.01.01", "/header": "0.3.10"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/header" {
				w.Header().Set("X-Jsd-Version", "0.3.10")
			}
			_, _ = io.WriteString(w, makeRelease(20, "2031-01-01"))
		}))
		r := refresher{dir: t.TempDir(), from: srv.URL + path, force: true, now: time.Now}
		if _, c, err := r.refresh(t.Context()); err != nil || c.Version != want {
			t.Errorf("%s: %+v, %v, want %s", path, c, err, want)
		}
		srv.Close()
	}
	for _, pair := range [][2]string{{"0.3.9", "0.3.10"}, {"0.3", "0.3.1"}, {"0.3.208", "0.4.1"}, {"0.9.9", "2026.04.30"}} {
		if compareVersions(pair[0], pair[1]) >= 0 || compareVersions(pair[1], pair[0]) <= 0 || compareVersions(pair[0], pair[0]) != 0 {
			t.Errorf("%s is not before %s", pair[0], pair[1])
		}
	}
}

// TestRefreshTag: an unchanged release costs nothing.
func TestRefreshTag(t *testing.T) {
	dir := seeded(t)
	body, tag, sent, full := makeRelease(21, "2031-03-01"), `"one"`, "", 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get("If-None-Match")
		w.Header().Set("ETag", tag)
		if sent == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		_, _ = io.WriteString(w, body)
	}))
	defer srv.Close()
	refresh := func(args ...string) invocation {
		t.Helper()
		return invoke(t, "", nil, append([]string{"catalogue", "--dir", dir, "refresh", "--from", srv.URL + "/data.json"}, args...)...)
	}
	if got := refresh(); got.code != 0 || full != 1 || sent != "" {
		t.Fatalf("%d downloads, sent %q: %s", full, sent, got.stderr)
	}
	if got := refresh(); got.stdout != "Nothing new since 2031-03-01 (bangumi-data 2031.03.01).\n" || full != 1 {
		t.Errorf("%d downloads: %s%s", full, got.stdout, got.stderr)
	}
	if got := refresh("--force"); got.code != 0 || full != 2 {
		t.Errorf("%d downloads after force: %s", full, got.stderr)
	}
	tag = `"two"` // the file is another one, what is in it is not
	if got := refresh(); !strings.HasPrefix(got.stdout, "Nothing new") || full != 3 {
		t.Errorf("%d downloads: %s%s", full, got.stdout, got.stderr)
	}
	if got := refresh(); !strings.HasPrefix(got.stdout, "Nothing new") || full != 3 {
		t.Errorf("%d downloads: %s%s", full, got.stdout, got.stderr)
	}
	// Without the catalogue of which it speaks, the tag says nothing.
	if err := os.Remove(filepath.Join(dir, catalogueFile)); err != nil {
		t.Fatal(err)
	}
	if refresh("--force"); full != 4 || sent != "" {
		t.Errorf("%d downloads, sent %q", full, sent)
	}
	for _, broken := range []string{"", "{", `{"etag":"a\nb"}`, strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(filepath.Join(dir, tagFile), []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := refresh(); got.code != 0 || sent != "" {
			t.Errorf("with the tag %.20q: exit %d, sent %q: %s", broken, got.code, sent, got.stderr)
		}
	}
}

// TestRefreshRefuses: nothing hostile, damaged or doubtful changes anything, and each is refused in one line.
func TestRefreshRefuses(t *testing.T) {
	good := makeRelease(20, "2031-01-01")
	thousand := func(items string) string {
		var all []string
		for i := range 1000 {
			all = append(all, fmt.Sprintf(items, i))
		}
		return `{"items":[` + strings.Join(all, ",") + `]}`
	}
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, text) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, good)
		}
	}
	endless := func(w io.Writer) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for n := 0; n < 2*maxRelease; n += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for name, test := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"HTML":                    {say("<!DOCTYPE html><html><body>Sign in</body></html>"), "invalid character '<'"},
		"empty":                   {say(""), "unexpected end"},
		"plain text":              {say("rate limit exceeded"), "invalid character"},
		"null":                    {say("null"), "0 items"},
		"an array":                {say("[]"), "cannot unmarshal array"},
		"an empty object":         {say("{}"), "0 items"},
		"another JSON":            {say(`{"data":[{"title":"x"}]}`), "0 items"},
		"truncated":               {say(good[:len(good)/2]), "unexpected end"},
		"something follows":       {say(good + "x"), "invalid character 'x'"},
		"items of another type":   {say(`{"items":7}`), "cannot unmarshal number"},
		"an item of another type": {say(strings.Replace(good, `"items":[`, `"items":[7,`, 1)), "cannot unmarshal number"},
		"a title of another type": {say(strings.Replace(good, `"title":"提灯1001"`, `"title":[]`, 1)), "cannot unmarshal array"},
		"a day of another type":   {say(strings.Replace(good, `"2031-01-01T12:30:00.000Z"`, `2031`, 1)), "read bangumi-data"},
		"sites of another type":   {say(strings.Replace(good, `"sites":[`, `"sites":["x",`, 1)), "cannot unmarshal string"},
		"nested too deep":         {say(`{"items":` + strings.Repeat("[", 100_000)), "exceeded max depth"},
		"a thousand seasons": {say(thousand(`{"title":"提灯 第%[1]d期","type":"tv","begin":"2031-01-01T12:30:00.000Z","end":"","sites":[{"site":"mal","id":"9%04[1]d"},{"site":"tmdb","id":"tv/9000001/season/%[1]d"}]}`)),
			" seasons, "},
		"a thousand seasons of one number": {say(thousand(`{"title":"提灯","type":"tv","begin":"2031-01-01T12:30:00.000Z","end":"","sites":[{"site":"mal","id":"9%04[1]d"},{"site":"tmdb","id":"tv/9000001/season/1"}]}`)),
			" seasons, "},
		"older":                             {say(makeRelease(20, "2030-12-31")), "ends on 2030-12-31, and the one in use on 2031-01-01; --force accepts it"},
		"fewer shows":                       {say(makeRelease(15, "2031-01-08")), "lists 15 shows, and the one in use 20; --force accepts it"},
		"not there":                         {status(404), "404 Not Found"},
		"not allowed":                       {status(403), "403 Forbidden"},
		"broken server":                     {status(503), "503 Service Unavailable"},
		"not modified, though nobody asked": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(304) }, "304 Not Modified"},
		"partial":                           {status(206), "206 Partial Content"},
		"2 GB by its header": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "2147483648")
			_, _ = io.WriteString(w, "{")
		}, "larger than 64 MB"},
		"endless": {func(w http.ResponseWriter, r *http.Request) { endless(w) }, "larger than 64 MB"},
		"a bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			endless(z)
			_ = z.Close()
		}, "larger than 64 MB"},
		"cut off": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(good)))
			_, _ = io.WriteString(w, good[:1000])
		}, "unexpected EOF"},
		"broken compression": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, good)
		}, "gzip"},
		"a redirect in a circle": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "redirects more than 5 times"},
		"a redirect to a file": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "is not https"},
		"a redirect elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://lantern.example/", http.StatusFound)
		}, "is not https"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := seeded(t)
			before := contents(t, dir)
			srv := httptest.NewServer(test.serve)
			defer srv.Close()
			refused(t, dir, before, srv.URL, test.want)
		})
	}
	dir := seeded(t)
	before := contents(t, dir)
	for from, want := range map[string]string{
		"http://lantern.example/data.json":      "is not https",
		"http://127.0.0.1.lantern.example/":     "is not https",
		"ftp://lantern.example/data.json":       "is not https",
		"https://":                              "is not https",
		"http://%zz/":                           "invalid URL",
		filepath.Join(t.TempDir(), "none.json"): "no such file",
		t.TempDir():                             "is no file",
		os.DevNull:                              "is no file",
		saved(t, "html.json", "<html>"):         "invalid character",
	} {
		refused(t, dir, before, from, want)
	}
	huge := saved(t, "huge.json", "")
	if err := os.Truncate(huge, 2<<30); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, before, huge, "larger than 64 MB")
}

func refused(t *testing.T, dir string, before map[string]string, from, want string) {
	t.Helper()
	got := invoke(t, "", nil, "catalogue", "--dir", dir, "refresh", "--from", from)
	line := strings.TrimSuffix(got.stderr, "\n")
	if got.code != exitFailure || got.stdout != "" || !strings.Contains(line, want) || strings.Contains(line, "\n") || len(line) > 300 ||
		!strings.HasPrefix(line, "season3: the catalogue stays as it is: ") {
		t.Errorf("%.100s: exit %d, prints %q, says %.400q, want %q", from, got.code, got.stdout, got.stderr, want)
	}
	if !sameFiles(before, contents(t, dir)) {
		t.Errorf("%.100s changed the folder", from)
	}
}

// TestRefreshFewerSeasons: a release that lost seasons is refused, and force accepts it.
func TestRefreshFewerSeasons(t *testing.T) {
	old := &catalogue.Catalogue{Newest: "2031-01-01", Shows: []catalogue.Show{{Seasons: make([]catalogue.Season, 10)}}}
	for i := range old.Shows[0].Seasons {
		old.Shows[0].Seasons[i].Number = i + 1
	}
	for n, ok := range map[int]bool{7: false, 8: true} {
		c := &catalogue.Catalogue{Newest: "2031-01-01", Shows: []catalogue.Show{{Seasons: old.Shows[0].Seasons[:n]}}}
		if err := acceptable(old, c); (err == nil) != ok {
			t.Errorf("%d of 10 seasons: %v", n, err)
		}
	}
	dir := seeded(t)
	got := invoke(t, "", nil, "catalogue", "--dir", dir, "refresh", "--force", "--from", saved(t, "data.json", makeRelease(2, "2030-01-01")))
	if got.code != 0 || !strings.Contains(got.stdout, "shows removed: 18") {
		t.Errorf("%s%s", got.stdout, got.stderr)
	}
}

// TestRefreshNowhere: a folder that cannot be written is one line.
func TestRefreshNowhere(t *testing.T) {
	file := saved(t, "file", "")
	got := invoke(t, "", nil, "catalogue", "--dir", file, "refresh", "--force", "--from", saved(t, "data.json", makeRelease(2, "2031-01-01")))
	if got.code != exitFailure || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "write "+file) {
		t.Errorf("exit %d, %s%s", got.code, got.stdout, got.stderr)
	}
}

// TestRefreshOverTLS: a redirect from https to plain http is refused, even on this machine.
func TestRefreshOverTLS(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, makeRelease(20, "2031-01-08")) }))
	defer plain.Close()
	safe := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, makeRelease(20, "2031-01-08"))
	}))
	defer safe.Close()
	dir := seeded(t)
	r := refresher{dir: dir, from: safe.URL + "/down", client: safe.Client(), now: time.Now}
	if _, _, err := r.refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "which is not https") {
		t.Error(err)
	}
	r.from = safe.URL
	if _, c, err := r.refresh(t.Context()); err != nil || c == nil {
		t.Error(err)
	}
}

// TestRefreshEnds: a server that says nothing holds nobody up once the time is over.
func TestRefreshEnds(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errors.New("the time is over"))
	defer cancel()
	r := refresher{dir: seeded(t), from: srv.URL, now: time.Now}
	if _, _, err := r.refresh(ctx); err == nil || err.Error() != "the time is over" {
		t.Error(err)
	}
}

// TestCatalogueStart: the newer one is used, and what is broken is said once and left aside.
func TestCatalogueStart(t *testing.T) {
	embedded := catalogue.Embedded()
	older := *embedded
	older.Newest = "2020-01-01"
	newer := catalogue.Catalogue{Version: "0.0.1", Newest: "2031-01-01", Shows: []catalogue.Show{
		{Key: "tv/9001001", Title: "Paper Lantern 1001", Seasons: []catalogue.Season{{Number: 1, Title: "提灯", Begin: "2031-01-01"}}}}}
	packed := func(c *catalogue.Catalogue) string {
		var b bytes.Buffer
		if err := c.Encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		text   string
		known  bool
		warned int
	}{
		"newer":     {packed(&newer), true, 0},
		"older":     {packed(&older), false, 0},
		"as new":    {packed(embedded), false, 0},
		"empty":     {"", false, 1},
		"truncated": {packed(&newer)[:60], false, 1},
		"HTML":      {"<html>", false, 1},
	} {
		dir := filepath.Dir(saved(t, catalogueFile, test.text))
		var logged bytes.Buffer
		b := base(dir, slog.New(slog.NewTextHandler(&logged, nil)))
		if known := b.Show("tv-9001001") != nil; known != test.known || strings.Count(logged.String(), "\n") != test.warned {
			t.Errorf("%s: in use %v, logged\n%s", name, known, logged.String())
		}
		if b.Show("hero-mask") == nil {
			t.Errorf("%s: the dossiers are gone", name)
		}
		got := invoke(t, "", map[string]string{"CATALOGUE_DIR": dir}, "ask", "is there a season 3 of hero mask?")
		if got.code != 0 || !strings.Contains(got.stdout, "not planned") || strings.Count(got.stderr, "\n") != test.warned {
			t.Errorf("%s: exit %d, %s%s", name, got.code, got.stdout, got.stderr)
		}
	}
	if b := base(filepath.Join(t.TempDir(), "none"), slog.New(slog.DiscardHandler)); b != knowledge.Embedded() {
		t.Error("a folder that is not there makes another base")
	}
	dir := filepath.Dir(saved(t, catalogue.FileName(catalogue.TVmaze), "broken"))
	var logged bytes.Buffer
	if b := base(dir, slog.New(slog.NewTextHandler(&logged, nil))); b != knowledge.Embedded() || strings.Count(logged.String(), "\n") != 1 {
		t.Errorf("a broken import: logged\n%s", logged.String())
	}
}

// TestCatalogueMisuse says what to set.
func TestCatalogueMisuse(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{nil, []string{"catalogue", "refresh"}, "CATALOGUE_DIR"},
		{nil, []string{"catalogue", "import", "x.json"}, "CATALOGUE_DIR"},
		{map[string]string{"DISCORD_TOKEN": "x", "CATALOGUE_REFRESH": "24h"}, []string{"run"}, "CATALOGUE_DIR"},
		{map[string]string{"DISCORD_TOKEN": "x", "CATALOGUE_REFRESH": "daily", "CATALOGUE_DIR": "c"}, []string{"run"}, "24h"},
		{map[string]string{"DISCORD_TOKEN": "x", "CATALOGUE_REFRESH": "59m", "CATALOGUE_DIR": "c"}, []string{"run"}, "1h at least"},
		{map[string]string{"DISCORD_TOKEN": "x", "CATALOGUE_REFRESH": "-24h", "CATALOGUE_DIR": "c"}, []string{"run"}, "1h at least"},
	} {
		if got := invoke(t, "", test.env, test.args...); got.code != exitMisuse || !strings.Contains(got.stderr, test.want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%v %v: exit %d, says %q", test.env, test.args, got.code, got.stderr)
		}
	}
	c, err := configure(func(name string) string { return map[string]string{"CATALOGUE_REFRESH": "24h"}[name] })
	if err != nil || c.Refresh != 24*time.Hour {
		t.Errorf("%+v, %v", c, err)
	}
	// A .env that cannot be read is no reason not to answer.
	if err := os.WriteFile(".env", []byte("DISCORD_TOKEN \n\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, "", nil, "ask", "is there a season 3 of hero mask?"); got.code != 0 || !strings.Contains(got.stdout, "not planned") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("exit %d, %s%s", got.code, got.stdout, got.stderr)
	}
}

// TestRefreshWhileRunning: the bot takes a new catalogue as it comes, the operator's folder stays over it, a failure is
// only logged, and all of it stops with the context.
func TestRefreshWhileRunning(t *testing.T) {
	dir, dossiers := seeded(t), t.TempDir()
	if got := invoke(t, "", nil, "catalogue", "--dir", dir, "import", "../../knowledge/catalogue/testdata/extra/tvmaze-show.json"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	const dossier = `id: %s
title: %s
kind: anime
popularity: 2
reviewed: 2026-11-22
seasons:
  - {number: 1, premiered: 2024-01-07, ended: 2024-03-24, cites: [site]}
claims:
  - {season: 2, status: announced, said: 2026-09-20, text: A second season is ordered., cites: [site]}
sources:
  site: {kind: official, publisher: Studio Lantern, url: "https://lantern.example/news/2"}
`
	save := func(id, title string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dossiers, id+".yaml"), []byte(fmt.Sprintf(dossier, id, title)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("brass-bell", "Brass Bell")
	st, err := store.Open(filepath.Join(t.TempDir(), "season3.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	discord := sandbox.New(sandbox.Options{NoRateLimits: true})
	if err := discord.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer discord.Close()
	asked := make(chan string) // what the release server answers
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case body := <-asked:
			_, _ = io.WriteString(w, body)
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	var logged safeBuffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	ctx, cancel := context.WithCancel(t.Context())
	times := make(chan time.Time)
	waits := make(chan time.Duration, 10)
	fresh := make(chan *knowledge.Base)
	kept, done := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(kept)
		r := refresher{dir: dir, from: srv.URL, now: time.Now}
		r.keep(ctx, 24*time.Hour, func(d time.Duration) <-chan time.Time { waits <- d; return times }, log, fresh)
	}()
	go func() {
		known := base(dir, log)
		done <- runBot(ctx, bot.New(known, st, time.Now, log), known, fresh, dossiers, log, bot.Connection{Token: sandboxToken, Transport: discord.Transport()})
	}()
	limit, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := discord.WaitCommand(limit, "season"); err != nil {
		t.Fatal(err)
	}
	fan := discord.As(sandbox.DefaultFanID)
	until := func(show, want string) {
		t.Helper()
		for {
			r, err := fan.Command(sandbox.DefaultGeneralID, "season", sandbox.Opt("show", show)).Wait(limit)
			if err != nil {
				t.Fatalf("%s does not answer %q: %v\n%s", show, want, err, logged.String())
			}
			if strings.Contains(r.Message.Text(), want) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	credited := func() {
		t.Helper()
		r, err := fan.Command(sandbox.DefaultGeneralID, "about").Wait(limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"bangumi-data", "CC BY 4.0", "TVmaze", "CC BY-SA 4.0"} {
			if !strings.Contains(r.Message.Text(), want) {
				t.Errorf("/about does not name %s:\n%s", want, r.Message.Text())
			}
		}
	}
	due := func(body string) { // the next refresh comes, and gets this
		select {
		case times <- time.Time{}:
		case <-limit.Done():
			t.Fatal("nobody waits for the next time")
		}
		select {
		case asked <- body:
		case <-limit.Done():
			t.Fatal("nobody asks")
		}
	}
	until("Paper Lantern 1005", "Paper Lantern 1005")
	until("Brass Bell", "Season 2 of Brass Bell is announced")
	credited()
	due("<html>")
	due(strings.Replace(makeRelease(20, "2031-01-01"), "Paper Lantern 1005", "Copper Lantern", 1))
	until("Copper Lantern", "season 1 of Copper Lantern")
	until("Brass Bell", "Season 2 of Brass Bell is announced")
	until("Harbour Lights", "of Harbour Lights")
	credited()
	save("brass-gong", "Brass Gong")
	until("Brass Gong", "Season 2 of Brass Gong is announced")
	until("Copper Lantern", "season 1 of Copper Lantern")
	due(strings.Replace(makeRelease(20, "2031-01-01"), "Paper Lantern 1005", "Copper Lantern", 1))
	for _, nominal := range []time.Duration{time.Minute, 24 * time.Hour, 24 * time.Hour} {
		if d := <-waits; d < nominal*9/10 || d > nominal*11/10 {
			t.Errorf("waits %v for %v", d, nominal)
		}
	}
	cancel()
	<-kept
	if err := <-done; err != nil {
		t.Error(err)
	}
	for line, n := range map[string]int{"catalogue not refreshed; the one in use stays": 1, "catalogue refreshed": 1} {
		if strings.Count(logged.String(), line) != n {
			t.Errorf("%q is not logged %d times in\n%s", line, n, logged.String())
		}
	}
}

// TestRefreshChild is the process that TestKillDuringRefresh kills: it refreshes for ever, from one release and from
// another.
func TestRefreshChild(t *testing.T) {
	dir := os.Getenv("SEASON3_TEST_REFRESH_DIR")
	if dir == "" {
		t.Skip("this is the child process of TestKillDuringRefresh")
	}
	for i := 0; ; i++ {
		r := refresher{dir: dir, from: os.Getenv("SEASON3_TEST_REFRESH_FROM" + strconv.Itoa(i%2)), force: true, now: time.Now}
		if _, _, err := r.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		fmt.Println("refreshed")
	}
}

// TestKillDuringRefresh kills a refresh at many moments around its write. Whatever is left, the program starts from it
// without a word, with one release or the other, whole.
func TestKillDuringRefresh(t *testing.T) {
	const rounds = 24
	releases := []string{saved(t, "data.json", makeRelease(200, "2031-01-01")), saved(t, "data.json", makeRelease(250, "2031-02-01"))}
	want := map[string]bool{}
	for _, from := range releases {
		dir := t.TempDir()
		r := refresher{dir: dir, from: from, force: true, now: time.Now}
		if _, _, err := r.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		want[contents(t, dir)[catalogueFile]] = true
	}
	limit, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	halfDone := 0
	for round := range rounds {
		dir := t.TempDir()
		child := exec.CommandContext(limit, os.Args[0], "-test.run=^TestRefreshChild$")
		child.Env = append(os.Environ(), "SEASON3_TEST_REFRESH_DIR="+dir, "SEASON3_TEST_REFRESH_FROM0="+releases[0], "SEASON3_TEST_REFRESH_FROM1="+releases[1])
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if round%2 == 1 { // every other round a catalogue is there already
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		for limit.Err() == nil { // it has begun to write
			if left, _ := filepath.Glob(filepath.Join(dir, catalogueFile+".*")); len(left) > 0 {
				break
			}
		}
		for began := time.Now(); time.Since(began) < time.Duration(round*round)*20*time.Microsecond; {
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		if limit.Err() != nil {
			t.Fatal("the child never wrote")
		}

		files := contents(t, dir)
		if text, ok := files[catalogueFile]; ok && !want[text] || round%2 == 1 && !ok {
			t.Errorf("round %d: the catalogue is neither release, or gone", round)
		}
		for name := range files {
			if strings.HasSuffix(name, temporary) {
				halfDone++
				break
			}
		}
		if c, err := refreshedCatalogue(dir); err != nil || round%2 == 1 && c == nil {
			t.Errorf("round %d: %v", round, err)
		}
		if round%4 > 1 { // the rest of a start is slow, and the same
			var logged bytes.Buffer
			if b := base(dir, slog.New(slog.NewTextHandler(&logged, nil))); b.Show("hero-mask") == nil || logged.Len() > 0 {
				t.Errorf("round %d: it starts with\n%s", round, logged.String())
			}
		}
		// The next refresh goes through, and an hour later nothing is left of the killed one.
		r := refresher{dir: dir, from: releases[round%2], force: true, now: func() time.Time { return time.Now().Add(2 * time.Hour) }}
		if _, _, err := r.refresh(limit); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		for name := range contents(t, dir) {
			if strings.HasSuffix(name, temporary) {
				t.Errorf("round %d: %s is left", round, name)
			}
		}
	}
	t.Logf("%d of %d kills left a half-written file behind", halfDone, rounds)
}

// TestCatalogueImport adds names and shows, each in a file of its own, and the program answers by them.
func TestCatalogueImport(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"CATALOGUE_DIR": dir}
	c := catalogue.Embedded()
	var known *catalogue.Show
	for i := range c.Shows {
		s := &c.Shows[i]
		if s.Seasons[0].MAL > 0 && s.Seasons[0].Number == 1 && knowledge.Embedded().Show(strings.ReplaceAll(s.Key, "/", "-")) != nil {
			known = s
			break
		}
	}
	names := fmt.Sprintf(`{"license":{"name":"ODbL 1.0"},"repository":"https://github.com/manami-project/anime-offline-database","lastUpdate":"2026-11-20","data":[`+
		`{"sources":["https://myanimelist.net/anime/%d"],"title":"x","synonyms":["Quux Frobnicate Gumdrops"]},{"sources":["https://myanimelist.net/anime/999999999"],"title":"y","synonyms":[]}]}`, known.Seasons[0].MAL)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	packed := saved(t, "names.json.zst", string(z.EncodeAll([]byte(names), nil)))
	for _, file := range []string{saved(t, "names.json", names), packed} {
		got := invoke(t, "", env, "catalogue", "import", file)
		if got.code != 0 || !strings.Contains(got.stdout, "anime-offline-database.jsonl.gz now holds 1 show, up to 2026-11-20.\n") ||
			!strings.Contains(got.stdout, "ODbL 1.0") || !strings.Contains(got.stdout, "left out: 1, not listed in the catalogue\n") {
			t.Errorf("exit %d, %s%s", got.code, got.stdout, got.stderr)
		}
	}
	const fixtures = "../../knowledge/catalogue/testdata/extra/"
	for file, want := range map[string]string{"tvmaze-show.json": "show", "tvmaze-array.json": "show"} {
		if got := invoke(t, "", env, "catalogue", "import", fixtures+file); got.code != 0 || !strings.Contains(got.stdout, want) || !strings.Contains(got.stdout, "CC BY-SA 4.0") {
			t.Errorf("%s: exit %d, %s%s", file, got.code, got.stdout, got.stderr)
		}
	}
	if files := contents(t, dir); len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
	for question, want := range map[string]string{
		"is there a season 1 of quux frobnicate gumdrops?": known.Title,
		"is there a season 2 of harbour lights?":           "Yes. Season 2 of Harbour Lights ran from 3 March 2023 to 5 May 2023.",
		"is there a season 3 of salt road?":                "Can't say. The catalogue lists seasons 1 to 2 of Salt Road",
	} {
		if got := invoke(t, "", env, "ask", question); !strings.Contains(got.stdout, want) || got.stderr != "" {
			t.Errorf("%s: %s%s", question, got.stdout, got.stderr)
		}
	}
}

// TestCatalogueImportRefuses: what cannot be used changes nothing.
func TestCatalogueImportRefuses(t *testing.T) {
	dir := t.TempDir()
	const fixtures = "../../knowledge/catalogue/testdata/extra/"
	if got := invoke(t, "", nil, "catalogue", "--dir", dir, "import", fixtures+"tvmaze-show.json"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	before := contents(t, dir)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := z.EncodeAll(bytes.Repeat([]byte(`{"repository":"anime-offline-database"} `), 1000), nil)
	bomb := z.EncodeAll(bytes.Repeat([]byte(" "), 20<<20), nil)
	huge := saved(t, "huge.json", "")
	if err := os.Truncate(huge, 2<<30); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"nothing there":     filepath.Join(t.TempDir(), "none"),
		"a folder":          t.TempDir(),
		"a device":          os.DevNull,
		"2 GB":              huge,
		"HTML":              saved(t, "a", "<html>"),
		"a catalogue":       saved(t, "a", makeRelease(3, "2031-01-01")),
		"zstd cut short":    saved(t, "a", string(good[:len(good)/2])),
		"zstd that is none": saved(t, "a", string(good[:4])+strings.Repeat("x", 100)),
		"a bomb":            saved(t, "a", string(bomb)),
		"nobody listed":     saved(t, "a", `{"repository":"anime-offline-database","lastUpdate":"2026-05-01","data":[{"sources":["https://anilist.co/anime/999999999"],"title":"y","synonyms":[]}]}`),
		"only animation":    saved(t, "a", `{"id":7,"name":"Paper Boats","type":"Animation","updated":1777939200}`),
	} {
		got := invoke(t, "", nil, "catalogue", "--dir", dir, "import", file)
		if got.code != exitFailure || got.stdout != "" || !strings.HasPrefix(got.stderr, "season3: nothing is imported from ") || strings.Count(got.stderr, "\n") != 1 || len(got.stderr) > 400 {
			t.Errorf("%s: exit %d, %s%.500q", name, got.code, got.stdout, got.stderr)
		}
		if !sameFiles(before, contents(t, dir)) {
			t.Fatalf("%s changed the folder", name)
		}
	}
	// A kept file that broke is not written over.
	if err := os.WriteFile(filepath.Join(dir, catalogue.FileName(catalogue.TVmaze)), []byte("broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, "", nil, "catalogue", "--dir", dir, "import", fixtures+"tvmaze-show.json"); got.code != exitFailure || !strings.Contains(got.stderr, "remove it to begin anew") {
		t.Errorf("exit %d, %s", got.code, got.stderr)
	}
}
