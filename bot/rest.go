package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

// rest sends requests to Discord that are no answers to interactions. It is our own because announcements need a nonce,
// which discordgo's MessageSend has no member for, and limits that are kept before Discord has to enforce them:
// discordgo sleeps within a request, knows no limit over all routes, and tries again after 429 without end (TRAPS 14 to
// 17).
type rest struct {
	*limits
	client *http.Client
	token  string
	hurry  bool // somebody waits for it: it goes before what waits for its turn
}

// limits are what all requests have in common.
type limits struct {
	clock clock

	mu      sync.Mutex
	next    time.Time            // the next turn
	shut    time.Time            // no request before, also none that has its turn already
	owed    int                  // turns that went to those who hurry, from those who wait for them
	full    map[string]time.Time // bucket -> when it takes requests again
	refused int                  // answers 401, 403 and 429 since window
	window  time.Time
}

// clock is the time of what waits; tests move it.
type clock struct {
	now   func() time.Time
	timer func(time.Duration) (fired <-chan time.Time, stop func())
}

// sleep waits until the time has come, or ctx ends.
func (c clock) sleep(ctx context.Context, until time.Time) error {
	d := until.Sub(c.now())
	if d <= 0 {
		return ctx.Err()
	}
	fired, stop := c.timer(d)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-fired:
		return nil
	}
}

func realTimer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

const (
	// pace keeps requests apart. Discord takes 50 in a second, of all kinds together; the rest is room for what the network
	// bunches.
	pace = time.Second/48 + 1 // rounded up, or there were 49

	// restTimeout bounds one request; afterwards its outcome is not known.
	restTimeout = 15 * time.Second

	// maxTurn is how long a request waits for its turn before it is put off.
	maxTurn = 10 * time.Second

	// maxRefused is how many refusals there may be within refusedWindow. Discord bans an address after 10,000.
	maxRefused    = 4000
	refusedWindow = 10 * time.Minute
)

func newRest(client *http.Client, token string, clock clock) rest {
	return rest{limits: &limits{clock: clock, full: map[string]time.Time{}}, client: client, token: token}
}

// A refusal is an answer of Discord that is no success.
type refusal struct {
	status  int
	code    int // Discord's own, 0 when there is none
	message string
	after   time.Duration // of 429: when to try again
}

func (r refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s, code %d %s", r.status, http.StatusText(r.status), r.code, r.message))
}

// Codes of Discord's errors that call for something else than trying again.
const (
	codeUnknownChannel    = 10003
	codeUnknownGuild      = 10004
	codeUnknownMessage    = 10008
	codeMissingAccess     = 50001
	codeCannotDM          = 50007
	codeMissingPermission = 50013
	codeThreadArchived    = 50083
	codeThreadLocked      = 160005
	codePublished         = 40033
)

// busy says that a bucket is empty: nothing was sent, and the request may be made at the time.
type busy struct{ until time.Time }

func (b busy) Error() string { return "the limit of requests is reached" }

// unsent says that ctx ended before anything was sent.
type unsent struct{ error }

