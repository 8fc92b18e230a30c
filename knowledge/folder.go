package knowledge

import (
	"errors"
	"io/fs"
	"path"
	"time"
)

// A Folder adds the dossiers of a folder to a base, or puts them in the place of those with the same id. It is for one
// goroutine.
type Folder struct {
	under []*Show // the shows beneath
	fsys  fs.FS
	files map[string]*folderFile
	ready bool
}

// folderFile is the last known state of one file.
type folderFile struct {
	size     int64
	modified time.Time
	show     *Show // the last good version, nil when there never was one
	problems Problems
}

// settle is how long a file must have been left alone before it is read: an editor may still be saving it.
const settle = 300 * time.Millisecond

// NewFolder makes a folder over a base. It reads nothing until Reload.
func NewFolder(base *Base, fsys fs.FS) *Folder {
	return &Folder{under: base.given, fsys: fsys, files: map[string]*folderFile{}}
}

// Reload reads what has changed in the folder since the last time and returns the base with it. A file that was changed
// less than a third of a second before now is left for the next call. A file that is broken, or does not lint, keeps its last good version and is reported by what Problems returns; one that is gone gives way to the
// dossier beneath. changed is false, and base nil, when nothing has changed. An error means that the folder itself could
// not be read; then nothing has changed either.
func (f *Folder) Reload(now time.Time) (base *Base, changed bool, err error) {
	entries, err := fs.ReadDir(f.fsys, ".")
	if err != nil {
		return nil, false, err
	}
	changed = !f.ready
	seen := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone since it was listed; the next call will know
		}
		seen[e.Name()] = true
		file := f.files[e.Name()]
		if file != nil && file.size == info.Size() && file.modified.Equal(info.ModTime()) {
			continue
		}
		if age := now.Sub(info.ModTime()); age >= 0 && age < settle {
			continue
		}
		if file == nil {
			file = &folderFile{}
			f.files[e.Name()] = file
		}
		file.size, file.modified = info.Size(), info.ModTime()
		file.read(f.fsys, e.Name())
		changed = true
	}
	for name := range f.files {
		if !seen[name] {
			delete(f.files, name)
			changed = true
		}
	}
	if !changed {
		return nil, false, nil
	}
	base, err = f.merge()
	if err != nil {
		return nil, false, err
	}
	f.ready = true
	return base, true, nil
}

// read takes over the file's new content if it is sound.
func (file *folderFile) read(fsys fs.FS, name string) {
	file.problems = nil
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		file.problems = Problems{{File: name, Text: err.Error()}}
		return
	}
	show, err := ReadShow(name, data)
	var ps Problems
	if errors.As(err, &ps) {
		file.problems = ps
		return
	}
	if ps := show.Lint(); len(ps) > 0 {
		file.problems = ps
		return
	}
	file.show = show
}

// merge puts the good versions over the base.
func (f *Folder) merge() (*Base, error) {
	own := map[string]*Show{}
	for _, file := range f.files {
		if file.show != nil {
			own[file.show.ID] = file.show // ids are file names, so no two files share one
		}
	}
	var shows []*Show
	for _, s := range f.under {
		if own[s.ID] == nil {
			shows = append(shows, s)
		}
	}
	for _, s := range own {
		shows = append(shows, s)
	}
	return New(shows)
}

// Problems returns the faults of the files that are broken now, ordered by file.
func (f *Folder) Problems() Problems {
	var ps Problems
	for _, file := range f.files {
		ps = append(ps, file.problems...)
	}
	ps.sort()
	return ps
}
