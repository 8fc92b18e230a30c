package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

const (
	// maxFlight is how many operations are under way at a time: enough to use the whole limit of requests when each takes
	// half a second.
	maxFlight = 32

	// fanOutPage is how many followers get their deliveries in one transaction.
	fanOutPage = 500

	// lease is after how long an operation comes up again when the process has ended in the middle of it. It is longer than
	// any request takes.
	lease = time.Minute

	// maxWork bounds one operation, which may take several requests; with the time of a request it is shorter than lease.
	maxWork = 40 * time.Second

	// nonceLife is for how long a nonce surely keeps a second post away. Discord says "the past few minutes"; five are known.
	nonceLife = 2 * time.Minute

	// clockSkew is how far Discord's clock may be from ours.
	clockSkew = time.Minute

	// maxPages is how many times a hundred messages are looked through for a post.
	maxPages = 20

	leastBackoff = 2 * time.Second
	mostBackoff  = 10 * time.Minute

	// parkedPause is how often something in the way is tried against, in case nothing tells of its going.
	parkedPause = time.Hour

	// giveUpFinding is for how long a post whose answer was lost is looked for in a channel that does not let it be found.
	giveUpFinding = 30 * 24 * time.Hour

	// giveUpEdit is how long after its post a correction is still tried.
	giveUpEdit = 30 * 24 * time.Hour

	// maxPublished is how many posts of a channel Discord publishes in an hour.
	maxPublished = 10

	// idle is how long the courier sleeps at most, for the calendar.
	idle = time.Minute

	// lastDeliveries is how long shutdown waits for requests under way; what is left is settled at the next start.
	lastDeliveries = 3 * time.Second
)

// A courier takes the news from the desk to the channels. All its work but the requests happens in one goroutine.
type courier struct {
	bot  *Bot
	rest rest
	self string
	desk desk

	flight int
	done   chan store.Outcome
	failed int // how many times in a row the store could not be used

	look   time.Time // no look for news before
	missed int       // how many looks in a row have failed
}

// announce finds news and delivers it until ctx ends; then it finishes what is under way, within lastDeliveries.
func (b *Bot) announce(ctx context.Context, discord rest, self string) {
	c := &courier{bot: b, rest: discord, self: self, desk: desk{bot: b, hold: b.announcing.Hold}, done: make(chan store.Outcome)}
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	for ctx.Err() == nil {
		next, err := c.round(work)
		if err != nil {
			c.failed++
			next = c.now().Add(backoff(c.failed))
			c.bot.log.Error("announcements stand still", "error", err, "again", next)
		} else {
			c.failed = 0
		}
		c.wait(ctx, next)
	}
	c.finish(abandon)
}

func (c *courier) now() time.Time { return c.bot.now().UTC() }

