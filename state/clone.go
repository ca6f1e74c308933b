package state

import (
	"maps"
	"slices"

	"github.com/kktctl/kktctl/spec"
)

// Clone gives a copy that shares nothing with the original.
func (s *Snapshot) Clone() *Snapshot {
	if s == nil {
		return nil
	}
	c := *s
	c.Resources = make(map[string]Resource, len(s.Resources))
	for address, r := range s.Resources {
		c.Resources[address] = r.Clone()
	}
	c.Intents = make(map[string]Intent, len(s.Intents))
	for id, in := range s.Intents {
		c.Intents[id] = in.Clone()
	}
	c.Moved = clonePtr(s.Moved)
	c.History, c.Runs = cloneHistory(s.History), cloneRuns(s.Runs)
	return &c
}

// Clone gives a copy that shares nothing with the original.
func (r Resource) Clone() Resource {
	r.Attributes = cloneAttributes(r.Attributes)
	r.Replaced = cloneAttributes(r.Replaced)
	r.Payment = clonePtr(r.Payment)
	r.Booking = clonePtr(r.Booking)
	r.Refusal = clonePtr(r.Refusal)
	r.Agreement = clonePtr(r.Agreement)
	r.Cabinet = clonePtr(r.Cabinet)
	r.Order = cloneOrder(r.Order)
	r.Application = clonePtr(r.Application)
	r.Orphans = slices.Clone(r.Orphans)
	r.Receipt = clonePtr(r.Receipt)
	if r.Receipt != nil {
		*r.Receipt = r.Receipt.Clone()
	}
	if r.Workflows != nil {
		m := make(map[string]*Workflow, len(r.Workflows))
		for action, w := range r.Workflows {
			m[action] = w.Clone()
		}
		r.Workflows = m
	}
	return r
}

// Clone gives a copy that shares nothing with the original.
func (w *Workflow) Clone() *Workflow {
	if w == nil {
		return nil
	}
	c := *w
	c.Resolution = clonePtr(w.Resolution)
	c.Told = slices.Clone(w.Told)
	c.Data = w.Data.Clone()
	return &c
}

// Clone gives a copy that shares nothing with the original.
func (d WorkflowData) Clone() WorkflowData {
	d.Desired = cloneAttributes(d.Desired)
	d.Reasons = slices.Clone(d.Reasons)
	d.Report = clonePtr(d.Report)
	d.Code = clonePtr(d.Code)
	if d.Receipt = clonePtr(d.Receipt); d.Receipt != nil {
		d.Receipt.Receipt = d.Receipt.Receipt.Clone()
	}
	d.Order = cloneOrder(d.Order)
	d.Agreement = clonePtr(d.Agreement)
	if d.FNChange = clonePtr(d.FNChange); d.FNChange != nil {
		d.FNChange.Closed = clonePtr(d.FNChange.Closed)
		d.FNChange.Installed = clonePtr(d.FNChange.Installed)
	}
	return d
}

// Clone gives a copy that shares nothing with the original.
func (r Receipt) Clone() Receipt {
	r.Parts = maps.Clone(r.Parts)
	r.Printed, r.Return = r.Printed.Clone(), r.Return.Clone()
	return r
}

// Clone gives a copy that shares nothing with the original.
func (p *Printed) Clone() *Printed {
	c := clonePtr(p)
	if c != nil {
		c.Doubts = slices.Clone(p.Doubts)
	}
	return c
}

// Clone gives a copy that shares nothing with the original.
func (i Intent) Clone() Intent {
	i.PreRead = maps.Clone(i.PreRead)
	return i
}

// Clone gives a copy that shares nothing with the original.
func (e Entry) Clone() Entry {
	if e.Resource != nil {
		r := e.Resource.Clone()
		e.Resource = &r
	}
	if e.Intent != nil {
		in := e.Intent.Clone()
		e.Intent = &in
	}
	if e.Run = clonePtr(e.Run); e.Run != nil {
		e.Run.Overrides = slices.Clone(e.Run.Overrides)
	}
	return e
}

func cloneAttributes(a *spec.Attributes) *spec.Attributes {
	c := clonePtr(a)
	if c != nil {
		c.Usage = slices.Clone(a.Usage)
		c.Agents = slices.Clone(a.Agents)
		c.Devices = slices.Clone(a.Devices)
	}
	return c
}

func cloneOrder(o *spec.OrderRecord) *spec.OrderRecord {
	c := clonePtr(o)
	if c != nil {
		c.Image = slices.Clone(o.Image)
	}
	return c
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func cloneRuns(runs map[string]Provenance) map[string]Provenance {
	runs = maps.Clone(runs)
	for id, by := range runs {
		by.Overrides = slices.Clone(by.Overrides)
		runs[id] = by
	}
	return runs
}
