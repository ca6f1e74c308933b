package planner

// cabinetMissing tells whether a company's client cabinet is to be made, or is
// being made.
func (p *planning) cabinetMissing(o *peer) bool {
	return o.busy() || o.inFile && p.in.Fleet.Companies[o.name].CreateCabinet
}

// planCabinet plans to make the client cabinet of a company.
func (p *planning) planCabinet(o *peer) {
	if p.in.Fleet.Companies[o.name].CreateCabinet {
		p.groups.add(groupCabinet, o.addr)
	}
}
