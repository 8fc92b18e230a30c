package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/bot/sandbox"
)

// recording opens the files of a recording of this test in the folder
// SEASON3_RECORD names; without it nothing is recorded.
func recording(t *testing.T) sandbox.Recording {
	dir := os.Getenv("SEASON3_RECORD")
	if dir == "" {
		return sandbox.Recording{}
	}
	file := func(kind string) io.Writer {
		f, err := os.Create(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+"."+kind+".jsonl"))
		if err != nil {
			t.Fatal("recording:", err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	return sandbox.Recording{HTTP: file("http"), Gateway: file("gateway")}
}

// A visit walks through all that a command bot does, so that a recording of
// it can be checked against Discord's own description.
func TestVisit(t *testing.T) {
	clock := sandbox.NewClock(time.Time{})
	w := sandbox.DefaultWorld()
	w.Users = append(w.Users, &sandbox.User{ID: "1100000000000000099", Username: "farid"})
	w.Installs = append(w.Installs, "1100000000000000099", fan)
	srv := start(t, sandbox.Options{World: w, Clock: clock})
	s := session(t, srv)
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages
	s.AddHandler(visited)
	s.AddHandler(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.ID != botID && strings.Contains(m.Content, botID) {
			s.ChannelMessageSendReply(m.ChannelID, "you called", m.Reference())
		}
	})
	open(t, s)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Error(what+":", err)
		}
	}

	// Commands, globally and for the guild.
	_, err := s.ApplicationCommandBulkOverwrite(botID, "", visitCommands())
	must("global commands", err)
	_, err = s.ApplicationCommandBulkOverwrite(botID, guild, []*discordgo.ApplicationCommand{{Name: "local", Description: "Of this server"}})
	must("guild commands", err)
	c, err := s.ApplicationCommandCreate(botID, guild, &discordgo.ApplicationCommand{Name: "extra", Description: "One more"})
	must("create", err)
	_, err = s.ApplicationCommandEdit(botID, guild, c.ID, &discordgo.ApplicationCommand{Name: "extra", Description: "Another"})
	must("edit", err)
	_, err = s.ApplicationCommand(botID, guild, c.ID)
	must("get", err)
	_, err = s.ApplicationCommands(botID, "")
	must("list", err)
	rest(t, srv, "GET", "/applications/"+botID+"/commands?with_localizations=true", nil)
	srv.SetCommandPermissions(guild, c.ID, sandbox.CommandPermission{ID: sandbox.DefaultModRoleID, Type: 1, Allow: true})
	_, err = s.GuildApplicationCommandsPermissions(botID, guild)
	must("permissions", err)
	_, err = s.ApplicationCommandPermissions(botID, guild, c.ID)
	must("permissions of one", err)
	must("delete", s.ApplicationCommandDelete(botID, guild, c.ID))

	// What the bot may know.
	for _, path := range []string{"/gateway", "/gateway/bot", "/users/@me", "/applications/@me", "/oauth2/applications/@me", "/users/" + fan, "/users/@me/guilds",
		"/channels/" + general, "/channels/" + news, "/channels/" + thread, "/guilds/" + guild, "/guilds/" + guild + "?with_counts=true",
		"/guilds/" + guild + "/channels", "/guilds/" + guild + "/roles", "/guilds/" + guild + "/members/" + fan, "/guilds/" + guild + "/threads/active"} {
		accepted(t, path, rest(t, srv, "GET", path, nil))
	}

	// Interactions of every kind.
	v := srv.As(fan)
	done := func(what string, i *sandbox.Interaction) sandbox.Reply {
		t.Helper()
		r, err := i.Wait(soon(t))
		must(what, err)
		return r
	}
	everything := []sandbox.Option{sandbox.Opt("text", "hello"), sandbox.Opt("times", 3), sandbox.Opt("ratio", 0.5), sandbox.Opt("loud", true),
		sandbox.Opt("who", otherFan), sandbox.Opt("where", news), sandbox.Opt("role", sandbox.DefaultPingRoleID), sandbox.Opt("whoever", moderator), sandbox.Opt("mood", "calm")}
	done("autocomplete", v.Autocomplete(general, "echo", sandbox.Typing("text", "he")))
	done("autocomplete of a number", v.Autocomplete(general, "echo", sandbox.Opt("text", "hello"), sandbox.Typing("times", "1")))
	done("autocomplete without choices", v.Autocomplete(general, "echo", sandbox.Typing("text", "")))
	card := done("echo", v.Command(general, "echo", everything...))
	done("echo in German", v.In("de").Command(thread, "echo", sandbox.Opt("text", "hallo")))
	done("a subcommand", srv.As(moderator).Command(staff, "set channel", sandbox.Opt("where", news)))
	done("a subcommand of a group", srv.As(moderator).Command(general, "set deep thing"))
	done("local", v.Command(general, "local"))
	done("update", v.Press(card.Message.ID, "more"))
	done("answer to a button", srv.As(otherFan).Press(card.Message.ID, "new"))
	done("deferred update", v.Press(card.Message.ID, "later"))
	done("select", v.Select(card.Message.ID, "pick", "b"))
	done("select of users", v.Select(card.Message.ID, "people", otherFan))
	quiet := done("ephemeral", v.Command(general, "quiet"))
	done("button on an ephemeral message", v.Press(quiet.Message.ID, "more"))
	done("deferred", v.Command(general, "slow"))
	done("deferred and ephemeral", v.Command(general, "slow", sandbox.Opt("quiet", true)))
	_, err = v.Command(general, "chatty").WaitFollowups(soon(t), 2)
	must("follow-ups", err)
	form := v.Command(general, "form")
	if r := done("modal", form); r.Modal == nil {
		t.Error("no modal")
	}
	done("modal submitted", v.SubmitModal(form.ID(), map[string]any{"title": "Hero Mask", "why": "because"}))
	onCard := v.Press(card.Message.ID, "form")
	done("modal of a button", onCard)
	done("modal of a button submitted", v.SubmitModal(onCard.ID(), map[string]any{"title": "Hero Mask"}))
	done("v2", v.Command(news, "card"))
	said := srv.As(otherFan).Say(general, "is there a third season of Hero Mask?", "")
	done("message command", v.MessageCommand(said.ID(), "Quote"))
	done("user command", v.UserCommand(general, otherFan, "Greet"))
	done("direct", v.Command(srv.DM(fan), "echo", sandbox.Opt("text", "psst")))
	done("installed by the user", srv.As("1100000000000000099").Command(srv.DM("1100000000000000099"), "anywhere"))
	done("installed by both", v.Command(general, "anywhere"))
	call := srv.As(otherFan).Say(general, "<@"+botID+"> hello", "")
	_, err = call.Wait(soon(t))
	must("mention", err)

	// Messages in channels.
	m, err := s.ChannelMessageSendComplex(news, &discordgo.MessageSend{Content: "news", Embeds: []*discordgo.MessageEmbed{visitEmbed()},
		Files: []*discordgo.File{{Name: "a.txt", ContentType: "text/plain", Reader: strings.NewReader("attached")}}, AllowedMentions: &discordgo.MessageAllowedMentions{}})
	must("send", err)
	_, err = s.ChannelMessageCrosspost(news, m.ID)
	must("crosspost", err)
	_, err = s.ChannelMessageEdit(news, m.ID, "old news")
	must("edit", err)
	_, err = s.ChannelMessage(news, m.ID)
	must("get", err)
	_, err = s.ChannelMessages(general, 10, "", "", "")
	must("list", err)
	must("typing", s.ChannelTyping(general))
	for range 2 {
		_, err = s.RequestWithBucketID("POST", discordgo.EndpointChannelMessages(general), obj{"content": "once", "nonce": "n-1", "enforce_nonce": true,
			"allowed_mentions": obj{"parse": []string{}}}, discordgo.EndpointChannelMessages(general))
		must("nonce", err)
	}
	must("delete", s.ChannelMessageDelete(news, m.ID))
	dm, err := s.UserChannelCreate(fan)
	must("dm", err)
	_, err = s.ChannelMessageSend(dm.ID, "hello")
	must("send dm", err)

	// Errors.
	refused(t, "no such channel", rest(t, srv, "GET", "/channels/1", nil), 404, 10003)
	refused(t, "may not write", rest(t, srv, "POST", "/channels/"+staff+"/messages", obj{"content": "x"}), 403, 50013)
	refused(t, "published already", func() answer {
		m, err := s.ChannelMessageSend(news, "twice")
		must("send", err)
		s.ChannelMessageCrosspost(news, m.ID)
		return rest(t, srv, "POST", "/channels/"+news+"/messages/"+m.ID+"/crosspost", nil)
	}(), 400, 40033)
	refused(t, "no token", restAs(t, srv, "", "GET", "/users/@me", nil), 401, 0)
	refused(t, "no such message", rest(t, srv, "GET", "/channels/"+general+"/messages/1", nil), 404, 10008)

	// Limits.
	for n := 0; ; n++ {
		if a := rest(t, srv, "PATCH", "/channels/"+general+"/messages/"+call.ID(), obj{"content": "x"}); a.status == 429 {
			break
		} else if n > 6 {
			t.Fatal("seven edits at once met no limit")
		}
	}
	remove := srv.Inject(sandbox.GetUser, sandbox.Fault{Refuse: sandbox.RateLimited(10*time.Millisecond, true)})
	rest(t, srv, "GET", "/users/"+fan, nil)
	remove()
	clock.Advance(time.Second)

	// What happens to a guild, and a connection that is resumed.
	srv.SetOverwrite(general, sandbox.Overwrite{ID: sandbox.DefaultModRoleID, Type: sandbox.RoleOverwrite, Allow: sandbox.MentionEveryone})
	srv.SetRolePermissions(guild, sandbox.DefaultPingRoleID, sandbox.AddReactions)
	srv.ArchiveThread(thread, true)
	srv.SetUnavailable(guild, true)
	srv.SetUnavailable(guild, false)
	resumed := make(chan struct{}, 1)
	s.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { resumed <- struct{}{} })
	s.ShouldReconnectOnError = true
	srv.AskReconnect()
	select {
	case <-resumed:
	case <-soon(t).Done():
		t.Fatal("not resumed")
	}
	done("after the resume", v.Command(general, "hello"))
	srv.DeleteChannel(thread)
	srv.RemoveBot(guild)
	s.ShouldReconnectOnError = false
}

