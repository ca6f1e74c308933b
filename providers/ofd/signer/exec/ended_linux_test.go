package exec_test

import (
	"fmt"
	"os"
	"strings"
)

// ended tells whether a process has ended; one that nobody has waited for
// (its parent was killed) is a zombie until init reaps it.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}
