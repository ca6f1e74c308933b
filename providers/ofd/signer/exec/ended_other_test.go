//go:build unix && !linux

package exec_test

import "syscall"

func ended(pid int) bool { return syscall.Kill(pid, 0) != nil }
