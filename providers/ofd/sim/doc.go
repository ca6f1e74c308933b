// Package sim is the simulated service: the partner API v2 (document 004),
// Renta (document 001), Ferma CheckOnline (document 002) and Orange Data
// (document 003) over real HTTP, made from the documents alone with wire types
// of its own, so that a mistake of a client does not meet the same mistake
// here.
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
// An application is running from its first signature until it is finished.
// While one runs, no other may be made or signed for the same till; drafts may
// be many, for they cost nothing and nothing lists them.
//
// Scripts steer the service over HTTP, without authorisation:
//
//	GET    /_sim/world                        everything the service knows
//	PUT    /_sim/world                        another world in its place
//	GET    /_sim/ledger                       every effect, also the refused ones
//	GET    /_sim/duplicates                   effects tried though they had happened
//	GET    /_sim/calls                        every call with its status
//	GET    /_sim/report?serial=               the printed report of registration
//	POST   /_sim/fault                        a Fault, as JSON
//	DELETE /_sim/fault                        no more faults
//	POST   /_sim/advance?d=24h                turns the clock
//	POST   /_sim/document?serial=             a till sends a fiscal document
//	POST   /_sim/till?serial=&fn=&address=&place=&model=&tariff=
//	                                          a till changes behind everybody's back
//	POST   /_sim/print?serial=[&n=&every=1h&last=TIME|&ago=2h&clock=3h&fn=]
//	                                          a till prints receipts, as Renta lists them;
//	                                          with a body, the one RentaReceipt that it is
//	POST   /_sim/checkonline                  a CheckFailure, as JSON: the next receipt's
//	POST   /_sim/reject?application=|serial=&reason=[&document][&unknown]
//	                                          the next verdict is a refusal
package sim