// do sends a request and decodes the answer into into, unless it is nil. bucket names what Discord limits together: the
// route and the channel or guild. The error is a refusal, a busy, or one of the network, after which it is not known
// whether Discord did what was asked. It holds no address and no token.
func (c rest) do(ctx context.Context, method, bucket, path string, body, into any) error {
	c.mu.Lock()
	until := c.full[bucket]
	c.mu.Unlock()
	if c.clock.now().Before(until) {
		return busy{until}
	}
	var payload io.Reader
	if body != nil {
		data, err := lean(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(data)
	}
	if err := c.turn(ctx, c.hurry); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, apiBase+path, payload)
	if err != nil {
		return errors.New("malformed address")
	}
	req.Header.Set("Authorization", "Bot "+c.token)
	req.Header.Set("User-Agent", userAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	c.heed(bucket, res, answer)
	if res.StatusCode >= 300 {
		return refusalOf(res, answer)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err != nil {
		return fmt.Errorf("the answer could not be read: %w", err)
	}
	return nil
}

func refusalOf(res *http.Response, answer []byte) refusal {
	var e struct {
		Code    int     `json:"code"`
		Message string  `json:"message"`
		After   float64 `json:"retry_after"`
	}
	_ = json.Unmarshal(answer, &e) // an HTML page leaves it empty, which the status explains
	r := refusal{status: res.StatusCode, code: e.Code, message: clip(e.Message, 200)}
	if res.StatusCode == http.StatusTooManyRequests {
		header, _ := strconv.ParseFloat(res.Header.Get("Retry-After"), 64)
		r.after = seconds(cmp.Or(max(e.After, header), 5))
	}
	return r
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// turn waits for the moment in which one more request may go out. What hurries takes the next turn of those who wait, who
// queue up once more.
func (c *limits) turn(ctx context.Context, hurry bool) error {
	for {
		at, taken, err := c.queue(hurry)
		if err != nil {
			return err
		}
		if err := c.clock.sleep(ctx, at); err != nil {
			return unsent{err}
		}
		if c.mine(taken) {
			return nil
		}
	}
}

// queue returns when the next turn is, and whether it was taken from somebody.
func (c *limits) queue(hurry bool) (at time.Time, taken bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.now()
	// One turn that passed unused may be made up for; more would crowd a second.
	if earliest := now.Add(-pace); c.next.Before(earliest) {
		c.next = earliest
	}
	if hurry && !now.Before(c.shut) && c.next.After(now) {
		given := int((c.next.Sub(now) - 1) / pace) // turns to come that somebody has
		if c.owed < given {
			at = c.next.Add(pace * time.Duration(c.owed-given))
			c.owed++
			return at, true, nil
		}
	}
	if c.next.Sub(now) > maxTurn {
		return c.next, false, busy{c.next}
	}
	at = c.next
	c.next = c.next.Add(pace)
	return at, false, nil
}

// mine reports whether a turn that has come may be used.
func (c *limits) mine(taken bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clock.now().Before(c.shut) {
		return false
	}
	if !taken && c.owed > 0 {
		c.owed--
		return false
	}
	return true
}

// heed keeps what an answer tells of limits.
func (c *limits) heed(bucket string, res *http.Response, answer []byte) {
	now := c.clock.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.full) > 1000 {
		for b, until := range c.full {
			if until.Before(now) {
				delete(c.full, b)
			}
		}
	}
	reset, err := strconv.ParseFloat(res.Header.Get("X-RateLimit-Reset-After"), 64)
	if err == nil && res.Header.Get("X-RateLimit-Remaining") == "0" {
		c.full[bucket] = now.Add(seconds(reset))
	}
	switch res.StatusCode {
	case http.StatusTooManyRequests:
		r := refusalOf(res, answer)
		scope := res.Header.Get("X-RateLimit-Scope")
		if scope == "global" || res.Header.Get("X-RateLimit-Global") != "" || bytes.Contains(answer, []byte(`"global":true`)) || bytes.Contains(answer, []byte(`"global": true`)) {
			c.close(now.Add(r.after))
		} else {
			c.full[bucket] = now.Add(r.after)
		}
		c.count(now)
	case http.StatusUnauthorized, http.StatusForbidden:
		c.count(now)
	}
}

// count counts a refusal. At too many everything waits: the ban that Discord would give lasts an hour and takes the
// answers with it.
func (c *limits) count(now time.Time) {
	if now.Sub(c.window) > refusedWindow {
		c.window, c.refused = now, 0
	}
	if c.refused++; c.refused >= maxRefused {
		c.close(c.window.Add(refusedWindow))
	}
}

// close lets no request go out before the time.
func (c *limits) close(until time.Time) {
	if until.After(c.shut) {
		c.next, c.shut, c.owed = until, until, 0
	}
}

// create posts a message and returns its id.
func (c rest) create(ctx context.Context, channel string, message map[string]any) (id string, err error) {
	var m struct {
		ID string `json:"id"`
	}
	err = c.do(ctx, http.MethodPost, "create "+channel, "/channels/"+channel+"/messages", message, &m)
	return m.ID, err
}

func (c rest) edit(ctx context.Context, channel, id string, message map[string]any) error {
	return c.do(ctx, http.MethodPatch, "edit "+channel, "/channels/"+channel+"/messages/"+id, message, nil)
}

func (c rest) delete(ctx context.Context, channel, id string) error {
	return c.do(ctx, http.MethodDelete, "delete "+channel, "/channels/"+channel+"/messages/"+id, nil, nil)
}

// publish shows a message of an announcement channel to the servers that follow the channel.
func (c rest) publish(ctx context.Context, channel, id string) error {
	return c.do(ctx, http.MethodPost, "publish "+channel, "/channels/"+channel+"/messages/"+id+"/crosspost", nil, nil)
}

// A seen is a message as looked up.
type seen struct {
	ID     string `json:"id"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
	Components json.RawMessage `json:"components"`
}

// after returns up to a hundred messages of a channel, the oldest that are newer than the given id.
func (c rest) after(ctx context.Context, channel, id string) (messages []seen, err error) {
	err = c.do(ctx, http.MethodGet, "list "+channel, "/channels/"+channel+"/messages?limit=100&after="+id, nil, &messages)
	return messages, err
}

func (c rest) channel(ctx context.Context, id string) (*discordgo.Channel, error) {
	var ch discordgo.Channel
	err := c.do(ctx, http.MethodGet, "channel "+id, "/channels/"+id, nil, &ch)
	return &ch, err
}

// guild returns a guild with its roles.
func (c rest) guild(ctx context.Context, id string) (*discordgo.Guild, error) {
	var g discordgo.Guild
	err := c.do(ctx, http.MethodGet, "guild "+id, "/guilds/"+id, nil, &g)
	return &g, err
}

func (c rest) member(ctx context.Context, guild, user string) (*discordgo.Member, error) {
	var m discordgo.Member
	err := c.do(ctx, http.MethodGet, "member "+guild, "/guilds/"+guild+"/members/"+user, nil, &m)
	return &m, err
}

// direct returns the id of the channel of direct messages with a user.
func (c rest) direct(ctx context.Context, user string) (id string, err error) {
	var ch struct {
		ID string `json:"id"`
	}
	err = c.do(ctx, http.MethodPost, "direct", "/users/@me/channels", map[string]any{"recipient_id": user}, &ch)
	return ch.ID, err
}

// message is a card as a new message: it pings nobody but the role, if there is one.
func message(card []discordgo.MessageComponent, role string) map[string]any {
	mentions := map[string]any{"parse": []string{}}
	if role != "" {
		mentions["roles"] = []string{role}
	}
	return map[string]any{"flags": discordgo.MessageFlagsIsComponentsV2, "components": card, "allowed_mentions": mentions}
}
