package main

import (
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// terminal returns the real world. Colour is for terminals only, and never where NO_COLOR is set (no-color.org).
func terminal() *system {
	sys := &system{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now}
	fd := int(os.Stdout.Fd())
	if term.IsTerminal(fd) {
		sys.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		sys.width, _, _ = term.GetSize(fd)
	}
	return sys
}

// columns returns how many columns of a terminal s takes: wide characters of East Asia take two.
func columns(s string) int {
	if utf8.RuneCountInString(s) == len(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// wrap breaks text into lines of at most limit columns, where words allow it. Lines after the first begin with indent.
// A limit of 0 breaks nothing.
func wrap(text, indent string, limit int) string {
	if limit <= 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		n := columns(word)
		switch {
		case i == 0:
		case at+1+n > limit:
			b.WriteString("\n" + indent)
			at = columns(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// oneLine makes text from strangers safe to print: control characters, which could drive the terminal, become blanks.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)), " ")
}
