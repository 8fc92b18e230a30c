package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Files that members attach to options of commands.

// File is such a file, as the value of an Option. On the page it is pasted as
// text.
type File struct {
	Name     string
	Contents []byte
}

const (
	cdnHost     = "cdn.discordapp.com"
	cdnFolder   = "/ephemeral-attachments/" // of what members attach to commands
	uploadsKept = 100
)

// attach keeps the file that an option gives, and tells the bot where it is.
func (o *filled) attach(v any) (id string, err error) {
	f, ok := v.(File)
	if pasted, isText := v.(string); isText {
		f, ok = File{"pasted.txt", []byte(pasted)}, true
	}
	switch {
	case !ok:
		return "", errors.New("must be a file")
	case len(f.Contents) > attachmentLimit:
		return "", errors.New("is too large")
	}
	s := o.s
	id = s.newID()
	if len(s.uploads) >= uploadsKept {
		clear(s.uploads)
	}
	s.uploads[id] = f
	u := "https://" + cdnHost + cdnFolder + s.bot.ID + "/" + id + "/" + url.PathEscape(f.Name)
	resolved, ok := o.data["resolved"].(obj)
	if !ok {
		resolved = obj{}
		o.data["resolved"] = resolved
	}
	all, ok := resolved["attachments"].(obj)
	if !ok {
		all = obj{}
		resolved["attachments"] = all
	}
	all[id] = obj{"id": id, "filename": f.Name, "size": len(f.Contents), "url": u, "proxy_url": strings.Replace(u, cdnHost, "media.discordapp.net", 1), "ephemeral": true}
	return id, nil
}

// serveUpload stands in for Discord's file host.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.uploads[r.PathValue("id")]
	s.mu.Unlock()
	if !ok || r.PathValue("app") != s.bot.ID {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(f.Contents)
}
