// Package store remembers what moderators chose, in one bbolt file. It knows neither Discord nor the shows.
//
// The buckets of schema 4, where <time> is eight bytes of Unix milliseconds and a zero byte divides what is joined:
//
//	meta
//	  schema -> decimal number of the schema
//	  day    -> day of the baseline
//	guilds
//	  <guild id> -> GuildSettings as JSON
//	commands
//	  <application id> -> hash of the command definitions that Discord last accepted
//	feedback (since schema 2)
//	  <id> -> Feedback as JSON
//	baseline (this and what follows since schema 3)
//	  <show id> -> how its seasons stood when news was last looked for, as Commit got it
//	events
//	  <event id> -> Event as JSON
//	open
//	  <event id> -> nothing; the events that FanOut has to work through
//	follows
//	  <show id, FollowAll or FollowUpcoming> <guild id> <channel id> -> nothing; an index of the guilds' settings
//	deliveries
//	  <event id> <guild id> <channel id> -> Delivery as JSON
//	history
//	  <guild id> <time> <key of a delivery> -> nothing; an index of the deliveries
//	outbox (in this form since schema 4)
//	  <guild id> <time><kind> <channel id> <event id> -> what is to be done then, as JSON
//	turn (since schema 4)
//	  <guild id> -> <time> at which it is served next, with a + while an operation is under way there
//	line (since schema 4)
//	  <time><guild id> -> nothing; the same, in the order in which guilds are served
package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

var (
	metaBucket     = []byte("meta")
	guildsBucket   = []byte("guilds")
	commandsBucket = []byte("commands")
	schemaKey      = []byte("schema")
)

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

// A Store is one open file. It is safe for concurrent use and must be closed.
type Store struct {
	db *bbolt.DB
}

// GuildSettings are the choices of one guild. The zero value is what a guild starts with.
type GuildSettings struct {
	// Private makes answers visible only to the member who asked, unless the member says otherwise.
	Private bool `json:"private,omitempty"`

	Channels []Channel `json:"channels,omitempty"` // where news is posted, in the order of their set-up
	Zone     string    `json:"zone,omitempty"`     // IANA name; UTC when empty
	Hour     *int      `json:"hour,omitempty"`     // see HourOfDay
	Fallback string    `json:"fallback,omitempty"` // the channel that is told of trouble; the system channel when empty
	Troubles []Trouble `json:"troubles,omitempty"` // what stands in the way at present
	Left     time.Time `json:"left,omitzero"`      // since when the bot is no longer a member, UTC
}

// A Channel is where a guild's news is posted, and which.
type Channel struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"`   // when it was last seen
	News     bool     `json:"news,omitempty"`   // an announcement channel, whose posts can be published
	Thread   bool     `json:"thread,omitempty"` // a thread
	Shows    []string `json:"shows,omitempty"`  // ids, ordered
	All      bool     `json:"all,omitempty"`    // every show with a dossier
	Upcoming bool     `json:"upcoming,omitempty"`
	Muted    []string `json:"muted,omitempty"`   // kinds of news that are not wanted here
	Role     string   `json:"role,omitempty"`    // is pinged
	Publish  bool     `json:"publish,omitempty"` // posts are published to following servers
	Digest   string   `json:"digest,omitempty"`  // DigestDaily, DigestWeekly, or at once when empty
	Weekday  int      `json:"weekday,omitempty"` // of DigestWeekly, 0 for Sunday
	Paused   bool     `json:"paused,omitempty"`
}

// How often a channel's news is posted.
const (
	DigestDaily  = "daily"
	DigestWeekly = "weekly"
)

// TroubleRole is the reason of a trouble that keeps no news away: the role that posts pinged is gone.
const TroubleRole = "role"

// A Trouble is something that keeps news from a channel and that moderators can mend.
type Trouble struct {
	Channel string    `json:"channel"`
	Reason  string    `json:"reason"`
	Since   time.Time `json:"since"` // UTC
	Told    bool      `json:"told,omitempty"`
	Deaf    bool      `json:"deaf,omitempty"` // no channel could be told: it is for the next moderator who uses a command
}

// Open opens the file, makes it when it is not there, and brings it to the present schema. It fails after a second when
// another process holds the file, and at once when a newer version of season3 wrote it; both errors name the file and
// say what to do.
func Open(path string) (*Store, error) { return open(path, migrations) }

func open(path string, migrations []migration) (*Store, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%s is in use by another process: stop the other season3, or choose another file", path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%s is not a season3 store, or is damaged: restore a backup, or move it away to start anew: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("the store: %w", err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { return migrate(tx, migrations) }); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return &Store{db}, nil
}

// Close writes what is pending and lets go of the file.
func (s *Store) Close() error { return s.db.Close() }

// A migration brings the file from the schema before it to the next. It runs in the transaction that also notes the new
// schema, so that a crash leaves the old file as it was.
type migration func(*bbolt.Tx) error

// migrations[n] makes schema n+1 of schema n. Released ones are never changed.
var migrations = []migration{
	func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{guildsBucket, commandsBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	},
	func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(feedbackBucket)
		return err
	},
	func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{baselineBucket, eventsBucket, openBucket, followsBucket, deliveriesBucket, historyBucket, outboxBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	},
	lineUp,
}

