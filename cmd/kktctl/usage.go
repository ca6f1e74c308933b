package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/spec/diag"
)

// tellUsage has every command say in its own words what is wrong with its
// arguments and flags, and how it is called. It is the one place for that:
// commands only declare what they take.
func tellUsage(root *cobra.Command) {
	root.SetFlagErrorFunc(usageError)
	for _, c := range root.Commands() {
		tellUsage(c)
	}
	check := root.Args
	root.Args = func(cmd *cobra.Command, args []string) error {
		if check != nil {
			if err := check(cmd, args); err != nil {
				return usageError(cmd, argumentsError(cmd, args, err))
			}
		}
		if err := cmd.ValidateRequiredFlags(); err != nil {
			return usageError(cmd, flagsError(err))
		}
		if err := cmd.ValidateFlagGroups(); err != nil {
			return usageError(cmd, flagsError(err))
		}
		return nil
	}
}

// usageError gives an error the way out: how the command is called.
func usageError(cmd *cobra.Command, err error) error {
	d := fromText(err.Error())
	switch {
	case d.Hint != "":
	case cmd.HasSubCommands():
		d.Hint = cmd.CommandPath() + " --help lists the commands"
	default:
		d.Hint = "usage: " + usageOf(cmd) + "; --help tells more"
	}
	return d
}

// usageOf is the command as it is called.
func usageOf(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Use
	}
	return cmd.Parent().CommandPath() + " " + cmd.Use
}

// argumentsError says which argument is missing, or that there are too many.
func argumentsError(cmd *cobra.Command, args []string, err error) error {
	if cmd.HasSubCommands() && len(args) > 0 {
		return fmt.Errorf("unknown command: %s %s", cmd.CommandPath(), shellWord(args[0]))
	}
	wanted := argumentsOf(cmd)
	switch {
	case len(args) < len(wanted):
		return fmt.Errorf("%s: %s missing", cmd.CommandPath(), isAre(wanted[len(args):]))
	case len(wanted) == 0 && len(args) > 0 && !strings.Contains(cmd.Use, "["):
		return fmt.Errorf("%s takes no arguments: %s", cmd.CommandPath(), shellWord(args[0]))
	case len(args) > 1:
		return fmt.Errorf("%s: too many arguments, the last is %s", cmd.CommandPath(), shellWord(args[len(args)-1]))
	}
	return diag.Diagnostic{Summary: err.Error()}
}

// argumentsOf lists the arguments that a command cannot do without: the words
// of its usage before any flag.
func argumentsOf(cmd *cobra.Command) []string {
	var wanted []string
	for _, w := range strings.Fields(cmd.Use)[1:] {
		if strings.HasPrefix(w, "-") || strings.HasPrefix(w, "[") {
			break
		}
		wanted = append(wanted, w)
	}
	return wanted
}

// flagNames finds the flags that an error of the library names.
var flagNames = regexp.MustCompile(`"([a-z-]+)"|\[([a-z -]+)\] (?:is|are) `)

// flagsError says in words which flags are missing, or exclude each other.
func flagsError(err error) error {
	text := err.Error()
	var names []string
	for _, m := range flagNames.FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Fields(m[1] + " " + m[2]) {
			names = append(names, "--"+name)
		}
	}
	switch {
	case len(names) == 0:
		return err
	case strings.HasPrefix(text, "required flag"):
		return fmt.Errorf("%s missing", isAre(names))
	case strings.HasPrefix(text, "at least one"):
		return fmt.Errorf("one of %s is needed", strings.Join(names, ", "))
	case strings.HasPrefix(text, "if any flags"):
		return fmt.Errorf("%s exclude each other", strings.Join(names, " and "))
	}
	return err
}

// isAre joins names to the beginning of a sentence about them.
func isAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, " and ") + " are"
}
