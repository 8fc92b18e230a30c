package sandbox

import "time"

// SetGrace says how late a heartbeat may be, so that a test need not wait.
func (s *Server) SetGrace(d time.Duration) { s.grace = d }
