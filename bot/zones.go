package bot

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a server's hour must not depend on what the machine has installed

	"github.com/bwmarrin/discordgo"
)

// zones are the time zones that autocomplete offers: the cities by which most people know theirs. Others can be typed.
var zones = strings.Fields(`
	UTC Europe/London Europe/Berlin Europe/Paris America/New_York America/Chicago America/Denver America/Los_Angeles
	America/Sao_Paulo Asia/Tokyo Asia/Seoul Asia/Shanghai Asia/Kolkata Asia/Jakarta Asia/Manila Australia/Sydney
	Europe/Madrid Europe/Rome Europe/Warsaw Europe/Istanbul Europe/Moscow America/Mexico_City America/Toronto
	America/Argentina/Buenos_Aires Asia/Singapore
	Africa/Accra Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi Africa/Tunis
	America/Anchorage America/Bogota America/Caracas America/Costa_Rica America/Edmonton America/Guatemala America/Guayaquil
	America/Halifax America/Havana America/La_Paz America/Lima America/Manaus America/Montevideo America/Montreal
	America/Panama America/Phoenix America/Puerto_Rico America/Regina America/Santiago America/Santo_Domingo
	America/St_Johns America/Vancouver America/Winnipeg
	Asia/Almaty Asia/Amman Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut Asia/Colombo Asia/Dhaka Asia/Dubai
	Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jerusalem Asia/Kabul Asia/Karachi Asia/Kathmandu Asia/Kuala_Lumpur Asia/Kuwait
	Asia/Novosibirsk Asia/Qatar Asia/Riyadh Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Ulaanbaatar
	Asia/Vladivostok Asia/Yangon Asia/Yekaterinburg Asia/Yerevan
	Atlantic/Azores Atlantic/Canary Atlantic/Reykjavik
	Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Melbourne Australia/Perth
	Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest
	Europe/Chisinau Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Kyiv Europe/Lisbon Europe/Ljubljana
	Europe/Luxembourg Europe/Malta Europe/Minsk Europe/Oslo Europe/Prague Europe/Riga Europe/Sarajevo Europe/Sofia
	Europe/Stockholm Europe/Tallinn Europe/Vienna Europe/Vilnius Europe/Zagreb Europe/Zurich
	Pacific/Auckland Pacific/Fiji Pacific/Guam Pacific/Honolulu`)

// completeZone offers time zones whose name holds what has been typed, each with its present time.
func completeZone(r *request) []*discordgo.ApplicationCommandOptionChoice {
	typed := strings.ReplaceAll(strings.ToLower(r.options.text("zone")), " ", "_")
	var choices []*discordgo.ApplicationCommandOptionChoice
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		if err != nil || !strings.Contains(strings.ToLower(zone), typed) || len(choices) == maxChoices {
			continue
		}
		choices = append(choices, &discordgo.ApplicationCommandOptionChoice{
			Name: fmt.Sprintf("%s (now %s)", zone, r.bot.now().In(loc).Format("15:04")), Value: zone})
	}
	return choices
}

// zoneNamed returns the zone in the spelling of its list. "Local" is a zone to Go, and would be the bot's own.
func zoneNamed(typed string) (string, bool) {
	for _, zone := range zones {
		if strings.EqualFold(zone, strings.ReplaceAll(typed, " ", "_")) {
			return zone, true
		}
	}
	_, err := time.LoadLocation(typed)
	return typed, err == nil && typed != "" && typed != "Local" && len(typed) <= 64
}
