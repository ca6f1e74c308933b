// Command sign signs what is on stdin as the simulated service expects it.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

func main() {
	content, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(sim.SandboxSignature(string(content)))
}
