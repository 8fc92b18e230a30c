package knowledge

import (
	"slices"
	"strconv"
)

// Status is what the evidence says of one season. It is one word of Vocabulary.
type Status string

// The statuses. Vocabulary says what each replies and means.
const (
	Released       Status = "released"
	Airing         Status = "airing"
	Scheduled      Status = "scheduled"
	Delayed        Status = "delayed"
	InProduction   Status = "in_production"
	Announced      Status = "announced"
	Continued      Status = "continued"
	Rumoured       Status = "rumoured"
	NoAnnouncement Status = "no_announcement"
	NotPlanned     Status = "not_planned"
	Concluded      Status = "concluded"
	Cancelled      Status = "cancelled"
	Unlisted       Status = "unlisted"
	Unknown        Status = "unknown"

	// Interest is for claims only: someone would like a season. It is never a verdict.
	Interest Status = "interest"
)

// Word explains one status.
type Word struct {
	Status  Status
	Reply   string // to "is there a season N?", before the sentence that gives the reason
	Meaning string
}

// Vocabulary lists every status a verdict can have, in the order in which hope fades. Renderings, lint rules and tests
// take the words from here.
func Vocabulary() []Word {
	return []Word{
		{Released, "Yes", "all of it has come out"},
		{Airing, "Yes", "on air now, which says nothing of the next one"},
		{Scheduled, "Yes", "dated, as precisely as the source dates it"},
		{Delayed, "Yes, but postponed", "it was dated and is not now"},
		{InProduction, "Yes, no date", "it is officially being made"},
		{Announced, "Yes, no date", "it is ordered, or its production is decided"},
		{Continued, "Not as a season", "it goes on as a film, a special or a series of another name"},
		{Rumoured, "Nothing official", "there are leaks, dealers' listings or unnamed sources only"},
		{NoAnnouncement, "Not so far", "nobody who decides has said anything by the day of the check"},
		{NotPlanned, "No", "the makers said none is planned, or that the story was made to end there"},
		{Concluded, "No", "it ended by design, declared by those who decide"},
		{Cancelled, "No", "those who decide stopped it"},
		{Unlisted, "Can't say", "only the catalogue knows the show, and it carries no announcements"},
		{Unknown, "I don't know this show", "it is not in the base"},
	}
}

// Reply returns the first words of the answer to "is there a season N?".
func (s Status) Reply() string {
	for _, w := range Vocabulary() {
		if w.Status == s {
			return w.Reply
		}
	}
	return ""
}

// claimStatuses are the statuses a claim may carry. What has come out is a season with sources, not a claim.
var claimStatuses = []Status{Scheduled, Delayed, InProduction, Announced, Continued, Rumoured, NoAnnouncement, NotPlanned,
	Concluded, Cancelled, Interest}

// ClaimStatuses lists the statuses that a claim may carry.
func ClaimStatuses() []Status { return slices.Clone(claimStatuses) }

// decides reports whether a claim of this status can decide a verdict.
func (s Status) decides() bool {
	return s != "" && s != Rumoured && s != Interest
}

// ahead reports whether the status promises something that has not begun.
func (s Status) ahead() bool {
	return s == Scheduled || s == Delayed || s == InProduction || s == Announced
}

// SourceKind tells how close a source stands to those who decide.
type SourceKind string

// The kinds of source, strongest first.
const (
	Official   SourceKind = "official"   // the makers, the broadcaster, their accounts and press releases
	Interview  SourceKind = "interview"  // a maker's own words, printed by someone else
	Press      SourceKind = "press"      // reporting under an editor's name
	Reference  SourceKind = "reference"  // encyclopaedias and databases
	Aggregator SourceKind = "aggregator" // sites that retell others
	Leak       SourceKind = "leak"       // unnamed sources, dealers' listings, slips
)

