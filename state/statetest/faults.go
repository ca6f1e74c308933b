package statetest

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Fault is what becomes of one call of a store's transport.
type Fault int

// The faults. The caller sees an error with each of them but Pass.
const (
	Pass        Fault = iota
	LostRequest       // it never arrives
	LostAnswer        // it has its effect, and the answer does not arrive
	Late              // it is on its way, and has its effect when Deliver is called
)

// String names the fault in the messages of a test.
func (f Fault) String() string {
	return [...]string{"pass", "lost request", "lost answer", "late"}[f]
}

// ErrLost is what a caller sees of a call that was lost.
var ErrLost = errors.New("connection reset by the test")

// Faults decide about the calls of one store. The zero value lets all pass.
type Faults struct {
	mu     sync.Mutex
	calls  int
	faults map[int]Fault // by number of the call, from 1
	always Fault         // for calls that no number is given for
	hold   chan struct{} // calls wait until it is closed
	late   []func()
}

// At has the n-th call from now on, counted from 1, meet a fault.
func (f *Faults) At(n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults == nil {
		f.faults = map[int]Fault{}
	}
	f.faults[f.calls+n] = fault
}

// Always has every call meet a fault from now on; Pass ends that.
func (f *Faults) Always(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.always, f.faults = fault, nil
}

// Calls counts the calls so far.
func (f *Faults) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Hold has calls wait until the function returned is called.
func (f *Faults) Hold() (release func()) {
	held := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hold = held
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hold = nil
		close(held)
	}
}

// Next counts a call and tells what becomes of it. A transport calls it before
// it sends anything.
func (f *Faults) Next() Fault {
	f.mu.Lock()
	f.calls++
	fault, ok := f.faults[f.calls]
	if !ok {
		fault = f.always
	}
	held := f.hold
	f.mu.Unlock()
	if held != nil {
		<-held
	}
	return fault
}

// Later keeps a late call for Deliver.
func (f *Faults) Later(send func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late = append(f.late, send)
}

// Deliver has the late calls arrive and gives their number.
func (f *Faults) Deliver() int {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	for _, send := range late {
		send()
	}
	return len(late)
}

// Transport puts the faults between a client and rt.
func (f *Faults) Transport(rt http.RoundTripper) http.RoundTripper {
	return transport{f, rt}
}

type transport struct {
	faults *Faults
	rt     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	switch t.faults.Next() {
	case LostRequest:
		return nil, ErrLost
	case LostAnswer:
		discard(t.rt.RoundTrip(req))
		return nil, ErrLost
	case Late:
		again := req.Clone(withoutCancel(req))
		if req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			again.Body = body
		}
		t.faults.Later(func() { discard(t.rt.RoundTrip(again)) })
		return nil, ErrLost
	}
	return t.rt.RoundTrip(req)
}

func discard(resp *http.Response, err error) {
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}
