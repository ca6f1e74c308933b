package view

import (
	"io"
	"strconv"
	"strings"
)

// ImportReport tells what an import did, or would do. Its JSON is a contract.
type ImportReport struct {
	FormatVersion int               `json:"formatVersion"`
	File          string            `json:"file"`
	DryRun        bool              `json:"dryRun"`
	Begun         bool              `json:"begun"` // the file is a new one
	Live          bool              `json:"live"`  // the live tills were read
	List          string            `json:"list,omitempty"`
	Met           int               `json:"met"`     // live tills in all
	Known         int               `json:"known"`   // of those that were looked at, in the file already
	Other         int               `json:"other"`   // not chosen: --company, --only
	Adopted       int               `json:"adopted"` // remembered in the state as they are live
	Steps         int               `json:"steps"`   // that the next plan has for the new tills
	Companies     []ImportedCompany `json:"companies"`
	Tills         []ImportedTill    `json:"tills"`
	LeftOut       []ImportLeftOut   `json:"leftOut"`
	Diff          string            `json:"diff,omitempty"` // with DryRun
}

// ImportedCompany is a company that was declared.
type ImportedCompany struct {
	Address string `json:"address"`
	INN     string `json:"inn"`
	Name    string `json:"name"`
}

// ImportedTill is a till that was declared.
type ImportedTill struct {
	Address string `json:"address"`
	Serial  string `json:"serial"`
	RNM     string `json:"rnm,omitempty"`
	Company string `json:"company"`
	Where   string `json:"where"`
	Place   string `json:"place,omitempty"`
	Live    bool   `json:"live"`
}

// ImportLeftOut is a till that was met and not declared.
type ImportLeftOut struct {
	Why     string `json:"why"`
	Reason  string `json:"reason"`
	Hint    string `json:"hint,omitempty"`
	Serial  string `json:"serial,omitempty"`
	RNM     string `json:"rnm,omitempty"`
	Address string `json:"address,omitempty"`
	INN     string `json:"inn,omitempty"`
	Company string `json:"company,omitempty"`
}

// maxImported bounds how many tills are listed one by one, unless -v is given.
const maxImported = 40

// ImportJSON writes the report as one JSON document.
func ImportJSON(w io.Writer, r ImportReport) error {
	r.FormatVersion = 1
	r.Companies, r.Tills, r.LeftOut = orEmpty(r.Companies), orEmpty(r.Tills), orEmpty(r.LeftOut)
	return writeJSON(w, r, true)
}

// ImportText is the report for people.
func ImportText(r ImportReport, o Options) string {
	var b strings.Builder
	if len(r.Tills)+len(r.Companies) == 0 {
		nothingNew(&b, r)
	} else {
		writeImported(&b, r, o)
	}
	b.WriteString(LeftOut(r.LeftOut, o))
	if len(r.Tills)+len(r.Companies) > 0 {
		writeAhead(&b, r, o)
	}
	return b.String()
}

func nothingNew(b *strings.Builder, r ImportReport) {
	switch {
	case r.Known == 0 && r.Other == 0 && len(r.LeftOut) == 0 && r.List == "":
		b.WriteString("Nothing to import: no till is live.\n")
	case len(r.LeftOut) > 0 || r.Other > 0:
		b.WriteString("Nothing to import: " + count(r.Known, "till") + " in the file already" + others(r) + ".\n")
	default:
		b.WriteString("Nothing new: the file has " + allOf(r.Known) + ".\n")
	}
}

func allOf(n int) string {
	if n == 1 {
		return "the one till"
	}
	return "all " + count(n, "till")
}

func others(r ImportReport) string {
	if r.Other == 0 {
		return ""
	}
	return ", " + strconv.Itoa(r.Other) + " not chosen"
}

// writeImported lists what is declared, or shows the change of the file.
func writeImported(b *strings.Builder, r ImportReport, o Options) {
	t := newTheme(o.Color)
	what := count(len(r.Tills), "till")
	if len(r.Companies) > 0 {
		what += " and " + companies(len(r.Companies))
	}
	if r.DryRun {
		for l := range strings.Lines(r.Diff) {
			text, style := Clean(strings.TrimSuffix(l, "\n")), style{}
			switch {
			case strings.HasPrefix(l, "+"):
				style = t.green
			case strings.HasPrefix(l, "-"):
				style = t.red
			case strings.HasPrefix(l, "@"):
				style = t.cyan
			}
			b.WriteString(style.of(text) + "\n")
		}
		b.WriteString("\n" + t.bold.of("Would import "+what+" into "+Clean(r.File)+".") + " Nothing is written.\n")
		return
	}
	b.WriteString(t.bold.of("Imported "+what+" into "+Clean(r.File)+".") + "\n")
	for _, c := range r.Companies {
		b.WriteString("  + " + Clean(c.Address) + "  " + Clean(c.INN+"  "+c.Name) + "\n")
	}
	shown := r.Tills
	if !o.Verbose && len(shown) > maxImported {
		shown = shown[:maxImported]
	}
	for _, till := range shown {
		where := till.Where
		if till.Place != "" {
			where += "; " + till.Place
		}
		b.WriteString("  + " + Clean(till.Address) + "  " + Clean(till.Serial+"  "+where) + "\n")
	}
	if more := len(r.Tills) - len(shown); more > 0 {
		b.WriteString("  and " + strconv.Itoa(more) + " more (-v lists all)\n")
	}
}

func companies(n int) string {
	if n == 1 {
		return "1 company"
	}
	return strconv.Itoa(n) + " companies"
}

// LeftOut lists what was met and not declared, by reason.
func LeftOut(list []ImportLeftOut, o Options) string {
	var b strings.Builder
	t := newTheme(o.Color)
	for i := 0; i < len(list); {
		k := i
		for k < len(list) && list[k].Reason == list[i].Reason && list[k].Hint == list[i].Hint {
			k++
		}
		if i == 0 {
			b.WriteString("\n" + t.yellow.of("Left out: "+count(len(list), "till")) + "\n")
		}
		group := list[i:k]
		b.WriteString("  " + Clean(count(len(group), "till")+": "+group[0].Reason) + "\n")
		shown := group
		if !o.Verbose && len(shown) > maxImported/4 {
			shown = shown[:maxImported/4]
		}
		for _, l := range shown {
			b.WriteString("      " + Clean(strings.TrimSpace(l.Serial+"  "+l.Address)) + "\n")
		}
		if more := len(group) - len(shown); more > 0 {
			b.WriteString("      and " + strconv.Itoa(more) + " more (-v lists all)\n")
		}
		writeIndented(&b, "    ", t.cyan, "hint: ", o.commands(group[0].Hint), o)
		i = k
	}
	return b.String()
}

// writeAhead says what the next plan is going to find.
func writeAhead(b *strings.Builder, r ImportReport, o Options) {
	b.WriteByte('\n')
	switch {
	case !r.Live:
		b.WriteString("The live tills were not read: " + o.commands("kktctl plan") + " compares.\n")
	case r.Steps > 0:
		b.WriteString("The next plan has " + count(r.Steps, "step") + " for them: " + o.commands("kktctl plan") + "\n")
	case r.DryRun:
		b.WriteString("A plan would find nothing to do for them.\n")
	default:
		b.WriteString("They are remembered as they are live: a plan finds nothing to do for them.\n")
	}
}
