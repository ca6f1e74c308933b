package main

import (
	"github.com/spf13/cobra"
)

// globals are the flags that every command takes.
type globals struct {
	File     string
	State    string
	Endpoint string
	NoColor  bool
	Verbose  bool
	Sandbox  bool
	JSON     bool // set by the command that has --json: errors are told as JSON too
}

const rootLong = `kktctl keeps a fleet of online cash registers (ККТ) as declared in a file.

Begin here:
  kktctl validate            is the file right? (offline)
  kktctl plan --sandbox      what would be done, tried on a simulated service
  kktctl apply --sandbox     try all of it; nothing real happens
  kktctl plan                what would really be done, and what it costs
  kktctl apply               do it, after you have said yes
  kktctl tasks               what people owe: signatures, printed reports
  kktctl resume              go on with what waits`

// newRootCmd puts the commands together.
func newRootCmd(a *App) (*cobra.Command, *globals) {
	g := &globals{}
	root := &cobra.Command{
		Use:           "kktctl",
		Short:         "keeps fleets of online cash registers as declared",
		Long:          rootLong,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVarP(&g.File, "file", "f", "fleet.yaml", "fleet file, or a folder of them")
	f.StringVar(&g.State, "state", "", "path or URL of the state (default: NAME.kktstate beside the fleet file)")
	f.StringVar(&g.Endpoint, "endpoint", a.Env("KKTCTL_ENDPOINT"), "send every call to this address (or KKTCTL_ENDPOINT)")
	f.BoolVar(&g.NoColor, "no-color", false, "no colours")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "tell more")
	f.BoolVar(&g.Sandbox, "sandbox", false, "use a simulated service kept beside the state; nothing real happens")
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.AddCommand(
		newValidateCmd(a, g), newPlanCmd(a, g), newApplyCmd(a, g), newResumeCmd(a, g), newDriftCmd(a, g), newImportCmd(a, g), newCheckCmd(a, g),
		newTasksCmd(a, g), newResolveCmd(a, g), newStateCmd(a, g), newLockCmd(a, g), newUnlockCmd(a, g),
		newReceiptCmd(a, g), newShowCmd(a, g), newGraphCmd(a, g), newSandboxCmd(a, g), newSchemaCmd(a), newVersionCmd(a),
	)
	tellUsage(root)
	return root, g
}
