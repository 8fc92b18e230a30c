package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// settingsFile is a server's settings as a file: all that its moderators chose, and nothing that the bot noted.
type settingsFile struct {
	Season3  int             `json:"season3"` // the version of this form
	Private  bool            `json:"private"`
	Zone     string          `json:"zone,omitempty"`
	Hour     *int            `json:"hour,omitempty"`
	Fallback string          `json:"fallback,omitempty"`
	Channels []store.Channel `json:"channels"`
}

const (
	settingsForm     = 1
	maxSettings      = 256 << 10 // bytes of a file
	maxFileProblems  = 12        // that an answer names
	settingsFileName = "season3-settings.json"
)

func exportSettings(r *request) (reply, error) {
	g, err := r.bot.store.Guild(r.interaction.GuildID)
	if err != nil {
		return reply{}, err
	}
	f := settingsFile{Season3: settingsForm, Private: g.Private, Zone: g.Zone, Hour: g.Hour, Fallback: g.Fallback, Channels: g.Channels}
	if f.Channels == nil {
		f.Channels = []store.Channel{}
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return reply{}, err
	}
	card := append(notice("This server's settings. `/announcements import` takes them back."),
		discordgo.FileComponent{File: discordgo.UnfurledMediaItem{URL: "attachment://" + settingsFileName}})
	file := &discordgo.File{Name: settingsFileName, ContentType: "application/json", Reader: bytes.NewReader(append(data, '\n'))}
	return reply{card: card, file: file, private: true}, nil
}

