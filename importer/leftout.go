package importer

import "github.com/kktctl/kktctl/planner"

// LeftOut is a till that was met and is not declared.
type LeftOut struct {
	Why     Why    `json:"why"`
	Serial  string `json:"serial,omitempty"`
	RNM     string `json:"rnm,omitempty"`
	Address string `json:"address,omitempty"`
	INN     string `json:"inn,omitempty"` // of Stranger and Contradicts: as the Renta list has it
	KPP     string `json:"kpp,omitempty"`
	Company string `json:"company,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// Why is the reason for which a till is left out.
type Why string

// The reasons.
const (
	NoSerial    Why = "no-serial"     // the list of tills does not tell its factory number
	NoRNM       Why = "no-rnm"        // nor its РНМ, which proves whose it is
	Nobody      Why = "no-company"    // its РНМ fits no company of the file
	Stranger    Why = "other-company" // the Renta list names a company that is not in the file
	Contradicts Why = "rnm-and-inn"   // the Renta list names a company that its РНМ does not fit
	Several     Why = "several"       // its РНМ fits several companies
	NoModel     Why = "no-model"      // no model is known
	NoFN        Why = "no-fn"         // no ФН is known
	NoAddress   Why = "no-address"    // no address is known
	BadNumber   Why = "bad-number"    // a number has not the form that a fleet file wants
	BadText     Why = "bad-text"      // a text cannot be declared as it is
	DriveTaken  Why = "fn-taken"      // its ФН is that of another till
	WasDropped  Why = "dropped"       // the state remembers it: somebody took it out of the file
	WhichCentre Why = "which-centre"  // a member of Renta, and the file has several centres
	RentaOnly   Why = "renta-only"    // in the Renta list, and not in the partner's
)

// leave leaves a live till out.
func (m *importing) leave(row *planner.Till, why Why) *LeftOut {
	m.result.LeftOut = append(m.result.LeftOut, LeftOut{Why: why, Serial: row.Serial, RNM: row.RNM, Address: row.Address})
	return &m.result.LeftOut[len(m.result.LeftOut)-1]
}
