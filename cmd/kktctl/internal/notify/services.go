package notify

import (
	"errors"
	"mime"
	"net/url"
	"regexp"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// How long a text may be, in bytes: letters of Cyrillic take two.
const (
	limitTelegram = 3_900
	limitLong     = 16_000 // mail, webhooks, Slack
	limitShort    = 1_000  // Pushover and its kin
	limitOther    = 1_900
)

// telegramAPI is where Telegram's bots are served.
const telegramAPI = "generic+https://api.telegram.org/bot"

// deliveries are the calls that tell a message at a URL. The text is always
// plain: what a service would make a link, a mention or markup of does not.
func deliveries(u *url.URL, m Message) ([]delivery, error) {
	name, _, _ := strings.Cut(strings.ToLower(u.Scheme), "+")
	switch name {
	case "http", "https":
		hook := *u
		hook.Scheme = "generic+" + name
		q := hook.Query()
		setDefault(q, "template", "JSON")
		hook.RawQuery = q.Encode()
		return one(&hook, types.Params{types.TitleKey: m.Title}, m.Text(limitLong)), nil
	case "generic":
		return one(u, types.Params{types.TitleKey: m.Title}, m.Text(limitLong)), nil
	case "telegram":
		return telegram(u, m)
	case "slack":
		return one(slack(u), types.Params{}, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(m.Text(limitLong/2))), nil
	case "smtp":
		return one(mail(u, m.Title), types.Params{}, m.Text(limitLong)), nil
	case "pushover", "bark", "join", "pushbullet":
		return one(u, types.Params{types.TitleKey: m.Title}, m.Text(limitShort)), nil
	}
	return one(u, types.Params{}, unmarked(m.Text(limitOther))), nil
}

func one(u *url.URL, params types.Params, text string) []delivery {
	return []delivery{{url: u, params: params, text: text}}
}

// telegram goes through the webhook service: the library's own one takes a
// message that never arrived for delivered. One call a chat, which may be
// CHAT:THREAD.
func telegram(u *url.URL, m Message) ([]delivery, error) {
	token := u.User.Username()
	if password, ok := u.User.Password(); ok {
		token += ":" + password
	}
	if !regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`).MatchString(token) {
		return nil, errors.New("the token is not one of a Telegram bot: NUMBER:LETTERS")
	}
	q := u.Query()
	var out []delivery
	for _, key := range []string{"chats", "channels"} {
		for chat := range strings.SplitSeq(q.Get(key), ",") {
			if chat = strings.TrimSpace(chat); chat == "" {
				continue
			}
			to, thread, threaded := strings.Cut(chat, ":")
			body := url.Values{
				"template": {"JSON"}, "messagekey": {"text"}, "$chat_id": {to}, "$disable_web_page_preview": {"true"},
			}
			if threaded {
				body.Set("$message_thread_id", thread)
			}
			if v := strings.ToLower(q.Get("notification")); v == "no" || v == "false" || v == "0" {
				body.Set("$disable_notification", "true")
			}
			hook, err := url.Parse(telegramAPI + token + "/sendMessage?" + body.Encode())
			if err != nil {
				return nil, errors.New("the URL of Telegram could not be made")
			}
			out = append(out, one(hook, types.Params{}, m.Text(limitTelegram))...)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("Telegram needs a chat: …@telegram?chats=-100123") //nolint:revive,staticcheck // a name
	}
	return out, nil
}

// slack takes the secret of a webhook as Slack shows it: T…/B…/…
func slack(u *url.URL) *url.URL {
	out := *u
	if password, ok := u.User.Password(); ok {
		out.User = url.UserPassword(u.User.Username(), strings.ReplaceAll(password, "/", "-"))
	} else if u.User != nil {
		out.User = url.User(strings.ReplaceAll(u.User.Username(), "/", "-"))
	}
	return &out
}

// mail gives the mail a subject, unless the URL has one, and keeps its text
// plain.
func mail(u *url.URL, title string) *url.URL {
	out, q := *u, u.Query()
	q.Set("usehtml", "No")
	if q.Get("title") == "" {
		setDefault(q, "subject", title)
	}
	for _, key := range []string{"subject", "title", "fromname"} {
		if q.Has(key) {
			q.Set(key, mime.QEncoding.Encode("utf-8", q.Get(key)))
		}
	}
	out.RawQuery = q.Encode()
	return &out
}

func setDefault(q url.Values, key, value string) {
	if q.Get(key) == "" {
		q.Set(key, value)
	}
}

// unmarked breaks mentions and links of chats that read Markdown.
func unmarked(text string) string {
	return strings.NewReplacer("@", "@\u200b", "](", "]\u200b(", "<", "<\u200b").Replace(text)
}
