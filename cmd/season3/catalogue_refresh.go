package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"season3/knowledge"
	"season3/knowledge/catalogue"
)

// release is where the newest release of bangumi-data is.
const release = "https://cdn.jsdelivr.net/npm/bangumi-data@0.3/dist/data.json"

type refreshCommand struct {
	From  string `placeholder:"URL|FILE" help:"Another place of bangumi-data's data.json than its newest release."`
	Force bool   `help:"Accept a release that is older, or much smaller, than the one in use."`
}

// Help is shown below the flags.
func (refreshCommand) Help() string {
	return `Builds the catalogue from the newest release of bangumi-data and prints what changed. A running bot does the same by itself
when CATALOGUE_REFRESH is set.

Examples:
  season3 catalogue refresh
  season3 catalogue --dir catalogue refresh --from package/dist/data.json`
}

// Run refreshes once.
func (c *refreshCommand) Run(ctx context.Context, sys *system, parent *catalogueCommand) error {
	dir, err := parent.folder(sys)
	if err != nil {
		return err
	}
	r := refresher{dir: dir, from: cmp.Or(c.From, release), force: c.Force, now: sys.now}
	old, fresh, err := r.refresh(ctx)
	if err != nil {
		return fmt.Errorf("the catalogue stays as it is: %w", err)
	}
	if fresh == nil {
		_, err := fmt.Fprintf(sys.stdout, "Nothing new since %s (bangumi-data %s).\n", old.Newest, old.Version)
		return err
	}
	fmt.Fprintf(sys.stdout, "bangumi-data %s, up to %s, in the place of %s, up to %s.\n", fresh.Version, fresh.Newest, old.Version, old.Newest)
	if !newerThanEmbedded(fresh.Version, fresh.Newest) {
		fmt.Fprintln(sys.stdout, "The catalogue in the program is as new, so that one stays in use.")
	}
	return compare(old, fresh).print(sys.stdout)
}

// Bounds of a refresh.
const (
	maxRelease     = 64 << 20 // bytes; a release has 7 MB
	refreshTimeout = 2 * time.Minute
	maxRedirects   = 5
	leastShare     = 80 // percent of the shows and seasons in use that a release must list
)

// A refresher brings the catalogue of a folder up to date.
type refresher struct {
	dir, from string
	force     bool
	client    *http.Client // nil for the usual one
	now       func() time.Time
}

// refresh reads the release and puts the catalogue made of it into the folder. It returns the catalogue that was in use
// before, and the new one, nil when there is nothing new. An error means that nothing has changed.
func (r *refresher) refresh(ctx context.Context) (old, fresh *catalogue.Catalogue, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, fmt.Errorf("it took longer than %v", refreshTimeout))
	defer cancel()
	sweep(r.dir, r.now())
	old, _ = refreshedCatalogue(r.dir) // a broken one is as good as none, and is replaced
	if old == nil {
		old = catalogue.Embedded()
	}
	got, err := r.read(ctx, old)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return nil, nil, err
	}
	if got == nil {
		return old, nil, nil
	}
	c, err := build(got.data, old)
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, context.Cause(ctx)
	}
	// Where the version is unknown, the newest day is as good a name for the release.
	c.Version = cmp.Or(got.version, strings.ReplaceAll(c.Newest, "-", "."))
	same := got.version != "" && got.version == old.Version || reflect.DeepEqual(c.Shows, old.Shows)
	if same && c.Newest == old.Newest && !r.force {
		r.remember(got.tag, old)
		return old, nil, nil
	}
	if err := acceptable(old, c); err != nil && !r.force {
		return nil, nil, fmt.Errorf("%w; --force accepts it", err)
	}
	var packed bytes.Buffer
	if err := c.Encode(&packed); err != nil {
		return nil, nil, err
	}
	err = publish(r.dir, catalogueFile, packed.Bytes(), func(in io.Reader) error {
		_, err := catalogue.Decode(in)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	r.remember(got.tag, c)
	return old, c, nil
}

// build makes a catalogue of a release, with the rules of the program. What a release can hold is not ours to say, so a
// panic over it is an error.
func build(data []byte, old *catalogue.Catalogue) (c *catalogue.Catalogue, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read bangumi-data: %v", p)
		}
	}()
	rules, err := catalogue.Shipped()
	if err != nil {
		return nil, err
	}
	rules.Earlier = old
	c, _, err = catalogue.Build(data, rules)
	return c, err
}

