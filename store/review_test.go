package store

import (
	"testing"
	"time"
)

// TestPurgeDuringAnOperation: what ends after its place was forgotten leaves nothing behind, and keeps nothing else from
// being noted.
func TestPurgeDuringAnOperation(t *testing.T) {
	for name, end := range map[string]Outcome{
		"posted":  {Message: "m"},
		"retried": {Retry: noon.Add(time.Minute), Unknown: true, Reason: "no answer"},
		"parked":  {Park: true, Retry: noon.Add(time.Minute), Reason: "permission"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTemp(t)
			announce(t, s)
			ops, _ := claimed(t, s, noon)
			if err := s.Purge("9"); err != nil {
				t.Fatal(err)
			}
			settle(t, s, noon, ops, func(op Op) Outcome {
				if op.Place == "9" {
					return end
				}
				return posted(op)
			})
			expect(t, "afterwards", state(t, s), "91 posted m91 r0, 80 posted m80 r0")
		})
	}
}
