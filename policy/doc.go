// Package policy judges plans by the rules that users write into their fleet
// file, in CEL (the Common Expression Language), whose programs always end.
//
// A rule says what is denied. One that mentions step is asked for each step
// that the plan begins; one that mentions kkt and not step, for each till of
// the file; any other once, for the plan. What is under way was agreed to
// before: rules see it in plan.steps and are not asked for it.
//
// Compile checks the rules, each mistake with its place in the file; Judge asks
// them. Both are pure: no I/O, no clock. An expression that cannot be decided,
// or takes too long, denies: a rule fails closed.
package policy
