package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"season3/knowledge"
	"season3/knowledge/catalogue"
)

// catalogueCommand holds the operator's tools for the catalogue.
type catalogueCommand struct {
	Dir string `placeholder:"DIR" help:"The folder of the catalogue, instead of CATALOGUE_DIR."`

	Refresh refreshCommand `cmd:"" help:"Take the newest release of the catalogue."`
	Import  importCommand  `cmd:"" help:"Add names or live-action shows from a file of another project."`
}

// Help is shown below the commands.
func (catalogueCommand) Help() string {
	return `The catalogue lists the seasons of shows that have no dossier. One is part of the program; what these commands make is kept in
the folder CATALOGUE_DIR and used by run, sandbox and ask from their next start on. To take something back, remove its file.`
}

// folder returns the folder to write to.
func (c *catalogueCommand) folder(sys *system) (string, error) {
	if dir := cmp.Or(c.Dir, catalogueDir(sys)); dir != "" {
		return dir, nil
	}
	return "", misuse{"no folder for the catalogue: set CATALOGUE_DIR, or name it, such as: season3 catalogue --dir catalogue refresh"}
}

// catalogueDir returns CATALOGUE_DIR, "" when it is not set. Commands that need nothing else of the configuration do not
// fail for a .env that cannot be read.
func catalogueDir(sys *system) string {
	getenv, err := withDotenv(sys.getenv, ".env")
	if err != nil {
		fmt.Fprintln(sys.stderr, "season3: left aside:", err)
		getenv = sys.getenv
	}
	return strings.TrimSpace(getenv("CATALOGUE_DIR"))
}

// catalogueFile is the name of a refreshed catalogue in its folder.
const catalogueFile = "catalogue.jsonl.gz"

// base returns what the program knows: its dossiers over the newer of the catalogue in the folder and the one in the
// program, and what was imported into the folder. What is broken there is logged and left aside.
func base(dir string, log *slog.Logger) *knowledge.Base {
	if dir == "" {
		return knowledge.Embedded()
	}
	c, err := refreshedCatalogue(dir)
	if err != nil {
		log.Warn("the refreshed catalogue is broken; the one in the program is used", "error", err)
	}
	var extras []*catalogue.Extra
	for _, kind := range []string{catalogue.OfflineDatabase, catalogue.TVmaze} {
		e, err := imported(dir, kind)
		if err != nil {
			log.Warn("imported data is broken and left aside", "error", err)
		}
		if e != nil {
			extras = append(extras, e)
		}
	}
	if c == nil && len(extras) == 0 {
		return knowledge.Embedded()
	}
	if c == nil {
		c = catalogue.Embedded()
	}
	b, err := knowledge.Over(c, extras...)
	if err != nil {
		log.Warn("the refreshed catalogue cannot be used; the one in the program is", "error", err)
		return knowledge.Embedded()
	}
	return b
}

// refreshedCatalogue returns the catalogue in the folder, nil when there is none that is newer than the one in the
// program.
func refreshedCatalogue(dir string) (*catalogue.Catalogue, error) {
	f, err := os.Open(filepath.Join(dir, catalogueFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	version, newest, err := catalogue.Head(f)
	if err == nil && !newerThanEmbedded(version, newest) {
		return nil, nil
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	var c *catalogue.Catalogue
	if err == nil {
		c, err = catalogue.Decode(f)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return c, nil
}

// imported returns what was imported of a kind, nil when nothing was.
func imported(dir, kind string) (*catalogue.Extra, error) {
	f, err := os.Open(filepath.Join(dir, catalogue.FileName(kind)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e, err := catalogue.DecodeExtra(f)
	if err == nil && e.Kind != kind {
		err = fmt.Errorf("it holds %s", e.Kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return e, nil
}

// newerThanEmbedded compares by the newest day, then by the version.
func newerThanEmbedded(version, newest string) bool {
	v, n := catalogue.EmbeddedHead()
	return cmp.Or(cmp.Compare(newest, n), compareVersions(version, v)) > 0
}

// compareVersions compares versions such as 0.3.208 number by number.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if c := cmp.Compare(m, n); c != 0 {
			return c
		}
	}
	return 0
}

// publish writes a file of the folder so that it is there whole or not at all, whenever the process or the machine stops:
// into a temporary file that is read again, checked and renamed.
func publish(dir, name string, data []byte, check func(io.Reader) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", filepath.Join(dir, name), err)
		}
	}()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, name+".*"+temporary)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(data)
	if err = cmp.Or(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	written, err := os.ReadFile(f.Name())
	if err != nil {
		return err
	}
	if err := check(bytes.NewReader(written)); err != nil {
		return fmt.Errorf("what was written cannot be read: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil { // the rename itself is on the disk once its folder is
		_ = d.Sync() // not every system can
		_ = d.Close()
	}
	return nil
}

// temporary ends the names of files that are being written.
const temporary = ".tmp"

// sweep removes what killed processes left behind. What is younger than an hour may still be written.
func sweep(dir string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, "*.*"+temporary))
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && now.Sub(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
		}
	}
}
