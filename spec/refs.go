package spec

import (
	"errors"
	"regexp"
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// nameForm is what a resource may be called: its name stands in addresses,
// commands and, the fleet's own, in a file's name.
var nameForm = regexp.MustCompile(`^[A-Za-zА-Яа-яЁё0-9][A-Za-zА-Яа-яЁё0-9._-]{0,62}$`)

func checkName(s string) error {
	if !nameForm.MatchString(s) {
		return errors.New("is not a name")
	}
	return nil
}

// CheckName tells whether s can name a till or another resource. The error
// says what a name is.
func CheckName(s string) error {
	if checkName(s) != nil {
		return errors.New(nameHint)
	}
	return nil
}

const nameHint = "a name is 1 to 63 letters, digits, dots, hyphens and underscores, and starts with a letter or digit"

// ref reads the name of something declared in another section.
func (r *reader) ref(n *yaml.Node, section string, declared map[string]diag.Pos, needed bool) string {
	r.mayText(TextName)
	s, ok := r.textOK(n)
	if ok && s == "" && needed {
		_, ok = r.needText(n)
	}
	if !ok || s == "" {
		return ""
	}
	if _, found := declared[s]; !found {
		hint := r.similarTo(s, declared)
		if len(declared) == 0 {
			hint = "declare it under " + section
		}
		r.errorAt(n, hint, "%s is not declared under %s", quote(s), section)
		return ""
	}
	return s
}

// similarTo is similar for the names of a section.
func (r *reader) similarTo(s string, declared map[string]diag.Pos) string {
	if r.comparisons > maxComparisons {
		return ""
	}
	names := mapKeys(declared)
	if len(names) <= 24 {
		slices.Sort(names)
	}
	return r.similar(s, names)
}

// unique claims a number for a till by its key; a number that another till
// holds is reported with both places.
func (r *reader) unique(claims map[string]claim, key string, n *yaml.Node, what, number string) {
	if key == "" || n == nil {
		return
	}
	if first, taken := claims[key]; taken {
		r.errorAt(n, "each till has its own", "%s %s is that of kkts.%s too, at %s", what, number, first.kkt, first.pos)
		return
	}
	claims[key] = claim{kkt: r.name, pos: r.pos(n)}
}
