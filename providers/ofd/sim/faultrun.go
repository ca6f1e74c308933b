package sim

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// activeFault is a fault with what is left of it.
type activeFault struct {
	Fault
	path   *regexp.Regexp
	frozen *core // the old state, for FaultStaleRead
}

func (s *Service) prepareFault(f Fault) (*activeFault, error) {
	kinds := []string{
		FaultRefuse, FaultReset, FaultEOF, FaultTimeout, FaultTruncate, FaultGarbage, FaultHTML200,
		FaultEmpty200, FaultStatus, FaultRedirect, FaultWrongID, FaultStaleRead,
		FaultGzipBomb, FaultEndless, FaultSlowHead,
	}
	if !slices.Contains(kinds, f.Kind) {
		return nil, fmt.Errorf("unknown kind of fault %q, want one of %s", clip(f.Kind), strings.Join(kinds, ", "))
	}
	if f.When != "" && f.When != Before && f.When != After {
		return nil, fmt.Errorf("a fault is %s or %s, not %q", Before, After, clip(f.When))
	}
	path, err := pathPattern(f.Path)
	if err != nil {
		return nil, err
	}
	if f.Times == 0 {
		f.Times = 1
	}
	active := &activeFault{Fault: f, path: path}
	if f.Kind == FaultStaleRead {
		active.frozen = s.freeze()
	}
	return active, nil
}

func pathPattern(p string) (*regexp.Regexp, error) {
	if p == "" {
		return nil, nil
	}
	if !strings.HasPrefix(p, "^") {
		p = strings.TrimRight(p, "/")
		p = "^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, ".*") + "$"
	}
	re, err := regexp.Compile("(?i)" + p)
	if err != nil {
		return nil, fmt.Errorf("the path of a fault: %w", err)
	}
	return re, nil
}

// freeze copies the state for readings to come.
func (s *Service) freeze() *core {
	c := newCore(s.w.clone(), s.clock(), nil)
	c.frozen, c.tokens, c.verify = true, s.tokens, s.verify
	return c
}

// takeFault finds the fault of a call and uses it up.
func (s *Service) takeFault(r *http.Request) *activeFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimRight(r.URL.Path, "/")
	for i, f := range s.faults {
		if !f.matches(r.Method, path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

func (f *activeFault) matches(method, path string) bool {
	if f.Kind == FaultStaleRead && method != http.MethodGet {
		return false
	}
	if f.Method != "" && !strings.EqualFold(f.Method, method) {
		return false
	}
	return f.path == nil || f.path.MatchString(path)
}

// before tells whether the call has no effect.
func (f *activeFault) before() bool {
	return f.When == Before || f.When == "" && !f.spoilsAnswer()
}

// spoilsAnswer tells whether the fault needs an answer of the service. Before
// the effect it is the one that a copy of the service gives.
func (f *activeFault) spoilsAnswer() bool {
	return f.Kind == FaultTruncate || f.Kind == FaultWrongID
}

// spoil answers in place of the service; rep is its answer, if there is one.
// It returns the status that the client sees.
func (s *Service) spoil(w http.ResponseWriter, r *http.Request, f *activeFault, rep reply) int {
	switch f.Kind {
	case FaultReset, FaultRefuse, FaultEOF:
		hangUp(w, f.Kind != FaultEOF)
		return 0
	case FaultTimeout:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		hangUp(w, false)
		return 0
	case FaultTruncate:
		return truncate(w, rep)
	case FaultGzipBomb, FaultEndless:
		return flood(w, f.Kind == FaultGzipBomb)
	case FaultSlowHead:
		s.trickle(w)
		return 0
	}
	rep = f.replace(rep)
	rep.write(w)
	return rep.status
}

// replace makes the answer of a fault that does answer.
func (f *activeFault) replace(rep reply) reply {
	switch f.Kind {
	case FaultGarbage:
		return reply{status: http.StatusOK, body: []byte("{\"Data\": \x00\xff<<<")}
	case FaultHTML200:
		page := "<!doctype html><html><head><title>OFD.ru</title></head><body>Ведутся технические работы</body></html>"
		return reply{status: http.StatusOK, body: []byte(page), header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
	case FaultEmpty200:
		return reply{status: http.StatusOK}
	case FaultRedirect:
		return f.redirect()
	case FaultStatus:
		status := f.Status
		if status < 200 {
			status = http.StatusInternalServerError
		}
		rep = failed(status, "сервис временно недоступен")
		if f.RetryAfter > 0 {
			rep.header = http.Header{"Retry-After": {strconv.Itoa(f.RetryAfter)}}
		}
	case FaultWrongID:
		rep.body = wrongID(rep.body)
	}
	return rep
}

func (f *activeFault) redirect() reply {
	status, to := f.Status, f.Location
	if status < 300 || status > 399 {
		status = http.StatusTemporaryRedirect
	}
	if to == "" {
		to = "/elsewhere"
	}
	return reply{status: status, header: http.Header{"Location": {to}}}
}

// wrongID changes what an answer is about: the first Id, or else the РНМ.
func wrongID(body []byte) []byte {
	if at := regexp.MustCompile(`"Id":"[^"]*"`).FindIndex(body); at != nil {
		other := `"Id":"` + seededUUID("wrong "+string(body[at[0]:at[1]])) + `"`
		return slices.Concat(body[:at[0]], []byte(other), body[at[1]:])
	}
	if at := regexp.MustCompile(`"Requestid":"[^"]*"`).FindIndex(body); at != nil {
		return slices.Concat(body[:at[0]], []byte(`"Requestid":"of-another"`), body[at[1]:])
	}
	if at := regexp.MustCompile(`(?i)"kktregnumber":"[0-9]*"`).FindIndex(body); at != nil {
		return slices.Concat(body[:at[0]], []byte(`"KktRegNumber":"0000000000000001"`), body[at[1]:])
	}
	return body
}

// hangUp closes the connection without an answer, with a reset if asked.
func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // a connection that cannot be taken over is aborted
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // cut, without a word of TLS
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0) // without it the close is an orderly one, which is as good as can be
	}
	_ = conn.Close() // the peer sees it closed either way
}

// truncate sends half of what it announces.
func truncate(w http.ResponseWriter, rep reply) int {
	rep.header = http.Header{"Content-Length": {strconv.Itoa(len(rep.body))}}
	rep.body = rep.body[:len(rep.body)/2]
	rep.write(w)
	_ = http.NewResponseController(w).Flush() // the abort below follows either way
	panic(http.ErrAbortHandler)
}
