package httpapi

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The pace of repeated reads.
const (
	maxRetries    = 3
	firstBackoff  = 500 * time.Millisecond
	maxRetryAfter = time.Minute // a longer wait is the caller's
)

// Get reads. Failures of the connection and 408, 429, 502, 503, 504 are
// repeated up to three times. After a 401 or 403 the token is had anew, once.
func (c *Client) Get(ctx context.Context, call Call) error {
	call.Method = http.MethodGet
	return c.read(ctx, call)
}

// read is Get for a call that may have a method of its own.
func (c *Client) read(ctx context.Context, call Call) error {
	renewed := false
	for {
		token, err := c.token(ctx, call)
		if err != nil {
			return err
		}
		failure := c.readWith(ctx, call, token)
		if failure == nil {
			return nil
		}
		if !refusesToken(failure.Status) || call.Token == nil {
			return failure
		}
		renewable := call.Token.Drop(token)
		if renewed || !renewable {
			failure.Hint, failure.Refused = tokenHint(call.Token), call.Token.Role()
			return failure
		}
		renewed = true
	}
}

// readWith repeats the call with one token for as long as that makes sense.
func (c *Client) readWith(ctx context.Context, call Call, token string) *Error {
	backoff := firstBackoff
	for retry := 0; ; retry++ {
		if err := c.config.Pacer.Wait(ctx); err != nil {
			return c.failure(call, token, OutcomeNotSent, err)
		}
		r := c.attempt(ctx, c.reads, call, token)
		failure := c.judge(call, token, r)
		c.log(call, token, r)
		if failure == nil || retry == maxRetries || ctx.Err() != nil || !repeatable(r) || r.retryAfter > maxRetryAfter {
			return failure
		}
		pause := max(r.retryAfter, backoff+rand.N(backoff/2))
		if c.config.Sleep(ctx, pause) != nil {
			return failure
		}
		backoff *= 2
	}
}

func repeatable(r result) bool {
	switch r.status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return r.err != nil && !hopeless(r.err)
}

func refusesToken(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// retryAfter reads the header's seconds or date; 0 when there is neither.
func retryAfter(header string, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), int64(longest/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longest)
	}
	return 0
}
