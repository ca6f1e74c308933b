package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kktctl/kktctl/spec/diag"
)

// What a notification can be about.
const (
	NotifyWaiting = "waiting" // a step began to wait for a person
	NotifyRefused = "refused" // a step was refused, or failed
	NotifyUnknown = "unknown" // a person has to say what became of a call
	NotifyOverdue = "overdue" // a step waits past its due date
	NotifyDrift   = "drift"   // something was changed elsewhere, or is declared and not begun
	NotifyError   = "error"   // the command could not do its work
	NotifyDone    = "done"    // a step came to its end
)

// NotifyKinds lists what a notification can be about, the worst first.
func NotifyKinds() []string {
	return []string{NotifyUnknown, NotifyRefused, NotifyError, NotifyOverdue, NotifyDrift, NotifyWaiting, NotifyDone}
}

// NotifyDefaults lists what is told of unless something else is asked for.
func NotifyDefaults() []string { return NotifyKinds()[:6] }

// Notify is somebody to be told how a command ended.
type Notify struct {
	URL NotifyURL
	On  []string // of NotifyKinds; empty means NotifyDefaults
	Pos diag.Pos
}

// NotifyURL says where a notification goes: a URL in shoutrrr's form, with
// references where its secrets stand, or as a whole a reference to one. It
// holds no secret and is safe to print.
type NotifyURL struct {
	Whole Secret // the URL is the secret
	text  string
	refs  []string // the references in text, each once
}

const notifyHint = "write env:NAME in the place of the secret, as in telegram://env:TG_TOKEN@telegram?chats=-100123, or keep the whole URL elsewhere: env:NAME or file:PATH"

// notifySchemes are the services whose secrets are known by their places. Any
// other's URL is given as a whole.
func notifySchemes() []string {
	return []string{"telegram", "slack", "smtp", "generic", "https", "http"}
}

// refMark stands for a reference while a URL is looked at.
const refMark = "kktctl0reference"

