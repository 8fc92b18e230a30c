package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/joho/godotenv"
)

// invocation is what one call of season3 did.
type invocation struct {
	code           int
	stdout, stderr string
}

// invoke runs season3 with args on 23 November 2026.
func invoke(t *testing.T, stdin string, env map[string]string, args ...string) invocation {
	t.Helper()
	var stdout, stderr bytes.Buffer
	sys := &system{
		stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string { return env[name] },
		now:    func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	}
	code := run(t.Context(), args, sys)
	return invocation{code, stdout.String(), stderr.String()}
}

func TestAsk(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"the main job", []string{"ask", "Is there a season 3 of Hero Mask?"},
			[]string{"No. A season 3 of Hero Mask is not planned.\n", "August 2019, 7 years ago", "hero-mask-producer-mikio-ono", "hero-mask-director-hiroyasu-aoki", "bustle.com"}},
		{"words without quotes", []string{"ask", "hero", "msak", "s3??"}, []string{"No. A season 3 of Hero Mask is not planned.\n"}},
		{"the past", []string{"ask", "--on", "2019-08-01", "is hero mask season 2 out"}, []string{"Yes. Season 2 of Hero Mask is scheduled for 23 August 2019."}},
		{"a little later", []string{"ask", "--on", "2019-09-01", "is hero mask season 2 out"}, []string{"Yes. Season 2 of Hero Mask came out on 23 August 2019."}},
		{"an unknown show", []string{"ask", "will there be a season 2 of Quux Frobnicate?"}, []string{"I don't know a show called “Quux Frobnicate”."}},
		{"a remark", []string{"ask", "lovely weather today"}, []string{"I see no question about a further season here."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := invoke(t, "", nil, test.args...)
			if got.code != 0 || got.stderr != "" {
				t.Errorf("exit %d, stderr %q", got.code, got.stderr)
			}
			for _, w := range test.want {
				if !strings.Contains(got.stdout, w) {
					t.Errorf("%q is not in\n%s", w, got.stdout)
				}
			}
			if strings.Contains(got.stdout, "\x1b") {
				t.Error("colour where no terminal is")
			}
		})
	}
}

// TestAskLines answers line by line, in order, one object for every line whatever it holds.
func TestAskLines(t *testing.T) {
	lines := []string{"hero mask s3?", "", "hello", strings.Repeat("x", 3*maxLine/2), "\x00\x01\xff", "is hero mask season 2 out"}
	got := invoke(t, strings.Join(lines, "\r\n"), nil, "ask", "--json", "-")
	if got.code != 0 {
		t.Fatalf("exit %d: %s", got.code, got.stderr)
	}
	out := strings.Split(strings.TrimRight(got.stdout, "\n"), "\n")
	if len(out) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(out), len(lines))
	}
	var intents []string
	for _, line := range out {
		var a struct{ Intent string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		intents = append(intents, a.Intent)
	}
	if want := "exists none none none none exists"; strings.Join(intents, " ") != want {
		t.Errorf("intents %v, want %s", intents, want)
	}
}

// TestAskStreams: an answer comes before the next question is asked.
func TestAskStreams(t *testing.T) {
	in, ask, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	sys := &system{stdin: in, stdout: out, stderr: os.Stderr, getenv: func(string) string { return "" }, now: time.Now}
	done := make(chan int, 1)
	go func() { done <- run(context.Background(), []string{"ask", "--json", "-"}, sys) }()
	dec := json.NewDecoder(answers)
	for _, q := range []string{"hero mask season 3?", "was glow cancelled?"} {
		if _, err := ask.WriteString(q + "\n"); err != nil {
			t.Fatal(err)
		}
		var a struct{ Question string }
		if err := dec.Decode(&a); err != nil || a.Question != q {
			t.Fatalf("asked %q, got %q, %v", q, a.Question, err)
		}
	}
	ask.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit %d", code)
	}
}

