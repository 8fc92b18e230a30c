package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Recording is where everything that passes is written down, one JSON object
// a line; nil writers record nothing. Tokens of the bot are blanked, those of
// interactions are not: they are dead after 15 minutes.
type Recording struct {
	HTTP    io.Writer // REST exchanges: at, method, path, request_headers, request_body, status, response_headers, response_body, ms
	Gateway io.Writer // frames: at, conn, dir ("recv" or "send", as the bot sees it), op, s, t, d
}

type recorder struct {
	mu  sync.Mutex
	out Recording
}

func (r *recorder) line(w io.Writer, v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Write(append(encode(v), '\n'))
}

func (r *recorder) frame(at time.Time, conn int, dir string, f frame) {
	if r.out.Gateway != nil {
		r.line(r.out.Gateway, obj{"at": at.UnixMilli(), "conn": conn, "dir": dir, "op": f.Op, "s": f.S, "t": f.T, "d": f.D})
	}
}

// closed writes the end of a connection as a frame with op -2.
func (r *recorder) closed(at time.Time, conn int, dir string, code int) {
	if r.out.Gateway != nil {
		r.line(r.out.Gateway, obj{"at": at.UnixMilli(), "conn": conn, "dir": dir, "op": -2, "close": code})
	}
}

// exchange writes a request and its answer; status 0 means that none came.
func (r *recorder) exchange(q *request, ended time.Time, status int, header http.Header, body any) {
	if r.out.HTTP == nil {
		return
	}
	sent := flat(q.Header)
	if a, ok := sent["authorization"]; ok {
		sent["authorization"] = "REDACTED"
		if strings.HasPrefix(a.(string), "Bot ") {
			sent["authorization"] = "Bot REDACTED"
		}
	}
	r.line(r.out.HTTP, obj{
		"at": q.at.UnixMilli(), "ms": ended.Sub(q.at).Milliseconds(), "method": q.Method, "path": q.URL.RequestURI(),
		"request_headers": sent, "request_body": q.recorded(), "status": status, "response_headers": flat(header), "response_body": body,
	})
}

func flat(h http.Header) obj {
	o := obj{}
	for k, v := range h {
		o[strings.ToLower(k)] = strings.Join(v, ", ")
	}
	return o
}

// blankToken replaces the token of an identify or resume.
func blankToken(d json.RawMessage) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(d, &o) != nil || o["token"] == nil {
		if d == nil {
			return json.RawMessage("null")
		}
		return d
	}
	o["token"] = json.RawMessage(`"REDACTED"`)
	return encode(o)
}