// acceptable says why a release looks damaged beside the catalogue in use.
func acceptable(old, c *catalogue.Catalogue) error {
	switch {
	case c.Newest < old.Newest:
		return fmt.Errorf("it ends on %s, and the one in use on %s", c.Newest, old.Newest)
	case 100*len(c.Shows) < leastShare*len(old.Shows):
		return fmt.Errorf("it lists %s, and the one in use %d", count(len(c.Shows), "show"), len(old.Shows))
	case 100*seasons(c) < leastShare*seasons(old):
		return fmt.Errorf("it lists %s, and the one in use %d", count(seasons(c), "season"), seasons(old))
	}
	return nil
}

// seasons counts the seasons of all shows, parts not counted apart.
func seasons(c *catalogue.Catalogue) int {
	n := 0
	for _, s := range c.Shows {
		for i, e := range s.Seasons {
			if i == 0 || e.Number != s.Seasons[i-1].Number {
				n++
			}
		}
	}
	return n
}

// got is a release as it was read.
type got struct {
	data    []byte
	version string // "" when unknown
	tag     string // the server's name for this state of the file; "" when it gave none
}

// read reads the release, nil when the server says that it is the one of which the catalogue in use was made.
func (r *refresher) read(ctx context.Context, old *catalogue.Catalogue) (*got, error) {
	if strings.Contains(r.from, "://") {
		return r.fetch(ctx, old)
	}
	info, err := os.Stat(r.from)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", r.from)
	}
	f, err := os.Open(r.from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := bounded(f)
	if err != nil {
		return nil, err
	}
	return &got{data: data, version: packageVersion(r.from)}, nil
}

// bounded reads no more than a release can have.
func bounded(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxRelease+1))
	if err == nil && len(data) > maxRelease {
		err = tooLarge()
	}
	return data, err
}

func tooLarge() error { return fmt.Errorf("it is larger than %d MB", maxRelease>>20) }

var versionForm = regexp.MustCompile(`^[0-9]{1,4}\.[0-9]{1,6}\.[0-9]{1,6}$`)

// packageVersion looks into the package that holds the file, if it does.
func packageVersion(file string) string {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "package.json"))
	var pack struct{ Name, Version string }
	if err != nil || json.Unmarshal(data, &pack) != nil || pack.Name != "bangumi-data" || !versionForm.MatchString(pack.Version) {
		return ""
	}
	return pack.Version
}

// versionInPath finds the version in an address such as .../bangumi-data@0.3.208/dist/data.json.
var versionInPath = regexp.MustCompile(`bangumi-data@([0-9.]+)/`)

// fetch reads the release from its address.
func (r *refresher) fetch(ctx context.Context, old *catalogue.Catalogue) (*got, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.from, nil)
	if err != nil {
		return nil, err
	}
	if err := allowed(req.URL); err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "season3 catalogue refresh")
	if t := r.remembered(); !r.force && t.Tag != "" && t.From == r.from && t.Version == old.Version && t.Newest == old.Newest {
		req.Header.Set("If-None-Match", t.Tag)
	}
	client := http.Client{}
	if r.client != nil {
		client = *r.client
	}
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("it redirects more than %d times", maxRedirects)
		}
		if next.URL.Scheme != "https" && via[0].URL.Scheme == "https" {
			return fmt.Errorf("it redirects to %s, which is not https", next.URL.Redacted())
		}
		return allowed(next.URL)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && req.Header.Get("If-None-Match") != "":
		return nil, nil
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s says %s", req.URL.Host, resp.Status)
	case resp.ContentLength > maxRelease:
		return nil, tooLarge()
	}
	g := &got{tag: resp.Header.Get("ETag"), version: resp.Header.Get("X-Jsd-Version")} // jsDelivr's answer to @0.3
	if g.data, err = bounded(resp.Body); err != nil {
		return nil, err
	}
	if m := versionInPath.FindStringSubmatch(resp.Request.URL.Path); m != nil && g.version == "" {
		g.version = m[1]
	}
	if !versionForm.MatchString(g.version) {
		g.version = ""
	}
	return g, nil
}

