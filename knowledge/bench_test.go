package knowledge

import (
	"io/fs"
	"os"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"question": "Is there a season 3 of Hero Mask?",
		"wrapped":  "<@123456789012345678> hey, does anyone know if there is a season 3 of **Hero Mask**? https://example.com/",
		"talk":     "The second season was better than I thought, and the finale made me cry for an hour.",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(text)
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	base := Embedded()
	for name, words := range map[string]string{"exact": "Hero Mask", "typo": "hero msak", "unknown": "The Glass Orchard"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				base.Find(words)
			}
		})
	}
}

func BenchmarkComplete(b *testing.B) {
	base := Embedded()
	for name, typed := range map[string]string{"nothing": "", "two letters": "he", "name": "hero mas", "unknown": "glass orch"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				base.Complete(typed, 25)
			}
		})
	}
}

func BenchmarkAsk(b *testing.B) {
	base, on := Embedded(), dated(today)
	b.ReportAllocs()
	for b.Loop() {
		base.Ask("Is there a season 3 of Hero Mask?", on)
	}
}

func BenchmarkVerdict(b *testing.B) {
	show, on := Embedded().Show("hero-mask"), dated(today)
	b.ReportAllocs()
	for b.Loop() {
		show.Verdict(3, on)
	}
}

// BenchmarkLoad reads all embedded dossiers and indexes them, as the program does once.
func BenchmarkLoad(b *testing.B) {
	shows, err := fs.Sub(os.DirFS("."), "shows")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(shows); err != nil {
			b.Fatal(err)
		}
	}
}