// round finds news, gives followers their deliveries, starts what is due, and returns when there is more to do.
func (c *courier) round(ctx context.Context) (next time.Time, err error) {
	now := c.now()
	next = now.Add(idle)
	defer func() {
		if p := recover(); p != nil { // nothing that is read or rendered here must end the program
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if c.desk.due(now) && !now.Before(c.look) {
		c.news(now)
	}
	for _, at := range []time.Time{c.desk.ripe, c.look} {
		if at.After(now) && at.Before(next) {
			next = at
		}
	}
	more, err := c.bot.store.FanOut(now, fanOutPage, plan(now))
	if err != nil {
		return next, err
	}
	if more {
		next = now
	}
	if c.bot.announcing.Off || c.flight >= c.bot.flights {
		return next, nil
	}
	ops, err := c.bot.store.Claim(now, c.bot.flights-c.flight, lease)
	if err != nil {
		return next, err
	}
	for _, op := range ops {
		c.flight++
		go func() { c.done <- c.perform(ctx, op) }()
	}
	due, ok, err := c.bot.store.NextDue()
	if ok && due.Before(next) {
		next = due
	}
	return next, err
}

// news looks for news. When that fails, what was found before is delivered all the same.
func (c *courier) news(now time.Time) {
	err := c.search(now)
	if err == nil {
		c.missed = 0
		return
	}
	c.missed++
	c.look = now.Add(backoff(c.missed))
	c.bot.log.Error("news could not be looked for", "error", err, "again", c.look)
}

func (c *courier) search(now time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil { // one show that cannot be read must not keep the others' news from being delivered
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	newDay := c.desk.day != newsDay(now).String()
	if err := c.desk.look(now); err != nil || !newDay {
		return err
	}
	return c.bot.sweep(now)
}

// wait collects what has ended until the time has come, something has changed, or there is room for more.
func (c *courier) wait(ctx context.Context, next time.Time) {
	var outcomes []store.Outcome
	take := func(o store.Outcome) {
		c.flight--
		outcomes = append(outcomes, o)
	}
	if d := next.Sub(c.now()); d > 0 || c.flight >= c.bot.flights {
		if c.flight == 0 {
			c.bot.rested.Add(1)
		}
		fired, stop := c.bot.timer(max(d, 0))
		if c.flight >= c.bot.flights {
			stop()
			fired = nil
		}
		select {
		case <-ctx.Done():
		case <-c.bot.changed:
		case o := <-c.done:
			take(o)
		case <-fired:
		}
		stop()
	}
	for more := true; more; {
		select {
		case o := <-c.done:
			take(o)
		default:
			more = false
		}
	}
	c.note(outcomes)
}

// finish waits for requests under way and notes how they ended. Of those that take too long it is not known; they are
// settled at the next start.
func (c *courier) finish(abandon func()) {
	late := time.AfterFunc(lastDeliveries, abandon)
	defer late.Stop()
	var outcomes []store.Outcome
	for ; c.flight > 0; c.flight-- {
		outcomes = append(outcomes, <-c.done)
	}
	c.note(outcomes)
}

func (c *courier) note(outcomes []store.Outcome) {
	if len(outcomes) == 0 {
		return
	}
	if err := c.bot.store.Finish(c.now(), outcomes); err != nil {
		// They come up again when their lease is over, and the nonce or the look-up tells what was posted.
		c.bot.log.Error("outcomes of announcements were not noted", "count", len(outcomes), "error", err)
	}
	for _, o := range outcomes {
		if o.Reason == "closed" && o.Miss {
			if err := c.bot.store.Purge(o.Op.Place); err != nil {
				c.bot.log.Error("a member's notifications were not ended", "error", err)
			}
		}
	}
}

// backoff returns the pause before another try: longer each time, and never the same for all.
func backoff(tries int) time.Duration {
	d := min(leastBackoff<<min(tries, 20), mostBackoff)
	return d*3/4 + rand.N(d/2)
}

// perform tries one operation.
func (c *courier) perform(ctx context.Context, op store.Op) (o store.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, maxWork)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			c.bot.log.Error("delivery panicked", "kind", op.Kind, "panic", fmt.Sprint(p))
			o = store.Outcome{Op: op, Retry: c.now().Add(mostBackoff), Unknown: true, Reason: "server error"}
		}
	}()
	switch op.Kind {
	case store.OpPost:
		o = c.post(ctx, &op)
	case store.OpEdit:
		o = c.edit(ctx, &op)
	case store.OpPublish:
		o = c.publish(ctx, &op)
	default:
		o = c.tell(ctx, &op)
	}
	o.Op = op
	return o
}

// post brings one event, or a digest, to a channel.
func (c *courier) post(ctx context.Context, op *store.Op) store.Outcome {
	now, lead := c.now(), op.Lead()
	channel := op.Guild.Channel(op.Channel)
	unknown := !lead.Attempt.IsZero() // an earlier attempt may have made the post
	sure := lead.Attempt.Add(nonceLife)
	miss := ""
	switch {
	case !op.Guild.Left.IsZero():
		miss = "left"
	case channel == nil:
		miss = "removed"
	case channel.Paused:
		miss = "paused"
	case now.After(lead.Expires):
		miss = late(lead)
	}
	gone := !slices.ContainsFunc(op.Events, func(e store.Event) bool { return e.Withdrawn.IsZero() && !e.Over })
	if unknown && (gone || miss != "") && !now.After(sure) {
		// It is not wanted any more: it is only looked for, and a second attempt might make it.
		return store.Outcome{Retry: sure.Add(time.Second), Unknown: true, Reason: lead.Reason}
	}
	if unknown && now.After(sure) {
		id, err := c.find(ctx, op)
		if err != nil {
			o := c.outcome(op, err)
			if o.Park && now.Sub(lead.Attempt) > giveUpFinding {
				return store.Outcome{Miss: true, Reason: o.Reason}
			}
			return o
		}
		if id != "" {
			return store.Outcome{Message: id}
		}
		if gone {
			return store.Outcome{Retry: now, Absent: true}
		}
	}
	if miss != "" {
		return store.Outcome{Miss: true, Reason: miss}
	}
	role := ""
	if channel != nil {
		role = channel.Role
	}
	card := c.card(op.Place, op.Events)
	if role != "" {
		card = append([]discordgo.MessageComponent{discordgo.TextDisplay{Content: "<@&" + role + ">"}}, card...)
	}
	m := message(card, role)
	m["nonce"], m["enforce_nonce"] = nonce(op), true
	id, err := c.rest.create(ctx, op.Channel, m)
	if err != nil {
		return c.outcome(op, err)
	}
	return store.Outcome{Message: id}
}

