// Package renta calls Renta, through which shopping centres collect the
// receipts of their tenants' tills (document 001).
package renta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The paths as 001 prints them: the case differs between reads and writes.
const (
	rentaPath    = "/api/renta/v1/"
	entitiesPath = rentaPath + "legal-entities"
	kktsPath     = rentaPath + "kkts"
	addPath      = "/api/Renta/v1/addKkt/"
	removePath   = "/api/Renta/v1/removeKkt/"
)

// Reader reads. It has no method that changes anything.
type Reader struct {
	api   *httpapi.Client
	token httpapi.TokenSource
}

// NewReader makes a Reader. The token comes from the Renta login.
func NewReader(api *httpapi.Client, token httpapi.TokenSource) *Reader {
	return &Reader{api: api, token: token}
}

// Client reads and changes. Each changing method makes one attempt; its error
// says whether the call was executed, see httpapi.OutcomeOf.
type Client struct {
	*Reader
}

// New makes a Client.
func New(api *httpapi.Client, token httpapi.TokenSource) *Client {
	return &Client{Reader: NewReader(api, token)}
}

// LegalEntities lists the companies whose tills are in Renta (001, table 3).
func (r *Reader) LegalEntities(ctx context.Context) ([]LegalEntity, error) {
	var out httpapi.List[entityWire]
	err := r.api.Get(ctx, httpapi.Call{
		Op: "list the legal entities of Renta", Path: entitiesPath, Token: r.token,
		Out: &out, Limit: httpapi.ListLimit,
	})
	return httpapi.Convert(out, entityWire.public), withReasons(err)
}

// KKTs lists the tills in Renta (001, table 4), of one tenant or, with an
// empty inn, all. ErrInnNotFound: the account has no such tenant.
func (r *Reader) KKTs(ctx context.Context, inn string) ([]KKT, error) {
	const op = "list the tills of Renta"
	path := kktsPath
	if inn != "" {
		if !isINN(inn) {
			return nil, fmt.Errorf("%s: the INN must have 10 or 12 digits", op)
		}
		path += "/" + inn
	}
	var out httpapi.List[kktWire]
	err := r.api.Get(ctx, httpapi.Call{
		Op: op, Path: path, Token: r.token, Out: &out, Limit: httpapi.ListLimit,
		Check: func() error { return checkKKTs(out) },
	})
	return httpapi.Convert(out, kktWire.public), withReasons(err)
}

// AddKKT adds one till of a tenant (001, tables 5 to 7). The answer's errors
// are in the result: a nil error only says that there was an answer.
func (c *Client) AddKKT(ctx context.Context, request AddRequest) (AddResult, error) {
	var out addResultWire
	call := httpapi.Call{
		Op: "add the till to Renta", Method: http.MethodPost, Path: addPath, Token: c.token,
		Body: request.wire(), Out: &out, OwnErrors: true,
		Check: func() error { return out.check(request.KKT.RNM) },
	}
	if err := request.validate(); err != nil {
		return AddResult{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return AddResult{}, withReasons(err)
	}
	return AddResult{
		KKTs: httpapi.Convert(out.KktList, kktWire.added), Errors: httpapi.Convert(out.Errors, problemWire.public),
	}, nil
}

// RemoveKKT takes a till out of Renta (001, tables 8 and 9). centreINN is the
// shopping centre's, not the tenant's; of date the day counts, in its own
// zone.
func (c *Client) RemoveKKT(ctx context.Context, centreINN, rnm string, date time.Time) error {
	var out removeResultWire
	call := httpapi.Call{
		Op: "remove the till from Renta", Method: http.MethodPost,
		Path:  removePath + httpapi.Segment(centreINN) + "/" + httpapi.Segment(rnm) + "/" + date.Format(dateLayout),
		Token: c.token, Out: &out, OwnErrors: true, Check: func() error { return out.check(rnm) },
	}
	if err := validateRemove(centreINN, rnm, date); err != nil {
		return httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return withReasons(err)
	}
	if problems := httpapi.Convert(out.Errors, problemWire.public); len(problems) > 0 {
		return httpapi.WithOutcome(call, httpapi.OutcomeRefused, AddResult{Errors: problems}.Err())
	}
	return nil
}

func (r AddRequest) validate() error {
	switch {
	case !isINN(r.INN):
		return errors.New("the tenant's INN must have 10 or 12 digits")
	case len(r.INN) == 10 && r.KPP == "":
		return errors.New("a legal entity needs its KPP")
	case r.KKT.Serial == "" || r.KKT.FN == "" || r.KKT.RNM == "":
		return errors.New("the till needs its factory number, FN and RNM")
	}
	return nil
}

func validateRemove(centreINN, rnm string, date time.Time) error {
	switch {
	case !isINN(centreINN):
		return errors.New("the centre's INN must have 10 or 12 digits")
	case !isDigits(rnm):
		return errors.New("the RNM must be digits")
	case date.IsZero():
		return errors.New("the date is not given")
	}
	return nil
}

func isINN(s string) bool { return isDigits(s) && (len(s) == 10 || len(s) == 12) }

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
