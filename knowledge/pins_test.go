package knowledge

import (
	"os"
	"testing"
)

// TestPins pins what the dossiers say of the seasons that are asked about most, on one day. A pin that breaks is either a
// dossier that lost its evidence, or news: then write the new verdict and its reason here.
func TestPins(t *testing.T) {
	const final = true // the season is declared the last
	tests := []struct {
		show    string
		season  int // 0 for the next
		status  Status
		date    string // when it is due; its premiere, or that of its newest part, when it has begun
		final   bool
		because string
	}{
		{"glow", 4, Cancelled, "", final, "order withdrawn, pandemic"},
		{"warrior-nun", 3, Cancelled, "", false, "Netflix; films never came"},
		{"mindhunter", 3, NotPlanned, "", false, "too dear, says Fincher"},
		{"the-oa", 3, Cancelled, "", false, "Netflix 2019"},
		{"squid-game", 3, Released, "2025-06-27", final, "declared the last"},
		{"squid-game", 4, Concluded, "", false, "season 3 the last"},
		{"arcane", 3, Concluded, "", false, "two seasons meant"},
		{"daredevil-netflix", 4, Cancelled, "", false, "Netflix; Born Again is another show"},
		{"daredevil-born-again", 3, Announced, "", false, "green light"},
		{"good-omens", 3, Released, "2026-05-13", final, "one long episode"},
		{"good-omens", 4, Concluded, "", false, "season 3 the last"},
		{"the-last-of-us", 3, Scheduled, "2027", false, "HBO's year"},
		{"wednesday", 3, InProduction, "", false, "being filmed"},
		{"house-of-the-dragon", 3, Released, "2026-06-21", false, "eight weeks"},
		{"house-of-the-dragon", 4, Scheduled, "2028", final, "HBO's year, the last"},
		{"chainsaw-man", 2, Announced, "", false, "Assassins Arc, form open"},
		{"one-punch-man", 3, Airing, "2027", false, "part 2 to come"},
		{"one-punch-man", 4, NoAnnouncement, "", false, "season 3 not over"},
		{"overlord", 5, NoAnnouncement, "", false, "only a leak"},
		{"re-zero", 4, Released, "2026-04-08", false, "both parts out"},
		{"re-zero", 5, NoAnnouncement, "", false, "nobody spoke"},
		{"vinland-saga", 3, NoAnnouncement, "", false, "author denies rumour"},
		{"made-in-abyss", 3, Continued, "", false, "films"},
		{"bleach-tybw", 4, Released, "2026-07-25", final, "last part out"},
		{"bleach-tybw", 0, Concluded, "", false, "part 4 the last"},
		{"dorohedoro", 2, Released, "2026-04-01", false, "slipped from 2025"},
		{"dorohedoro", 3, Announced, "", false, "AniList entry"},
		{"frieren", 2, Released, "2026-01-16", false, "ten episodes"},
		{"frieren", 3, Scheduled, "2027-10", false, "AniList's month"},
		{"demon-slayer", 0, Continued, "", false, "three films"},
		{"jujutsu-kaisen", 3, Released, "2026-01-08", false, "first half of the arc"},
		{"jujutsu-kaisen", 4, Announced, "", false, "second half, undated"},
		{"no-game-no-life", 2, NoAnnouncement, "", false, "author denies rumour"},
		{"violet-evergarden", 2, Concluded, "", false, "film the end"},
		{"hyouka", 2, NoAnnouncement, "", false, "not the author's to say"},
		{"death-note", 2, NoAnnouncement, "", false, "manga told to its end"},
		{"hero-mask", 3, NotPlanned, "", false, "made as the end"},
	}
	base, err := Load(os.DirFS("shows"))
	if err != nil {
		t.Fatal(err)
	}
	on := Day(2026, 11, 22)
	for _, tt := range tests {
		s := base.Show(tt.show)
		if s == nil {
			t.Errorf("%s: no such dossier", tt.show)
			continue
		}
		v := s.Verdict(tt.season, on)
		if v.Status != tt.status || v.Date.String() != tt.date || v.Final != tt.final {
			t.Errorf("%s %d: %s %q final=%v, want %s %q final=%v: %s", tt.show, v.Season,
				v.Status, v.Date, v.Final, tt.status, tt.date, tt.final, tt.because)
		}
		if v.Overdue {
			t.Errorf("%s %d: was due %s and is not confirmed: look whether it began", tt.show, v.Season, v.Date)
		}
	}
}
