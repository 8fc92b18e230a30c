package catalogue

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The kinds of Extra.
const (
	OfflineDatabase = "anime-offline-database" // other names of anime
	TVmaze          = "tvmaze"                 // live-action series
)

// An Origin is what must be shown beside data that came from elsewhere.
type Origin struct {
	Attribution string
	Licence     string // its name, and where it can be read
	Source      string // address
}

// OriginOf returns what to show beside a kind of Extra. Any other kind is the catalogue itself.
func OriginOf(kind string) Origin {
	switch kind {
	case OfflineDatabase:
		return Origin{"Other names: anime-offline-database, by its contributors", "ODbL 1.0, https://opendatacommons.org/licenses/odbl/1-0/",
			"https://github.com/manami-project/anime-offline-database"}
	case TVmaze:
		return Origin{"Season lists of live-action shows: TVmaze", "CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/", "https://www.tvmaze.com"}
	}
	return Origin{Attribution, Licence, Source}
}

// An Extra is what an operator imported, reduced to what is used. Its licence asks that what is made of it is shared
// alike, so it is never merged into the catalogue: it has a file of its own, with its licence inside.
type Extra struct {
	Kind    string     // OfflineDatabase or TVmaze
	Updated string     // the newest day that its data speaks for, YYYY-MM-DD
	Names   []Synonyms // of OfflineDatabase
	Series  []Series   // of TVmaze, by ID
}

// Synonyms are the names of one anime entry.
type Synonyms struct {
	MAL     []int    `json:"m,omitempty"`
	AniList []int    `json:"l,omitempty"`
	Names   []string `json:"n"`
}

// Series is one show of TVmaze.
type Series struct {
	ID      int    `json:"i"`
	Title   string `json:"t"`
	Updated string `json:"u"` // the day up to which TVmaze spoke
	Seasons []Run  `json:"s"` // by Number, only dated ones; at least one
}

// Run is one season of a Series.
type Run struct {
	Number int    `json:"n"`
	Begin  string `json:"b"`           // day
	End    string `json:"e,omitempty"` // day; "" when unknown
}

// Bounds of an import. The real anime-offline-database has 40,000 entries in some 60 MB.
const (
	maxImport   = 256 << 20 // bytes, decompressed
	maxValue    = 16 << 20  // bytes of one entry; a daily show with all its episodes has some 10 MB
	maxEntries  = 200_000
	maxSeries   = 20_000
	maxEpisodes = 50_000 // of one series
	maxSynonyms = 500    // of one entry
)

// FileName returns the name of the file in which a kind of Extra is kept.
func FileName(kind string) string { return kind + ".jsonl.gz" }

// extraHeader is the first line of the file.
type extraHeader struct {
	Kind        string `json:"kind"`
	Updated     string `json:"updated"`
	Entries     int    `json:"entries"`
	Attribution string `json:"attribution"`
	Licence     string `json:"licence"`
	Source      string `json:"source"`
}

// Encode writes the extra as gzipped lines of JSON, as Catalogue.Encode does. It refuses what DecodeExtra would refuse.
func (e *Extra) Encode(w io.Writer) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("encode %s: %w", e.Kind, err)
	}
	z := gzip.NewWriter(w)
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	o := OriginOf(e.Kind)
	// The JSON of these types cannot go wrong, and gzip keeps the error of a writer for Close.
	_ = enc.Encode(extraHeader{e.Kind, e.Updated, len(e.Names) + len(e.Series), o.Attribution, o.Licence, o.Source})
	for i := range e.Names {
		_ = enc.Encode(&e.Names[i])
	}
	for i := range e.Series {
		_ = enc.Encode(&e.Series[i])
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("encode %s: %w", e.Kind, err)
	}
	return nil
}

// DecodeExtra reads what Encode wrote, and nothing else. It reads no more than some megabytes and never panics.
func DecodeExtra(r io.Reader) (*Extra, error) {
	e := &Extra{}
	var h extraHeader
	n := 0
	err := eachLine(r, func(line []byte) error {
		if n++; n == 1 {
			err := strict(line, &h)
			e.Kind, e.Updated = h.Kind, h.Updated
			return err
		}
		switch e.Kind {
		case OfflineDatabase:
			var s Synonyms
			err := strict(line, &s)
			e.Names = append(e.Names, s)
			return err
		case TVmaze:
			var s Series
			err := strict(line, &s)
			e.Series = append(e.Series, s)
			return err
		}
		return fmt.Errorf("kind %.40q", e.Kind)
	})
	if err == nil && n-1 != h.Entries {
		err = fmt.Errorf("%d of the %d entries promised", max(n-1, 0), h.Entries)
	}
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return nil, fmt.Errorf("decode imported data: %w", err)
	}
	return e, nil
}

