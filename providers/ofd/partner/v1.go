package partner

import (
	"context"
	"errors"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// version is where the calls that both versions have are, and with whose
// token.
type version struct {
	base  string
	token httpapi.TokenSource
}

// NewV1Reader makes a Reader of the Partner API v1 (000). The token comes from
// the partner's login. What v1 does not have fails before anything is sent.
func NewV1Reader(api *httpapi.Client, login httpapi.TokenSource) *Reader {
	return &Reader{api: api, token: noKey{}, common: version{base: "/api/integration/partner/v1", token: login}}
}

// NewV1 makes a Client of the Partner API v1 (000): it pays and does nothing
// else.
func NewV1(api *httpapi.Client, login httpapi.TokenSource) *Client {
	return &Client{Reader: NewV1Reader(api, login)}
}

// noKey stands for the key of the API v2 where there is none: a token of v1 is
// never sent to v2.
type noKey struct{}

var errNoKey = errors.New("the API v1 (login and password) has no such call, and provider.partner.apiKey is not declared")

func (noKey) Token(context.Context) (string, error) { return "", errNoKey }
func (noKey) Drop(string) bool                      { return false }
func (noKey) Role() string                          { return "partner API key" }
