package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"
)

// apiBase is Discord's API. Tests and the sandbox change where it leads in the http.RoundTripper, not here.
const apiBase = "https://discord.com/api/v10"

// callbackTimeout bounds one callback. Discord waits three seconds for it; later than that it is lost anyway.
const callbackTimeout = 2500 * time.Millisecond

// callback sends the answer to an interaction. It has its own small client because discordgo's would keep a rate limit
// bucket for every token, hold one interaction up behind another, and try again after 429 (TRAPS 12 to 14). It needs no
// authorization: the interaction's token, which must not reach a log, is in the address.
func callback(ctx context.Context, client *http.Client, i *discordgo.Interaction, resp *discordgo.InteractionResponse) error {
	kind := "application/json"
	body, err := encode(resp)
	if err == nil && resp.Data != nil && len(resp.Data.Files) > 0 {
		body, kind, err = withFiles(body, resp.Data.Files)
	}
	if err != nil {
		return fmt.Errorf("answer to interaction %s: %w", i.ID, err)
	}
	if err := answerTo(ctx, client, "/interactions/"+i.ID+"/"+i.Token+"/callback", kind, body); err != nil {
		return fmt.Errorf("answer to interaction %s: %w", i.ID, err)
	}
	return nil
}

// followUp sends a further message after the answer to an interaction.
func followUp(ctx context.Context, client *http.Client, i *discordgo.Interaction, message map[string]any) error {
	body, err := lean(message)
	if err == nil {
		err = answerTo(ctx, client, "/webhooks/"+i.AppID+"/"+i.Token, "application/json", body)
	}
	if err != nil {
		return fmt.Errorf("follow-up to interaction %s: %w", i.ID, err)
	}
	return nil
}

// answerTo posts to an address that holds an interaction's token, which reaches no error.
func answerTo(ctx context.Context, client *http.Client, path, contentType string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, callbackTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiBase+path, bytes.NewReader(body))
	if err != nil {
		return errors.New("malformed token")
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", userAgent)
	res, err := client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer res.Body.Close()
	detail, _ := io.ReadAll(io.LimitReader(res.Body, 1<<16)) // read to its end, so that the connection is used again
	if res.StatusCode >= 300 {
		return refusalOf(res, detail)
	}
	return nil
}

// withFiles puts a message and the files that it shows into one form.
func withFiles(payload []byte, files []*discordgo.File) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part := func(disposition, kind string, contents io.Reader) {
		if err != nil {
			return
		}
		var w io.Writer
		if w, err = form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}}); err == nil {
			_, err = io.Copy(w, contents)
		}
	}
	part(`form-data; name="payload_json"`, "application/json", bytes.NewReader(payload))
	for n, f := range files {
		part(fmt.Sprintf(`form-data; name="files[%d]"; filename=%q`, n, f.Name), f.ContentType, f.Reader)
	}
	err = errors.Join(err, form.Close())
	return b.Bytes(), form.FormDataContentType(), err
}

const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, v" + discordgo.VERSION + ") season3"

// withoutURL strips the address, which holds the token, from an error of net/http.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// encode writes a response without the nulls and empty texts that discordgo adds: an update would take them for a wish
// to clear the message, and an empty list of choices must be there (TRAPS 19).
func encode(resp *discordgo.InteractionResponse) ([]byte, error) {
	if resp.Type == discordgo.InteractionApplicationCommandAutocompleteResult {
		choices := resp.Data.Choices
		if choices == nil {
			choices = []*discordgo.ApplicationCommandOptionChoice{}
		}
		return json.Marshal(map[string]any{"type": resp.Type, "data": map[string]any{"choices": choices}})
	}
	return lean(resp)
}

// lean encodes v without members that discordgo adds and that say nothing: null, an empty content, and flags that are
// false anyway.
func lean(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	prune(tree)
	return json.Marshal(tree)
}

func prune(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			if member == nil || k == "content" && member == "" || (k == "tts" || k == "autocomplete") && member == false {
				delete(v, k)
				continue
			}
			prune(member)
		}
	case []any:
		for _, item := range v {
			prune(item)
		}
	}
}