// Head reads no more than the first line of an encoded catalogue: its version and the newest day in it. That the rest is
// sound is for Decode to say.
func Head(r io.Reader) (version, newest string, err error) {
	z, err := gzip.NewReader(bufio.NewReaderSize(r, 4<<10))
	if err != nil {
		return "", "", fmt.Errorf("decode catalogue: header: %w", err)
	}
	line, err := bufio.NewReaderSize(io.LimitReader(z, 4<<10), 4<<10).ReadSlice('\n')
	var h header
	if err == nil {
		err = strict(bytes.TrimSuffix(line, []byte("\n")), &h)
	}
	if err != nil {
		return "", "", fmt.Errorf("decode catalogue: header: %w", err)
	}
	return h.Version, h.Newest, nil
}

// EmbeddedHead returns the version of the embedded catalogue and the newest day in it, without decoding it.
func EmbeddedHead() (version, newest string) {
	version, newest, err := Head(bytes.NewReader(embedded))
	if err != nil {
		panic("embedded catalogue: " + err.Error())
	}
	return version, newest
}

// eachLine calls f with every line of a gzipped text, within the bounds of a catalogue.
func eachLine(r io.Reader, f func([]byte) error) error {
	packed := &io.LimitedReader{R: r, N: 2*maxPacked + 1}
	z, err := gzip.NewReader(bufio.NewReader(packed))
	if err != nil {
		return err
	}
	plain := &io.LimitedReader{R: z, N: 2*maxPlain + 1}
	lines := bufio.NewScanner(plain)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if err := f(lines.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if lines.Err() == nil && (packed.N <= 0 || plain.N <= 0) {
		return errors.New("too large")
	}
	return lines.Err()
}

// check is what every Extra keeps, read or written.
func (e *Extra) check() error {
	switch {
	case e.Kind != OfflineDatabase && e.Kind != TVmaze:
		return fmt.Errorf("kind %.40q", e.Kind)
	case !isDay(e.Updated):
		return fmt.Errorf("last update %.40q", e.Updated)
	case len(e.Names) > maxEntries, len(e.Series) > maxSeries:
		return fmt.Errorf("%d names of shows, %d series", len(e.Names), len(e.Series))
	}
	for i := range e.Names {
		s := &e.Names[i]
		for _, id := range slices.Concat(s.MAL, s.AniList) {
			if id < 1 || !isID(id) {
				return fmt.Errorf("id %d", id)
			}
		}
		if len(s.Names) == 0 || len(s.Names) > maxSynonyms || slices.ContainsFunc(s.Names, func(n string) bool { return !isName(n) }) {
			return fmt.Errorf("the names of %v %v", s.MAL, s.AniList)
		}
	}
	for i := range e.Series {
		s := &e.Series[i]
		if s.ID < 1 || !isID(s.ID) || i > 0 && e.Series[i-1].ID >= s.ID {
			return fmt.Errorf("series %d is out of order", s.ID)
		}
		if !isName(s.Title) || !isDay(s.Updated) || s.Updated > e.Updated || len(s.Seasons) == 0 || len(s.Seasons) > maxSeasons {
			return fmt.Errorf("series %d: %.60q, %.20q, %d seasons", s.ID, s.Title, s.Updated, len(s.Seasons))
		}
		for j, r := range s.Seasons {
			if r.Number < 1 || r.Number > maxNumber || j > 0 && s.Seasons[j-1].Number >= r.Number || !isDay(r.Begin) || r.End != "" && (!isDay(r.End) || r.End < r.Begin) {
				return fmt.Errorf("series %d, season %d: %.20q to %.20q", s.ID, r.Number, r.Begin, r.End)
			}
		}
	}
	return nil
}

// isDay accepts a day that a knowledge.Date can hold.
func isDay(s string) bool {
	return len(s) == len(time.DateOnly) && isDate(s) && s >= "1900" && s < "2200"
}

// isName accepts a name that may be shown, and that hides nothing from the eye.
func isName(s string) bool {
	return isText(s) && !strings.ContainsAny(s, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffd")
}

// Keep drops the names of shows that the catalogue does not list, and returns how many that were.
func (e *Extra) Keep(c *Catalogue) int {
	mal, anilist := map[int]bool{}, map[int]bool{}
	for i := range c.Shows {
		for _, s := range c.Shows[i].Seasons {
			mal[s.MAL], anilist[s.AniList] = true, true
		}
	}
	before := len(e.Names)
	e.Names = slices.DeleteFunc(e.Names, func(s Synonyms) bool {
		return !slices.ContainsFunc(s.MAL, func(id int) bool { return mal[id] }) &&
			!slices.ContainsFunc(s.AniList, func(id int) bool { return anilist[id] })
	})
	return before - len(e.Names)
}

// Merge adds the series of old that e lacks, or has an older state of. It is for two of kind TVmaze, which gives its
// shows one by one; of the anime-offline-database the newer one is whole.
func (e *Extra) Merge(old *Extra) {
	for _, s := range old.Series {
		e.add(s)
	}
}

// add keeps the newer state of a series.
func (e *Extra) add(s Series) {
	i, found := slices.BinarySearchFunc(e.Series, s.ID, func(o Series, id int) int { return cmp.Compare(o.ID, id) })
	switch {
	case !found:
		e.Series = slices.Insert(e.Series, i, s)
	case e.Series[i].Updated < s.Updated:
		e.Series[i] = s
	}
	e.Updated = max(e.Updated, s.Updated)
}

// Import reads a file of the anime-offline-database (its minified JSON or its JSON lines) or of TVmaze (the JSON of a
// show, or an array of them), and tells them apart by what is in them. It returns what is used of it, and how many
// entries were left out for which reason. A file that is anything else, damaged, or beyond what such a file can hold is
// an error. Import holds one entry at a time, of no more than some megabytes. Nothing in it may be younger than tomorrow.
func Import(r io.Reader, today time.Time) (*Extra, map[string]int, error) {
	in := &metered{r: r}
	m := importer{in: in, json: json.NewDecoder(in), today: today.UTC(), left: map[string]int{}}
	err := m.read()
	if err == nil {
		err = m.out.check()
	}
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return nil, nil, err
	}
	return &m.out, m.left, nil
}

// A metered reader fails when one value takes more than its share: a decoder holds a value whole.
type metered struct {
	r            io.Reader
	total, since int // bytes: of all, and since the value before
}

func (m *metered) Read(p []byte) (int, error) {
	switch {
	case m.total > maxImport:
		return 0, fmt.Errorf("it is larger than %d MB", maxImport>>20)
	case m.since > maxValue:
		return 0, fmt.Errorf("one entry is larger than %d MB", maxValue>>20)
	}
	// The decoder looks at everything again for each piece it gets, so it gets large ones.
	n, err := io.ReadFull(m.r, p[:min(len(p), maxValue-m.since+1)])
	if n > 0 && err == io.ErrUnexpectedEOF {
		err = nil // the next call says io.EOF, or what went wrong
	}
	m.total += n
	m.since += n
	return n, err
}

type importer struct {
	in    *metered
	json  *json.Decoder
	today time.Time
	out   Extra
	left  map[string]int
}

// done begins the count of the next value with what the decoder has read ahead of it.
func (m *importer) done() { m.in.since = m.in.total - int(m.json.InputOffset()) }

var errNeither = errors.New("it is neither a file of the anime-offline-database nor JSON of TVmaze")

// read tells the formats apart.
func (m *importer) read() error {
	first, err := m.json.Token()
	if err != nil {
		return jsonError(err)
	}
	switch first {
	case json.Delim('['):
		err = m.array(m.series)
	case json.Delim('{'):
		err = m.object()
	default:
		return errNeither
	}
	if err != nil {
		return jsonError(err)
	}
	if _, err := m.json.Token(); err != io.EOF {
		return errors.New("something follows its end")
	}
	if m.out.Kind == TVmaze && len(m.out.Series) == 0 || m.out.Kind == OfflineDatabase && len(m.out.Names) == 0 {
		return fmt.Errorf("nothing in it can be used (%s)", reasons(m.left))
	}
	if m.out.Kind == "" {
		return errNeither
	}
	return nil
}

// reasons lists why entries were left out, the most frequent first.
func reasons(left map[string]int) string {
	if len(left) == 0 {
		return "it is empty"
	}
	most := ""
	for why, n := range left {
		if n > left[most] || n == left[most] && why < most {
			most = why
		}
	}
	return most
}

// jsonError says in a few words what the decoder found.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON: %w", err)
	case errors.As(err, &kind):
		return fmt.Errorf("%s where another type belongs, in %q", kind.Value, kind.Field)
	}
	return err
}

