package main

import (
	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/spec"
)

type completer = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// completeAddress offers a shell the addresses that the file declares, for the
// first so many arguments. The file alone is read: no call is made.
func completeAddress(g *globals, most int) completer {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return addresses(g), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeTargets is completeAddress for flags that can be repeated.
func completeTargets(g *globals) completer {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return addresses(g), cobra.ShellCompDirectiveNoFileComp
	}
}

// addresses that the fleet file declares; none while it has
// errors.
func addresses(g *globals) []cobra.Completion {
	fleet, _ := spec.Load(g.File)
	if fleet == nil {
		return nil
	}
	var out []cobra.Completion
	for _, name := range sortedKeys(fleet.KKTs) {
		out = append(out, spec.KKTAddress(name))
	}
	for _, name := range sortedKeys(fleet.Companies) {
		out = append(out, spec.CompanyAddress(name))
	}
	for _, name := range sortedKeys(fleet.Orders) {
		out = append(out, spec.OrderAddress(name))
	}
	for _, name := range sortedKeys(fleet.Checks) {
		out = append(out, spec.CheckAddress(name))
	}
	return out
}

// completeSelectors offers what a till can be chosen by: addresses, companies,
// centres, and the labels that tills have.
func completeSelectors(g *globals) completer {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		fleet, _ := spec.Load(g.File)
		if fleet == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		out := addresses(g)
		for _, name := range sortedKeys(fleet.Companies) {
			out = append(out, "company="+name)
		}
		for _, name := range sortedKeys(fleet.Centres) {
			out = append(out, "centre="+name)
		}
		seen := map[string]bool{}
		for _, k := range fleet.KKTs {
			for key, value := range k.Labels {
				seen["label."+key+"="+value] = true
			}
		}
		return append(out, sortedKeys(seen)...), cobra.ShellCompDirectiveNoFileComp
	}
}