// lineUp makes schema 4 of schema 3, whose outbox was one line of rows ordered by time: a guild with much to post held up
// the others.
func lineUp(tx *bbolt.Tx) error {
	for _, name := range [][]byte{turnBucket, lineBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	type row struct {
		due   time.Time
		place string
		entry entry
	}
	var rows []row
	old := tx.Bucket(outboxBucket)
	err := old.ForEach(func(k, v []byte) error {
		place, _, _ := bytes.Cut(k[8:], []byte(sep))
		r := row{due: unstamp(k), place: string(place)}
		rows = append(rows, r)
		return json.Unmarshal(v, &rows[len(rows)-1].entry)
	})
	if err != nil {
		return err
	}
	if err := tx.DeleteBucket(outboxBucket); err != nil {
		return err
	}
	if _, err := tx.CreateBucket(outboxBucket); err != nil {
		return err
	}
	for _, r := range rows {
		if err := enqueue(tx, r.due, r.place, r.entry); err != nil {
			return err
		}
	}
	return nil
}

func migrate(tx *bbolt.Tx, migrations []migration) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	schema := 0
	if v := meta.Get(schemaKey); v != nil {
		if schema, err = strconv.Atoi(string(v)); err != nil || schema < 0 {
			return fmt.Errorf("schema %q is no number: the file is damaged, restore a backup", v)
		}
	}
	if schema > len(migrations) {
		return fmt.Errorf("was written by a newer season3 (schema %d, this one knows %d): update season3, or restore the backup made before the update",
			schema, len(migrations))
	}
	if schema == len(migrations) {
		return nil
	}
	for ; schema < len(migrations); schema++ {
		if err := migrations[schema](tx); err != nil {
			return fmt.Errorf("from schema %d to %d: %w", schema, schema+1, err)
		}
	}
	return meta.Put(schemaKey, []byte(strconv.Itoa(schema)))
}

// Guild returns the settings of a guild; one that never set any has the zero value.
func (s *Store) Guild(id string) (GuildSettings, error) {
	var g GuildSettings
	err := s.db.View(func(tx *bbolt.Tx) error { return get(tx, guildsBucket, id, &g) })
	if err != nil {
		return GuildSettings{}, fmt.Errorf("settings of guild %s: %w", id, err)
	}
	return g, nil
}

// UpdateGuild changes the settings of a guild in one transaction. Settings that are back to the zero value leave nothing
// behind. When change returns an error nothing is saved, and the
// error is returned as it is.
func (s *Store) UpdateGuild(id string, change func(*GuildSettings) error) error {
	var refused error
	err := s.db.Update(func(tx *bbolt.Tx) error {
		return updateGuild(tx, id, func(g *GuildSettings) error {
			refused = change(g)
			return refused
		})
	})
	if refused != nil {
		return refused
	}
	if err != nil {
		return fmt.Errorf("settings of guild %s: %w", id, err)
	}
	return nil
}

// updateGuild changes the settings of a guild, and the index of what its channels follow.
func updateGuild(tx *bbolt.Tx, id string, change func(*GuildSettings) error) error {
	var g GuildSettings
	if err := get(tx, guildsBucket, id, &g); err != nil {
		return err
	}
	before := follows(g)
	if err := change(&g); err != nil {
		return err
	}
	data, err := json.Marshal(g)
	switch {
	case err != nil:
		return err
	case string(data) == "{}":
		err = tx.Bucket(guildsBucket).Delete([]byte(id))
	default:
		err = tx.Bucket(guildsBucket).Put([]byte(id), data)
	}
	return errors.Join(err, reindex(tx, id, before, follows(g)))
}

// ChangeGuild changes the settings of a guild that has some, in one transaction; of one that has none it makes none.
func (s *Store) ChangeGuild(id string, change func(*GuildSettings)) error {
	// Most guilds never set anything, and for them no transaction that writes is begun: at the start of a session Discord
	// tells of all of them at once.
	g, err := s.Guild(id)
	if err != nil || !changes(&g, change) {
		return err
	}
	return s.UpdateGuild(id, func(g *GuildSettings) error {
		change(g)
		return nil
	})
}

// changes reports whether the change makes a difference to settings that are not the zero value.
func changes(g *GuildSettings, change func(*GuildSettings)) bool {
	before, _ := json.Marshal(g) // plain data always can be encoded
	if string(before) == "{}" {
		return false
	}
	change(g)
	after, _ := json.Marshal(g)
	return !bytes.Equal(before, after)
}

// Guilds calls f with the settings of each place that has some, ordered by id, until f returns false. f must not use the
// store.
func (s *Store) Guilds(f func(place string, g GuildSettings) bool) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(guildsBucket).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var g GuildSettings
			if err := json.Unmarshal(v, &g); err != nil {
				return fmt.Errorf("guild %s: %w", k, err)
			}
			if !f(string(k), g) {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

// CommandHash returns the hash of the command definitions that were last registered for an application, "" when none
// were.
func (s *Store) CommandHash(application string) (string, error) {
	var hash string
	err := s.db.View(func(tx *bbolt.Tx) error { return get(tx, commandsBucket, application, &hash) })
	if err != nil {
		return "", fmt.Errorf("command hash of application %s: %w", application, err)
	}
	return hash, nil
}

// SetCommandHash notes the hash of the command definitions that Discord has accepted.
func (s *Store) SetCommandHash(application, hash string) error {
	if err := s.db.Update(func(tx *bbolt.Tx) error { return put(tx, commandsBucket, application, hash) }); err != nil {
		return fmt.Errorf("command hash of application %s: %w", application, err)
	}
	return nil
}

// get decodes a value inside the transaction: bbolt's memory is gone after it. A missing one leaves v as it is.
func get(tx *bbolt.Tx, bucket []byte, key string, v any) error {
	data := tx.Bucket(bucket).Get([]byte(key))
	if data == nil {
		return nil
	}
	return json.Unmarshal(data, v)
}

func put(tx *bbolt.Tx, bucket []byte, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put([]byte(key), data)
}
