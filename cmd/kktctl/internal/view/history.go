package view

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/state"
)

// History lists what happened, in the order given. Columns that nothing fills
// are left out.
func History(list []state.Happening, o Options) string {
	if len(list) == 0 {
		return "Nothing is recorded.\n"
	}
	cols := []column{{title: "WHEN"}, {title: "ADDRESS"}, {title: "WHAT"}, {title: "WHO", shrink: true}, {title: "PLAN"}, {title: "COMMIT"}, {title: "PIPELINE"}, {title: "OVERRIDDEN"}}
	rows := make([][]string, len(list))
	filled := make([]bool, len(cols))
	for i, h := range list {
		rows[i] = []string{
			o.at(h.At), Clean(h.Address), Clean(happened(h)), Clean(cmp.Or(h.By.Actor, h.By.Who)),
			Clean(h.By.Plan), short(Clean(h.By.Commit)), Clean(h.By.Pipeline), overrides(h.By.Overrides),
		}
		for j, cell := range rows[i] {
			filled[j] = filled[j] || cell != ""
		}
	}
	keep := func(i int) bool { return filled[i] }
	var b strings.Builder
	writeTable(&b, newTheme(o.Color), only(cols, keep), onlyRows(rows, keep), "", o.width())
	b.WriteString(overrideNotes(list, o))
	return b.String()
}

// overrides names the policies that were overridden.
func overrides(list []state.Override) string {
	var names []string
	for _, o := range list {
		names = append(names, Clean(o.Policy))
	}
	return strings.Join(names, ", ")
}

// overrideNotes says of each override once who made it, when and why.
func overrideNotes(list []state.Happening, o Options) string {
	var b strings.Builder
	told := map[state.Override]bool{}
	for _, h := range list {
		for _, v := range h.By.Overrides {
			if told[v] {
				continue
			}
			told[v] = true
			text := "Overridden: " + v.Policy
			if v.Who != "" {
				text += " by " + v.Who
			}
			if !v.At.IsZero() {
				text += " at " + o.at(v.At)
			}
			for _, l := range wrap(Clean(text+": "+cmp.Or(v.Reason, "no reason was given")), o.width()) {
				b.WriteString(l + "\n")
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

// happened says what happened, in a few words.
func happened(h state.Happening) string {
	switch {
	case h.From != "":
		return h.What + " from " + h.From
	case h.To != "":
		return h.What + " to " + h.To
	}
	return h.What
}

func only[T any](list []T, keep func(int) bool) []T {
	var out []T
	for i := range list {
		if keep(i) {
			out = append(out, list[i])
		}
	}
	return out
}

func onlyRows(rows [][]string, keep func(int) bool) [][]string {
	out := slices.Clone(rows)
	for i := range out {
		out[i] = only(out[i], keep)
	}
	return out
}

// historyDocument is the JSON of a history.
type historyDocument struct {
	FormatVersion int               `json:"formatVersion"`
	History       []state.Happening `json:"history"`
}

// HistoryJSON writes what happened as one JSON document.
func HistoryJSON(w io.Writer, list []state.Happening) error {
	return writeJSON(w, historyDocument{FormatVersion: 1, History: orEmpty(list)}, true)
}

// short is as much of a commit's hash as names it.
func short(hash string) string {
	r := []rune(hash)
	return string(r[:min(len(r), 12)])
}