// card renders events for a place: a member who is told directly can stop it.
func (c *courier) card(place string, events []store.Event) []discordgo.MessageComponent {
	card := c.bot.newsCard(events)
	if strings.HasPrefix(place, "@") {
		card = append(card, stopRow(events[0].Show))
	}
	return card
}

// late says why a delivery has run out of time.
func late(d *store.Delivery) string {
	if d.Reason == "" {
		return "late"
	}
	return d.Reason
}

// nonce names the post: the same event for the same channel, and a digest of the same hour that begins with the same
// event, have the same one, in every process. Discord takes 25 characters.
func nonce(op *store.Op) string {
	what := op.Channel + " " + op.Events[0].ID
	if slot := op.Lead().Slot; slot != 0 {
		what = fmt.Sprint(op.Channel, " ", slot, " ", op.Events[0].ID)
	}
	return nonceOf(what)
}

func nonceOf(what string) string {
	sum := sha256.Sum256([]byte(what))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:24]
}

// errUnseen says that a channel holds newer messages than the bot may read.
var errUnseen = errors.New("the channel's history is hidden")

// find looks for the post of an operation in its channel, from the first attempt on. It returns "" when it is not there.
func (c *courier) find(ctx context.Context, op *store.Op) (id string, err error) {
	after := snowflake(op.Lead().Attempt.Add(-clockSkew))
	for range maxPages {
		messages, err := c.rest.after(ctx, op.Channel, after)
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			if m.Author.ID == c.self && m.marks(op.Events) {
				return m.ID, nil
			}
		}
		if len(messages) == 0 && after == snowflake(op.Lead().Attempt.Add(-clockSkew)) {
			// Without the permission Read Message History the list is empty, too. What is older shows that it is granted: the
			// last message may have been removed.
			if older, err := c.rest.after(ctx, op.Channel, "0"); err != nil || len(older) > 0 {
				return "", err
			}
			ch, err := c.rest.channel(ctx, op.Channel)
			if err != nil {
				return "", err
			}
			if newer(ch.LastMessageID, after) {
				return "", errUnseen
			}
		}
		if len(messages) < 100 {
			return "", nil
		}
		after = slices.MaxFunc(messages, func(a, b seen) int {
			switch {
			case newer(a.ID, b.ID):
				return 1
			case newer(b.ID, a.ID):
				return -1
			}
			return 0
		}).ID
	}
	return "", errUnseen
}

// snowflake returns the least id of what was made at or after the time.
func snowflake(t time.Time) string {
	const epoch = 1420070400000 // Discord's, in Unix milliseconds
	return strconv.FormatInt(max(t.UnixMilli()-epoch, 0)<<22, 10)
}

func newer(a, b string) bool {
	x, _ := strconv.ParseUint(a, 10, 64)
	y, _ := strconv.ParseUint(b, 10, 64)
	return x > y
}

// edit makes a post say what its events say now.
func (c *courier) edit(ctx context.Context, op *store.Op) store.Outcome {
	d := op.Lead()
	events := op.Events
	if d.Slot != 0 {
		all, err := c.bot.store.PostedTogether(op.Place, d.Message)
		if err != nil {
			return c.outcome(op, err)
		}
		events = all
	}
	if c.now().Sub(d.Posted) > giveUpEdit {
		return store.Outcome{Miss: true, Reason: late(d)}
	}
	err := c.rest.edit(ctx, op.Channel, d.Message, message(c.card(op.Place, events), ""))
	if code(err) == codeUnknownMessage { // somebody has removed it
		return store.Outcome{}
	}
	if err != nil {
		return c.outcome(op, err)
	}
	return store.Outcome{}
}

