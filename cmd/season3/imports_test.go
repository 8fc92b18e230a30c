package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestImports pins which way the packages depend on each other. Tests may import more.
func TestImports(t *testing.T) {
	for _, rule := range []struct {
		dir    string
		ban    string // path, or prefix when it ends with a slash
		except []string
		why    string
	}{
		{"knowledge", "season3/", []string{"season3/knowledge/catalogue"}, "knowledge is a library about shows: it knows neither Discord nor storage"},
		{"knowledge/catalogue", "season3/", nil, "the catalogue is data with its own reader"},
		{"store", "season3/", nil, "the store remembers ids and settings, and must not know what they are for"},
		{"bot/sandbox", "season3/", nil, "a Discord that knew the bot could not find the bot's faults"},
		{"bot/sandbox", "github.com/bwmarrin/discordgo", nil, "the stand-in must not share the library's mistakes"},
		{"bot", "season3/", []string{"season3/knowledge", "season3/store"}, "the bot runs against the real Discord; the sandbox is for commands and tests"},
		{"knowledge", "net/", []string{"net/url"}, "answers need no network"},
		{"knowledge", "github.com/bwmarrin/discordgo", nil, "bot is the only importer of discordgo"},
		{"store", "github.com/bwmarrin/discordgo", nil, "bot is the only importer of discordgo"},
		{"cmd/season3", "github.com/bwmarrin/discordgo", nil, "bot is the only importer of discordgo"},
		{"cmd/season3", "go.etcd.io/", nil, "store is the only importer of bbolt"},
		{"bot", "go.etcd.io/", nil, "store is the only importer of bbolt"},
		{"knowledge", "go.etcd.io/", nil, "store is the only importer of bbolt"},
	} {
		root := os.DirFS("../..")
		files, err := fs.Glob(root, path.Join(rule.dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no Go files in %s: %v", rule.dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), "../../"+file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				name, _ := strconv.Unquote(spec.Path.Value)
				banned := name == rule.ban || strings.HasSuffix(rule.ban, "/") && strings.HasPrefix(name, rule.ban)
				if banned && !slices.Contains(rule.except, name) {
					t.Errorf("%s imports %s: %s", file, name, rule.why)
				}
			}
		}
	}
}
