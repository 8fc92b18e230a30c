package bot

import (
	"season3/knowledge"
	"season3/store"
)

// preview shows what a post about a show would look like. It tells how things stand, and never a change that has not
// been.
func preview(r *request) (reply, error) {
	show, err := r.bot.showNamed(r.options.text("show"))
	if err != nil {
		return reply{}, err
	}
	c, ok := standingNews(show, r.bot.today())
	if !ok {
		return said("Nothing about %s could be posted today: no season has begun, and none is promised. A post comes when one is announced.", escape(show.Title)), nil
	}
	card := notice("Preview: nothing has changed, and nothing was posted. This is how a post would tell the present state of things.")
	return reply{card: append(card, r.bot.newsCard([]store.Event{r.bot.news(show, c)})...), private: true}, nil
}

// standingNews makes the change by which a show came to stand as it does on the day: its latest season that is promised,
// has ended before it began, or has begun.
func standingNews(show *knowledge.Show, on knowledge.Date) (knowledge.Change, bool) {
	base, err := knowledge.New([]*knowledge.Show{show})
	if err != nil {
		return knowledge.Change{}, false
	}
	nothing := knowledge.Snapshot{show.ID: nil}
	changes := nothing.Changes(base.Snapshot(on))
	for i := len(changes) - 1; i >= 0; i-- {
		if c := changes[i]; c.Event != "" && c.Event != knowledge.EventCorrection {
			return c, true
		}
	}
	return knowledge.Change{}, false
}
