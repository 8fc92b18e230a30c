package main

import "testing"

func TestReading(t *testing.T) {
	read, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string]string{
		"進撃の巨人":      "Shingeki no Kyojin",
		"四月は君の嘘":     "Shigatsu wa Kimi no Uso",
		"ちょっとだけ愛が重い": "Chotto dake Ai ga Omoi",
		"けいおん！":      "Kei On", // near enough to be found by
		"マッチ売り":      "Matchi Uri",
		"BLEACH":     "", // nothing to read
	} {
		if got := read(title); got != want {
			t.Errorf("%s is read %q, want %q", title, got, want)
		}
	}
}
