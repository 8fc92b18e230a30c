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
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of a catalogue. They are some ten times what a release needs; a file beyond them is no catalogue.
const (
	maxPacked  = 8 << 20  // bytes, compressed
	maxPlain   = 64 << 20 // bytes, decompressed
	maxLine    = 1 << 20  // bytes of one show
	maxShows   = 50_000
	maxSeasons = 200 // of one show; the longest has twenty-odd
	maxAlso    = 300
	maxNames   = 100
	maxLinks   = 20
	maxText    = 500 // bytes of a name
	maxNumber  = 100 // of a season
	maxID      = 1 << 30
)

// header is the first line of the file.
type header struct {
	Version     string `json:"version"`
	Newest      string `json:"newest"`
	Shows       int    `json:"shows"`
	Attribution string `json:"attribution"`
	Licence     string `json:"licence"`
	Source      string `json:"source"`
}

// Encode writes the catalogue as gzipped lines of JSON: a header, then a line for each show. The same catalogue gives
// the same bytes. It refuses a catalogue that Decode would refuse.
func (c *Catalogue) Encode(w io.Writer) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("encode catalogue: %w", err)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("encode catalogue: %w", err)
	}
	e := lineEncoder(z)
	if err := e.Encode(header{c.Version, c.Newest, len(c.Shows), Attribution, Licence, Source}); err != nil {
		return fmt.Errorf("encode catalogue: %w", err)
	}
	for i := range c.Shows {
		if err := e.Encode(&c.Shows[i]); err != nil {
			return fmt.Errorf("encode %s: %w", c.Shows[i].Key, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("encode catalogue: %w", err)
	}
	return nil
}

// Decode reads what Encode wrote, and nothing else: unknown fields, wrong types, missing or surplus lines, shows out of
// order, dates that are none and sizes out of bounds are errors. It reads at most 8 MB, takes in at most 64 MB of lines,
// and never panics.
func Decode(r io.Reader) (*Catalogue, error) {
	packed := &io.LimitedReader{R: r, N: maxPacked + 1}
	z, err := gzip.NewReader(bufio.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("decode catalogue: %w", err)
	}
	plain := &io.LimitedReader{R: z, N: maxPlain + 1}
	lines := bufio.NewScanner(plain)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)

	var h header
	if !lines.Scan() {
		return nil, fmt.Errorf("decode catalogue: header: %w", cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
	}
	if err := strict(lines.Bytes(), &h); err != nil {
		return nil, fmt.Errorf("decode catalogue: header: %w", err)
	}
	if h.Shows < 0 || h.Shows > maxShows {
		return nil, fmt.Errorf("decode catalogue: header promises %d shows", h.Shows)
	}
	c := &Catalogue{Version: h.Version, Newest: h.Newest}
	for lines.Scan() {
		if len(c.Shows) == h.Shows {
			return nil, fmt.Errorf("decode catalogue: more than the %d shows promised", h.Shows)
		}
		var s Show
		if err := strict(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("decode catalogue: line %d: %w", len(c.Shows)+2, err)
		}
		c.Shows = append(c.Shows, s)
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("decode catalogue: %w", lines.Err())
	case packed.N <= 0 || plain.N <= 0:
		return nil, errors.New("decode catalogue: too large")
	case len(c.Shows) != h.Shows:
		return nil, fmt.Errorf("decode catalogue: %d of the %d shows promised", len(c.Shows), h.Shows)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("decode catalogue: %w", err)
	}
	return c, nil
}

// strict reads a line of JSON that is written just as Encode writes that value.
func strict(line []byte, v any) error {
	if err := json.Unmarshal(line, v); err != nil {
		return err
	}
	var again bytes.Buffer
	if err := lineEncoder(&again).Encode(v); err != nil {
		return err
	}
	if !bytes.Equal(bytes.TrimSuffix(again.Bytes(), []byte("\n")), line) {
		return errors.New("it has other fields, or is written in another way")
	}
	return nil
}

func lineEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // titles keep their & and <
	return e
}

var (
	keyForm     = regexp.MustCompile(`^(tv|mal|anilist|bangumi)/[1-9][0-9]{0,8}$`)
	versionForm = regexp.MustCompile(`^[0-9][0-9A-Za-z.+-]{0,30}$`)
)

