package sandbox_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"season3/bot/sandbox"
)

// A bot logs in with a real session, and a member uses its command.
func Example() {
	srv := sandbox.New(sandbox.Options{})
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	bot, _ := discordgo.New("Bot sandbox-token")
	bot.Client = &http.Client{Transport: srv.Transport()}
	bot.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: "Hello, " + i.Member.User.GlobalName},
		})
	})
	if err := bot.Open(); err != nil {
		fmt.Println(err)
		return
	}
	defer bot.Close()
	bot.ApplicationCommandBulkOverwrite(sandbox.DefaultBotID, "", []*discordgo.ApplicationCommand{{Name: "hello", Description: "Says hello"}})

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	reply, err := srv.As(sandbox.DefaultFanID).Command(sandbox.DefaultGeneralID, "hello").Wait(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reply.Message.Content)
	// Output: Hello, Mika
}