// publish shows a post to the servers that follow its channel. What Discord will not publish stays posted.
func (c *courier) publish(ctx context.Context, op *store.Op) store.Outcome {
	d := op.Lead()
	if c.now().After(d.Expires) {
		return store.Outcome{Miss: true, Reason: late(d)}
	}
	times, err := c.bot.store.Published(op.Place, op.Channel, c.now().Add(-time.Hour))
	if err != nil {
		return c.outcome(op, err)
	}
	if len(times) >= maxPublished {
		return store.Outcome{Retry: slices.MinFunc(times, time.Time.Compare).Add(time.Hour + time.Second), Reason: "limit"}
	}
	err = c.rest.publish(ctx, op.Channel, d.Message)
	switch code(err) {
	case codePublished:
		return store.Outcome{}
	case codeUnknownMessage:
		return store.Outcome{Miss: true, Reason: "removed"}
	}
	if err != nil {
		return c.outcome(op, err)
	}
	return store.Outcome{}
}

// tell lets a guild know, where its moderators will see it, what keeps its news from it.
func (c *courier) tell(ctx context.Context, op *store.Op) store.Outcome {
	if strings.HasPrefix(op.Place, "@") || !op.Guild.Left.IsZero() {
		return store.Outcome{Miss: true}
	}
	target := op.Guild.Fallback
	if target == "" {
		g, err := c.rest.guild(ctx, op.Place)
		if err != nil {
			return c.untold(op, err)
		}
		target = g.SystemChannelID
	}
	troubled := slices.ContainsFunc(op.Guild.Troubles, func(t store.Trouble) bool { return t.Channel == target })
	if target == "" || troubled {
		return store.Outcome{Miss: true} // the next moderator who uses a command hears of it
	}
	untold := slices.DeleteFunc(slices.Clone(op.Guild.Troubles), func(t store.Trouble) bool { return t.Told })
	m := message(troubleCard(&op.Guild, untold), "")
	m["nonce"], m["enforce_nonce"] = nonceOf(fmt.Sprint(op.Place, op.Guild.Troubles)), true
	if _, err := c.rest.create(ctx, target, m); err != nil {
		return c.untold(op, err)
	}
	return store.Outcome{}
}

func (c *courier) untold(op *store.Op, err error) store.Outcome {
	o := c.outcome(op, err)
	switch {
	case o.Park:
		return store.Outcome{Miss: true}
	case o.Unknown: // nothing counts its tries
		o.Retry = c.now().Add(mostBackoff)
	}
	return o
}

// code returns Discord's code of an error, 0 when it has none.
func code(err error) int {
	var r refusal
	if errors.As(err, &r) {
		return r.code
	}
	return 0
}

// outcome says what follows from an error.
func (c *courier) outcome(op *store.Op, err error) store.Outcome {
	now := c.now()
	tries := 0
	if len(op.Deliveries) > 0 {
		tries = op.Lead().Tries
	}
	var b busy
	var u unsent
	var r refusal
	switch {
	case errors.As(err, &b):
		return store.Outcome{Retry: b.until, Reason: "limit"}
	case errors.As(err, &u):
		return store.Outcome{Retry: now}
	case errors.Is(err, errUnseen):
		return store.Outcome{Park: true, Unknown: true, Retry: now.Add(parkedPause), Reason: "history"}
	case !errors.As(err, &r):
		return store.Outcome{Retry: now.Add(backoff(tries)), Unknown: true, Reason: "no answer"}
	case r.status >= 500:
		return store.Outcome{Retry: now.Add(backoff(tries)), Unknown: true, Reason: "server error"}
	case r.status == http.StatusTooManyRequests:
		return store.Outcome{Retry: now.Add(r.after), Reason: "limit"}
	case r.status == http.StatusUnauthorized:
		return store.Outcome{Retry: now.Add(mostBackoff), Reason: "refused"}
	case r.code == codeCannotDM:
		return store.Outcome{Miss: true, Reason: "closed"}
	case r.code == codeThreadArchived, r.code == codeThreadLocked:
		return store.Outcome{Park: true, Retry: now.Add(parkedPause), Reason: "thread"}
	case r.status == http.StatusForbidden:
		return store.Outcome{Park: true, Retry: now.Add(parkedPause), Reason: "permission"}
	case r.status == http.StatusNotFound:
		return store.Outcome{Park: true, Retry: now.Add(parkedPause), Reason: "channel"}
	}
	c.bot.log.Error("Discord refused an announcement", "kind", op.Kind, "channel", op.Channel, "error", err)
	return store.Outcome{Miss: true, Reason: "refused"}
}