func visitEmbed() *discordgo.MessageEmbed {
	return &discordgo.MessageEmbed{Title: "Title", URL: "https://example.test/", Description: "text", Color: 0x3BA55D, Timestamp: "2026-08-06T10:00:00Z",
		Footer: &discordgo.MessageEmbedFooter{Text: "foot"}, Author: &discordgo.MessageEmbedAuthor{Name: "author"},
		Fields: []*discordgo.MessageEmbedField{{Name: "n", Value: "v"}}, Thumbnail: &discordgo.MessageEmbedThumbnail{URL: "https://example.test/a.png"}}
}

func visitCommands() []*discordgo.ApplicationCommand {
	low, manage := 1.0, int64(discordgo.PermissionManageGuild)
	all := []discordgo.InteractionContextType{0, 1, 2}
	both := []discordgo.ApplicationIntegrationType{0, 1}
	type option = discordgo.ApplicationCommandOption
	return []*discordgo.ApplicationCommand{
		{Name: "hello", Description: "Says hello"},
		{Name: "echo", Description: "Says it again", DescriptionLocalizations: &map[discordgo.Locale]string{"de": "Sagt es noch einmal", "en-US": "Says it again"}, Options: []*option{
			{Type: discordgo.ApplicationCommandOptionString, Name: "text", Description: "What to say", Required: true, Autocomplete: true, MaxLength: 100},
			{Type: discordgo.ApplicationCommandOptionInteger, Name: "times", Description: "How often", Autocomplete: true, MinValue: &low, MaxValue: 5},
			{Type: discordgo.ApplicationCommandOptionNumber, Name: "ratio", Description: "How much"},
			{Type: discordgo.ApplicationCommandOptionBoolean, Name: "loud", Description: "How loud"},
			{Type: discordgo.ApplicationCommandOptionUser, Name: "who", Description: "To whom"},
			{Type: discordgo.ApplicationCommandOptionChannel, Name: "where", Description: "Where", ChannelTypes: []discordgo.ChannelType{0, 5}},
			{Type: discordgo.ApplicationCommandOptionRole, Name: "role", Description: "As whom"},
			{Type: discordgo.ApplicationCommandOptionMentionable, Name: "whoever", Description: "Anyone"},
			{Type: discordgo.ApplicationCommandOptionString, Name: "mood", Description: "How", Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "Calm", Value: "calm"}, {Name: "Cross", Value: "cross"}}},
		}},
		{Name: "set", Description: "Settings", DefaultMemberPermissions: &manage, Contexts: &[]discordgo.InteractionContextType{0}, Options: []*option{
			{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "channel", Description: "Where to", Options: []*option{
				{Type: discordgo.ApplicationCommandOptionChannel, Name: "where", Description: "Where", Required: true}}},
			{Type: discordgo.ApplicationCommandOptionSubCommandGroup, Name: "deep", Description: "Further down", Options: []*option{
				{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "thing", Description: "A thing"}}},
		}},
		{Name: "quiet", Description: "Says it to you"},
		{Name: "slow", Description: "Thinks first", Options: []*option{{Type: discordgo.ApplicationCommandOptionBoolean, Name: "quiet", Description: "To you"}}},
		{Name: "chatty", Description: "Says more"},
		{Name: "form", Description: "Asks back"},
		{Name: "card", Description: "Shows a card"},
		{Name: "anywhere", Description: "Works anywhere", Contexts: &all, IntegrationTypes: &both},
		{Name: "Quote", Type: discordgo.MessageApplicationCommand},
		{Name: "Greet", Type: discordgo.UserApplicationCommand},
	}
}

