package planner

// planOrder plans to order Ferma tills.
func (p *planning) planOrder(o *peer) { p.groups.add(groupOrders, o.addr) }
