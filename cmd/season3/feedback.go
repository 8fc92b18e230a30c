package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"season3/store"
)

type feedbackCommand struct {
	JSON  bool   `name:"json" help:"Print one JSON object a line."`
	Clear string `placeholder:"ID" help:"Remove the entry with this id."`
	Data  string `placeholder:"FILE" help:"The store to read, instead of the one of the configuration."`
}

// Help is shown below the flags.
func (feedbackCommand) Help() string {
	return `Lists what members reported and which shows they asked for in vain, the most often said first. Stop the bot first: the store is for one process.`
}

// Run lists or clears.
func (c *feedbackCommand) Run(sys *system) error {
	file := c.Data
	if file == "" {
		conf, err := sys.config()
		if err != nil {
			return err
		}
		file = conf.Store
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return misuse{fmt.Sprintf("there is no store %s: name it with --data, or in STORE", file)}
	}
	st, err := store.Open(file)
	if err != nil {
		return err
	}
	return errors.Join(c.print(sys, st), st.Close())
}

func (c *feedbackCommand) print(sys *system, st *store.Store) error {
	if c.Clear != "" {
		found, err := st.ClearFeedback(c.Clear)
		if err == nil && !found {
			return misuse{fmt.Sprintf("there is no entry %s; season3 feedback lists them", c.Clear)}
		}
		return err
	}
	all, err := st.Feedback()
	if err != nil {
		return err
	}
	for _, f := range all {
		if c.JSON {
			line, err := json.Marshal(f)
			if err != nil {
				return err
			}
			fmt.Fprintf(sys.stdout, "%s\n", line)
			continue
		}
		what := "asked for " + f.Text
		if f.Kind == store.FeedbackReport {
			what = f.Show + ": " + f.Text
		}
		if f.Link != "" {
			what += " " + f.Link
		}
		fmt.Fprintf(sys.stdout, "%s  %3d times, last %s  %s\n", f.ID, f.Count, f.Last.Format("2006-01-02"), oneLine(what))
	}
	if len(all) == 0 && !c.JSON {
		fmt.Fprintln(sys.stdout, "Nobody has said anything.")
	}
	return nil
}