// check is what every catalogue keeps, read or written.
func (c *Catalogue) check() error {
	if !versionForm.MatchString(c.Version) {
		return fmt.Errorf("version %.40q", c.Version)
	}
	if len(c.Newest) != len(time.DateOnly) || !isDate(c.Newest) {
		return fmt.Errorf("newest day %.40q", c.Newest)
	}
	if len(c.Shows) > maxShows {
		return fmt.Errorf("%d shows", len(c.Shows))
	}
	keys := make(map[string]bool, len(c.Shows))
	for i := range c.Shows {
		if i > 0 && c.Shows[i-1].Key >= c.Shows[i].Key {
			return fmt.Errorf("show %.40q is out of order", c.Shows[i].Key)
		}
		keys[c.Shows[i].Key] = true
	}
	for i := range c.Shows {
		if err := c.Shows[i].check(keys); err != nil {
			return fmt.Errorf("show %.40q: %w", c.Shows[i].Key, err)
		}
	}
	return nil
}

func (s *Show) check(keys map[string]bool) error {
	switch {
	case !keyForm.MatchString(s.Key):
		return errors.New("the key has another form")
	case len(s.Seasons) == 0 || len(s.Seasons) > maxSeasons, len(s.Also) > maxAlso, len(s.Names) > maxNames, len(s.Continues) > maxLinks:
		return fmt.Errorf("%d seasons, %d other works, %d names, %d links", len(s.Seasons), len(s.Also), len(s.Names), len(s.Continues))
	case s.Rank < 0 || s.Rank > maxShows:
		return fmt.Errorf("rank %d", s.Rank)
	case !isText(s.Title), s.Reading != "" && !isText(s.Reading):
		return fmt.Errorf("title %.60q, reading %.60q", s.Title, s.Reading)
	}
	for i, n := range s.Names {
		if !isText(n) || n == s.Title || slices.Contains(s.Names[:i], n) {
			return fmt.Errorf("name %.60q", n)
		}
	}
	for i, e := range s.Seasons {
		if i > 0 && s.Seasons[i-1].compare(e) > 0 {
			return fmt.Errorf("season %d part %d is out of order", e.Number, e.Part)
		}
		if e.Number < 1 || e.Number > maxNumber || e.Part < 0 || e.Part > maxSeasons || e.Other < 0 || e.Other > maxNumber {
			return fmt.Errorf("season %d, part %d, other number %d", e.Number, e.Part, e.Other)
		}
		if !isText(e.Title) || !isDate(e.Begin) || e.End != "" && !isDate(e.End) || !isID(e.MAL) || !isID(e.AniList) {
			return fmt.Errorf("season %d: %.60q, %.20q to %.20q, ids %d and %d", e.Number, e.Title, e.Begin, e.End, e.MAL, e.AniList)
		}
	}
	for _, w := range s.Also {
		if w.Kind != Film && w.Kind != OVA && w.Kind != Special {
			return fmt.Errorf("a work of kind %.20q", w.Kind)
		}
		if !isText(w.Title) || !isDate(w.Begin) || !isID(w.MAL) || !isID(w.AniList) {
			return fmt.Errorf("%s %.60q, %.20q, ids %d and %d", w.Kind, w.Title, w.Begin, w.MAL, w.AniList)
		}
	}
	for _, l := range s.Continues {
		if l.Relation != ContinuesAs && l.Relation != ContinuedBy || !isText(l.Title) || !keys[l.Key] || l.Key == s.Key {
			return fmt.Errorf("link %.20q to %.40q", l.Relation, l.Key)
		}
	}
	return nil
}

func (e Season) compare(f Season) int {
	return cmp.Or(cmp.Compare(e.Number, f.Number), cmp.Compare(e.Part, f.Part))
}

// isText accepts a name that may be shown: some characters, no control characters, no surplus space.
func isText(s string) bool {
	return s != "" && len(s) <= maxText && utf8.ValidString(s) && strings.TrimSpace(s) == s && strings.IndexFunc(s, unicode.IsControl) < 0
}

// isDate accepts a day, "2026-04-29", or a month, "2026-04".
func isDate(s string) bool {
	layout := time.DateOnly
	if len(s) == len("2006-01") {
		layout = "2006-01"
	}
	_, err := time.Parse(layout, s)
	return err == nil
}

func isID(n int) bool { return n >= 0 && n < maxID }
