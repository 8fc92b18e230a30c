package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"season3/bot"
	"season3/knowledge"
	"season3/store"
)

type announceCommand struct {
	Pending announcePending `cmd:"" help:"What waits to be posted, and what cannot be posted at the moment."`
	DryRun  announceDryRun  `cmd:"" help:"Which servers would get which posts if the bot were started now."`
	History announceHistory `cmd:"" help:"What was posted where, what was missed, and why."`
}

// Help is shown below the subcommands.
func (announceCommand) Help() string {
	return `Stop the bot first: the store is for one process. ANNOUNCE=off starts it with all announcements held.`
}

// stored is what the subcommands have in common.
type stored struct {
	JSON bool   `name:"json" help:"Print one JSON object a line."`
	Data string `placeholder:"FILE" help:"The store to read, instead of the one of the configuration."`
}

// open opens the store, which must be there.
func (c stored) open(sys *system) (*store.Store, error) {
	file := c.Data
	if file == "" {
		conf, err := sys.config()
		if err != nil {
			return nil, err
		}
		file = conf.Store
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, misuse{fmt.Sprintf("there is no store %s: name it with --data, or in STORE", file)}
	}
	return store.Open(file)
}

// announceLine is a row of announce's lists.
type announceLine struct {
	Place     string     `json:"place"` // a server, or "@" and a member's id
	Channel   string     `json:"channel"`
	Event     string     `json:"event"`
	Line      string     `json:"line"`
	State     string     `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	Due       *time.Time `json:"due,omitempty"`
	Posted    *time.Time `json:"posted,omitempty"`
	Message   string     `json:"message,omitempty"`
	Published *time.Time `json:"published,omitempty"`
	Corrected bool       `json:"corrected,omitempty"` // the post says that the news no longer holds
}

func (l announceLine) print(w io.Writer, asJSON bool) {
	if asJSON {
		line, err := json.Marshal(l)
		if err != nil {
			panic(err) // strings and times always can be encoded
		}
		fmt.Fprintf(w, "%s\n", line)
		return
	}
	state, at := l.State, l.Due
	if l.Posted != nil {
		at = l.Posted
	}
	if l.Corrected {
		state += ", corrected"
	}
	if l.Reason != "" {
		state += " (" + l.Reason + ")"
	}
	when := "-"
	if at != nil {
		when = at.UTC().Format("2006-01-02 15:04")
	}
	fmt.Fprintf(w, "%-16s  %s/%s  %s  %s\n", when, l.Place, l.Channel, state, oneLine(l.Line))
}

func lineOf(d store.Delivery, e store.Event) announceLine {
	l := announceLine{Place: d.Place, Channel: d.Channel, Event: e.ID, Line: e.Post.Line, State: d.State, Reason: d.Reason,
		Message: d.Message, Due: at(d.Due), Posted: at(d.Posted), Published: at(d.Published)}
	l.Corrected = d.State == store.Posted && !e.Withdrawn.IsZero() && d.Revision == e.Revision && d.Unedited == ""
	return l
}

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// list prints the deliveries that are wanted, or that there are none.
func (c stored) list(sys *system, wanted func(store.Delivery) bool, none string) error {
	st, err := c.open(sys)
	if err != nil {
		return err
	}
	count := 0
	err = st.Deliveries(func(d store.Delivery, e store.Event) bool {
		if wanted(d) {
			count++
			lineOf(d, e).print(sys.stdout, c.JSON)
		}
		return true
	})
	if count == 0 && err == nil && !c.JSON {
		fmt.Fprintln(sys.stdout, none)
	}
	return errors.Join(err, st.Close())
}

func waits(d store.Delivery) bool { return d.State == store.Pending || d.State == store.Parked }

type announcePending struct{ stored }

// Run lists what waits.
func (c *announcePending) Run(sys *system) error {
	return c.list(sys, waits, "Nothing waits to be posted.")
}

type announceHistory struct{ stored }

// Run lists what has ended.
func (c *announceHistory) Run(sys *system) error {
	return c.list(sys, func(d store.Delivery) bool { return !waits(d) }, "Nothing was announced yet.")
}

type announceDryRun struct {
	stored
	Knowledge string `placeholder:"DIR" help:"Add the dossiers of this folder, or replace those of the same id; instead of KNOWLEDGE_DIR."`
}

// Run lists what would be posted.
func (c *announceDryRun) Run(sys *system) error {
	conf, err := sys.config()
	if err != nil {
		return err
	}
	st, err := c.open(sys)
	if err != nil {
		return err
	}
	return errors.Join(c.print(sys, st, conf), st.Close())
}

func (c *announceDryRun) print(sys *system, st *store.Store, conf config) error {
	log := slog.New(slog.NewTextHandler(sys.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	known := base(conf.Catalogue, log)
	if dir := c.Knowledge; dir != "" || conf.Knowledge != "" {
		if dir == "" {
			dir = conf.Knowledge
		}
		f := knowledge.NewFolder(known, os.DirFS(dir))
		with, _, err := f.Reload(sys.now())
		if err != nil {
			return misuse{fmt.Sprintf("the folder of dossiers cannot be read: %v", err)}
		}
		known = with
	}
	count := 0
	err := bot.New(known, st, sys.now, log).DryRun(func(x bot.Expected) {
		count++
		l := announceLine{Place: x.Place, Channel: x.Channel, Event: x.Event.ID, Line: x.Event.Says().Line, State: "would post", Reason: x.Not, Due: at(x.Due)}
		switch {
		case x.Not != "":
			l.State = "would not post"
		case x.Edit:
			l.State = "would edit"
		}
		l.print(sys.stdout, c.JSON)
	})
	if count == 0 && err == nil && !c.JSON {
		fmt.Fprintln(sys.stdout, "Nothing would be announced.")
	}
	return err
}