// TestMisuse: exit 2 and one line that says what to type.
func TestMisuse(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"ask"}, "ask needs a question"},
		{[]string{"ask", "  "}, "ask needs a question"},
		{[]string{"ask", "--on", "yesterday", "x"}, "2019-08-01"},
		{[]string{"ask", "--on", "2019-02-30", "x"}, "2019-08-01"},
		{[]string{"ask", "--on", "2019", "x"}, "2019-08-01"},
		{[]string{"ask", "--nonsense"}, "--nonsense"},
		{[]string{"frobnicate"}, "frobnicate"},
		{[]string{"sandbox", "--addr", "0.0.0.0:8303"}, "127.0.0.1"},
		{[]string{"sandbox", "--addr", "8303"}, "127.0.0.1:8303"},
	} {
		got := invoke(t, "", nil, test.args...)
		if got.code != exitMisuse || !strings.Contains(got.stderr, test.want) || strings.Count(strings.TrimSpace(got.stderr), "\n") != 0 {
			t.Errorf("%q: exit %d, says %q", test.args, got.code, got.stderr)
		}
		if got.stdout != "" {
			t.Errorf("%q prints %q", test.args, got.stdout)
		}
	}
}

// TestRunWithoutToken says in two lines how to get one and how to try without.
func TestRunWithoutToken(t *testing.T) {
	t.Chdir(t.TempDir())
	got := invoke(t, "", nil, "run")
	lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
	if got.code != exitMisuse || len(lines) != 2 || !strings.Contains(lines[0], "discord.com/developers") || !strings.Contains(lines[1], "season3 sandbox") {
		t.Errorf("exit %d:\n%s", got.code, got.stderr)
	}
}

func TestRunRefusesBadConfiguration(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if got := invoke(t, "", map[string]string{"LOG_LEVEL": "loud"}, "run"); got.code != exitMisuse || !strings.Contains(got.stderr, "debug, info, warn or error") {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
	secret := "MTIz.secret"
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("DISCORD_TOKEN "+secret+"\n\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := invoke(t, "", nil, "run")
	if got.code != exitMisuse || !strings.Contains(got.stderr, ".env cannot be read") || strings.Contains(got.stderr, secret) {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
}

// TestDotenv: the environment wins over the file.
func TestDotenv(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte("STORE=from-file.db\nDISCORD_TOKEN=\"Bot abc\"\nLOG_LEVEL=debug\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"STORE": "from-environment.db"}
	getenv, err := withDotenv(func(n string) string { return env[n] }, file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := configure(getenv)
	if err != nil || c.Store != "from-environment.db" || c.Token != "abc" || c.LogLevel.String() != "DEBUG" {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestEnvExample compares .env.example with the configuration: the same variables, with their defaults.
func TestEnvExample(t *testing.T) {
	example, err := godotenv.Read("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[config]()
	for i := range typ.NumField() {
		tag := typ.Field(i).Tag
		value, ok := example[tag.Get("env")]
		if !ok || value != tag.Get("default") {
			t.Errorf("%s is %q in .env.example, %q by default", tag.Get("env"), value, tag.Get("default"))
		}
		delete(example, tag.Get("env"))
	}
	for name := range example {
		t.Errorf(".env.example has %s, which nothing reads", name)
	}
}

// TestText is the rendering for people, whole, narrow and coloured.
func TestText(t *testing.T) {
	var out bytes.Buffer
	sys := &system{stdout: &out, stderr: &out, getenv: func(string) string { return "" }, width: 40, color: true,
		now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }}
	if code := run(t.Context(), []string{"ask", "hero mask season 3?"}, sys); code != 0 {
		t.Fatal(out.String())
	}
	plain := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(out.String(), "")
	if plain == out.String() {
		t.Error("no colour on a terminal")
	}
	for line := range strings.Lines(plain) {
		if columns(strings.TrimRight(line, "\n")) > 40 && !strings.Contains(line, "https://") {
			t.Errorf("%q is wider than the terminal", line)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text, indent string
		limit        int
		want         string
	}{
		{"one two three", "", 0, "one two three"},
		{"one two three", "  ", 8, "one two\n  three"},
		{"日本語 日本語", "", 6, "日本語\n日本語"},
		{"unbreakable", "", 4, "unbreakable"},
	} {
		if got := wrap(test.text, test.indent, test.limit); got != test.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
