package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// ownerOf is the ИНН and КПП of the company that a cabinet or an order is of.
// What was asked for counts more than what the file says by now.
func (r *runner) ownerOf(run *Run) (inn, kpp string) {
	if o := run.Workflow.Data.Order; o != nil {
		return o.Terms.INN, o.Terms.KPP
	}
	c := r.fleet.Companies[spec.NameOf(run.Address)]
	return c.INN, c.KPP
}

// owner is whom a client cabinet belongs to: a company, or a branch of one.
type owner struct{ inn, kpp string }

// cabinetOf finds what is known of a company's cabinet: from its making, from
// a person, or from an application of one of its tills, which the service
// names the agreement in.
func (s *Session) cabinetOf(inn, kpp string) *spec.CabinetRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil { // once: the state may be large
		s.known = map[owner]spec.CabinetRecord{}
		for address, r := range s.snap.Resources {
			s.learnOf(address, &r)
		}
	}
	c, ok := s.known[owner{inn, kpp}]
	if !ok {
		return nil
	}
	return &c
}

// learn takes in what an entry says of cabinets. It is called with mu held.
func (s *Session) learn(e state.Entry) {
	if s.known != nil && e.Resource != nil {
		s.learnOf(e.Address, e.Resource)
	}
}

// learnOf takes in what a resource says of its company's cabinet. What was
// made, or given by a person, counts more than what an application names.
func (s *Session) learnOf(address string, r *state.Resource) {
	take := func(c *spec.CabinetRecord, firm bool) {
		if c == nil {
			return
		}
		was, there := s.known[owner{c.INN, c.KPP}]
		if !there || c.Agreement != "" && (firm || was.Agreement == "") {
			s.known[owner{c.INN, c.KPP}] = *c
		}
	}
	take(r.Cabinet, true)
	if !spec.IsKKTAddress(address) {
		return
	}
	take(r.Agreement, false)
	for _, w := range r.Workflows {
		take(w.Data.Agreement, false)
	}
}

// GiveAgreement records the OfdAgreementId of a company whose cabinet kktctl
// did not make, or whose making named none. One that a person gave is replaced;
// one that the service named is not.
func (s *Session) GiveAgreement(ctx context.Context, address string, company spec.Company, agreement string) error {
	if w := s.resource(address).Workflows[string(planner.CreateCabinet)]; w != nil {
		return fmt.Errorf("%s: its cabinet is being made\nhint: kktctl resume goes on with it", address)
	}
	if known := s.cabinetOf(company.INN, company.KPP); known != nil && known.Agreement != "" {
		if known.Agreement == agreement {
			return nil
		}
		if !known.Told {
			return fmt.Errorf("%s: the agreement is known already, and is another one: %s\nhint: the service named it itself, to kktctl or in an application: look at ИНН and КПП of the company", address, known.Agreement)
		}
	}
	now := s.now().UTC()
	for _, a := range s.toldOf(address, company.INN, company.KPP) {
		err := s.update(ctx, a, state.Entry{Event: "agreement given", Log: true}, func(r *state.Resource) {
			was := r.Cabinet
			r.Cabinet = &spec.CabinetRecord{INN: company.INN, KPP: company.KPP, Agreement: agreement, At: now, Existed: true, Told: true}
			if was != nil {
				r.Cabinet.Existed = was.Existed
			}
			r.Identity.INN = company.INN
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// toldOf lists the addresses under which a person gave the agreement of a
// company, and the one where it is given now: a company may stand in the file
// under two keys.
func (s *Session) toldOf(address, inn, kpp string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{address}
	for a, r := range s.snap.Resources {
		if c := r.Cabinet; a != address && c != nil && c.Told && c.INN == inn && c.KPP == kpp {
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return out
}

// errNoOrderID is what a person's word on an order lacks without its id.
var errNoOrderID = errors.New("an order that was placed is followed by its id\nhint: say --sent --id ORDERID, as the partner's cabinet shows it")
