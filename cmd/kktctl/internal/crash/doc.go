// Package crash holds no code of kktctl: its tests kill kktctl at every point
// of its work and look at what has become of the world.
//
// A build of kktctl with the tag crashpoints counts crash points: before and
// after every operation that changes a file of the state (and in the middle
// of every write), before a request, in the middle of its writing, after it,
// and when its answer comes. It kills itself with SIGKILL at the point that it
// is told. The simulated service lives on in the test's process. Another
// process then goes on from a copy of the state in another folder until the
// plan is empty.
//
// Three things are judged, all outside kktctl: the service's ledger, which
// knows what was done or tried twice; the state's files as they lie on the
// disk while a call that cannot be repeated comes in, which have to hold an
// intent for it that no other call has used; and the world and state in the
// end, which have to be those of a run that nobody disturbed.
//
// Environment:
//
//	KKTCTL_CRASH=all        every point; without it a sample
//	KKTCTL_CRASH_SEED=N     the seed of the sample; it is printed
//	KKTCTL_CRASH_POINTS=N,M dies at N, and the next process at M: one case only
package crash
