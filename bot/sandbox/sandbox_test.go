package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/bot/sandbox"
)

type obj = map[string]any

const (
	botID     = sandbox.DefaultBotID
	guild     = sandbox.DefaultGuildID
	general   = sandbox.DefaultGeneralID
	news      = sandbox.DefaultNewsID
	staff     = sandbox.DefaultStaffID
	thread    = sandbox.DefaultThreadID
	fan       = sandbox.DefaultFanID
	moderator = sandbox.DefaultModeratorID
	otherFan  = sandbox.DefaultOtherFanID
)

// start listens with a server that is closed when the test ends; then no
// goroutine of it may be left.
func start(t *testing.T, opts sandbox.Options) *sandbox.Server {
	t.Helper()
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	opts.Recording = recording(t)
	before := runtime.NumGoroutine()
	srv := sandbox.New(opts)
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error("closing:", err)
		}
		settled(t, before)
	})
	return srv
}

// settled waits for goroutines to end, and shows those that do not.
func settled(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// soon is the time a test waits for anything.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// session returns a discordgo session that reaches srv and is not open yet.
func session(t *testing.T, srv *sandbox.Server) *discordgo.Session {
	t.Helper()
	s, err := discordgo.New("Bot sandbox-token")
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Transport: srv.Transport(), Timeout: 10 * time.Second}
	s.ShouldReconnectOnError = false
	s.LogLevel = -1
	return s
}

// open opens a session and closes it when the test ends.
func open(t *testing.T, s *discordgo.Session) {
	t.Helper()
	if err := s.Open(); err != nil {
		t.Fatal("opening the session:", err)
	}
	t.Cleanup(func() { s.Close() })
}

// answering opens a session of a bot that has the commands and answers every
// interaction with what reply returns; nil leaves it unanswered.
func answering(t *testing.T, srv *sandbox.Server, commands []*discordgo.ApplicationCommand, reply func(*discordgo.Interaction) *discordgo.InteractionResponse) *discordgo.Session {
	t.Helper()
	s := session(t, srv)
	s.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		if r := reply(i.Interaction); r != nil {
			if err := s.InteractionRespond(i.Interaction, r); err != nil {
				t.Error("answering:", err)
			}
		}
	})
	open(t, s)
	if _, err := s.ApplicationCommandBulkOverwrite(botID, "", commands); err != nil {
		t.Fatal("registering:", err)
	}
	return s
}

func says(content string) *discordgo.InteractionResponse {
	return &discordgo.InteractionResponse{Type: 4, Data: &discordgo.InteractionResponseData{Content: content}}
}

var hello = []*discordgo.ApplicationCommand{{Name: "hello", Description: "Says hello"}}

// answer is what the REST API said.
type answer struct {
	status int
	header http.Header
	body   obj
	raw    string
}

// list is a body that is a list of objects.
func (a answer) list() (out []obj) {
	json.Unmarshal([]byte(a.raw), &out)
	return out
}

func (a answer) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

// rest sends a request as the bot, below /api/v10.
func rest(t *testing.T, srv *sandbox.Server, method, path string, body any) answer {
	t.Helper()
	return restAs(t, srv, "Bot sandbox-token", method, path, body)
}

func restAs(t *testing.T, srv *sandbox.Server, authorization, method, path string, body any) answer {
	t.Helper()
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(soon(t), method, "https://discord.com/api/v10"+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	r.Header.Set("User-Agent", "DiscordBot (https://example.test, 1)")
	resp, err := srv.Transport().RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(data)}
	json.Unmarshal(data, &a.body)
	return a
}

// refused checks that an answer is an error with a status and a JSON code.
func refused(t *testing.T, what string, a answer, status, code int) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Errorf("%s: answered %d %s, want %d with code %d", what, a.status, a.raw, status, code)
	}
}

func accepted(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status < 200 || a.status > 299 {
		t.Errorf("%s: answered %d %s", what, a.status, a.raw)
	}
}

func jsonBody(v any) io.Reader {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return bytes.NewReader(data)
}
