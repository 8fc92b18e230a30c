package bot

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"season3/bot/sandbox"
	"season3/store"
)

// exported returns the file of /announcements export.
func (m *moderation) exported() []byte {
	m.t.Helper()
	r := m.does("export", nil, "This server's settings")
	var msg struct {
		Attachments []struct {
			Filename, URL string
		}
	}
	if err := json.Unmarshal(r.Message.JSON, &msg); err != nil || len(msg.Attachments) != 1 || msg.Attachments[0].Filename != settingsFileName {
		m.t.Fatalf("%v %s", err, r.Message.JSON)
	}
	res, err := http.Get(msg.Attachments[0].URL)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return data
}

func TestSettingsAsAFile(t *testing.T) {
	moderate(t, nil).each(exportAndImport, refusedImports)
}

func exportAndImport(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "show", "paper-lanterns", "what", store.FollowUpcoming))
	m.does("channel", opts("channel", sandbox.DefaultNewsID, "what", store.FollowAll))
	m.does("publish", opts("on", true, "channel", "anime-news"))
	m.does("role", opts("role", sandbox.DefaultPingRoleID, "channel", "anime-news"))
	m.does("digest", opts("every", "weekly", "day", 6, "hour", 18, "zone", "Asia/Tokyo", "channel", "general"))
	m.does("pause", opts("channel", "general"))
	m.does("trouble", opts("channel", sandbox.DefaultGeneralID))
	before, _ := json.Marshal(m.settings())
	file := m.exported()

	m.anew()
	m.does("import", opts("file", sandbox.File{Name: settingsFileName, Contents: file}), "All of the file was taken", "on Saturdays at 18:00 (Asia/Tokyo)", "Posts are published")
	after, _ := json.Marshal(m.settings())
	if string(after) != string(before) {
		m.t.Errorf("exported %s, imported %s", before, after)
	}
	m.does("import", opts("file", string(file)), "All of the file was taken") // the page's way
	m.does("import", opts("file", `{"season3": 1, "private": true, "channels": []}`), "It sets up no channel")
	if g := m.settings(); len(g.Channels) > 0 || !g.Private {
		m.t.Errorf("%+v", g)
	}
}

// refusedImports break one thing each: it is named, and nothing is changed.
func refusedImports(m *moderation) {
	m.does("channel", opts("channel", sandbox.DefaultGeneralID, "show", "paper-lanterns"))
	before, _ := json.Marshal(m.settings())
	const general, staff, elsewhere = sandbox.DefaultGeneralID, sandbox.DefaultStaffID, "1100000000000009999"
	channel := func(rest string) string {
		return `{"season3": 1, "private": false, "channels": [{"id": "` + general + `"` + rest + `}]}`
	}
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"no JSON":            {"settings", []string{"no file of `/announcements export`: it is not JSON at character 1."}},
		"half a file":        {`{"season3": 1,`, []string{"it ends too early"}},
		"a list":             {`[]`, []string{"it is of the wrong kind (array)"}},
		"an hour in words":   {`{"season3": 1, "hour": "noon", "channels": []}`, []string{"“hour” is of the wrong kind (string)"}},
		"something else":     {`{"answer": 42}`, []string{"unknown field", "answer"}},
		"more behind it":     {channel("") + "{}", []string{"behind its end"}},
		"another version":    {`{"season3": 7, "channels": []}`, []string{"version is 7"}},
		"unknown setting":    {channel(`, "colour": "red"`), []string{"colour"}},
		"unknown show":       {channel(`, "shows": ["quux", "paper-lanterns"]`), []string{"“quux”, which I don't know"}},
		"unknown kind":       {channel(`, "muted": ["rumour"]`), []string{"“rumour”, which is no kind"}},
		"unknown digest":     {channel(`, "digest": "hourly", "weekday": 9`), []string{"“hourly”", "day 9"}},
		"unknown zone":       {`{"season3": 1, "zone": "Mars/Base", "hour": 24, "channels": []}`, []string{"Mars/Base", "hour 24"}},
		"not a channel":      {`{"season3": 1, "channels": [{"id": "general"}]}`, []string{"“general” is no id"}},
		"twice":              {`{"season3": 1, "channels": [{"id": "` + general + `"}, {"id": "` + general + `"}]}`, []string{"twice"}},
		"channel elsewhere":  {`{"season3": 1, "channels": [{"id": "` + elsewhere + `"}, {"id": "` + staff + `"}]}`, []string{elsewhere + " is gone", "<#" + staff + "> I lack **Send Messages**"}},
		"another's trouble":  {`{"season3": 1, "fallback": "` + elsewhere + `", "channels": []}`, []string{elsewhere + " is gone"}},
		"no place for it":    {`{"season3": 1, "fallback": "` + staff + `", "channels": []}`, []string{"hear of trouble, I may not post"}},
		"role":               {channel(`, "role": "` + sandbox.DefaultModRoleID + `"`), []string{"I can't ping role <@&" + sandbox.DefaultModRoleID + ">"}},
		"publishing":         {channel(`, "publish": true`), []string{"is not an announcement channel"}},
		"too many":           {`{"season3": 1, "channels": [` + strings.TrimSuffix(strings.Repeat(`{"id": "1"},`, 11), ",") + `]}`, []string{"11 channels", "and at most 10"}},
		"too large for them": {strings.Repeat(" ", maxSettings+1), []string{"larger than 256 KB"}},
	} {
		m.t.Run(name, func(t *testing.T) {
			m := &moderation{m.of(t), m.mod}
			m.does("import", opts("file", sandbox.File{Name: "x.json", Contents: []byte(test.file)}), append(test.want, "othing was changed")...)
			if after, _ := json.Marshal(m.settings()); string(after) != string(before) {
				t.Errorf("changed to %s", after)
			}
		})
	}
}
