package bot

import (
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/store"
)

// goodbye is how long the settings of a guild are kept after it has removed the bot.
const goodbye = 30 * 24 * time.Hour

// watchGuilds keeps what is known of guilds in step with what Discord tells: channels and roles that are gone, permissions
// that may have come back, servers that leave and return.
func (l *link) watchGuilds(s *discordgo.Session) {
	on := func(place string, change func(*store.GuildSettings)) {
		l.inOrder(func() {
			if err := l.bot.store.ChangeGuild(place, change); err != nil {
				l.bot.log.Error("settings were not brought up to date", "guild", place, "error", err)
			}
		})
	}
	// What was parked is tried again when something has changed in its guild.
	again := func(place string) {
		l.inOrder(func() {
			resumed, err := l.bot.store.Resume(place, l.bot.now())
			if err != nil {
				l.bot.log.Error("parked announcements were not resumed", "guild", place, "error", err)
			}
			if resumed {
				l.bot.stir()
			}
		})
	}
	trouble := func(place, channel, reason string) {
		err := l.bot.store.AddTrouble(place, store.Trouble{Channel: channel, Reason: reason, Since: l.bot.now().UTC()})
		if err != nil {
			l.bot.log.Error("trouble was not noted", "guild", place, "reason", reason, "error", err)
		}
		l.bot.stir()
	}
	gone := func(place, channel string) { l.inOrder(func() { trouble(place, channel, "channel") }) }
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildCreate) {
		if e.Guild == nil || e.Unavailable {
			return
		}
		on(e.ID, func(g *store.GuildSettings) { g.Left = time.Time{} })
		again(e.ID)
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildDelete) {
		if e.Guild == nil || e.Unavailable { // an outage is no goodbye
			return
		}
		on(e.ID, func(g *store.GuildSettings) { g.Left = l.bot.now().UTC() })
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelDelete) {
		if e.Channel != nil {
			gone(e.GuildID, e.ID)
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ThreadDelete) {
		if e.Channel != nil {
			gone(e.GuildID, e.ID)
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelUpdate) {
		if e.Channel != nil {
			on(e.GuildID, func(g *store.GuildSettings) {
				if c := g.Channel(e.ID); c != nil {
					c.News, c.Name = e.Type == discordgo.ChannelTypeGuildNews, e.Name
				}
			})
			again(e.GuildID)
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ThreadUpdate) {
		if e.Channel != nil && (e.ThreadMetadata == nil || !e.ThreadMetadata.Archived) {
			again(e.GuildID)
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildRoleUpdate) {
		if e.GuildRole != nil {
			again(e.GuildID)
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildRoleDelete) {
		var without []string
		on(e.GuildID, func(g *store.GuildSettings) {
			without = nil
			for i := range g.Channels {
				if c := &g.Channels[i]; c.Role == e.RoleID {
					c.Role = ""
					without = append(without, c.ID)
				}
			}
		})
		l.inOrder(func() { // after the settings were changed
			for _, channel := range without {
				trouble(e.GuildID, channel, store.TroubleRole)
			}
		})
	})
}

// meet compares the guilds that Discord lists at the start of a session with those that are known: one that is not listed
// has said goodbye while nobody listened.
func (b *Bot) meet(guilds []*discordgo.Guild) error {
	ids := make([]string, 0, len(guilds))
	for _, g := range guilds {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	var left []string
	err := b.store.Guilds(func(place string, g store.GuildSettings) bool {
		if _, here := slices.BinarySearch(ids, place); !here && place[0] != '@' && g.Left.IsZero() {
			left = append(left, place)
		}
		return true
	})
	for _, place := range left {
		if err == nil {
			err = b.store.ChangeGuild(place, func(g *store.GuildSettings) { g.Left = b.now().UTC() })
		}
	}
	return err
}

// remembered is for how long the history of announcements is kept.
const remembered = 180 * 24 * time.Hour

// sweep forgets guilds that have removed the bot long enough ago, and what was announced long ago.
func (b *Bot) sweep(now time.Time) error {
	var gone []string
	err := b.store.Guilds(func(place string, g store.GuildSettings) bool {
		if !g.Left.IsZero() && now.Sub(g.Left) > goodbye {
			gone = append(gone, place)
		}
		return true
	})
	for _, place := range gone {
		if err == nil {
			err = b.store.Purge(place)
		}
	}
	for more := err == nil; more; {
		if more, err = b.store.Trim(now.Add(-remembered), fanOutPage); err != nil {
			return err
		}
	}
	return err
}