// allowed accepts https, and plain http on this machine.
func allowed(u *url.URL) error {
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.Scheme == "https" && u.Host != "":
		return nil
	case u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()):
		return nil
	}
	return fmt.Errorf("%s is not https", u.Redacted())
}

// tag is what is remembered of the last release that was looked at.
type tag struct {
	From    string `json:"from"`
	Tag     string `json:"etag"`
	Version string `json:"version"` // of the catalogue that was in use then
	Newest  string `json:"newest"`
}

const (
	tagFile = "etag"
	maxTag  = 200
)

// remembered reads the file; one that cannot be read only costs a download.
func (r *refresher) remembered() tag {
	var t tag
	f, err := os.Open(filepath.Join(r.dir, tagFile))
	if err != nil {
		return tag{}
	}
	defer f.Close()
	if json.NewDecoder(io.LimitReader(f, 4<<10)).Decode(&t) != nil || !headerSafe(t.Tag) {
		return tag{}
	}
	return t
}

// remember keeps the tag of a release, if the server gave one. Where that goes wrong, the next refresh downloads again.
func (r *refresher) remember(name string, c *catalogue.Catalogue) {
	if name == "" || !headerSafe(name) {
		return
	}
	data, err := json.Marshal(tag{r.from, name, c.Version, c.Newest})
	if err == nil {
		_ = publish(r.dir, tagFile, append(data, '\n'), func(io.Reader) error { return nil })
	}
}

// headerSafe accepts what can stand in a header as it is.
func headerSafe(s string) bool {
	return len(s) <= maxTag && strings.IndexFunc(s, func(c rune) bool { return c < ' ' || c > '~' }) < 0
}

// listed counts and names changes.
type listed struct {
	what  string
	total int
	names []string // the first of them
}

// named is how many of each kind of change are named.
const named = 10

func (l *listed) add(format string, args ...any) {
	if l.total++; l.total <= named {
		l.names = append(l.names, fmt.Sprintf(format, args...))
	}
}

// A comparison is what changed between two catalogues.
type comparison struct {
	showsAdded, showsRemoved, showsChanged       listed
	seasonsAdded, seasonsRemoved, seasonsChanged listed // of shows that both list
}

// compare finds what changed. A show whose key moved is known by the ids of its seasons, and counts as changed.
func compare(old, fresh *catalogue.Catalogue) *comparison {
	d := &comparison{
		showsAdded: listed{what: "shows added"}, showsRemoved: listed{what: "shows removed"}, showsChanged: listed{what: "shows changed"},
		seasonsAdded:   listed{what: "seasons added to known shows"},
		seasonsRemoved: listed{what: "seasons removed from known shows"},
		seasonsChanged: listed{what: "seasons changed"},
	}
	keys, mal := map[string]*catalogue.Show{}, map[int]*catalogue.Show{}
	for i := range old.Shows {
		s := &old.Shows[i]
		keys[s.Key] = s
		mal[s.Seasons[0].MAL] = s
	}
	delete(mal, 0)
	met := map[*catalogue.Show]bool{}
	var moved []*catalogue.Show
	for i := range fresh.Shows {
		s := &fresh.Shows[i]
		if o := keys[s.Key]; o != nil {
			met[o] = true
			d.show(o, s)
		} else {
			moved = append(moved, s)
		}
	}
	for _, s := range moved {
		if o := mal[s.Seasons[0].MAL]; o != nil && !met[o] {
			met[o] = true
			d.show(o, s)
			continue
		}
		d.showsAdded.add("%s (%.4s)", s.Title, s.Seasons[0].Begin)
	}
	for i := range old.Shows {
		if s := &old.Shows[i]; !met[s] {
			d.showsRemoved.add("%s (%.4s)", s.Title, s.Seasons[0].Begin)
		}
	}
	return d
}

