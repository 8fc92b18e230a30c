package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"season3/knowledge/catalogue"
)

type importCommand struct {
	File string `arg:"" help:"The file."`
}

// Help is shown below the arguments.
func (importCommand) Help() string {
	return `Takes a file of the anime-offline-database (its minified JSON or its JSON lines; other names for the shows of the catalogue; ODbL 1.0)
or JSON of TVmaze (a show or an array of shows, asked for with embed[]=seasons; live-action shows; CC BY-SA 4.0), plain or
compressed with zstd. Each is kept as a file of its own in the folder, with its licence, which answers and /about show.

Examples:
  season3 catalogue import anime-offline-database-minified.json.zst
  season3 catalogue import dark.json`
}

// Bounds of an import, besides those of catalogue.Import.
const (
	maxImport = 256 << 20 // bytes of the file
	maxWindow = 128 << 20 // bytes that zstd may look back: what its strongest level asks for
)

// Run imports one file.
func (c *importCommand) Run(sys *system, parent *catalogueCommand) error {
	dir, err := parent.folder(sys)
	if err != nil {
		return err
	}
	e, left, err := readImport(c.File, sys)
	if err != nil {
		return fmt.Errorf("nothing is imported from %s: %w", c.File, err)
	}
	sweep(dir, sys.now())
	switch e.Kind {
	case catalogue.OfflineDatabase:
		listed, _ := refreshedCatalogue(dir)
		if listed == nil {
			listed = catalogue.Embedded()
		}
		if n := e.Keep(listed); n > 0 {
			left["not listed in the catalogue"] = n
		}
		if len(e.Names) == 0 {
			return fmt.Errorf("nothing is imported from %s: the catalogue lists none of its shows", c.File)
		}
	case catalogue.TVmaze:
		old, err := imported(dir, e.Kind)
		if err != nil {
			return fmt.Errorf("%w; remove it to begin anew", err)
		}
		if old != nil {
			e.Merge(old)
		}
	}
	var packed bytes.Buffer
	if err := e.Encode(&packed); err != nil {
		return fmt.Errorf("nothing is imported from %s: %w", c.File, err)
	}
	err = publish(dir, catalogue.FileName(e.Kind), packed.Bytes(), func(in io.Reader) error {
		_, err := catalogue.DecodeExtra(in)
		return err
	})
	if err != nil {
		return err
	}
	o := catalogue.OriginOf(e.Kind)
	fmt.Fprintf(sys.stdout, "%s now holds %s, up to %s.\n%s (%s).\n", catalogue.FileName(e.Kind), count(len(e.Names)+len(e.Series), "show"), e.Updated, o.Attribution, o.Licence)
	for _, why := range slices.Sorted(maps.Keys(left)) {
		fmt.Fprintf(sys.stdout, "left out: %d, %s\n", left[why], why)
	}
	return nil
}

// readImport reads the file, which zstd may have packed.
func readImport(name string, sys *system) (*catalogue.Extra, map[string]int, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("it is no file")
	case info.Size() > maxImport:
		return nil, nil, fmt.Errorf("it is larger than %d MB", maxImport>>20)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	packed := bufio.NewReader(f)
	var plain io.Reader = packed
	if magic, _ := packed.Peek(4); bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("read as zstd: %w", err)
		}
		defer z.Close()
		plain = z
	}
	return catalogue.Import(plain, sys.now())
}
