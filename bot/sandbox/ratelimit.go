package sandbox

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"
)

const globalPerSecond = 50

// limiter counts requests per bucket (a route and what it is about) and all
// together. A bucket is a window that opens with its first request.
type limiter struct {
	buckets map[string]*bucket
	sweepAt int // so many buckets are looked through for those that are over
	global  bucket
}

type bucket struct {
	used  int
	reset time.Time
}

// take counts one request and reports whether it is within the limit.
func (b *bucket) take(now time.Time, limit int, window time.Duration) bool {
	if !now.Before(b.reset) {
		b.used, b.reset = 0, now.Add(window)
	}
	b.used++
	return b.used <= limit
}

// limit counts a request. It sets the headers Discord sends with every answer
// of a limited route, and returns the answer if the request is over a limit.
func (s *Server) limit(q *request, h http.Header) *Refusal {
	rt := q.route
	if s.opts.NoRateLimits || rt.limit == 0 {
		return nil
	}
	now := s.clock.Now()
	// Interactions and their webhooks are outside the global limit.
	if !rt.open && !s.limits.global.take(now, globalPerSecond, time.Second) {
		return RateLimited(s.limits.global.reset.Sub(now), true)
	}
	key := string(rt.name) + " " + q.major()
	b := s.limits.buckets[key]
	if b == nil {
		s.forgetBuckets(now)
		b = &bucket{}
		s.limits.buckets[key] = b
	}
	ok := b.take(now, rt.limit, rt.window)
	limitHeaders(h, rt, rt.limit-b.used, now, b.reset)
	if !ok {
		return RateLimited(b.reset.Sub(now), false)
	}
	return nil
}

func limitHeaders(h http.Header, rt *route, left int, now, reset time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(rt.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, left)))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(reset.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", reset.Sub(now).Seconds()))
	h.Set("X-RateLimit-Bucket", bucketName(rt.name))
}

// headersOf gives an injected 429 of a route the headers a real one has.
func (s *Server) headersOf(r *Refusal, q *request, h http.Header) {
	after, err := strconv.ParseFloat(r.Header.Get("X-RateLimit-Reset-After"), 64)
	if err == nil {
		now := s.clock.Now()
		limitHeaders(h, q.route, 0, now, now.Add(time.Duration(after*float64(time.Second))))
	}
}

// forgetBuckets drops those whose window is over, each time there are twice as
// many as it left the last time.
func (s *Server) forgetBuckets(now time.Time) {
	if len(s.limits.buckets) < max(1000, s.limits.sweepAt) {
		return
	}
	for k, b := range s.limits.buckets {
		if now.After(b.reset) {
			delete(s.limits.buckets, k)
		}
	}
	s.limits.sweepAt = 2 * len(s.limits.buckets)
}

func bucketName(r Route) string {
	h := fnv.New64a()
	h.Write([]byte(r))
	return fmt.Sprintf("%016x", h.Sum64())
}