var (
	notifyRef = regexp.MustCompile(`env:[A-Za-z_][A-Za-z0-9_]{0,127}`)
	// aroundRefs is what may stand beside references in a secret part.
	aroundRefs = regexp.MustCompile(`^((hook|xox[a-z]|bot)[:-])?[:,/-]*$`)
	secretKey  = regexp.MustCompile(`(?i)(token|secret|pass|passwd|auth|api.?key|^@?key$|signature|^@?sig$|cookie|session|bearer)`)
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9_.:+=~-]{16,}$`)
)

// ParseNotifyURL reads where a notification goes. Its errors never echo the
// text: a secret may stand in it.
func ParseNotifyURL(s string) (NotifyURL, error) {
	if ref, ok := reference(s); ok {
		return NotifyURL{Whole: ref}, nil
	}
	n := NotifyURL{text: s}
	for _, ref := range notifyRef.FindAllString(s, -1) {
		if !slices.Contains(n.refs, ref) {
			n.refs = append(n.refs, ref)
		}
	}
	u, err := url.Parse(notifyRef.ReplaceAllString(s, refMark))
	if err != nil || u.Scheme == "" || strings.IndexFunc(s, hidden) >= 0 {
		return NotifyURL{}, errors.New("is not the URL of a service; it is not shown\nhint: " + notifyHint)
	}
	scheme := strings.TrimPrefix(strings.ToLower(u.Scheme), "generic+")
	switch {
	case !slices.Contains(notifySchemes(), scheme):
		return NotifyURL{}, fmt.Errorf("is of a service whose secrets kktctl does not tell from the rest\nhint: give its URL as a whole: env:NAME or file:PATH. By parts go %s", strings.Join(notifySchemes(), ", "))
	case u.Host == "":
		return NotifyURL{}, errors.New("names no host; it is not shown\nhint: " + notifyHint)
	}
	if literalSecret(scheme, u) {
		return NotifyURL{}, errors.New("holds a secret; it is not shown\nhint: " + notifyHint)
	}
	return n, nil
}

// literalSecret tells whether a secret may stand in the URL itself.
func literalSecret(scheme string, u *url.URL) bool {
	password, has := "", false
	if u.User != nil {
		password, has = u.User.Password()
	}
	switch {
	case scheme == "telegram" || scheme == "slack":
		if u.User == nil || !onlyRefs(u.User.Username()+":"+password) {
			return true
		}
	case has && !onlyRefs(password):
		return true
	case u.User != nil && !has && scheme != "smtp" && !onlyRefs(u.User.Username()):
		return true
	}
	if secretPath(u.Hostname()) && !strings.Contains(u.Path, refMark) {
		return true
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if looksSecret(segment) {
			return true
		}
	}
	for key, values := range u.Query() {
		for _, v := range values {
			named := secretKey.MatchString(key) && (scheme != "smtp" || !strings.EqualFold(key, "auth"))
			if named && !strings.Contains(v, refMark) || looksSecret(v) {
				return true
			}
		}
	}
	return looksSecret(u.Fragment)
}

// secretPath tells the hosts whose webhooks are known by nothing but their path.
func secretPath(host string) bool {
	return slices.ContainsFunc([]string{
		"hooks.slack.com", "api.telegram.org", "discord.com", "discordapp.com", "webhook.office.com", "chat.googleapis.com", "hooks.zapier.com", "maker.ifttt.com",
	}, func(known string) bool {
		return strings.EqualFold(host, known) || strings.HasSuffix(strings.ToLower(host), "."+known)
	})
}

// onlyRefs tells whether a part of a URL holds nothing but references.
func onlyRefs(part string) bool {
	return strings.Contains(part, refMark) && aroundRefs.MatchString(strings.ReplaceAll(part, refMark, ""))
}

// looksSecret tells of a long word of letters and digits, of letters of both
// cases, or without a break: tokens of webhooks stand in paths.
func looksSecret(word string) bool {
	if strings.Contains(word, refMark) || !tokenForm.MatchString(word) {
		return false
	}
	digits := strings.ContainsAny(word, "0123456789")
	small := strings.ToUpper(word) != word
	large := strings.ToLower(word) != word
	return digits && (small || large) || small && large && len(word) >= 20 || len(word) >= 24 && !strings.ContainsAny(word, "-_.:0123456789")
}

// String gives the URL as it was written: with references, without secrets.
func (n NotifyURL) String() string {
	if !n.Whole.IsZero() {
		return n.Whole.String()
	}
	return n.text
}

// IsZero tells whether there is none.
func (n NotifyURL) IsZero() bool { return n.text == "" && n.Whole.IsZero() }

// Resolve puts the secrets in. It also gives what must never be printed.
func (n NotifyURL) Resolve(value func(Secret) (string, error)) (resolved string, secrets []string, err error) {
	if !n.Whole.IsZero() {
		if resolved, err = value(n.Whole); err != nil {
			return "", nil, err
		}
		return strings.TrimSpace(resolved), []string{resolved}, nil
	}
	values := map[string]string{}
	for _, ref := range n.refs {
		s, _ := reference(ref)
		if values[ref], err = value(s); err != nil {
			return "", nil, err
		}
		secrets = append(secrets, values[ref])
	}
	resolved = notifyRef.ReplaceAllStringFunc(n.text, func(ref string) string { return escapeInURL(values[ref]) })
	return resolved, secrets, nil
}

// ID names a destination in the state, where what it was told is kept: eight
// hexadecimal digits, the same for the same text.
func (n NotifyURL) ID() string {
	h := sha256.Sum256([]byte(n.String()))
	return hex.EncodeToString(h[:4])
}

// escapeInURL has a value stand in any part of a URL. A colon is left as it is:
// tokens of Telegram and Slack are a user and a password by their form.
func escapeInURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~:", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// notify reads who is told.
func (r *reader) notify(n *yaml.Node) []Notify {
	var out []Notify
	s := schema[Notify]{
		{"url", func(r *reader, n *yaml.Node, v *Notify) { v.URL = r.notifyURL(n) }},
		{"on", func(r *reader, n *yaml.Node, v *Notify) { v.On = r.setOf(n, NotifyKinds()) }},
	}
	r.elements(n, func(e *yaml.Node) {
		v := Notify{Pos: r.pos(e)}
		if g := s.read(r, e, &v); r.wasMap(e) {
			s.need(r, e, g, "url")
		}
		if !v.URL.IsZero() {
			out = append(out, v)
		}
	})
	return out
}

// notifyURL reads where a notification goes; what is refused is not shown.
func (r *reader) notifyURL(n *yaml.Node) NotifyURL {
	s, ok := r.secretText(n, notifyHint)
	if !ok || s == "" {
		return NotifyURL{}
	}
	u, err := ParseNotifyURL(s)
	if err != nil {
		summary, hint, _ := strings.Cut(err.Error(), "\nhint: ")
		r.errorAt(n, hint, "%s", summary)
		return NotifyURL{}
	}
	if !u.Whole.IsZero() {
		u.Whole.Pos = r.pos(n)
	}
	return u
}
