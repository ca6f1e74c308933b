package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Mutate makes a call that changes something: exactly one attempt, over a new
// connection, whatever happens. Its error tells what is known, see OutcomeOf.
// What takes time comes first: the token, the turn; see WithLast.
//
// A 401 or 403 in a documented shape is a refusal. It is not sent again here:
// the token is dropped, so that the caller's next try, with an intent of its
// own, logs in anew.
func (c *Client) Mutate(ctx context.Context, call Call) error {
	token, err := c.token(ctx, call)
	if err != nil {
		return err
	}
	if err := c.config.Pacer.Wait(ctx); err != nil {
		return c.failure(call, token, OutcomeNotSent, err)
	}
	if err := call.announce(ctx); err != nil {
		return c.failure(call, token, OutcomeNotSent, err)
	}
	r := c.attempt(ctx, c.writes, call, token)
	failure := c.judge(call, token, r)
	c.log(call, token, r)
	if failure == nil {
		return nil
	}
	if refusesToken(r.status) && call.Token != nil {
		failure.Renewable = call.Token.Drop(token)
		failure.Hint, failure.Refused = tokenHint(call.Token), call.Token.Role()
	}
	return failure
}

// token gives the token of a call. Without one nothing is sent.
func (c *Client) token(ctx context.Context, call Call) (string, error) {
	if call.Token == nil {
		return "", nil
	}
	token, err := call.Token.Token(ctx)
	if err == nil && token == "" {
		err = fmt.Errorf("the %s is empty", call.Token.Role())
	}
	if err == nil {
		return token, nil
	}
	failure := c.failure(call, "", OutcomeNotSent, err)
	if below, ok := errors.AsType[*Error](err); ok {
		failure.Hint, failure.RetryAfter, failure.Refused = below.Hint, below.RetryAfter, below.Refused
	}
	return "", failure
}

func tokenHint(source TokenSource) string {
	return fmt.Sprintf("the %s may have been refused: check it and what it has access to", source.Role())
}

// judge makes the error of an attempt; nil means success, decoded into Out.
func (c *Client) judge(call Call, token string, r result) *Error {
	if r.err != nil {
		return c.broken(call, token, r)
	}
	if call.Judge != nil {
		return c.judged(call, token, r)
	}
	opened, err := r.open(call)
	if err == nil && !opened.failed {
		err = accept(call, r.status, opened)
		if err == nil {
			return nil
		}
	}
	failure := c.failure(call, token, OutcomeUnknown, err)
	failure.Status, failure.RetryAfter = r.status, r.retryAfter
	failure.Hint = pageHint(r.body)
	secrets := call.secrets(token)
	failure.Codes = cleanAll(opened.codes, secrets)
	failure.Messages = cleanAll(opened.messages, secrets)
	refuses := provesRefusal(r.status) || call.Refuses != nil && call.Refuses(r.status, opened.codes)
	if opened.failed && !opened.mixed && refuses {
		failure.Outcome = OutcomeRefused
	}
	return failure
}

// broken makes the error of an attempt that got no whole answer.
func (c *Client) broken(call Call, token string, r result) *Error {
	outcome := OutcomeUnknown
	if !r.sent {
		outcome = OutcomeNotSent
	}
	failure := c.failure(call, token, outcome, r.err)
	failure.Status, failure.RetryAfter = r.status, r.retryAfter
	if r.status == 0 && refusesCertificate(r.err) {
		failure.Outcome, failure.Hint = OutcomeNotSent, certificateHint
	}
	if r.status == 0 && untrusted(r.err) {
		failure.Outcome, failure.Hint, failure.Untrusted = OutcomeNotSent, untrustedHint, true
	}
	return failure
}

// judged makes the error of an answer that the call itself reads.
func (c *Client) judged(call Call, token string, r result) *Error {
	outcome, err := call.Judge(Answer{Status: r.status, Body: r.body, RetryAfter: r.retryAfter})
	if err == nil {
		return nil
	}
	failure := c.failure(call, token, outcome, err)
	failure.Status, failure.RetryAfter, failure.Hint = r.status, r.retryAfter, pageHint(r.body)
	return failure
}

// open opens the envelope, of a whole answer or around rows that are read.
func (r result) open(call Call) (answer, error) {
	if r.streamed != nil {
		return r.streamed.answer()
	}
	return open(r.status, r.body, call.OwnErrors)
}

// accept decodes a success. Only 2xx is one: a redirect is not followed.
func accept(call Call, status int, opened answer) error {
	if status < 200 || status > 299 {
		if status >= 300 && status < 400 {
			return errors.New("a redirect, which is not followed")
		}
		return errWrongShape
	}
	if err := opened.decode(call.Out); err != nil {
		return err
	}
	if call.Check == nil {
		return nil
	}
	return call.Check()
}

// provesRefusal lists the statuses with which a failure in a documented shape
// proves that the call was not executed.
func provesRefusal(status int) bool {
	return slices.Contains([]int{
		http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusConflict,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
	}, status)
}

func (c *Client) failure(call Call, token string, outcome Outcome, err error) *Error {
	return &Error{
		Op: call.Op, Method: call.Method, Path: call.cleanPath(token), Outcome: outcome,
		Err: cleanError(err, call.secrets(token)),
	}
}

func (call Call) secrets(token string) []string {
	return append([]string{token}, call.Secrets...)
}

func (call Call) cleanPath(token string) string {
	return told(call.Path, call.secrets(token))
}

func cleanAll(texts, secrets []string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, told(text, secrets))
	}
	return out
}

// log writes one line for an attempt, without query and bodies.
func (c *Client) log(call Call, token string, r result) {
	line := fmt.Sprintf("%s %s: HTTP %d, %d bytes", call.Method, call.cleanPath(token), r.status, r.size)
	if r.retryAfter > 0 {
		line += ", retry after " + r.retryAfter.Round(time.Second).String()
	}
	if r.err != nil {
		line += ": " + cleanError(r.err, call.secrets(token)).Error()
	}
	c.config.Logger(clean(line, maxError))
}
