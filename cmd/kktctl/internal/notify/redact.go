package notify

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// hidden stands in the place of what is not shown.
const hidden = "…"

// leastPiece is how long a piece of a secret is that is hidden by itself.
const leastPiece = 6

var (
	anyURL    = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"']+`)
	separator = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// harmless leaves of an error what may be shown: no URL, no secret in any
// spelling, no piece of one. Libraries put the whole URL into their errors,
// and take secrets apart.
func harmless(text string, secrets []string) string {
	text = anyURL.ReplaceAllString(text, hidden)
	for _, s := range spellings(secrets) {
		text = strings.ReplaceAll(text, s, hidden)
	}
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 300 {
		text = string(r[:300]) + hidden
	}
	return text
}

// spellings are the forms that secrets may take in an error, the longest first.
func spellings(secrets []string) []string {
	var all []string
	for _, s := range secrets {
		plain := s
		if u, err := url.PathUnescape(s); err == nil {
			plain = u
		}
		for _, form := range []string{s, plain, strings.TrimSpace(s), url.QueryEscape(plain), url.PathEscape(plain)} {
			if len(form) > 0 {
				all = append(all, form)
			}
		}
		for _, piece := range append(separator.Split(s, -1), separator.Split(plain, -1)...) {
			if len(piece) >= leastPiece {
				all = append(all, piece)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

// logs keeps what a service logs, bounded: the answers of webhooks.
type logs struct {
	mu   sync.Mutex
	text []byte
}

// Write keeps the first bytes.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p[:min(len(p), 4<<10-min(len(l.text), 4<<10))]...)
	return len(p), nil
}

// description is what Telegram says of a message that it refuses.
func (l *logs) description() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, body, ok := strings.Cut(string(l.text), "Server response: ")
	var answer struct {
		Description string `json:"description"`
	}
	if !ok || json.NewDecoder(strings.NewReader(body)).Decode(&answer) != nil {
		return ""
	}
	return answer.Description
}