// SourceKinds lists the kinds, strongest first.
func SourceKinds() []SourceKind {
	return []SourceKind{Official, Interview, Press, Reference, Aggregator, Leak}
}

// strength is larger for stronger kinds, 0 for words that are none.
func (k SourceKind) strength() int {
	kinds := SourceKinds()
	i := slices.Index(kinds, k)
	if i < 0 {
		return 0
	}
	return len(kinds) - i
}

// Topics of claims that explain rather than decide.
const (
	TopicMade  = "made"  // who made the show
	TopicWhy   = "why"   // why a season came, did not come, or is as it is
	TopicWhere = "where" // where the show can be watched
	TopicNote  = "note"  // anything else worth keeping, shown with the full sources
)

var topics = []string{TopicMade, TopicWhy, TopicWhere, TopicNote}

// Kinds of show.
var showKinds = []string{"anime", "animation", "live-action"}

// Units are the words by which a show counts its runs.
var units = []string{"season", "series", "part", "cour"}

// Kinds of work listed under "also".
var workKinds = []string{"film", "ova", "special", "series"}

// A Show is one dossier: what is known of a show, each statement with its sources. Nobody writes a verdict into it.
type Show struct {
	ID         string            `yaml:"id"`         // file name without .yaml: lower-case words joined by hyphens
	Title      string            `yaml:"title"`      // official English title
	Names      Names             `yaml:"names"`      // other names by which people ask for it
	Kind       string            `yaml:"kind"`       // anime, animation or live-action
	Unit       string            `yaml:"unit"`       // what a numbered run is called: season (when left out), series, part or cour
	Popularity int               `yaml:"popularity"` // 1 (few ask) to 5 (everybody asks): an editor's estimate that only breaks ties
	IDs        IDs               `yaml:"ids"`        // the show elsewhere
	Seasons    []Season          `yaml:"seasons"`    // those that have begun by the day of the review, from 1
	Also       []Work            `yaml:"also"`       // films, OVAs, specials and sister series
	Claims     []Claim           `yaml:"claims"`     // who said what, when
	Sources    map[string]Source `yaml:"sources"`    // by the id that claims, seasons and works cite
	Reviewed   Date              `yaml:"reviewed"`   // day on which an editor last compared all this with the world

	listing *listing // of a show that only the catalogue knows

	file  string
	lines map[string]int // path in the file, such as claims[2].text, to line
}

// Names are the other names of a show.
type Names struct {
	Native  []string `yaml:"native"`  // in the script of its country
	Romaji  []string `yaml:"romaji"`  // the native title in Latin letters
	Aliases []string `yaml:"aliases"` // abbreviations, former and foreign titles
}

// IDs are durable keys of the show elsewhere; 0 or "" when not established.
type IDs struct {
	MAL     int    `yaml:"mal"`     // MyAnimeList, the first season's entry
	AniList int    `yaml:"anilist"` // AniList, the first season's entry
	TMDB    string `yaml:"tmdb"`    // The Movie Database, such as tv/83097
}

// A Season is a numbered run that has begun by the day of the review. Announced ones are claims.
type Season struct {
	Number    int      `yaml:"number"`    // from 1, without gaps
	Title     string   `yaml:"title"`     // its own name, when it has one
	Premiered Date     `yaml:"premiered"` // first showing anywhere to the public
	Ended     Date     `yaml:"ended"`     // last episode; left out while on air
	Episodes  int      `yaml:"episodes"`  // 0 when no source gives it
	Parts     []Part   `yaml:"parts"`     // when it came in parts or cours apart in time
	Cites     []string `yaml:"cites"`
}

// A Part is a stretch of a season that came out apart from the others.
type Part struct {
	Premiered Date `yaml:"premiered"`
	Ended     Date `yaml:"ended"`    // left out while on air
	Episodes  int  `yaml:"episodes"` // 0 when no source gives it
}

