// Package apply runs plans: it starts and continues workflows through a
// Provider, keeps every intent and transition durable in a state.Store before
// anything depends on it, and tells a Listener what happens.
package apply