// array reads the rest of an array whose bracket has been read.
func (m *importer) array(each func() error) error {
	for m.json.More() {
		if err := each(); err != nil {
			return err
		}
		m.done()
	}
	_, err := m.json.Token()
	return err
}

// object reads the rest of an object whose brace has been read: the whole anime-offline-database, the first line of its
// JSON lines, or one show of TVmaze.
func (m *importer) object() error {
	fields := map[string]json.RawMessage{}
	for m.json.More() {
		key, err := m.json.Token()
		if err != nil {
			return err
		}
		if key != "data" {
			var raw json.RawMessage
			if err := m.json.Decode(&raw); err != nil {
				return err
			}
			fields[key.(string)] = raw // in an object, this token is a string
			continue
		}
		if err := m.database(fields); err != nil {
			return err
		}
		if open, err := m.json.Token(); err != nil || open != json.Delim('[') {
			return cmp.Or(err, errNeither)
		}
		if err := m.array(m.entry); err != nil {
			return err
		}
	}
	if _, err := m.json.Token(); err != nil {
		return err
	}
	m.done()
	if m.out.Kind == OfflineDatabase {
		return nil
	}
	if _, ok := fields["repository"]; ok {
		if err := m.database(fields); err != nil {
			return err
		}
		for m.json.More() {
			if err := m.entry(); err != nil {
				return err
			}
			m.done()
		}
		return nil
	}
	whole, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	m.json = json.NewDecoder(io.MultiReader(bytes.NewReader(whole), m.json.Buffered(), m.in))
	return m.series()
}

