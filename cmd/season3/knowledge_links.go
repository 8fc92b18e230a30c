package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"season3/knowledge"
)

type linksCommand struct {
	IDs     []string      `arg:"" optional:"" name:"ids" help:"The dossiers whose sources are tried; all when left out."`
	Timeout time.Duration `default:"10s" help:"How long one address may take."`

	client *http.Client // nil for the usual one
}

// Help is shown below the flags.
func (linksCommand) Help() string {
	return `Needs the network. Many sites refuse programs, so a failure is a reason to look, not to remove a source; the exit code is 0
in any case.

Example:
  season3 knowledge links hero-mask`
}

// linkWorkers is how many addresses are tried at a time.
const linkWorkers = 8

// link is an address, and the sources that give it.
type link struct {
	url     string
	sources []string // such as "hero-mask.yaml: sources.bustle"
	fault   string   // "" when it answered
}

// Run prints the addresses that do not answer, in the order of the dossiers.
func (c *linksCommand) Run(ctx context.Context, sys *system, k *knowledgeCommand) error {
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	shows := b.Dossiers()
	if len(c.IDs) > 0 {
		shows = nil
		for _, id := range c.IDs {
			s, err := find(b, id)
			if err != nil {
				return err
			}
			shows = append(shows, s)
		}
	}
	client := c.client
	if client == nil {
		client = http.DefaultClient
	}
	links := collect(shows)
	work := make(chan *link)
	var workers sync.WaitGroup
	for range min(linkWorkers, len(links)) {
		workers.Go(func() {
			for l := range work {
				l.fault = try(ctx, client, l.url, c.Timeout)
			}
		})
	}
	tried := 0
	for ctx.Err() == nil && tried < len(links) {
		work <- links[tried]
		tried++
	}
	close(work)
	workers.Wait()

	failed := 0
	for _, l := range links[:tried] {
		if l.fault == "" {
			continue
		}
		failed++
		for _, source := range l.sources {
			fmt.Fprintf(sys.stdout, "%s: %s: %s\n", source, l.url, l.fault)
		}
	}
	if tried < len(links) {
		fmt.Fprintf(sys.stdout, "Stopped after %d of %s.\n", tried, count(len(links), "link"))
	}
	_, err = fmt.Fprintf(sys.stdout, "%d of %s failed. This is advice: pages move, and some sites refuse programs.\n", failed, count(tried, "link"))
	return err
}

// collect returns the addresses of the shows' sources, each once.
func collect(shows []*knowledge.Show) []*link {
	var links []*link
	known := map[string]*link{}
	for _, s := range shows {
		for _, id := range slices.Sorted(maps.Keys(s.Sources)) {
			at := s.Sources[id].URL
			if known[at] == nil {
				known[at] = &link{url: at}
				links = append(links, known[at])
			}
			known[at].sources = append(known[at].sources, fmt.Sprintf("%s.yaml: sources.%s", s.ID, id))
		}
	}
	return links
}

// try asks for the head of the page, and for the page where heads are refused. It returns what went wrong, and nothing
// once the command is told to end.
func try(ended context.Context, client *http.Client, at string, timeout time.Duration) string {
	ctx, cancel := context.WithTimeout(ended, timeout)
	defer cancel()
	fault := ""
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		req, err := http.NewRequestWithContext(ctx, method, at, nil)
		if err != nil {
			return err.Error()
		}
		req.Header.Set("User-Agent", "season3 knowledge links")
		resp, err := client.Do(req)
		if ended.Err() != nil {
			return ""
		}
		if err != nil {
			var ue *url.Error
			if errors.As(err, &ue) {
				err = ue.Err // without the address, which is printed anyway
			}
			fault = err.Error()
			continue
		}
		resp.Body.Close()
		if resp.StatusCode < 400 {
			return ""
		}
		fault = resp.Status
	}
	return fault
}
