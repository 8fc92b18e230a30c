package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

var feedbackBucket = []byte("feedback")

// The kinds of feedback.
const (
	FeedbackReport  = "report"  // a member says that an answer is wrong or outdated
	FeedbackUnknown = "unknown" // somebody asked for a show that is not in the base
)

// Feedback is what members let the operator know. It holds nothing about who they are.
type Feedback struct {
	ID    string    `json:"id"`   // short, from what it says; given by AddFeedback
	Kind  string    `json:"kind"` // FeedbackReport or FeedbackUnknown
	Show  string    `json:"show"` // id of the show a report is about
	Text  string    `json:"text"` // what is wrong, or the name that was not found
	Link  string    `json:"link"` // where it can be read, "" when none was given
	Count int       `json:"count"`
	First time.Time `json:"first"` // UTC
	Last  time.Time `json:"last"`  // UTC
}

// maxFeedback bounds how many different entries are kept. When it is reached, the least asked for and oldest gives way.
const maxFeedback = 1000

// AddFeedback notes what was said, at the given time. What says the same as an entry, but for case and spaces, raises
// its count.
func (s *Store) AddFeedback(f Feedback, now time.Time) error {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(strings.Fields(f.Kind+"\n"+f.Show+"\n"+f.Text), " "))))
	f.ID, f.Count, f.First, f.Last = hex.EncodeToString(sum[:4]), 0, now.UTC(), now.UTC()
	err := s.db.Update(func(tx *bbolt.Tx) error {
		old := f
		if err := get(tx, feedbackBucket, f.ID, &old); err != nil {
			return err
		}
		old.Count++
		old.Last = f.Last
		old.Link = cmp.Or(f.Link, old.Link)
		if old.Count == 1 {
			if err := makeRoom(tx); err != nil {
				return err
			}
		}
		return put(tx, feedbackBucket, f.ID, old)
	})
	if err != nil {
		return fmt.Errorf("feedback: %w", err)
	}
	return nil
}

// makeRoom deletes what matters least when the bucket is full.
func makeRoom(tx *bbolt.Tx) error {
	if tx.Bucket(feedbackBucket).Stats().KeyN < maxFeedback {
		return nil
	}
	all, err := allFeedback(tx)
	if err != nil {
		return err
	}
	for len(all) >= maxFeedback {
		last := all[len(all)-1]
		if err := tx.Bucket(feedbackBucket).Delete([]byte(last.ID)); err != nil {
			return err
		}
		all = all[:len(all)-1]
	}
	return nil
}

// allFeedback returns every entry, the most often said first, then the newest.
func allFeedback(tx *bbolt.Tx) ([]Feedback, error) {
	var all []Feedback
	err := tx.Bucket(feedbackBucket).ForEach(func(k, v []byte) error {
		var f Feedback
		if err := json.Unmarshal(v, &f); err != nil {
			return fmt.Errorf("entry %s: %w", k, err)
		}
		all = append(all, f)
		return nil
	})
	slices.SortFunc(all, func(a, b Feedback) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Feedback returns all that was said, the most often said first, then the newest.
func (s *Store) Feedback() ([]Feedback, error) {
	var all []Feedback
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		all, err = allFeedback(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	return all, nil
}

// ClearFeedback removes the entry with that id and reports whether there was one.
func (s *Store) ClearFeedback(id string) (found bool, err error) {
	err = s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(feedbackBucket)
		found = b.Get([]byte(id)) != nil
		return b.Delete([]byte(id))
	})
	if err != nil {
		return false, fmt.Errorf("feedback %s: %w", id, err)
	}
	return found, nil
}
