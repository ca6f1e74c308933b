package planner

// Published is the plan as it may be seen by anybody: see Step.Published.
func (p *Plan) Published() *Plan {
	c := *p
	c.Steps = make([]Step, len(p.Steps))
	for i := range p.Steps {
		c.Steps[i] = p.Steps[i].Published()
	}
	return &c
}

// Published is the step without the fingerprint of its code. The fingerprint's
// key is the lineage, which a plan tells: whoever has both and the last three
// characters can try out all codes there are. The code is known all the same,
// by its id at the service and its last characters.
func (s Step) Published() Step {
	if s.Code != nil && s.Code.Fingerprint != "" {
		code := *s.Code
		code.Fingerprint = ""
		s.Code = &code
	}
	return s
}
