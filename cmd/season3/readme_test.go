package main

import (
	"os"
	"strings"
	"testing"
)

// TestReadme runs every command that the README shows with its output.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```console\n$ go run ./cmd/season3 ")[1:]
	if len(blocks) == 0 {
		t.Fatal("the README shows no command")
	}
	for _, block := range blocks {
		line, want, _ := strings.Cut(block, "\n")
		want, _, _ = strings.Cut(want, "```")
		var args []string
		for i, part := range strings.Split(line, `"`) {
			if i%2 == 1 {
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		if got := invoke(t, "", nil, args...); got.stdout != want || got.code != 0 {
			t.Errorf("%s prints\n%s\nand the README says\n%s", line, got.stdout, want)
		}
	}
}
