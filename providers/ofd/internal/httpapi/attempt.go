package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// result is what one attempt brought.
type result struct {
	status     int // 0: no answer
	body       []byte
	streamed   *streamed // instead of a body, whose beginning is kept
	size       int64     // of the answer in bytes
	retryAfter time.Duration
	sent       bool // a connection was there: bytes may have been written
	err        error
}

// attempt sends the request once and reads the answer within its bounds.
func (c *Client) attempt(ctx context.Context, transport http.RoundTripper, call Call, token string) result {
	ctx, sent, done := call.beginning(ctx)
	defer done()
	ctx, m, cancel := c.bounds(ctx, call)
	defer cancel()
	request, err := c.request(ctx, call, token)
	if err != nil {
		return result{err: err}
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return result{sent: sent.Load(), err: reason(ctx, err)}
	}
	defer response.Body.Close()
	r := result{status: response.StatusCode, sent: true}
	r.retryAfter = retryAfter(response.Header.Get("Retry-After"), c.config.Now())
	if m != nil && r.status == http.StatusOK {
		m.body = response.Body
		r.streamed, r.body, err = stream(m, call.rows)
		r.size = m.total
	} else {
		r.body, err = readBounded(response.Body, call.bodyLimit())
		r.size = int64(len(r.body))
	}
	if err != nil {
		r.err = reason(ctx, err)
	}
	return r
}

// bounds gives an attempt its time: all of it, or, to one that is read row by
// row, so much for each piece.
func (c *Client) bounds(parent context.Context, call Call) (context.Context, *meter, context.CancelFunc) {
	if call.rows == nil {
		ctx, cancel := context.WithTimeout(parent, c.config.Timeout)
		return ctx, nil, cancel
	}
	ctx, cancel := context.WithCancelCause(parent)
	m := &meter{idle: c.config.Timeout, limit: call.limit(), left: rowLimit}
	m.timer = time.AfterFunc(m.idle, func() { cancel(context.DeadlineExceeded) })
	return ctx, m, func() { m.timer.Stop(); cancel(nil) }
}

func (call Call) limit() int64 {
	if call.Limit > 0 {
		return call.Limit
	}
	return DefaultLimit
}

// bodyLimit bounds what is kept whole: of a list that is read row by row only
// a refusal is.
func (call Call) bodyLimit() int64 {
	if call.rows != nil {
		return DefaultLimit
	}
	return call.limit()
}

// request builds the request. It has no GetBody, so that nothing can send the
// body again.
func (c *Client) request(ctx context.Context, call Call, token string) (*http.Request, error) {
	body, kind, err := encodeBody(call.Body)
	if err != nil {
		return nil, err
	}
	target, err := c.target(call, token)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, target, nil)
	if err != nil {
		return nil, errors.New("the request cannot be built")
	}
	if body != nil {
		request.Body = io.NopCloser(bytes.NewReader(body))
		request.ContentLength = int64(len(body))
		request.Header.Set("Content-Type", kind)
	}
	for name, values := range call.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.config.UserAgent)
	return request, nil
}

// target joins the base and the call's path, which is escaped already, and
// puts the token into the query, also where a document's URL omits it.
func (c *Client) target(call Call, token string) (string, error) {
	if !strings.HasPrefix(call.Path, "/") || strings.ContainsAny(call.Path, "?#\\") {
		return "", errors.New("the path of the call is malformed")
	}
	for element := range strings.SplitSeq(call.Path, "/") {
		if element == "." || element == ".." {
			return "", errors.New("the path of the call is malformed")
		}
	}
	query := url.Values{}
	for key, values := range call.Query {
		query[key] = values
	}
	if token != "" {
		query.Set("AuthToken", token)
	}
	target := c.base.String() + call.Path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target, nil
}

func encodeBody(body any) (data []byte, kind string, err error) {
	switch body := body.(type) {
	case nil:
		return nil, "", nil
	case []byte:
		return body, "application/json; charset=utf-8", nil
	case url.Values:
		return []byte(body.Encode()), "application/x-www-form-urlencoded; charset=utf-8", nil
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, "", fmt.Errorf("the request cannot be encoded: %w", err)
	}
	return bytes.TrimSpace(buffer.Bytes()), "application/json; charset=utf-8", nil
}

// readBounded reads to the end, or fails beyond limit. The limit holds for the
// decompressed bytes. It reads piece by piece, so that what is refused in the
// end takes no more memory than the limit.
func readBounded(body io.Reader, limit int64) ([]byte, error) {
	const piece = 256 << 10
	var pieces [][]byte
	for total := int64(0); ; {
		b, err := io.ReadAll(io.LimitReader(body, min(piece, limit+1-total)))
		if err != nil {
			return nil, fmt.Errorf("the answer broke off: %w", err)
		}
		total += int64(len(b))
		switch {
		case total > limit:
			return nil, fmt.Errorf("the answer is %w of %d bytes", errTooLarge, limit)
		case len(b) == 0:
			return join(pieces, total), nil
		}
		pieces = append(pieces, b)
	}
}

// join lets go of each piece as soon as it is copied.
func join(pieces [][]byte, total int64) []byte {
	whole := make([]byte, 0, total)
	for i, b := range pieces {
		whole, pieces[i] = append(whole, b...), nil
	}
	return whole
}

var errTooLarge = errors.New("over the limit")

// reason prefers the end of the context, which a transport may word otherwise.
func reason(ctx context.Context, err error) error {
	if end := context.Cause(ctx); errors.Is(end, context.DeadlineExceeded) && ctx.Err() != end { //nolint:errorlint // one that came through a cause
		return errStalled
	}
	if errors.Is(context.Cause(ctx), errTooLate) {
		return errTooLate
	}
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}

// hopeless tells failures of a connection that another attempt cannot mend.
func hopeless(err error) bool {
	if untrusted(err) {
		return true
	}
	if _, ok := errors.AsType[*rowError](err); ok {
		return true
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound || errors.Is(err, errTooLarge) || errors.Is(err, errStalled) || refusesCertificate(err)
}
