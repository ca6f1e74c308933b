package sim

import "time"

// SeedTill is a till to put into a world. An empty RNM is made up; set
// Unregistered for a till that has none.
type SeedTill struct {
	INN, Serial, RNM, FN, Model, Address, Place string
	OFD                                         string // INN, default OFD.ru's
	Tariff                                      string
	ContractStart, ContractEnd                  time.Time
	FNEnd, Created, LastDocument                time.Time
	FormatVersion                               int  // default 4
	Unregistered                                bool // never registered: a till in its box
	Detached                                    bool // not on the partner's list
}

// Add puts tills into the world and returns it.
func (w *World) Add(tills ...SeedTill) *World {
	for _, s := range tills {
		t := &Till{
			INN: s.INN, Serial: s.Serial, RNM: s.RNM, FN: s.FN, FNEnd: At(s.FNEnd), Model: s.Model,
			Address: s.Address, Place: s.Place, OFD: s.OFD, Tariff: s.Tariff,
			ContractStart: At(s.ContractStart), ContractEnd: At(s.ContractEnd), Created: At(s.Created),
			LastDocument: At(s.LastDocument), FormatVersion: s.FormatVersion, Detached: s.Detached,
		}
		if t.RNM == "" && !s.Unregistered {
			t.RNM = w.nextRNM(s.INN, s.Serial, nil)
		}
		if s.Unregistered {
			t.RNM = ""
		}
		w.Tills = append(w.Tills, t)
	}
	return w
}

// AddCompany puts a company into the world and returns it.
func (w *World) AddCompany(inn, kpp, ogrn, name string) *World {
	w.Companies = append(w.Companies, &Company{INN: inn, KPP: kpp, OGRN: ogrn, Name: name})
	return w
}

// AddCode puts an active code of the service Ofd or Ferma into the world and
// returns it.
func (w *World) AddCode(code, service, tariff string, count int) *World {
	w.Codes = append(w.Codes, &Code{Code: code, Service: service, Tariff: tariff, Count: &count})
	return w
}

// AddMember makes the till with the factory number a member of the centre
// ("" is the only centre's INN) and returns the world.
func (w *World) AddMember(centre, serial string) *World {
	for _, t := range w.Tills {
		if trimSerial(t.Serial) == trimSerial(serial) {
			w.Members = append(w.Members, &Member{
				Centre: centre, INN: t.INN, Serial: t.Serial, RNM: t.RNM, FN: t.FN, Address: t.Address, Place: t.Place,
			})
			return w
		}
	}
	w.Members = append(w.Members, &Member{Centre: centre, Serial: serial})
	return w
}

// nextRNM makes an РНМ that is not taken. The sequence alone makes it new;
// taken is for those that a person wrote.
func (w *World) nextRNM(inn, serial string, taken func(string) bool) string {
	const before = 2950 // the documents' examples end here
	for {
		w.Sequence.RNM++
		rnm := RNM(before+w.Sequence.RNM, inn, serial)
		if taken == nil || !taken(rnm) {
			return rnm
		}
	}
}
