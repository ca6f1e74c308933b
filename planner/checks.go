package planner

// planCheck plans a test receipt.
func (p *planning) planCheck(o *peer) { p.groups.add(groupChecks, o.addr) }
