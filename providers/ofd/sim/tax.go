package sim

import (
	"fmt"
	"slices"
	"time"
)

// tick is a reading of an application: when the tax service advances by
// polls, it is what makes it advance.
func (c *core) tick(a *Application) {
	if c.w.Tax.Mode == TaxClock {
		c.settle(a)
		return
	}
	if !a.moving() {
		return
	}
	c.dirty = true
	a.Ticks++
	need := c.w.Tax.Polls
	if a.Status == StatusAwaitingDocuments {
		need = c.w.Tax.DocumentPolls
	}
	if a.Ticks >= need {
		c.step(a)
	}
}

// settle makes the steps that the clock has brought about.
func (c *core) settle(a *Application) {
	if c.w.Tax.Mode != TaxClock {
		return
	}
	now := c.now
	for a.moving() {
		due := a.StatusChanged.Add(time.Duration(c.w.Tax.Delay))
		if due.After(now) {
			break
		}
		c.now = due
		c.step(a)
	}
	c.now = now
}

// moving tells whether an application is not in anybody's hands but the
// service's.
func (a *Application) moving() bool {
	moving := []string{StatusAwaitingDocuments, StatusProcessingSigned, StatusReadyToBeSent, StatusSentToFns, StatusAutoFinalization}
	return !a.Finished && slices.Contains(moving, a.Status)
}

func (c *core) step(a *Application) {
	switch a.Status {
	case StatusAwaitingDocuments:
		c.makeDocuments(a)
	case StatusProcessingSigned:
		if a.SignatureFault != "" {
			c.reject(a, Rejection{Reason: a.SignatureFault})
			break
		}
		c.move(a, StatusReadyToBeSent)
	case StatusReadyToBeSent:
		c.move(a, StatusSentToFns)
	case StatusSentToFns:
		c.verdict(a)
	case StatusAutoFinalization:
		c.lookForCard(a)
	}
	c.logf("application %s of %s: %s %s", a.ID, a.KKT.SerialNumber, a.Stage, a.Status)
}

// verdict is the tax service's answer.
func (c *core) verdict(a *Application) {
	if r, ok := c.rejection(a); ok {
		c.reject(a, r)
		return
	}
	switch {
	case a.Purpose == Reregistration:
		c.reregistered(a)
	case a.Purpose == Unregistration:
		c.unregistered(a)
	case a.Stage == StageInitialization:
		c.numbered(a)
	default:
		c.registered(a)
	}
}

// numbered gives a till its РНМ; the application waits for the report of
// registration. Its papers stay, marked as signed.
func (c *core) numbered(a *Application) {
	a.KKT.RegNumber = c.w.nextRNM(a.Company.Inn, a.KKT.SerialNumber, func(rnm string) bool { return c.byRNM[rnm] != nil })
	a.Stage = StageFinalization
	a.ResultDocs = []ResultDoc{c.resultDoc(a, "RnmReport")}
	delete(c.w.Reports, trimSerial(a.KKT.SerialNumber))
	c.move(a, StatusNew)
	if c.w.Device.AutoReport {
		c.print(a.KKT.SerialNumber, a.KKT.RegNumber)
	}
}

// registered finishes a registration as in 7.6.4: SentToFns at Finalization.
func (c *core) registered(a *Application) {
	till := c.bySerial[trimSerial(a.KKT.SerialNumber)]
	if till == nil {
		till = &Till{ID: c.w.newUUID(), Serial: a.KKT.SerialNumber}
		c.w.Tills = append(c.w.Tills, till)
	}
	id := till.ID
	delete(c.byRNM, till.RNM) // of an earlier registration
	*till = Till{ID: id, Serial: a.KKT.SerialNumber, INN: a.Company.Inn, RNM: a.KKT.RegNumber, Created: At(c.now)}
	c.take(till, a)
	c.indexTill(till)
	c.finish(a, "RegReport")
}

// reregistered finishes as in 7.7.4: SentToFns at Initialization.
func (c *core) reregistered(a *Application) {
	c.take(c.bySerial[trimSerial(a.KKT.SerialNumber)], a)
	c.finish(a, "ReRegReport")
}

// take changes a till to what its application says.
func (c *core) take(till *Till, a *Application) {
	if till.FN != a.KKT.FnNumber {
		till.FN = a.KKT.FnNumber
		till.FNEnd = At(c.now.AddDate(0, 0, fnDays(a.KKT)))
	}
	till.Model, till.OFD = a.KKT.Model, a.KKT.OfdInn
	till.Address, till.Place = addressText(a.KKT.InstallmentAddress), a.KKT.InstallmentPlace
	till.FormatVersion = a.KKT.FormatVersion
	c.touch(till)
}

// fnDays is how long a ФН lives: 1110 days for one of 36 months, else 470.
func fnDays(k KKTDetails) int {
	const fn36, fn36Prefix = 2, "92874403"
	if k.FnType == fn36 || k.FnType == 0 && len(k.FnNumber) > 8 && k.FnNumber[:8] == fn36Prefix {
		return 1110
	}
	return 470
}

// unregistered finishes as in 7.8.4: Approved, and no paper. What the till is
// a member of in Renta, it stays.
func (c *core) unregistered(a *Application) {
	till := c.bySerial[trimSerial(a.KKT.SerialNumber)]
	till.Unregistered = true
	c.endBooking(till)
	c.touch(till)
	a.Finished, a.Documents = true, nil
	a.Stage = StageFinalization
	c.move(a, StatusApproved)
}

func (c *core) finish(a *Application, docType string) {
	a.Finished, a.Documents = true, nil
	a.ResultDocs = append([]ResultDoc{c.resultDoc(a, docType)}, a.ResultDocs...)
	c.move(a, a.Status)
}

// resultDoc is an answer of the tax service, numbered as in the examples as
// far as they go.
func (c *core) resultDoc(a *Application, docType string) ResultDoc {
	types := map[string]int{
		"RnmReport": 50, "RnmRejection": 51, "RegReport": 100, "ReRegReport": 101,
		"RegRejection": 102, "ReRegRejection": 103, "UnRegRejection": 105,
	}
	id := types[docType]
	return ResultDoc{
		KktID: a.KktID, ReportTypeID: id, DocType: docType, ConversationUUID: a.ID,
		ReportSizeInBytes: 114984, FileType: "application/pdf",
		DownloadURI: fmt.Sprintf("https://dev.ofd.ru/api/kkt/application/doc/%s/%d/%d", a.ID, a.KktID, id),
	}
}
