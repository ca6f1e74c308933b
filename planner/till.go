package planner

import (
	"github.com/kktctl/kktctl/spec"
)

// till is one till with everything that is known about it.
type till struct {
	subject
	decl    spec.KKT        // when inFile
	want    spec.Attributes // when inFile
	from    string          // where the record stands, when the till was renamed
	stale   bool            // the address's own record is of a till that is gone
	rows    []*Till         // live rows of its factory number
	live    *Till           // the one that counts
	members []*RentaTill

	is     *spec.Attributes // see observed
	drift  fields
	guard  bool   // protection was in the way, and that was said
	recent bool   // an application ended less than listLag ago
	lag    fields // what the list still shows as it was before that
}

// application returns the running workflow that holds an application to the
// tax service, or nil. There is never more than one.
func (t *till) application() *Running {
	for _, a := range []Action{Register, Reregister, Unregister} {
		if r := t.run(a); r != nil {
			return r
		}
	}
	return nil
}

// registered tells whether the state holds the till as registered.
func (t *till) registered() bool { return t.prior != nil && t.prior.Registered }

// unregistered tells whether kktctl deregistered the till.
func (t *till) unregistered() bool { return t.prior != nil && t.prior.Unregistered }

// wanted tells whether the file wants the till to be registered.
func (t *till) wanted() bool { return t.inFile && t.decl.Unregister == "" }

// rnm is the РНМ as far as it is known.
func (t *till) rnm() string {
	switch {
	case t.live != nil && t.live.RNM != "":
		return t.live.RNM
	case t.registered() && t.prior.RNM != "":
		return t.prior.RNM
	case t.decl.RNM != "":
		return t.decl.RNM
	case t.prior != nil && !t.prior.Unregistered:
		return t.prior.RNM
	}
	return ""
}

// fn is the ФН that is in the till now, as far as it is known.
func (t *till) fn() string {
	switch {
	case t.live != nil && t.live.FN != "":
		return t.live.FN
	case t.prior != nil && t.prior.Attributes != nil:
		return t.prior.Attributes.FN
	}
	return t.want.FN
}

// serial is the factory number.
func (t *till) serial() string {
	if t.inFile {
		return t.decl.Serial
	}
	return serialOf(t.prior)
}

func serialOf(r *Resource) string {
	switch {
	case r == nil:
		return ""
	case r.Serial != "":
		return r.Serial
	case r.Attributes != nil:
		return r.Attributes.Serial
	}
	for _, w := range r.Running {
		if w.Desired != nil {
			return w.Desired.Serial
		}
	}
	return ""
}

// add puts a step into the till's plan. A till is registered once its company
// has its cabinet.
func (p *planning) add(t *till, s Step) {
	if s.Action == Register {
		s.Requires = append(s.Requires, p.afterCabinet(t.decl.Company)...)
	}
	t.put(s)
}