// show compares two states of a show.
func (d *comparison) show(old, s *catalogue.Show) {
	a, b := *old, *s
	a.Seasons, b.Seasons = nil, nil
	if !reflect.DeepEqual(a, b) {
		d.showsChanged.add("%s (%.4s)", s.Title, s.Seasons[0].Begin)
	}
	type place struct{ number, part int }
	before := map[place]catalogue.Season{}
	for _, e := range old.Seasons {
		before[place{e.Number, e.Part}] = e
	}
	for _, e := range s.Seasons {
		o, ok := before[place{e.Number, e.Part}]
		delete(before, place{e.Number, e.Part})
		switch {
		case !ok:
			d.seasonsAdded.add("%s, from %s", entry(s, e), e.Begin)
		case o != e:
			d.seasonsChanged.add("%s, from %s to %s, before from %s to %s", entry(s, e), e.Begin, cmp.Or(e.End, "?"), o.Begin, cmp.Or(o.End, "?"))
		}
	}
	for _, e := range old.Seasons {
		if _, gone := before[place{e.Number, e.Part}]; gone {
			d.seasonsRemoved.add("%s, from %s", entry(old, e), e.Begin)
		}
	}
}

func entry(s *catalogue.Show, e catalogue.Season) string {
	text := fmt.Sprintf("%s season %d", s.Title, e.Number)
	if e.Part > 0 {
		text += fmt.Sprintf(" part %d", e.Part)
	}
	return text
}

func (d *comparison) all() []listed {
	return []listed{d.showsAdded, d.showsRemoved, d.showsChanged, d.seasonsAdded, d.seasonsRemoved, d.seasonsChanged}
}

func (d *comparison) print(out io.Writer) error {
	var b strings.Builder
	for _, l := range d.all() {
		fmt.Fprintf(&b, "%s: %d\n", l.what, l.total)
		for _, name := range l.names {
			fmt.Fprintf(&b, "  %s\n", oneLine(name))
		}
		if l.total > named {
			fmt.Fprintf(&b, "  and %d more\n", l.total-named)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// soon is how long a bot that has just started waits for its first refresh.
const soon = time.Minute

// keep refreshes for as long as the context lasts: soon after the start, then every so often, give or take a tenth so
// that many bots do not ask at once. It hands on the base that each new catalogue makes. What goes wrong is logged, and
// tried again at the next time.
func (r *refresher) keep(ctx context.Context, every time.Duration, after func(time.Duration) <-chan time.Time, log *slog.Logger, fresh chan<- *knowledge.Base) {
	for wait := min(soon, every); ; wait = every {
		select {
		case <-ctx.Done():
			return
		case <-after(time.Duration(float64(wait) * (0.9 + 0.2*rand.Float64()))):
		}
		old, c, err := r.refresh(ctx)
		switch {
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			log.Warn("catalogue not refreshed; the one in use stays", "error", err)
			continue
		case c == nil:
			log.Info("catalogue is up to date", "version", old.Version, "newest", old.Newest)
			continue
		}
		d := compare(old, c)
		log.Info("catalogue refreshed", "version", c.Version, "newest", c.Newest, "shows_added", d.showsAdded.total, "shows_removed", d.showsRemoved.total, "shows_changed", d.showsChanged.total,
			"seasons_added", d.seasonsAdded.total, "seasons_removed", d.seasonsRemoved.total, "seasons_changed", d.seasonsChanged.total)
		select {
		case <-ctx.Done():
			return
		case fresh <- base(r.dir, log):
		}
	}
}
