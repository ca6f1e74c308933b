//go:build unix

package main

import (
	"os/exec"
	"testing"
)

// TestRecipes runs every command of examples/github-actions, gitlab-ci, cron
// and kubernetes, in their order, with the program as users have it, against
// the simulated service. A command that none of this runs is a failure.
func TestRecipes(t *testing.T) {
	// make test installs them where it can, and CI takes no skip.
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is absent: the recipes are not run", tool)
		}
	}
	program := built(t, nil)
	for name, test := range map[string]func(*testing.T, string){
		"github": testGitHub, "gitlab": testGitLab, "cron": testCron, "systemd": testSystemd, "kubernetes": testKubernetes,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, program)
		})
	}
}
