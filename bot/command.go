package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// A command is all there is to one slash or message command: what Discord shows, and what it does.
type command struct {
	name, description string
	kind              discordgo.ApplicationCommandType // a slash command when zero
	options           []*discordgo.ApplicationCommandOption
	subcommands       []command // their name, description, options, run and complete
	permissions       int64     // the default ones; 0 for everybody
	guildOnly         bool

	run      func(*request) (reply, error)
	complete func(*request) []*discordgo.ApplicationCommandOptionChoice // nil when no option completes
}

func (c *command) commandType() discordgo.ApplicationCommandType {
	if c.kind == 0 {
		return discordgo.ChatApplicationCommand
	}
	return c.kind
}

// Definitions returns what is registered with Discord, made from the command table.
func (b *Bot) Definitions() []*discordgo.ApplicationCommand {
	var defs []*discordgo.ApplicationCommand
	for _, c := range b.commands {
		contexts := []discordgo.InteractionContextType{discordgo.InteractionContextGuild}
		installs := []discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall}
		if !c.guildOnly {
			contexts = append(contexts, discordgo.InteractionContextBotDM, discordgo.InteractionContextPrivateChannel)
			installs = append(installs, discordgo.ApplicationIntegrationUserInstall)
		}
		def := &discordgo.ApplicationCommand{
			Type: c.commandType(), Name: c.name, Description: c.description, Options: c.options,
			Contexts: &contexts, IntegrationTypes: &installs,
		}
		if c.permissions != 0 {
			def.DefaultMemberPermissions = &c.permissions
		}
		for _, s := range c.subcommands {
			def.Options = append(def.Options, &discordgo.ApplicationCommandOption{
				Type: discordgo.ApplicationCommandOptionSubCommand, Name: s.name, Description: s.description, Options: s.options,
			})
		}
		defs = append(defs, def)
	}
	return defs
}

// definitionsBody returns the definitions as they are sent, and a hash of them: they are sent only when it changes.
func (b *Bot) definitionsBody() (body json.RawMessage, hash string, err error) {
	body, err = lean(b.Definitions())
	sum := sha256.Sum256(body)
	return body, hex.EncodeToString(sum[:]), err
}

// options are the options of a command or subcommand as Discord sent them. Their methods check types, because discordgo
// panics on a mismatch.
type options []*discordgo.ApplicationCommandInteractionDataOption

func (o options) find(name string) *discordgo.ApplicationCommandInteractionDataOption {
	for _, opt := range o {
		if opt != nil && opt.Name == name {
			return opt
		}
	}
	return nil
}

// focused returns the name of the option that is being typed.
func (o options) focused() string {
	for _, opt := range o {
		if opt != nil && opt.Focused {
			return opt.Name
		}
	}
	return ""
}

func (o options) text(name string) string {
	if opt := o.find(name); opt != nil {
		if s, ok := opt.Value.(string); ok {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

func (o options) number(name string) (int, bool) {
	if opt := o.find(name); opt != nil {
		if f, ok := opt.Value.(float64); ok {
			return int(f), true
		}
	}
	return 0, false
}

func (o options) boolean(name string) (value, given bool) {
	if opt := o.find(name); opt != nil {
		value, given = opt.Value.(bool)
	}
	return value, given
}