// database reads what stands before the entries.
func (m *importer) database(fields map[string]json.RawMessage) error {
	var repository, updated string
	if json.Unmarshal(fields["repository"], &repository) != nil || !strings.Contains(repository, "anime-offline-database") {
		return errNeither
	}
	if json.Unmarshal(fields["lastUpdate"], &updated) != nil || !isDay(updated) || updated > m.tomorrow() {
		return fmt.Errorf("its lastUpdate is %.40s", fields["lastUpdate"])
	}
	m.out.Kind, m.out.Updated = OfflineDatabase, updated
	return nil
}

func (m *importer) tomorrow() string { return m.today.AddDate(0, 0, 1).Format(time.DateOnly) }

var (
	malPage     = regexp.MustCompile(`^https://myanimelist\.net/anime/([1-9][0-9]{0,8})$`)
	anilistPage = regexp.MustCompile(`^https://anilist\.co/anime/([1-9][0-9]{0,8})$`)
)

// entry reads one anime.
func (m *importer) entry() error {
	var e struct {
		Sources  []string `json:"sources"`
		Title    string   `json:"title"`
		Synonyms []string `json:"synonyms"`
	}
	if err := m.json.Decode(&e); err != nil {
		return err
	}
	if len(m.out.Names) >= maxEntries {
		return fmt.Errorf("it has more than %d entries", maxEntries)
	}
	if len(e.Sources) == 0 || e.Title == "" || len(e.Sources) > maxSynonyms || len(e.Synonyms) > maxSynonyms-1 {
		return fmt.Errorf("entry %.60q has %d sources and %d synonyms", e.Title, len(e.Sources), len(e.Synonyms))
	}
	var s Synonyms
	for _, page := range e.Sources {
		if id := malPage.FindStringSubmatch(page); id != nil {
			s.MAL = append(s.MAL, number(id[1]))
		}
		if id := anilistPage.FindStringSubmatch(page); id != nil {
			s.AniList = append(s.AniList, number(id[1]))
		}
	}
	for _, name := range append([]string{e.Title}, e.Synonyms...) {
		if name = strings.Join(strings.Fields(name), " "); isName(name) && utf8.RuneCountInString(name) <= 150 && !slices.Contains(s.Names, name) {
			s.Names = append(s.Names, name)
		}
	}
	switch {
	case len(s.MAL)+len(s.AniList) == 0:
		m.left["no page at MyAnimeList or AniList"]++
	case len(s.Names) == 0:
		m.left["no name that can be shown"]++
	default:
		m.out.Names = append(m.out.Names, s)
	}
	return nil
}

