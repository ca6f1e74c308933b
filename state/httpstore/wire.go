package httpstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kktctl/kktctl/state"
)

// callTimeout bounds one call, with the body of the answer.
const callTimeout = 60 * time.Second

// errLost is a call whose outcome is not known.
var errLost = errors.New("what became of the call is not known")

// errRefused is a call that the server did not carry out, for the lock's sake.
var errRefused = errors.New("the server refuses it: the lock is another one")

// learn makes the server tell its time, before a term is counted by it.
func (s *Store) learn(ctx context.Context) error {
	if s.clock.known() {
		return nil
	}
	_, err := s.get(ctx)
	return err
}

// call makes one call and reads its answer whole. An error means that what
// became of the call is not known.
func (s *Store) call(ctx context.Context, method, address string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for name, values := range s.c.Headers {
		req.Header[name] = values
	}
	if s.c.Username != "" || s.c.Password != "" {
		req.SetBasicAuth(s.c.Username, s.c.Password)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.c.UserAgent != "" {
		req.Header.Set("User-Agent", s.c.UserAgent)
	}
	began := s.clock.now()
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, unanswered(method, err)
	}
	defer resp.Body.Close()
	s.clock.heard(resp, began)
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return 0, nil, unanswered(method, fmt.Errorf("%s %s: the answer ends too early: %w", method, address, err))
	}
	if len(data) > maxDocument {
		return 0, nil, fmt.Errorf("%s %s: the answer is larger than %d bytes", method, address, maxDocument)
	}
	return resp.StatusCode, data, nil
}

// get reads the document; nil when there is none.
func (s *Store) get(ctx context.Context) (*document, error) {
	status, data, err := s.call(ctx, http.MethodGet, s.c.Address, nil)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNoContent:
		return nil, nil
	case status == http.StatusNotFound && !strings.Contains(strings.ToLower(string(data)), "project not found"):
		return nil, nil
	case status != http.StatusOK:
		return nil, s.statusError(http.MethodGet, s.c.Address, status)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("%s: %w: the server keeps an empty document\nhint: put an earlier version of it back; if there has never been a state, delete it", s.c.Address, state.ErrCorrupt)
	}
	if isPage(data) {
		return nil, fmt.Errorf("%s: this answers with HTML, not with a state\nhint: is the address right, and are the credentials those of an API (state.username and state.password, or state.headers)?", s.c.Address)
	}
	d, err := decodeDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.c.Address, err)
	}
	return d, nil
}

// post replaces the document under a lock. The error is errRefused when the
// lock is another one, errLost when nothing is known, and any other when
// nothing was written.
func (s *Store) post(ctx context.Context, lock string, d *document) error {
	body, err := d.encode()
	if err != nil {
		return err
	}
	status, _, err := s.call(ctx, http.MethodPost, s.c.Address+"?ID="+url.QueryEscape(lock), body)
	switch {
	case err != nil:
		return err
	case status/100 == 2:
		return nil
	case status == http.StatusConflict || status == http.StatusLocked:
		return fmt.Errorf("%w (%d)", errRefused, status)
	case unclear(status), status == http.StatusPreconditionFailed, status == http.StatusUnprocessableEntity:
		// The last two: a write that arrived twice meets itself.
		return fmt.Errorf("%w: %w", errLost, s.statusError(http.MethodPost, s.c.Address, status))
	}
	return s.statusError(http.MethodPost, s.c.Address, status)
}

// statusError tells what a status means, and what to do; never with the body,
// which may hold anything.
func (s *Store) statusError(method, address string, status int) error {
	hint := ""
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		hint = "\nhint: check state.username and state.password, or state.headers: the credentials are missing, wrong or may not write"
	case http.StatusNotFound:
		hint = "\nhint: is the address right, and do the credentials reach it?"
	case http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusBadRequest:
		hint = "\nhint: state.lockAddress, lockMethod, unlockAddress and unlockMethod name how this server locks"
	case http.StatusRequestEntityTooLarge:
		hint = "\nhint: the server's bound is smaller than the state: raise it, or keep the state in another store"
	}
	if status/100 == 3 {
		hint = "\nhint: the server sends elsewhere: give that address, if it is the right one"
	}
	return fmt.Errorf("%s %s: %d %s%s", method, address, status, http.StatusText(status), hint)
}

// wireLock is Terraform's description of a lock.
type wireLock struct {
	ID        string `json:"ID"`
	Operation string `json:"Operation"`
	Info      string `json:"Info"`
	Who       string `json:"Who"`
	Version   string `json:"Version"`
	Created   string `json:"Created"`
	Path      string `json:"Path"`
}

// lockedBy is a lock that somebody else holds, as the server tells it.
type lockedBy struct {
	wireLock
	raw []byte // as the server gave it, to give it back by
}

// lockCall takes the lock. It gives what is held instead when the server
// refuses; a lock that was taken by this very call before is taken.
func (s *Store) lockCall(ctx context.Context, l wireLock) (*lockedBy, error) {
	body, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	status, data, err := s.call(ctx, s.c.LockMethod, s.c.LockAddress, body)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusConflict || status == http.StatusLocked:
		held := &lockedBy{raw: data}
		if json.Unmarshal(data, &held.wireLock) != nil {
			held.raw = nil
		}
		if held.ID == l.ID {
			return nil, nil
		}
		return held, nil
	case status/100 == 2:
		return nil, nil
	case unclear(status):
		return nil, fmt.Errorf("%w: %w", errLost, s.statusError(s.c.LockMethod, s.c.LockAddress, status))
	}
	return nil, s.statusError(s.c.LockMethod, s.c.LockAddress, status)
}

// unlockCall gives a lock back. It is errRefused when that is not the one held,
// errLost when nothing is known, and any other when the lock is as it was.
func (s *Store) unlockCall(ctx context.Context, id string, raw []byte) error {
	if len(raw) == 0 {
		raw, _ = json.Marshal(wireLock{ID: id})
	}
	// The id is in the body, as Terraform has it, and in the query for servers
	// that read no body of a DELETE: without an id some remove any lock.
	status, _, err := s.call(ctx, s.c.UnlockMethod, s.c.UnlockAddress+"?ID="+url.QueryEscape(id), raw)
	switch {
	case err != nil:
		return err
	case status/100 == 2:
		return nil
	case unclear(status):
		return fmt.Errorf("%w: %w", errLost, s.statusError(s.c.UnlockMethod, s.c.UnlockAddress, status))
	case status/100 != 4, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusMethodNotAllowed:
		return s.statusError(s.c.UnlockMethod, s.c.UnlockAddress, status)
	}
	return fmt.Errorf("%w (%d)", errRefused, status)
}

// unclear tells of an answer that does not say whether the call was carried
// out, whatever the call: from a server in trouble, or from what stands before
// it.
func unclear(status int) bool {
	return status/100 == 5 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests
}
