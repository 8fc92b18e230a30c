package catalogue

// number gives every entry of a series the number that fans use, in the order in which they began: the study's rules,
// each with a test that is named after it.
func (b *builder) number(d *draft) {
	var before *item     // the entry before
	tmdb := 0            // TMDB's season of the entry before; a first entry without one is TMDB's first
	prev, courOf := 0, 0 // the highest season so far; the season of which before was taken for a part by its words
	for i, it := range d.mains {
		says := it.says()
		part := courIn(plain(it.Title)) >= 2
		guess := 0 // the season whose part the title says it is
		fixed := b.fixed[it]
		switch {
		case fixed != nil:
			it.number, it.other = fixed.number, fixed.other
		case i == 0 && says > 0:
			it.number = says
		case i == 0:
			it.number = max(it.tmdb, 1)
		case says > prev:
			if courOf == prev && says == prev+2 {
				before.number, before.other = prev+1, prev // what called itself a part was the season between
			}
			it.number = says
		case says == prev && (it.tmdb == tmdb || it.tmdb == before.tmdb):
			it.number = prev
		case tmdb > 0 && it.tmdb == tmdb+1:
			it.number = max(prev+1, it.tmdb)
		case tmdb > 0 && it.tmdb > tmdb:
			it.number, it.other = it.tmdb, prev+1
		case tmdb > 0 && it.tmdb == tmdb:
			it.number = prev
		case part:
			it.number, it.other = prev, prev+1
			guess = prev
		default:
			it.number = prev + 1 // the Chinese title and a bare number at the end can say no more than this
		}
		if it.other == it.number {
			it.other = 0
		}
		it.number = min(it.number, maxNumber)
		before, courOf, tmdb = it, guess, it.tmdb
		if i == 0 {
			tmdb = max(it.tmdb, 1)
		}
		prev = max(prev, it.number)
	}
}

// says is the season an entry's native title states, else its English one; 0 for none.
func (it *item) says() int {
	if n := seasonIn(plain(it.Title)); n > 0 {
		return n
	}
	for _, en := range it.Translate["en"] {
		if n := seasonIn(plain(en)); n > 0 {
			return n
		}
	}
	return 0
}

// inParts numbers the parts of the seasons that have several. Seasons are in order.
func inParts(seasons []Season) {
	for i := 0; i < len(seasons); {
		j := i + 1
		for j < len(seasons) && seasons[j].Number == seasons[i].Number {
			j++
		}
		for k := i; k < j && j-i > 1; k++ {
			seasons[k].Part = k - i + 1
		}
		i = j
	}
}

// countSeasons counts what is numbered, not its parts.
func countSeasons(seasons []Season) int {
	n := 0
	for _, s := range seasons {
		if s.Part < 2 {
			n++
		}
	}
	return n
}
