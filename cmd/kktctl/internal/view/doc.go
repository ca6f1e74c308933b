// Package view turns plans, progress, reports, tasks and states into what
// people and machines read: terminal text, JSON, Markdown. It decides nothing
// and reads nothing; it is given the streams, the time and the width.
//
// The rules of the terminal:
//
//   - All text that is not a constant of this package passes Clean: a till's
//     address, a reason of the tax service or a file name cannot move the
//     cursor, recolour, hide or reverse text.
//   - Colour only repeats what a symbol or a word says already.
//   - Nothing moves unless the stream is a terminal outside of CI.
//   - A command to copy stands on a line of its own and is never wrapped or cut.
//   - What needs a person stands last, where the eye is when a command ends.
package view