// number reads digits that a pattern has counted.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// series reads one show of TVmaze. Its status is not read: "Running" announces nothing, and "Ended" cancels nothing. It
// only tells whether the last episode is the end of its season.
func (m *importer) series() error {
	var show struct {
		ID       int    `json:"id"`
		Name     string `json:"name"`
		Type     string `json:"type"`
		Status   string `json:"status"`
		Updated  int64  `json:"updated"`
		Embedded struct {
			Seasons []struct {
				Number int    `json:"number"`
				Begin  string `json:"premiereDate"`
				End    string `json:"endDate"`
			} `json:"seasons"`
			Episodes []struct {
				Season int    `json:"season"`
				Number int    `json:"number"` // null for specials
				Day    string `json:"airdate"`
			} `json:"episodes"`
		} `json:"_embedded"`
	}
	if err := m.json.Decode(&show); err != nil {
		return err
	}
	name := strings.TrimSpace(show.Name)
	seen := time.Unix(show.Updated, 0).UTC().Format(time.DateOnly)
	switch in := show.Embedded; {
	case show.ID == 0 && show.Name == "":
		return errNeither
	case show.ID < 1 || !isID(show.ID) || !isName(name):
		return fmt.Errorf("show %d has the name %.60q", show.ID, name)
	case show.Updated < 0 || !isDay(seen) || seen < "2000" || seen > m.tomorrow():
		return fmt.Errorf("%.60s: updated is %d", name, show.Updated)
	case len(in.Seasons) > maxSeasons || len(in.Episodes) > maxEpisodes:
		return fmt.Errorf("%.60s has %d seasons and %d episodes", name, len(in.Seasons), len(in.Episodes))
	case len(m.out.Series) >= maxSeries:
		return fmt.Errorf("it has more than %d shows", maxSeries)
	}
	m.out.Kind = TVmaze
	if show.Type == "Animation" {
		m.left["animated: only live action is taken from TVmaze"]++
		return nil
	}
	s := Series{ID: show.ID, Title: name, Updated: seen}
	runs := map[int]*Run{}
	add := func(number int, begin, end string) error {
		if begin == "" || number == 0 {
			return nil // not dated, or specials
		}
		if number < 0 || number > 2200 || !isDay(begin) || end != "" && !isDay(end) {
			return fmt.Errorf("%.60s: season %d runs from %.20q to %.20q", name, number, begin, end)
		}
		r := runs[number]
		if r == nil {
			r = &Run{Number: number, Begin: begin}
			runs[number] = r
		}
		r.Begin, r.End = min(r.Begin, begin), max(r.End, end)
		return nil
	}
	for _, e := range show.Embedded.Seasons {
		if err := add(e.Number, e.Begin, e.End); err != nil {
			return err
		}
	}
	if len(runs) == 0 {
		for _, e := range show.Embedded.Episodes {
			if e.Number == 0 {
				continue
			}
			if err := add(e.Season, e.Day, e.Day); err != nil {
				return err
			}
		}
		// The last episode listed ends its season only when another season followed, or the show ended.
		last := 0
		for n := range runs {
			last = max(last, n)
		}
		if last > 0 && show.Status != "Ended" {
			runs[last].End = ""
		}
	}
	for n, r := range runs {
		if n > maxNumber {
			m.left["it counts its seasons by years"]++
			return nil
		}
		if r.End < r.Begin {
			r.End = ""
		}
		s.Seasons = append(s.Seasons, *r)
	}
	if len(s.Seasons) == 0 {
		m.left["no dated seasons: ask TVmaze for them with embed[]=seasons"]++
		return nil
	}
	slices.SortFunc(s.Seasons, func(a, b Run) int { return cmp.Compare(a.Number, b.Number) })
	if len(s.Seasons) > maxSeasons {
		return fmt.Errorf("%.60s has %d seasons", name, len(s.Seasons))
	}
	m.out.add(s)
	return nil
}
