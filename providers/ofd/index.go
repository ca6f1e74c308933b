package ofd

import (
	"sync"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// The lists serve every till of a fleet. Each is indexed once a reading, so
// that nothing looks through a whole list for one till.

type tillList struct {
	rows    []partner.KKT
	byRNM   map[string]int
	once    sync.Once
	serials map[string]int
}

func indexTills(rows []partner.KKT) *tillList {
	l := &tillList{rows: rows, byRNM: make(map[string]int, len(rows))}
	for i, r := range rows {
		l.byRNM[r.RNM] = i
	}
	return l
}

// find returns the row with the РНМ.
func (l *tillList) find(rnm string) (partner.KKT, bool) {
	i, ok := l.byRNM[rnm]
	if !ok {
		return partner.KKT{}, false
	}
	return l.rows[i], true
}

// bySerial returns the row with the factory number. Few ask: the index is made
// for the first of them.
func (l *tillList) bySerial(serial string) (partner.KKT, bool) {
	l.once.Do(func() {
		l.serials = make(map[string]int, len(l.rows))
		for i, r := range l.rows {
			l.serials[fiscal.NormalizeSerial(r.Serial)] = i
		}
	})
	i, ok := l.serials[fiscal.NormalizeSerial(serial)]
	if !ok || serial == "" {
		return partner.KKT{}, false
	}
	return l.rows[i], true
}

type memberList struct {
	rows     []renta.KKT
	bySerial map[string]int
	byRNM    map[string]int
}

func indexMembers(rows []renta.KKT) *memberList {
	l := &memberList{rows: rows, bySerial: make(map[string]int, len(rows)), byRNM: make(map[string]int, len(rows))}
	for i, r := range rows {
		l.bySerial[fiscal.NormalizeSerial(r.Serial)] = i
		l.byRNM[r.RNM] = i
	}
	return l
}

// find returns the row of a till, by factory number, then by РНМ.
func (l *memberList) find(serial, rnm string) (renta.KKT, bool) {
	if i, ok := l.bySerial[fiscal.NormalizeSerial(serial)]; ok && serial != "" {
		return l.rows[i], true
	}
	if i, ok := l.byRNM[rnm]; ok && rnm != "" {
		return l.rows[i], true
	}
	return renta.KKT{}, false
}

// codeList finds codes by the fingerprints that states and plans carry.
type codeList struct {
	rows []partner.Code
	once sync.Once
	byFP map[string]int
}

func indexCodes(rows []partner.Code) *codeList { return &codeList{rows: rows} }

// find returns the code with the fingerprint under the state's key.
func (l *codeList) find(key string, rec *spec.CodeRecord) (partner.Code, bool) {
	if rec == nil {
		return partner.Code{}, false
	}
	l.once.Do(func() {
		l.byFP = make(map[string]int, len(l.rows))
		for i, r := range l.rows {
			l.byFP[spec.RecordCode(key, r.Code).Fingerprint] = i
		}
	})
	i, ok := l.byFP[rec.Fingerprint]
	if !ok {
		return partner.Code{}, false
	}
	return l.rows[i], true
}

type paymentList struct {
	rows  []partner.PayStatus
	byRNM map[string][]int
	once  sync.Once
	uses  map[string][]time.Time // by fingerprint
}

func indexPayments(rows []partner.PayStatus) *paymentList {
	l := &paymentList{rows: rows, byRNM: make(map[string][]int, len(rows))}
	for i, r := range rows {
		l.byRNM[r.RNM] = append(l.byRNM[r.RNM], i)
	}
	return l
}

// used counts the payments made with a code since a time, by any till.
func (l *paymentList) used(key string, rec *spec.CodeRecord, since time.Time) (n int) {
	if rec == nil {
		return 0
	}
	l.once.Do(func() {
		l.uses = make(map[string][]time.Time, len(l.rows))
		for _, r := range l.rows {
			fp := spec.RecordCode(key, r.ActivationCode).Fingerprint
			l.uses[fp] = append(l.uses[fp], r.At)
		}
	})
	for _, at := range l.uses[rec.Fingerprint] {
		if !at.Before(since) {
			n++
		}
	}
	return n
}
