// Package sim is the simulated service: the partner API v2 (document 004
// §2, §4, §6, §7) and Renta (document 001) over real HTTP, made from the
// documents alone with wire types of its own, so that a mistake of a client
// does not meet the same mistake here.
//
// A World is everything the service knows; it is plain JSON that people can
// write, and the zero World works. A Service answers calls on a World:
//
//	s := sim.New((&sim.World{}).Add(sim.SeedTill{INN: "5252012620", Serial: "00307404867358"}), sim.Options{})
//	url, err := s.Start("127.0.0.1:0")
//
// The service refuses what the documents forbid, and keeps a ledger of what
// happened: the only judge of "at most once". Faults can be put on any call,
// before or after its effect. The tax service advances by polls (each reading
// of an application is a tick) or by the clock.
//
// Scripts steer it over HTTP without authorisation, under /_sim/: GET and PUT
// world, GET ledger, calls and report, POST fault, advance, document, till and
// reject.
package sim