// A Work belongs to the show but is none of its seasons.
type Work struct {
	Kind      string   `yaml:"kind"` // film, ova, special or series
	Title     string   `yaml:"title"`
	Premiered Date     `yaml:"premiered"` // left out when it has not come out
	Cites     []string `yaml:"cites"`
}

// A Claim is one statement in our own words. With a status it bears on a verdict, with a topic it explains.
type Claim struct {
	Season   int      `yaml:"season"`   // the season it speaks of; left out for the whole show
	Part     int      `yaml:"part"`     // the part or cour of that season
	Status   Status   `yaml:"status"`   // what it says of that season
	Topic    string   `yaml:"topic"`    // what it explains: made, why, where or note
	Date     Date     `yaml:"date"`     // when the season is due, as precisely as was said; scheduled claims only
	Final    bool     `yaml:"final"`    // it declares the season to be the last
	As       string   `yaml:"as"`       // title under which the show goes on; continued claims only
	Show     string   `yaml:"show"`     // id of the dossier of that title, if there is one
	Said     Date     `yaml:"said"`     // when it was said; left out if nothing dates it
	By       string   `yaml:"by"`       // who said it
	Role     string   `yaml:"role"`     // what that person or body is to the show
	Text     string   `yaml:"text"`     // one or two plain sentences
	Corrects string   `yaml:"corrects"` // the mistake that is in circulation about this, in our words
	Against  []string `yaml:"against"`  // sources that carry that mistake
	Cites    []string `yaml:"cites"`
}

// A Source is one page or publication.
type Source struct {
	Kind      SourceKind `yaml:"kind"`
	Publisher string     `yaml:"publisher"` // who printed it, and whom it quotes when it only quotes
	Title     string     `yaml:"title"`     // of the page, when known
	URL       string     `yaml:"url"`       // https
	Published Date       `yaml:"published"` // left out when the page does not say
}

// UnitName returns the word by which the show counts its runs: "season" unless the dossier says otherwise.
func (s *Show) UnitName() string {
	if s.Unit == "" {
		return "season"
	}
	return s.Unit
}

// Year returns the year in which the show began, 0 when it has not.
func (s *Show) Year() int {
	if len(s.Seasons) == 0 {
		return 0
	}
	return s.Seasons[0].Premiered.Year()
}

// AllNames returns the title and every other name, the title first.
func (s *Show) AllNames() []string {
	return slices.Concat([]string{s.Title}, s.Names.Native, s.Names.Romaji, s.Names.Aliases)
}

// season returns the record of season n, nil if there is none.
func (s *Show) season(n int) *Season {
	for i := range s.Seasons {
		if s.Seasons[i].Number == n {
			return &s.Seasons[i]
		}
	}
	return nil
}

// newest returns the premiere of the season's last part, or its own.
func (s *Season) newest() Date {
	if n := len(s.Parts); n > 0 {
		return s.Parts[n-1].Premiered
	}
	return s.Premiered
}

// date returns the day the claim was made: what the dossier says, else the earliest of its dated sources, else zero.
func (s *Show) date(c *Claim) Date {
	if !c.Said.IsZero() {
		return c.Said
	}
	var first Date
	for _, id := range c.Cites {
		if p := s.Sources[id].Published; !p.IsZero() && (first.IsZero() || first.After(p)) {
			first = p
		}
	}
	return first
}

// ClaimDate returns when the claim was made: the day it says, else that of the earliest of its dated sources, else zero.
func (s *Show) ClaimDate(c *Claim) Date { return s.date(c) }

// kind returns the strongest kind among the claim's sources.
func (s *Show) kind(c *Claim) SourceKind {
	var best SourceKind
	for _, id := range c.Cites {
		if k := s.Sources[id].Kind; k.strength() > best.strength() {
			best = k
		}
	}
	return best
}

// numbered returns "season 3" in the show's own unit.
func (s *Show) numbered(n int) string { return s.UnitName() + " " + strconv.Itoa(n) }
