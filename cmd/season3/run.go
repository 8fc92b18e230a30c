package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/joho/godotenv"

	"season3/bot"
	"season3/knowledge"
	"season3/store"
)

// config is all that can be set from outside. Its variables stand, with their defaults, in .env.example.
type config struct {
	Token     string        `env:"DISCORD_TOKEN"`
	Store     string        `env:"STORE" default:"season3.db"`
	Knowledge string        `env:"KNOWLEDGE_DIR"`
	Catalogue string        `env:"CATALOGUE_DIR"`
	Refresh   time.Duration `env:"CATALOGUE_REFRESH"` // 0 for never
	Announce  string        `env:"ANNOUNCE" default:"on"`
	Hold      time.Duration `env:"ANNOUNCE_HOLD" default:"10m"`
	LogLevel  slog.Level    `env:"LOG_LEVEL" default:"info"`
}

// leastRefresh is how often the catalogue may be refreshed: its source changes about once a week.
const leastRefresh = time.Hour

// announcing returns how news is handled.
func (c config) announcing() bot.Announcing {
	return bot.Announcing{Hold: c.Hold, Off: c.Announce == "off"}
}

// configure reads the configuration. A variable that is not set, or set to nothing, has its default.
func configure(getenv func(string) string) (config, error) {
	var c config
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("env")
		text := strings.TrimSpace(getenv(name))
		if text == "" {
			text = field.Tag.Get("default")
		}
		switch f := v.Field(i).Addr().Interface().(type) {
		case *string:
			*f = text
		case *slog.Level:
			if err := f.UnmarshalText([]byte(text)); err != nil {
				return config{}, misuse{fmt.Sprintf("%s is %q: write debug, info, warn or error", name, text)}
			}
		case *time.Duration:
			if text == "" {
				continue
			}
			d, err := time.ParseDuration(text)
			if err != nil {
				return config{}, misuse{fmt.Sprintf("%s is %q: write a time such as 24h or 10m, or nothing for %s", name, text, cmp.Or(field.Tag.Get("default"), "never"))}
			}
			*f = d
		}
	}
	switch {
	case c.Hold < 0:
		return config{}, misuse{fmt.Sprintf("ANNOUNCE_HOLD is %v: write a time such as 10m, or 0s for none", c.Hold)}
	case c.Refresh != 0 && c.Refresh < leastRefresh:
		return config{}, misuse{fmt.Sprintf("CATALOGUE_REFRESH is %v: write a time such as 24h, 1h at least, or nothing", c.Refresh)}
	case c.Announce != "on" && c.Announce != "off":
		return config{}, misuse{fmt.Sprintf("ANNOUNCE is %q: write on, or off to hold all announcements", c.Announce)}
	}
	c.Token = strings.TrimPrefix(c.Token, "Bot ")
	return c, nil
}

// config reads the configuration from the environment and the file .env.
func (sys *system) config() (config, error) {
	getenv, err := withDotenv(sys.getenv, ".env")
	if err != nil {
		return config{}, err
	}
	return configure(getenv)
}

type runCommand struct {
	Knowledge string `placeholder:"DIR" help:"Add the dossiers of this folder, or replace those of the same id; instead of KNOWLEDGE_DIR."`
}

// Help is shown below the description.
func (runCommand) Help() string {
	return `Reads DISCORD_TOKEN, STORE, KNOWLEDGE_DIR, CATALOGUE_DIR, CATALOGUE_REFRESH, ANNOUNCE, ANNOUNCE_HOLD and LOG_LEVEL from the environment and from the file .env; .env.example explains them.`
}

// Run connects the bot and answers until the process is told to end.
func (cmd runCommand) Run(ctx context.Context, sys *system) error {
	c, err := sys.config()
	if err != nil {
		return err
	}
	if c.Token == "" {
		return misuse{"no DISCORD_TOKEN: make an application at discord.com/developers/applications, copy its token from the page Bot, and put it into .env (see .env.example).\n" +
			"season3: to try it without a token, in a Discord of its own: season3 sandbox"}
	}
	if c.Refresh > 0 && c.Catalogue == "" {
		return misuse{"CATALOGUE_REFRESH needs a folder to keep the catalogue in: set CATALOGUE_DIR"}
	}
	log := slog.New(slog.NewTextHandler(sys.stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	st, err := store.Open(c.Store)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var refreshing sync.WaitGroup
	fresh := make(chan *knowledge.Base)
	if c.Refresh > 0 {
		r := refresher{dir: c.Catalogue, from: release, now: sys.now}
		refreshing.Go(func() { r.keep(ctx, c.Refresh, time.After, log, fresh) })
	}
	known := base(c.Catalogue, log)
	b := bot.New(known, st, sys.now, log)
	b.Announce(c.announcing())
	err = runBot(ctx, b, known, fresh, cmp.Or(cmd.Knowledge, c.Knowledge), log, bot.Connection{Token: c.Token})
	stop()
	refreshing.Wait()
	if err == nil {
		log.Info("stopped")
	}
	return errors.Join(err, st.Close())
}

// runBot runs the bot over a base, and over those that come fresh while it runs; in each case with the operator's own
// dossiers, if there is a folder of them. The bot was made with the base.
func runBot(ctx context.Context, b *bot.Bot, known *knowledge.Base, fresh <-chan *knowledge.Base, folder string, log *slog.Logger, conn bot.Connection) error {
	var f *knowledge.Folder
	var look <-chan time.Time
	if folder != "" {
		f = knowledge.NewFolder(known, os.DirFS(folder))
		if err := reload(b, f, log); err != nil {
			return misuse{fmt.Sprintf("the folder of dossiers cannot be read: %v", err)}
		}
		tick := time.NewTicker(lookAgain)
		defer tick.Stop()
		look = tick.C
	}
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-ctx.Done():
				return
			case next := <-fresh:
				if f == nil {
					b.Use(next, nil)
					continue
				}
				f.Over(next)
			case <-look:
			}
			if err := reload(b, f, log); err != nil {
				log.Warn("the folder of dossiers cannot be read; what was read stays in use", "error", err)
			}
		}
	}()
	defer func() {
		cancel()
		<-watched
	}()
	debug.FreeOSMemory() // building the base took about as much again as it is
	return b.Run(ctx, conn)
}

// lookAgain is how often the folder of dossiers is looked at.
const lookAgain = 500 * time.Millisecond

// reload hands the bot what has changed in the folder. What is broken is logged once, when it breaks.
func reload(b *bot.Bot, f *knowledge.Folder, log *slog.Logger) error {
	before := f.Problems()
	base, changed, err := f.Reload(time.Now())
	if err != nil || !changed {
		return err
	}
	problems := f.Problems()
	for _, p := range problems {
		if !slices.Contains(before, p) {
			log.Warn("dossier is broken; its last good version stays in use", "problem", p.String())
		}
	}
	b.Use(base, problems)
	log.Info("dossiers read", "shows", len(base.Dossiers()), "problems", len(problems))
	return nil
}

// withDotenv returns getenv with the variables of a .env file behind it: the environment wins. A missing file is none.
func withDotenv(getenv func(string) string, file string) (func(string) string, error) {
	vars, err := godotenv.Read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return getenv, nil
	case errors.As(err, new(*os.PathError)):
		return nil, err
	case err != nil:
		// The parser's own message quotes the line, which may be the token.
		return nil, misuse{file + " cannot be read: write one NAME=value a line, as .env.example does"}
	}
	return func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return vars[name]
	}, nil
}