// importSettings takes all of a file, or nothing of it.
func importSettings(r *request) (reply, error) {
	data, ok := r.interaction.Data.(discordgo.ApplicationCommandInteractionData)
	if !ok || data.Resolved == nil || data.Resolved.Attachments[r.options.text("file")] == nil {
		return reply{}, sorry{"Discord did not send me the file. Nothing was changed; try again."}
	}
	on, ctx, cancel, err := r.reach()
	if err != nil {
		return reply{}, err
	}
	defer cancel()
	text, err := fetchFile(ctx, on.rest.client, data.Resolved.Attachments[r.options.text("file")])
	if err != nil {
		return reply{}, err
	}
	f, err := readSettings(text)
	if err != nil {
		return reply{}, hint{fmt.Sprintf("That is no file of `/announcements export`: %s. Nothing was changed.", escape(clip(err.Error(), 200)))}
	}
	problems := r.bot.checkSettings(f)
	if len(problems) == 0 {
		if problems, err = r.checkChannels(ctx, on, f); err != nil {
			return reply{}, err
		}
	}
	if len(problems) > 0 {
		more := ""
		if n := len(problems) - maxFileProblems; n > 0 {
			problems, more = problems[:maxFileProblems], fmt.Sprintf("\n- and %d more", n)
		}
		return reply{}, hint{"Nothing was changed, because of this in the file:\n- " + strings.Join(problems, "\n- ") + more}
	}
	err = r.bot.store.UpdateGuild(r.interaction.GuildID, func(g *store.GuildSettings) error {
		g.Private, g.Zone, g.Hour, g.Fallback, g.Channels = f.Private, f.Zone, f.Hour, f.Fallback, f.Channels
		// What stands in the way of the channels was looked at just now.
		g.Troubles = nil
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	if err := r.resume(); err != nil {
		return reply{}, err
	}
	if len(f.Channels) == 0 {
		return said("All of the file was taken. It sets up no channel."), nil
	}
	answer, err := listed(r, 1)
	answer.card = append(notice("All of the file was taken, and I may post in every channel of it. `/announcements test` proves one."), answer.card...)
	return answer, err
}

// fetchFile reads a file that a member attached. It asks only Discord's own hosts, and sends them no token.
func fetchFile(ctx context.Context, client *http.Client, a *discordgo.MessageAttachment) ([]byte, error) {
	if a.Size > maxSettings {
		return nil, sorry{fmt.Sprintf("The file is larger than %d KB, so it is no file of season3. Nothing was changed.", maxSettings>>10)}
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "https" || u.Host != "cdn.discordapp.com" && u.Host != "media.discordapp.net" {
		return nil, sorry{"Discord gave me an address for the file that is not its own. Nothing was changed."}
	}
	lost := sorry{"Discord did not give me the file in time. Nothing was changed; try again in a minute."}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, lost
	}
	req.Header.Set("User-Agent", userAgent)
	res, err := client.Do(req)
	if err != nil {
		return nil, lost
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxSettings+1))
	if err != nil || res.StatusCode != http.StatusOK || len(text) > maxSettings {
		return nil, lost
	}
	return text, nil
}

// readSettings decodes a file strictly: what it does not know could be what the moderator means.
func readSettings(text []byte) (*settingsFile, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var f settingsFile
	if err := dec.Decode(&f); err != nil {
		return nil, plainly(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something stands behind its end")
	}
	if f.Season3 != settingsForm {
		return nil, fmt.Errorf("its version is %d, and I read version %d", f.Season3, settingsForm)
	}
	return &f, nil
}

// plainly says in words for moderators why a file cannot be decoded.
func plainly(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON at character %d", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("“%s” is of the wrong kind (%s)", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("it is of the wrong kind (%s)", kind.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// checkSettings names what in a file can't be, as far as that needs no asking.
func (b *Bot) checkSettings(f *settingsFile) (problems []string) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if f.Zone != "" {
		if zone, ok := zoneNamed(f.Zone); ok {
			f.Zone = zone
		} else {
			report("time zone “%s” is not known", escape(clip(f.Zone, 60)))
		}
	}
	if f.Hour != nil && (*f.Hour < 0 || *f.Hour > 23) {
		report("hour %d is not between 0 and 23", *f.Hour)
	}
	if len(f.Channels) > maxNewsChannels {
		report("it has %d channels, and at most %d get news", len(f.Channels), maxNewsChannels)
	}
	seen := map[string]bool{}
	for i := range f.Channels {
		c := &f.Channels[i]
		where := "channel " + escape(clip(c.ID, 30))
		switch {
		case !isID(c.ID):
			report("“%s” is no id of a channel", escape(clip(c.ID, 30)))
		case seen[c.ID]:
			report("%s stands there twice", where)
		}
		seen[c.ID] = true
		slices.Sort(c.Shows)
		c.Shows = slices.Compact(c.Shows)
		if len(c.Shows) > maxFollows {
			report("%s follows %d shows, and at most %d are possible", where, len(c.Shows), maxFollows)
		}
		for _, id := range c.Shows {
			if b.base().Show(id) == nil {
				report("%s follows “%s”, which I don't know", where, escape(clip(id, 60)))
			}
		}
		for _, kind := range c.Muted {
			if !slices.Contains(newsKinds(), knowledge.Event(kind)) {
				report("%s goes without “%s”, which is no kind of news", where, escape(clip(kind, 60)))
			}
		}
		if !slices.Contains([]string{"", store.DigestDaily, store.DigestWeekly}, c.Digest) {
			report("%s gets its news “%s”, and I know only daily and weekly", where, escape(clip(c.Digest, 60)))
		}
		if c.Weekday < 0 || c.Weekday > 6 {
			report("%s has day %d of the week, and they go from 0 to 6", where, c.Weekday)
		}
	}
	return problems
}

// roleWords names a role of a file, by its id where Discord could not.
func roleWords(role string) string {
	if isID(role) {
		return fmt.Sprintf("role %s (%s)", roleMention(role), role)
	}
	return "role " + escape(clip(role, 30))
}

func isID(s string) bool {
	return len(s) >= 1 && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// checkChannels asks Discord about all channels of a file at once, and names what is not as the file says. It puts what
// it saw into the file.
func (r *request) checkChannels(ctx context.Context, on *online, f *settingsFile) (problems []string, err error) {
	guild := r.interaction.GuildID
	g, self, err := on.here(ctx, guild)
	if err != nil {
		return nil, declined(err, r.interaction.ChannelID)
	}
	ids := make([]string, 0, len(f.Channels)+1)
	for _, c := range f.Channels {
		ids = append(ids, c.ID)
	}
	if f.Fallback != "" {
		ids = append(ids, f.Fallback)
	}
	spots, errs := make([]*spot, len(ids)), make([]error, len(ids))
	var looks sync.WaitGroup
	for i, id := range ids {
		looks.Add(1)
		go func() {
			defer looks.Done()
			spots[i], errs[i] = on.lookIn(ctx, g, self, id)
		}()
	}
	looks.Wait()
	for i, at := range spots {
		where := "channel " + ids[i]
		var refused refusal
		switch {
		case errors.As(errs[i], &refused) && refused.status < 500 && refused.status != 429:
			problems = append(problems, where+" is gone, or I can't see it")
			continue
		case errs[i] != nil:
			return nil, declined(errs[i], ids[i])
		case at.channel.GuildID != guild:
			problems = append(problems, where+" is not in this server")
			continue
		}
		if i == len(f.Channels) { // the one for trouble
			if !at.may(discordgo.PermissionViewChannel | discordgo.PermissionSendMessages) {
				problems = append(problems, "in "+mention(ids[i])+", which is to hear of trouble, I may not post")
			}
			continue
		}
		c := &f.Channels[i]
		if missing := at.missing(); len(missing) > 0 {
			problems = append(problems, fmt.Sprintf("in %s I lack %s", mention(c.ID), strings.Join(missing, ", ")))
		}
		if c.Publish && at.channel.Type != discordgo.ChannelTypeGuildNews {
			problems = append(problems, mention(c.ID)+" publishes posts, and is not an announcement channel")
		}
		if role := at.role(c.Role); c.Role != "" && (c.Role == guild || role == nil || role.Managed || !at.pings(role)) {
			problems = append(problems, fmt.Sprintf("in %s I can't ping %s", mention(c.ID), roleWords(c.Role)))
		}
		at.note(&store.GuildSettings{}, c)
	}
	return problems, nil
}
