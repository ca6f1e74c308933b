package main

import "github.com/rogpeppe/go-internal/testscript"

// orderid sets ORDER to the id of the last order that was placed.
func cmdOrderID(ts *testscript.TestScript, neg bool, args []string) {
	orders := serviceOf(ts).service.Snapshot().Orders
	if neg || len(args) > 0 || len(orders) == 0 {
		ts.Fatalf("usage: orderid, once there is an order")
	}
	ts.Setenv("ORDER", orders[len(orders)-1].ID)
}
