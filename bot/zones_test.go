package bot

import (
	"testing"
	"time"
)

func TestZones(t *testing.T) {
	seen := map[string]bool{}
	for _, zone := range zones {
		if _, err := time.LoadLocation(zone); err != nil || seen[zone] {
			t.Errorf("%s: %v, or it stands there twice", zone, err)
		}
		seen[zone] = true
	}
	for typed, want := range map[string]string{"europe/berlin": "Europe/Berlin", "America/New York": "America/New_York", "Pacific/Niue": "Pacific/Niue",
		"Local": "", "": "", "../etc/passwd": "", "Berlin": ""} {
		got, ok := zoneNamed(typed)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
