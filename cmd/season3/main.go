// Command season3 answers "is there a season 3 of X?" with its evidence: on the terminal with ask, in Discord with run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // moderators choose zones, and a container may have no list of them

	"github.com/alecthomas/kong"
)

// Exit codes. Misuse is 2, as with other commands; 1 is everything else that went wrong.
const (
	exitOK      = 0
	exitFailure = 1
	exitMisuse  = 2
)

// misuse is an error of the person at the keyboard: one line that says what to type.
type misuse struct{ text string }

func (m misuse) Error() string { return m.text }

// system is what a command may touch of the world, so that tests can lend it another.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	width          int  // of the terminal, in columns; 0 when stdout is none
	color          bool // stdout is a terminal that shows colour
}

type commands struct {
	Sandbox   sandboxCommand   `cmd:"" help:"Try the bot in a local Discord, without a token."`
	Ask       askCommand       `cmd:"" help:"Answer a question on the terminal."`
	Run       runCommand       `cmd:"" help:"Run the bot on Discord."`
	Announce  announceCommand  `cmd:"" help:"See what is announced where, and what would be."`
	Feedback  feedbackCommand  `cmd:"" help:"List what members reported, and the shows they asked for in vain."`
	Knowledge knowledgeCommand `cmd:"" help:"The editor's tools: check, add and refresh dossiers."`
	Catalogue catalogueCommand `cmd:"" help:"The operator's tools: a newer catalogue, and imports."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal())
	stop()
	os.Exit(code)
}

// run parses args, runs the subcommand and returns the exit code. What went wrong is said on stderr, in one line where
// that is possible.
func run(ctx context.Context, args []string, sys *system) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("season3"),
		kong.Description("Is there a season 3? One line, with its sources and the date of the evidence."),
		kong.Writers(sys.stdout, sys.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(sys),
	)
	if err != nil {
		fmt.Fprintln(sys.stderr, "season3:", err)
		return exitFailure
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited // help was shown
	}
	if err != nil {
		fmt.Fprintf(sys.stderr, "season3: %v; season3 --help lists the commands\n", err)
		return exitMisuse
	}
	err = k.Run()
	var m misuse
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &m):
		fmt.Fprintln(sys.stderr, "season3:", m.text)
		return exitMisuse
	}
	fmt.Fprintln(sys.stderr, "season3:", strings.TrimSpace(err.Error()))
	return exitFailure
}
