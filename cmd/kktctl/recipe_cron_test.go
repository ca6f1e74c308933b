package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testCron runs the lines of the crontab, by /bin/sh as cron does.
func testCron(t *testing.T, program string) {
	r := newRecipe(t, program, "lib/sever.kktstate", false)
	r.machine()
	data, err := os.ReadFile(filepath.Join(recipes, "cron", "kktctl.crontab"))
	check(t, err)
	entry := regexp.MustCompile(`^(?:[0-9*,/-]+ +){5}(.*)$`)
	setting := regexp.MustCompile(`^([A-Z_]+)=(.*)$`)
	env, lines := map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case setting.MatchString(line):
			m := setting.FindStringSubmatch(line)
			env[m[1]] = r.place(strings.Replace(m[2], "/usr/local/bin", r.env["PATH"], 1))
		case entry.MatchString(line):
			command := entry.FindStringSubmatch(line)[1]
			if strings.Contains(command, "%") {
				t.Errorf("cron ends a command at a %%: %s", command)
			}
			name := regexp.MustCompile(`exec kktctl (\w+)`).FindStringSubmatch(command)
			if name == nil || lines[name[1]] != "" {
				t.Fatalf("the crontab has a line that no test runs: %s", line)
			}
			lines[name[1]] = command
			r.ours[command] = false
		default:
			t.Errorf("cron cannot read %q", line)
		}
	}
	do := func(name string) func() (int, string) {
		return func() (int, string) {
			r.ours[lines[name]] = true
			return r.run("/", maps.Clone(env), env["SHELL"], "-c", r.place(lines[name]))
		}
	}
	r.schedule(do("resume"), do("drift"), 2)
	r.complete()
}

// testSystemd runs what the units start.
func testSystemd(t *testing.T, program string) {
	r := newRecipe(t, program, "lib/sever.kktstate", false)
	r.machine()
	units, err := filepath.Glob(filepath.Join(recipes, "cron", "*.service"))
	check(t, err)
	for _, unit := range units {
		r.ours[filepath.Base(unit)] = false
		if _, err := os.Stat(strings.TrimSuffix(unit, ".service") + ".timer"); err != nil {
			t.Error(err)
		}
	}
	do := func(name string) func() (int, string) {
		return func() (int, string) {
			r.ours[name] = true
			return r.unit(name)
		}
	}
	r.schedule(do("kktctl-resume.service"), do("kktctl-drift.service"), 2)
	r.complete()
}

// unit starts a unit of systemd: no shell reads its command.
func (r *recipe) unit(name string) (int, string) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(recipes, "cron", name))
	check(r.t, err)
	env, dir := map[string]string{}, ""
	var args []string
	set := func(assignments []string) {
		for _, a := range assignments {
			key, value, _ := strings.Cut(a, "=")
			env[key] = value
		}
	}
	for line := range strings.Lines(r.place(string(data))) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Environment":
			set(strings.Fields(value))
		case "EnvironmentFile":
			text, err := os.ReadFile(value)
			check(r.t, err)
			set(strings.Fields(strings.ReplaceAll(string(text), "'", ""))) // quotes are as in a shell
		case "WorkingDirectory":
			dir = value
		case "ExecStart":
			args = strings.Fields(value)
		case "ExecStartPre", "ExecStartPost", "ExecStop":
			r.t.Errorf("%s: no test runs %s", name, line)
		}
	}
	if len(args) == 0 || filepath.Base(args[0]) != "kktctl" {
		r.t.Fatalf("%s starts %v", name, args)
	}
	args[0] = "kktctl"
	return r.run(dir, env, args...)
}
