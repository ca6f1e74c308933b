package exec

import "strings"

// passed are the variables that the program gets. kktctl's own environment
// holds the fleet's secrets under names that the fleet chooses, so that only
// a list of what may pass is safe. What the program needs besides is given to
// it in variables that begin with SIGNER_.
const passed = ` PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TMP TEMP TERM
 DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS
 LD_LIBRARY_PATH DYLD_LIBRARY_PATH OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES
 SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE USERNAME APPDATA
 LOCALAPPDATA PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) `

// environment picks what may pass.
func environment(all []string) []string {
	allowed := map[string]bool{}
	for _, name := range strings.Fields(passed) {
		allowed[name] = true
	}
	picked := []string{}
	for _, v := range all {
		name, _, _ := strings.Cut(v, "=")
		name = strings.ToUpper(name)
		if allowed[name] || strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "SIGNER_") {
			picked = append(picked, v)
		}
	}
	return picked
}

// leastSecret is how long a value has to be to be looked for: a shorter one
// stands in every other word.
const leastSecret = 4

// hide takes PINs and passwords out of what the program says: the values of
// the variables that were given to it and whose names say that they are such.
func hide(said string, environ []string) string {
	for _, v := range environ {
		name, value, _ := strings.Cut(v, "=")
		name = strings.ToUpper(name)
		secret := strings.Contains(name, "PIN") || strings.Contains(name, "PASS") || strings.Contains(name, "SECRET")
		if strings.HasPrefix(name, "SIGNER_") && secret && len(value) >= leastSecret {
			said = strings.ReplaceAll(said, value, "***")
		}
	}
	return said
}
