// Generate builds the embedded catalogue from bangumi-data.
//
// The data is not in the tree: it is dist/data.json of the npm package bangumi-data, 7 MB, CC BY 4.0. To make the
// committed file again, fetch the release that Embedded().Version names and unpack it:
//
//	npm pack bangumi-data@0.3.208 && tar xf bangumi-data-0.3.208.tgz
//	BANGUMI_DATA=$PWD/package/dist/data.json go generate ./knowledge/catalogue
//
// The same data, overrides and aliases give the same bytes. The program is a module of its own because the dictionary
// with which it reads titles aloud is a download of 50 MB (140 with all that its modules name) that nobody who builds,
// tests or runs season3 needs.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"season3/knowledge/catalogue"
)

func main() {
	from := flag.String("from", "", "data.json of bangumi-data: a `file`, or an https URL")
	version := flag.String("version", "", "the `release`, where neither the URL nor package.json two folders up says it")
	out := flag.String("out", "catalogue.jsonl.gz", "the `file` to write")
	flag.Parse()
	if err := run(os.Stdout, *from, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, from, version, out string) error {
	if from == "" {
		return fmt.Errorf("set BANGUMI_DATA, or -from, to dist/data.json of the npm package bangumi-data")
	}
	data, err := fetch(from)
	if err != nil {
		return err
	}
	if version == "" {
		version = releaseOf(from)
	}
	rules, err := catalogue.Shipped()
	if err != nil {
		return err
	}
	if rules.Reading, err = newReader(); err != nil {
		return fmt.Errorf("load dictionary: %w", err)
	}
	c, report, err := catalogue.Build(data, rules)
	if err != nil {
		return err
	}
	c.Version = version
	var packed bytes.Buffer
	if err := c.Encode(&packed); err != nil {
		return err
	}
	if err := os.WriteFile(out, packed.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write catalogue: %w", err)
	}
	tell(w, c, report, packed.Len())
	return nil
}

const maxData = 64 << 20 // bytes

// fetch reads a file or an https URL.
func fetch(from string) ([]byte, error) {
	var in io.ReadCloser
	if strings.HasPrefix(from, "https://") {
		client := http.Client{Timeout: 2 * time.Minute}
		reply, err := client.Get(from)
		if err != nil {
			return nil, fmt.Errorf("fetch bangumi-data: %w", err)
		}
		if reply.StatusCode != http.StatusOK {
			reply.Body.Close()
			return nil, fmt.Errorf("fetch bangumi-data: %s", reply.Status)
		}
		in = reply.Body
	} else {
		f, err := os.Open(from)
		if err != nil {
			return nil, fmt.Errorf("read bangumi-data: %w", err)
		}
		in = f
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxData+1))
	if err != nil {
		return nil, fmt.Errorf("read bangumi-data: %w", err)
	}
	if len(data) > maxData {
		return nil, fmt.Errorf("read bangumi-data: more than %d bytes", maxData)
	}
	return data, nil
}

var pinned = regexp.MustCompile(`bangumi-data@([0-9]+\.[0-9]+\.[0-9]+)/`)

// releaseOf finds the release in a URL that pins it, or in the package.json of an unpacked package; "" for neither.
func releaseOf(from string) string {
	if m := pinned.FindStringSubmatch(from); m != nil {
		return m[1]
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(from), "..", "package.json"))
	if err != nil {
		return ""
	}
	var manifest struct{ Name, Version string }
	if json.Unmarshal(text, &manifest) != nil || manifest.Name != "bangumi-data" {
		return ""
	}
	return manifest.Version
}

// tell prints what was left out and why, then the figures.
func tell(w io.Writer, c *catalogue.Catalogue, report catalogue.Report, size int) {
	counts := map[string]int{}
	for _, d := range report.Dropped {
		fmt.Fprintf(w, "left out: %s %s: %s\n", d.Begin, d.Title, d.Reason)
		reason, _, _ := strings.Cut(d.Reason, ":")
		counts[reason]++
	}
	for _, row := range report.Unused {
		fmt.Fprintf(w, "matches nothing: %s\n", row)
	}
	var reasons []string
	for reason, n := range counts {
		reasons = append(reasons, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(reasons)
	several, latin, read, ranked := 0, 0, 0, 0
	for _, s := range c.Shows {
		if s.Seasons[len(s.Seasons)-1].Number > s.Seasons[0].Number {
			several++
		}
		if strings.IndexFunc(s.Title, isJapanese) < 0 {
			latin++
		}
		if s.Reading != "" {
			read++
		}
		if s.Rank > 0 {
			ranked++
		}
	}
	fmt.Fprintf(w, "bangumi-data %s up to %s: %d entries, %d left out (%s)\n", c.Version, c.Newest, report.Items, len(report.Dropped), strings.Join(reasons, ", "))
	fmt.Fprintf(w, "%d shows, %d seasons, %d films, OVAs and specials; %d shows with several seasons, %d with a Latin title, %d read aloud, %d ranked; %d bytes\n",
		report.Shows, report.Seasons, report.Works, several, latin, read, ranked, size)
}
