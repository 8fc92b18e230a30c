package bot

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/bwmarrin/discordgo"

	"season3/knowledge"
	"season3/store"
)

// benchBot is a bot over the whole base that logs nothing.
func benchBot(b *testing.B) *Bot {
	st, err := store.Open(filepath.Join(b.TempDir(), "season3.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return New(knowledge.Embedded(), st, today, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func benchmarkHandle(b *testing.B, i *discordgo.Interaction) {
	bot := benchBot(b)
	b.ReportAllocs()
	for b.Loop() {
		if bot.Handle(b.Context(), i) == nil {
			b.Fatal("no answer")
		}
	}
}

func slash(kind discordgo.InteractionType, name, option, value string) *discordgo.Interaction {
	return &discordgo.Interaction{ID: "1", GuildID: "9", Type: kind, Data: discordgo.ApplicationCommandInteractionData{
		Name: name, CommandType: discordgo.ChatApplicationCommand,
		Options: []*discordgo.ApplicationCommandInteractionDataOption{{Name: option, Type: 3, Value: value, Focused: true}}}}
}

func BenchmarkHandleSeason(b *testing.B) {
	benchmarkHandle(b, slash(discordgo.InteractionApplicationCommand, "season", "show", "hero-mask"))
}

func BenchmarkHandleAsk(b *testing.B) {
	benchmarkHandle(b, slash(discordgo.InteractionApplicationCommand, "ask", "question", "is there a season 3 of hero msak?"))
}

func BenchmarkHandleAutocomplete(b *testing.B) {
	benchmarkHandle(b, slash(discordgo.InteractionApplicationCommandAutocomplete, "season", "show", "demon s"))
}