// visited answers every interaction of the visit.
func visited(s *discordgo.Session, i *discordgo.InteractionCreate) {
	respond := func(r *discordgo.InteractionResponse) {
		if err := s.InteractionRespond(i.Interaction, r); err != nil {
			fmt.Println("visit: answering:", err)
		}
	}
	buttons := []discordgo.MessageComponent{
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "More", CustomID: "more"}, discordgo.Button{Label: "New", CustomID: "new", Style: discordgo.SecondaryButton},
			discordgo.Button{Label: "Later", CustomID: "later"}, discordgo.Button{Label: "Form", CustomID: "form"},
			discordgo.Button{Label: "Site", Style: discordgo.LinkButton, URL: "https://example.test"}}},
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: "pick", Placeholder: "Pick",
			Options: []discordgo.SelectMenuOption{{Label: "A", Value: "a"}, {Label: "B", Value: "b"}}}}},
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.SelectMenu{MenuType: discordgo.UserSelectMenu, CustomID: "people"}}},
	}
	card := &discordgo.InteractionResponseData{Content: "a card", Embeds: []*discordgo.MessageEmbed{visitEmbed()}, Components: buttons}
	form := &discordgo.InteractionResponse{Type: discordgo.InteractionResponseModal, Data: &discordgo.InteractionResponseData{CustomID: "f", Title: "A form", Components: []discordgo.MessageComponent{
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.TextInput{CustomID: "title", Label: "Title", Style: discordgo.TextInputShort, Required: true}}},
		discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.TextInput{CustomID: "why", Label: "Why", Style: discordgo.TextInputParagraph}}}}}}
	switch i.Type {
	case discordgo.InteractionApplicationCommandAutocomplete:
		data := &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{}}
		for _, o := range i.ApplicationCommandData().Options {
			if text, _ := o.Value.(string); o.Focused && text == "1" {
				data.Choices = append(data.Choices, &discordgo.ApplicationCommandOptionChoice{Name: "Once", Value: 1})
			} else if o.Focused && text != "" {
				data.Choices = append(data.Choices, &discordgo.ApplicationCommandOptionChoice{Name: "Hero Mask", Value: "hero-mask"})
			}
		}
		respond(&discordgo.InteractionResponse{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: data})
	case discordgo.InteractionMessageComponent:
		switch i.MessageComponentData().CustomID {
		case "more":
			respond(&discordgo.InteractionResponse{Type: discordgo.InteractionResponseUpdateMessage, Data: card})
		case "later":
			respond(&discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredMessageUpdate})
			content := "later"
			s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: &content})
		case "form":
			respond(form)
		default:
			respond(says("picked"))
		}
	case discordgo.InteractionModalSubmit:
		respond(says("thanks for " + i.ModalSubmitData().CustomID))
	case discordgo.InteractionApplicationCommand:
		data := i.ApplicationCommandData()
		switch data.Name {
		case "echo":
			respond(&discordgo.InteractionResponse{Type: 4, Data: card})
		case "quiet":
			respond(&discordgo.InteractionResponse{Type: 4, Data: &discordgo.InteractionResponseData{Content: "psst", Components: buttons, Flags: discordgo.MessageFlagsEphemeral}})
		case "slow":
			d := &discordgo.InteractionResponseData{}
			if len(data.Options) > 0 {
				d.Flags = discordgo.MessageFlagsEphemeral
			}
			respond(&discordgo.InteractionResponse{Type: 5, Data: d})
			content := "done"
			s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: &content, Embeds: &[]*discordgo.MessageEmbed{visitEmbed()}})
		case "chatty":
			respond(says("one"))
			s.InteractionResponse(i.Interaction)
			m, err := s.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: "two", Files: []*discordgo.File{{Name: "b.txt", Reader: strings.NewReader("b")}}})
			if err == nil {
				content := "two and a half"
				s.FollowupMessageEdit(i.Interaction, m.ID, &discordgo.WebhookEdit{Content: &content})
			}
			m, err = s.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: "three", Flags: discordgo.MessageFlagsEphemeral})
			if err == nil {
				s.FollowupMessageDelete(i.Interaction, m.ID)
			}
			s.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: "four"})
			s.InteractionResponseDelete(i.Interaction)
		case "form":
			respond(form)
		case "card":
			resp, err := s.Client.Do(rawCallback(i.Interaction, obj{"type": 4, "data": v2Card()}))
			if err == nil {
				resp.Body.Close()
			}
		default:
			respond(says("hello"))
		}
	}
}

