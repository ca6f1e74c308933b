package apply

import (
	"context"
	"errors"
	"fmt"

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

// cabinetOf finds what is known of a company's cabinet: from its making, from
// a person, or from an application of one of its tills, which the service
// names the agreement in.
func (s *Session) cabinetOf(inn, kpp string) *spec.CabinetRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *spec.CabinetRecord
	look := func(c *spec.CabinetRecord) {
		if c != nil && c.INN == inn && c.KPP == kpp && (found == nil || found.Agreement == "") {
			found = c
		}
	}
	for address, r := range s.snap.Resources {
		if !spec.IsKKTAddress(address) {
			look(r.Cabinet)
		}
	}
	for _, r := range s.snap.Resources {
		look(r.Agreement)
		for _, w := range r.Workflows {
			look(w.Data.Agreement)
		}
	}
	if found == nil {
		return nil
	}
	c := *found
	return &c
}

// GiveAgreement records the OfdAgreementId of a company whose cabinet kktctl
// did not make, or whose making named none. One that is known already is not
// replaced.
func (s *Session) GiveAgreement(ctx context.Context, address string, company spec.Company, agreement string) error {
	if w := s.resource(address).Workflows[string(planner.CreateCabinet)]; w != nil {
		return fmt.Errorf("%s: its cabinet is being made\nhint: kktctl resume goes on with it", address)
	}
	if known := s.cabinetOf(company.INN, company.KPP); known != nil && known.Agreement != "" {
		if known.Agreement == agreement {
			return nil
		}
		return fmt.Errorf("%s: the agreement is known already, and is another one: %s\nhint: kktctl state rm %s forgets it", address, known.Agreement, address)
	}
	now := s.now().UTC()
	return s.update(ctx, address, state.Entry{Event: "agreement given"}, func(r *state.Resource) {
		r.Cabinet = &spec.CabinetRecord{INN: company.INN, KPP: company.KPP, Agreement: agreement, At: now, Existed: true}
		r.Identity.INN = company.INN
	})
}

// errNoOrderID is what a person's word on an order lacks without its id.
var errNoOrderID = errors.New("an order that was placed is followed by its id\nhint: say --sent --id ORDERID, as the partner's cabinet shows it")
