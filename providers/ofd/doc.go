// Package ofd makes OFD.ru a Provider: it observes a fleet through the
// partner API v2 (document 004) and Renta (001), and runs one workflow an
// action.
//
// A workflow is a persisted state machine. Advance makes one transition and
// returns; between two transitions the process may die, and another one goes
// on from the state alone. A call that cannot be repeated (create, sign, pay,
// addKkt, removeKkt) is sent only behind a durable intent, and an intent that
// is found open is settled by reading, never by sending again on hope.
package ofd
