package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"season3/knowledge"
)

type askCommand struct {
	JSON     bool     `name:"json" help:"Print one JSON object a line instead of text."`
	On       string   `placeholder:"DATE" help:"Answer as of this day, such as 2019-08-01, instead of today."`
	Question []string `arg:"" optional:"" help:"The question; - reads one a line from standard input."`
}

// Help is shown below the flags.
func (askCommand) Help() string {
	return `Examples:
  season3 ask Is there a season 3 of Hero Mask?
  season3 ask --on 2019-08-01 is hero mask season 2 out
  season3 ask --json - < questions.txt`
}

// maxLine bounds a line of standard input, in bytes.
const maxLine = 1 << 20

// Run answers the question, or each line of standard input in order as it comes.
func (c *askCommand) Run(ctx context.Context, sys *system) error {
	on := knowledge.DayOf(sys.now())
	if c.On != "" {
		d, err := knowledge.ParseDate(c.On)
		if err != nil || d.Precision() != knowledge.ToDay {
			return misuse{fmt.Sprintf("--on takes a day such as 2019-08-01, not %q", c.On)}
		}
		on = d
	}
	question := strings.Join(c.Question, " ")
	if strings.TrimSpace(question) == "" {
		return misuse{`ask needs a question: season3 ask "Is there a season 3 of Hero Mask?"`}
	}
	known := base(catalogueDir(sys), slog.New(slog.NewTextHandler(sys.stderr, nil)))
	if question != "-" {
		return c.answer(sys, sys.stdout, known.Ask(question, on))
	}

	in := bufio.NewReader(sys.stdin)
	out := bufio.NewWriter(sys.stdout)
	for n := 1; ctx.Err() == nil; n++ {
		line, err := readLine(in)
		if err == io.EOF && line == "" {
			break
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d of standard input: %w", n, err)
		}
		if err := c.answer(sys, out, known.Ask(line, on)); err != nil {
			return err
		}
		if !c.JSON {
			fmt.Fprintln(out)
		}
		// Whoever asks line by line wants each answer before the next question.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(out.Flush(), ctx.Err())
}

// readLine returns the next line without its end. What a line has beyond maxLine is dropped, so that every line of
// input still gets one answer.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := maxLine - len(line); len(part) > room {
			part = part[:room]
		}
		line = append(line, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		return strings.TrimRight(string(line), "\r\n"), err
	}
}

func (c *askCommand) answer(sys *system, out io.Writer, a knowledge.Answer) error {
	if c.JSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(a)
	}
	_, err := io.WriteString(out, text(a, sys.width, sys.color))
	return err
}

// maxWidth is the widest text that still reads well.
const maxWidth = 100

// text renders an answer for people: the verdict line, why, the age of the evidence, the sources. Lines are wrapped at
// width columns, 0 for not at all.
func text(a knowledge.Answer, width int, color bool) string {
	if width > maxWidth {
		width = maxWidth
	}
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	const bold, dim = "1", "2"

	var b strings.Builder
	fmt.Fprintln(&b, paint(bold, wrap(a.Head, "", width)))
	if a.Rest != "" {
		fmt.Fprintln(&b, wrap(a.Rest, "", width))
	}
	if len(a.Why) > 0 {
		fmt.Fprintln(&b)
	}
	for _, p := range a.Why {
		fmt.Fprintln(&b, "- "+wrap(p.String(), "  ", width-2))
	}
	if a.Show == nil {
		return b.String() + also(a, width, color)
	}
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, paint(dim, wrap(a.Footer(), "", width)))
	if len(a.Sources) > 0 {
		fmt.Fprintln(&b)
	}
	for _, s := range a.Sources {
		head := fmt.Sprintf("[%d] %s", s.N, s.Publisher)
		if s.Title != "" {
			head += ": " + s.Title
		}
		if !s.Published.IsZero() {
			head += " (" + s.Published.Words() + ")"
		}
		if s.Kind == knowledge.Aggregator {
			head += ", retells others"
		}
		fmt.Fprintln(&b, wrap(head, "    ", width))
		fmt.Fprintln(&b, "    "+paint(dim, s.URL))
	}
	return b.String() + also(a, width, color)
}

// also renders the answer about a second show that was asked about.
func also(a knowledge.Answer, width int, color bool) string {
	var b strings.Builder
	for _, second := range a.Also {
		b.WriteString("\n" + text(second, width, color))
	}
	return b.String()
}