// v2Card is a card of Components V2 with everything the sandbox knows.
func v2Card() obj {
	label := func(text string) obj { return obj{"type": 10, "content": text} }
	button := func(label, id string) obj { return obj{"type": 2, "style": 2, "label": label, "custom_id": id} }
	return obj{"flags": 32768, "allowed_mentions": obj{"parse": []any{}}, "components": []any{
		obj{"type": 17, "accent_color": 0x3BA55D, "components": []any{
			label("## Hero Mask: season 3\n**No.**"),
			obj{"type": 9, "components": []any{label("why")}, "accessory": button("Season 2", "v1:season:2")},
			obj{"type": 9, "components": []any{label("look")}, "accessory": obj{"type": 11, "media": obj{"url": "https://example.test/a.png"}, "description": "a picture"}},
			obj{"type": 14, "spacing": 2},
			obj{"type": 12, "items": []any{obj{"media": obj{"url": "https://example.test/b.png"}}}},
			obj{"type": 1, "components": []any{button("Sources", "v1:sources"), obj{"type": 2, "style": 5, "label": "Site", "url": "https://example.test"}}},
		}},
		obj{"type": 1, "components": []any{obj{"type": 8, "custom_id": "ch", "channel_types": []any{0, 5}}}},
	}}
}

// rawCallback is a callback as a bot sends it by itself, without its token.
func rawCallback(i *discordgo.Interaction, body obj) *http.Request {
	r, err := http.NewRequest("POST", discordgo.EndpointInteractionResponse(i.ID, i.Token)+"?with_response=true", jsonBody(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "DiscordBot (https://example.test, 1)")
	return r
}
