// Package catalogue is the broad layer of the knowledge base: thousands of anime with the seasons that exist and the
// days they began, built from bangumi-data and embedded. It knows what has been listed and nothing of what has been
// announced: a season that is absent here is unlisted, never refused.
package catalogue

import (
	"bytes"
	_ "embed"
	"sync"
)

// What the licence of the data asks to be shown beside it.
const (
	Attribution = "bangumi-data, CC BY 4.0"
	Licence     = "CC BY 4.0" // creativecommons.org/licenses/by/4.0
	Source      = "https://github.com/bangumi-data/bangumi-data"
)

// Catalogue is what one release of the data lists.
type Catalogue struct {
	Version string // of bangumi-data, as in "0.3.208"
	Newest  string // the newest day in Japan on which anything listed begins, YYYY-MM-DD
	Shows   []Show // by Key
}

// Show is a series with its seasons. Two shows of one title (a remake) are two shows.
type Show struct {
	// Key is "tv/65844", the path of the show's page at TMDB. Where that is unknown it is "mal/123", else
	// "anilist/123", else "bangumi/123", after the show's first entry.
	Key       string   `json:"k"`
	Title     string   `json:"t"`           // for people: English, else romaji, else native
	Names     []string `json:"n,omitempty"` // every other name, the native one first; no duplicates
	Reading   string   `json:"r,omitempty"` // the native title as a machine reads it aloud, for finding only: it may be wrong
	Rank      int      `json:"p,omitempty"` // 1 is the best known; 0 is unranked
	Seasons   []Season `json:"s"`           // by number, then part; at least one
	Also      []Work   `json:"a,omitempty"` // films, specials and OVAs, by Begin
	Continues []Link   `json:"c,omitempty"` // the shows it goes on as, or came from
}

// Season is one entry of a show: a season, or one part of a season that came in parts.
type Season struct {
	Number  int    `json:"n"`
	Part    int    `json:"p,omitempty"` // 1, 2 ... of a season in parts; 0 when the season is whole
	Other   int    `json:"o,omitempty"` // another number that is in use for the same entry; 0 when there is none
	Title   string `json:"t"`           // the native title of this entry
	Begin   string `json:"b"`           // the day in Japan, "2026-04-29", or the month, "2026-04", where the day is unsure
	End     string `json:"e,omitempty"` // likewise; "" when unknown
	MAL     int    `json:"m,omitempty"`
	AniList int    `json:"l,omitempty"`
}

// The kinds of Work.
const (
	Film    = "film"
	OVA     = "OVA"
	Special = "special"
)

// Work is something of a show that is no season of it.
type Work struct {
	Kind    string `json:"k"`
	Title   string `json:"t"` // native
	Begin   string `json:"b"` // as for Season
	MAL     int    `json:"m,omitempty"`
	AniList int    `json:"l,omitempty"`
}

// The relations of Link.
const (
	ContinuesAs = "continues as"
	ContinuedBy = "continues" // this show continues the one linked
)

// Link leads to another show of the same catalogue.
type Link struct {
	Relation string `json:"r"`
	Key      string `json:"k"`
	Title    string `json:"t"` // of the other show
}

//go:generate go run -C generate . -from $BANGUMI_DATA -out ../catalogue.jsonl.gz
//go:embed catalogue.jsonl.gz
var embedded []byte

// Embedded returns the catalogue that the program was built with. It is decoded once and shared: read it only.
func Embedded() *Catalogue { return embeddedOnce() }

var embeddedOnce = sync.OnceValue(func() *Catalogue {
	c, err := Decode(bytes.NewReader(embedded))
	if err != nil {
		panic("embedded catalogue: " + err.Error()) // the program was built wrong; the tests read it too
	}
	return c
})
