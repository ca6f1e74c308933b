//go:build !linux

package main

import "os"

// onTerminal is only there on Linux; scripts that need it stop before.
func onTerminal() { os.Exit(125) }
