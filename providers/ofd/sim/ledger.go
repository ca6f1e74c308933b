package sim

import (
	"fmt"
	"slices"
)

// The kinds of effects.
const (
	EffectCreate    = "create-application"
	EffectPut       = "put"
	EffectPrepare   = "prepare"
	EffectSign      = "sign"
	EffectPay       = "pay"
	EffectAddKkt    = "add-kkt"
	EffectRemoveKkt = "remove-kkt"
	EffectLogin     = "login"
	EffectCabinet   = "create-cabinet"
	EffectOrder     = "order"
	EffectBook      = "book"
	EffectSimple    = "simplified"
	EffectReceipt   = "receipt"
)

// Effect is something that a call did, or tried to do.
type Effect struct {
	Seq  int    `json:"seq"`
	At   Time   `json:"at"`
	Kind string `json:"kind"`
	// Key names what must not happen twice: application and document, РНМ and
	// code, centre and РНМ.
	Key    string `json:"key"`
	Serial string `json:"serial,omitempty"`
	OK     bool   `json:"ok"`
	// Duplicate says that the same had happened before; such a call is refused.
	Duplicate bool   `json:"duplicate,omitempty"`
	Reason    string `json:"reason,omitempty"` // why it was refused
}

// Call is one call that was made. Status 0 means that it got no answer.
type Call struct {
	At     Time   `json:"at"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	Fault  string `json:"fault,omitempty"`
}

// Ledger returns every effect, oldest first.
func (s *Service) Ledger() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// Duplicates returns the effects that were tried though they had happened.
func (s *Service) Duplicates() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Effect
	for _, e := range s.ledger {
		if e.Duplicate {
			out = append(out, e)
		}
	}
	return out
}

// Calls returns every call of the API, oldest first.
func (s *Service) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// record puts an effect into the ledger.
func (c *core) record(e Effect) {
	e.Seq, e.At = len(c.ledger)+1, At(c.now)
	c.ledger = append(c.ledger, e)
	if e.OK {
		c.dirty = true
	}
	c.logf("effect %s %s %s%s", e.Kind, e.Serial, outcome(e), reason(e.Reason))
}

func outcome(e Effect) string {
	switch {
	case e.Duplicate:
		return "refused as a duplicate"
	case e.OK:
		return "done"
	}
	return "refused"
}

func reason(r string) string {
	if r == "" {
		return ""
	}
	return ": " + r
}

func (c *core) logf(format string, args ...any) {
	if c.log != nil {
		c.log(fmt.Sprintf(format, args...))
	}
}
