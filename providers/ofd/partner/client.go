// Package partner calls the Partner API of OFD.ru: activation codes, payment
// of the service, tills, and applications to the tax service (document 004,
// §2, §4, §6 and §7). Of these, v1 has payment and tills (document 000). It is
// strict in what it sends and lenient in what it reads.
package partner

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The paths of the API.
const (
	codesPath        = "/api/integration/v2/kkt/code/list"
	payPath          = "/kkt/pay"       // of a version
	payStatusPath    = "/kkt/paystatus" // of a version
	kktsPath         = "/inn/%s/kkts"   // of a version
	registrationPath = "/api/integration/v2/b2b/kkt/registration"
)

// Reader reads. It has no method that changes anything.
type Reader struct {
	api    *httpapi.Client
	token  httpapi.TokenSource // of v2
	common version
}

// NewReader makes a Reader. The token is the partner's v2 API key (004 §1).
func NewReader(api *httpapi.Client, token httpapi.TokenSource) *Reader {
	return &Reader{api: api, token: token, common: version{base: "/api/integration/partner/v2", token: token}}
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

// Codes lists the partner's activation codes (004 §2).
func (r *Reader) Codes(ctx context.Context) ([]Code, error) {
	var out httpapi.List[codeWire]
	err := r.list(ctx, "list the activation codes", version{token: r.token}, codesPath, nil, &out, nil)
	return httpapi.Convert(out, codeWire.public), err
}

// PayStatuses lists the uses of activation codes asked for between two times
// (004 §4.2, 000 table 2). Fractions of a second widen the window.
func (r *Reader) PayStatuses(ctx context.Context, from, to time.Time) ([]PayStatus, error) {
	const layout = "2006-01-02T15:04:05"
	query := url.Values{
		"DateFromUtc": {from.UTC().Truncate(time.Second).Format(layout)},
		"DateToUtc":   {to.UTC().Add(time.Second - time.Nanosecond).Truncate(time.Second).Format(layout)},
	}
	var out httpapi.List[payStatusWire]
	err := r.list(ctx, "list the pay statuses", r.common, payStatusPath, query, &out, nil)
	return httpapi.Convert(out, payStatusWire.public), err
}

// KKTs lists the tills of the partner's clients (004 §4.3, 000). inn is the
// partner's own; rows do not name the client.
func (r *Reader) KKTs(ctx context.Context, inn string) ([]KKT, error) {
	const op = "list the tills"
	if err := checkDigits("partner's INN", inn, 10, 12); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	var out httpapi.List[kktWire]
	err := r.list(ctx, op, r.common, fmt.Sprintf(kktsPath, inn), nil, &out, func() error { return checkKKTs(out) })
	return httpapi.Convert(out, kktWire.public), err
}

// Application reads an application (004 §7.5). id is its UUID.
func (r *Reader) Application(ctx context.Context, id string) (Application, error) {
	call := httpapi.Call{Op: "read the application " + id, Path: registrationPath + "/" + httpapi.Segment(id)}
	out, err := r.prepare(&call, id)
	if err != nil {
		return Application{}, err
	}
	if err := r.api.Get(ctx, call); err != nil {
		return Application{}, err
	}
	return out.public(), nil
}

func (r *Reader) list(ctx context.Context, op string, v version, path string, query url.Values, out any, check func() error) error {
	return r.api.Get(ctx, httpapi.Call{
		Op: op, Path: v.base + path, Query: query, Token: v.token, Out: out,
		Limit: httpapi.ListLimit, Check: check,
	})
}

// prepare completes a call about the application id, whose answer must be
// about the same one. It gives what the answer is read into.
func (r *Reader) prepare(call *httpapi.Call, id string) (*applicationWire, error) {
	if err := checkID("application", id); err != nil {
		return nil, httpapi.WithOutcome(*call, httpapi.OutcomeNotSent, err)
	}
	out := new(applicationWire)
	call.Token, call.Out = r.token, out
	call.Check = func() error { return out.checkID(id) }
	return out, nil
}

// Pay applies an activation code to a till (004 §4.1, 000 table 1). It costs one unit of
// the code and cannot be taken back.
func (c *Client) Pay(ctx context.Context, request PayRequest) (PayResult, error) {
	var out payWire
	call := httpapi.Call{
		Op: "pay", Method: http.MethodPost, Path: c.common.base + payPath, Token: c.common.token,
		Body: request, Out: &out, Check: out.check,
		Secrets: []string{request.ActivationCode},
	}
	if err := request.validate(); err != nil {
		return PayResult{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return PayResult{}, err
	}
	return out.public(), nil
}

// CreateApplication creates a draft (004 §7.1, §7.1.1, §7.7.1, §7.8.1). An Id
// that is not recorded is lost: nothing lists applications.
func (c *Client) CreateApplication(ctx context.Context, request ApplicationRequest) (Application, error) {
	out := new(applicationWire)
	call := httpapi.Call{
		Op: "create an application", Method: http.MethodPost, Path: registrationPath,
		Token: c.token, Body: request, Out: out,
		Check: func() error { return checkID("application", string(out.ID)) },
	}
	if err := request.validate(); err != nil {
		return Application{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Application{}, err
	}
	return out.public(), nil
}

// PutApplication changes an application: the service merges (004 §7.6.1,
// §7.9). Usage modes and reasons are written whole, so that they can be
// switched off.
func (c *Client) PutApplication(ctx context.Context, id string, request ApplicationRequest) (Application, error) {
	return c.change(ctx, id, httpapi.Call{
		Op: "change the application " + id, Method: http.MethodPut,
		Path: registrationPath + "/" + httpapi.Segment(id), Body: request.whole(),
	}, request.validatePut())
}

// PrepareDocuments asks for the documents to sign (004 §7.3).
func (c *Client) PrepareDocuments(ctx context.Context, id string, signatory Signatory) (Application, error) {
	return c.change(ctx, id, httpapi.Call{
		Op: "prepare the documents of the application " + id, Method: http.MethodPost,
		Path: registrationPath + "/" + httpapi.Segment(id) + "/prepareDocuments", Body: signatory,
	}, signatory.validate())
}

// Sign sends a signature and with it the application to the tax service (004
// §7.4). It may be sent once for a document, ever. signature is the DER of a
// CMS in base64 without line breaks.
func (c *Client) Sign(ctx context.Context, id, documentID, signature string) (Application, error) {
	return c.change(ctx, id, httpapi.Call{
		Op: "sign the application " + id, Method: http.MethodPost,
		Path: registrationPath + "/" + httpapi.Segment(id) + "/sign",
		Body: signRequest{DocumentID: documentID, Signature: signature},
	}, checkSignature(documentID, signature))
}

// change makes a call that changes the application id, unless invalid.
func (c *Client) change(ctx context.Context, id string, call httpapi.Call, invalid error) (Application, error) {
	out, err := c.prepare(&call, id)
	if err != nil {
		return Application{}, err
	}
	if invalid != nil {
		return Application{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, invalid)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Application{}, err
	}
	return out.public(), nil
}
