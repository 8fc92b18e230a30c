package main

import (
	"fmt"
	"strings"

	"season3/knowledge"
)

type showCommand struct {
	ID     string `arg:"" help:"The id of the dossier."`
	On     string `placeholder:"DATE" help:"The verdict of this day, such as 2019-08-01, instead of today."`
	Season int    `placeholder:"N" help:"The season; the first that has not begun when left out."`
}

// Help is shown below the flags.
func (showCommand) Help() string {
	return `Claims are named as lint names them: claims[0] is the first of the file.

Examples:
  season3 knowledge show hero-mask
  season3 knowledge show hero-mask --season 2 --on 2019-08-01`
}

// Run prints the verdict, the rule and the claims that made it.
func (c *showCommand) Run(sys *system, k *knowledgeCommand) error {
	on := today(sys)
	if c.On != "" {
		d, err := knowledge.ParseDate(c.On)
		if err != nil || d.Precision() != knowledge.ToDay {
			return misuse{fmt.Sprintf("--on takes a day such as 2019-08-01, not %q", c.On)}
		}
		on = d
	}
	if c.Season < 0 {
		return misuse{fmt.Sprintf("--season takes a number from 1, not %d", c.Season)}
	}
	b, err := k.base(sys)
	if err != nil {
		return err
	}
	s, err := find(b, c.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(sys.stdout, explain(s, s.Verdict(c.Season, on), on, sys.width))
	return err
}

// ruleWords say how a verdict is made, as the rules that knowledge.Verdict lists.
var ruleWords = map[int]string{
	1: "the season has begun, so it is airing or released, whatever older claims say.",
	2: "the newest statement by a source of kind reference or stronger decides; of the same date, the stronger kind.",
	3: "no source of kind reference or stronger speaks of it; an aggregator then decides, unconfirmed, and rumours and wishes decide nothing.",
	4: "as by rule 2 it is scheduled, but the date has passed and no season is recorded: overdue.",
	5: "nobody has spoken of season %d, so season %d answers, the first that has not begun.",
}

// explain returns what makes the verdict, in lines of at most width columns, 0 for any.
func explain(s *knowledge.Show, v knowledge.Verdict, on knowledge.Date, width int) string {
	width = min(width, maxWidth)
	var b strings.Builder
	line := func(indent, text string) {
		fmt.Fprintln(&b, indent+wrap(text, indent, width-len(indent)))
	}
	now := knowledge.Standing{Verdict: v}
	if !v.Open() && len(v.For) > 0 {
		now.Promise = v.For[0].Status
	}
	line("", fmt.Sprintf("%s (%s), %s %d on %s: %s", s.Title, s.ID, s.UnitName(), v.Season, on, standing(now)))
	answer := s.Answer(knowledge.Question{Intent: knowledge.Exists, Season: v.Season, Named: true}, on)
	line("", answer.Line())
	fmt.Fprintln(&b)
	if v.Asked != v.Season {
		line("", "Rule 5: "+fmt.Sprintf(ruleWords[5], v.Asked, v.Season))
	}
	line("", fmt.Sprintf("Rule %d: %s", v.Rule, ruleWords[v.Rule]))

	group := func(title string, claims []*knowledge.Claim) {
		if len(claims) == 0 {
			return
		}
		fmt.Fprintln(&b, title)
		for _, c := range claims {
			line("  ", credit(s, c))
			line("    ", c.Text)
		}
	}
	fmt.Fprintln(&b)
	switch {
	case !v.Open():
		season := s.Seasons[v.Season-1]
		fmt.Fprintln(&b, "Decided by")
		line("  ", fmt.Sprintf("seasons[%d]: premiered %s, ended %s; %s", v.Season-1, season.Premiered, orDash(season.Ended), sources(s, season.Cites)))
		group("Promised on top", v.For)
	case len(v.For) == 0:
		fmt.Fprintln(&b, "Decided by nothing that was said")
	default:
		group("Decided by", v.For[:1])
		group("Agrees", v.For[1:])
	}
	group("Overruled", v.Against)
	group("Decides nothing", v.Talk)

	fmt.Fprintln(&b)
	evidence := "No dated evidence"
	if !v.Evidence.IsZero() {
		evidence = "Newest evidence " + v.Evidence.String()
		if age := v.Evidence.Age(on); age != "" {
			evidence += ", " + age
		}
	}
	line("", fmt.Sprintf("%s. Reviewed %s.", evidence, s.Reviewed))
	return b.String()
}

// credit names a claim by its place, what it says, when it was said and who printed it.
func credit(s *knowledge.Show, c *knowledge.Claim) string {
	at := 0
	for i := range s.Claims {
		if &s.Claims[i] == c {
			at = i
		}
	}
	text := fmt.Sprintf("claims[%d]: %s", at, c.Status)
	if c.Part > 0 {
		text += fmt.Sprintf(" part %d", c.Part)
	}
	if !c.Date.IsZero() {
		text += " " + c.Date.String()
	}
	if c.Final {
		text += ", final"
	}
	switch d := s.ClaimDate(c); {
	case !c.Said.IsZero():
		text += ", said " + c.Said.String()
	case !d.IsZero():
		text += ", printed " + d.String()
	default:
		text += ", undated"
	}
	if c.By != "" {
		text += " by " + c.By
	}
	return text + "; " + sources(s, c.Cites)
}

// sources names sources by kind and publisher.
func sources(s *knowledge.Show, ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(s.Sources[id].Kind) + " " + s.Sources[id].Publisher
	}
	return strings.Join(out, ", ")
}
