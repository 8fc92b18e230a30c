package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"season3/bot"
	"season3/bot/sandbox"
	"season3/store"
)

type sandboxCommand struct {
	Addr string `default:"127.0.0.1:8303" help:"Where the page is served; this machine only."`
	Open bool   `help:"Open the page in the browser."`
	Data string `placeholder:"FILE" help:"Keep settings in this file; a temporary one when left out."`

	Knowledge string        `placeholder:"DIR" help:"Add the dossiers of this folder, or replace those of the same id."`
	Record    string        `placeholder:"DIR" help:"Write what the bot and the local Discord say to each other into files of this folder."`
	Hold      time.Duration `default:"3s" help:"How long a change of a dossier must stand before it is announced."`
}

// Help is shown below the flags.
func (sandboxCommand) Help() string {
	return `A local Discord with the real bot in it and a page to talk to it. Needs no token and no network.`
}

// Run serves the local Discord and runs the bot in it until the process is told to end.
func (c *sandboxCommand) Run(ctx context.Context, sys *system) (err error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return misuse{fmt.Sprintf("--addr takes an address such as 127.0.0.1:8303, not %q", c.Addr)}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return misuse{fmt.Sprintf("--addr %s would be reachable from outside: use 127.0.0.1, ::1 or localhost", c.Addr)}
	}
	file := c.Data
	if file == "" {
		dir, err := os.MkdirTemp("", "season3-sandbox-")
		if err != nil {
			return fmt.Errorf("a folder for the settings: %w", err)
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "season3.db")
	}
	st, err := store.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	log := slog.New(slog.NewTextHandler(sys.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	opts := sandbox.Options{Token: sandboxToken, Logger: log}
	if c.Record != "" {
		http, gateway, failed := c.recordings()
		if failed != nil {
			return failed
		}
		opts.Recording = sandbox.Recording{HTTP: http, Gateway: gateway}
		defer func() { err = errors.Join(err, http.Close(), gateway.Close()) }()
	}
	srv := sandbox.New(opts)
	if err := srv.Listen(c.Addr); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return misuse{fmt.Sprintf("%s is in use; the next free one is: season3 sandbox --addr %s", c.Addr, nextFree(c.Addr))}
		}
		return fmt.Errorf("the sandbox at %s: %w", c.Addr, err)
	}
	defer func() { err = errors.Join(err, srv.Close()) }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ran := make(chan error, 1)
	go func() {
		known := base(catalogueDir(sys), log)
		b := bot.New(known, st, sys.now, log)
		b.Announce(bot.Announcing{Hold: c.Hold})
		ran <- runBot(ctx, b, known, nil, c.Knowledge, log, bot.Connection{Token: sandboxToken, Transport: srv.Transport()})
	}()
	ready := make(chan error, 1)
	go func() { ready <- srv.WaitCommand(ctx, "season") }()
	select {
	case err := <-ran: // it could not start
		return err
	case err := <-ready:
		if err != nil {
			cancel()
			return errors.Join(<-ran, ignoreCancel(err))
		}
	}
	fmt.Fprintf(sys.stdout, `A local Discord with season3 in it: %s

Open it and type:
  /season show:Hero Mask
  @season3 when does House of the Dragon season 4 start?
  /ask question:was GLOW cancelled?

Ctrl+C ends it.
`, srv.URL())
	if c.Open {
		if err := browse(srv.URL()); err != nil {
			fmt.Fprintln(sys.stderr, "season3: no browser could be opened:", err)
		}
	}
	return <-ran
}

// recordings makes the files of --record, one JSON object a line.
func (c *sandboxCommand) recordings() (http, gateway *os.File, err error) {
	if http, err = os.Create(filepath.Join(c.Record, "sandbox.http.jsonl")); err == nil {
		gateway, err = os.Create(filepath.Join(c.Record, "sandbox.gateway.jsonl"))
	}
	if err != nil {
		return nil, nil, misuse{fmt.Sprintf("--record takes a folder that can be written to: %v", err)}
	}
	return http, gateway, nil
}

// sandboxToken is no secret: it opens nothing but the local Discord of the same process.
const sandboxToken = "sandbox-token"

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// nextFree returns the next address after addr, on the same host, that can be listened on.
func nextFree(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	for n++; n < 65536; n++ {
		next := net.JoinHostPort(host, strconv.Itoa(n))
		if l, err := net.Listen("tcp", next); err == nil {
			l.Close()
			return next
		}
	}
	return net.JoinHostPort(host, "0")
}

// browse opens the address in the person's browser.
func browse(url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", url).Run()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", url).Run()
	}
	return exec.Command("xdg-open", url).Run()
}
