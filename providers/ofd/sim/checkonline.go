package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
)

// CheckOnline says how the simulated Ferma CheckOnline behaves (document 002).
type CheckOnline struct {
	// Tills are the factory numbers of the tills that print, by group. The
	// default is the first registered till: of the company, when the group is
	// its INN, or of all.
	Tills map[string]string `json:"tills,omitempty"`
	// Processing is how many times a receipt that is sent again is answered
	// with "still being processed" (24) before its document is shown.
	Processing int `json:"processing,omitempty"`
	// Failures are what the next new receipts are answered with, one each.
	Failures []CheckFailure `json:"failures,omitempty"`
}

// CheckFailure is an error that a receipt meets.
type CheckFailure struct {
	Service     int    `json:"service,omitempty"` // FCEError
	Device      int    `json:"device,omitempty"`  // Response.Error
	Fatal       bool   `json:"fatal,omitempty"`
	Description string `json:"description,omitempty"`
	// Printed says that the receipt is printed all the same.
	Printed bool `json:"printed,omitempty"`
}

// CheckReceipt is a receipt that CheckOnline has printed.
type CheckReceipt struct {
	Group   string `json:"group"`
	Client  string `json:"client,omitempty"`
	Request string `json:"request"`
	Hash    string `json:"hash"`            // of the body
	Waits   int    `json:"waits,omitempty"` // for so many more calls it is still being processed
	Full    bool   `json:"full,omitempty"`  // FullResponse was asked for

	At     Time   `json:"at"`
	Type   int    `json:"type"`  // 0 income, 1 expense, 2 income return, 3 expense return
	Total  int64  `json:"total"` // kopecks
	Serial string `json:"serial"`
	RNM    string `json:"rnm"`
	FN     string `json:"fn"`
	Number int    `json:"number"` // of the fiscal document
	Sign   string `json:"sign"`
}

func checkOnlineRoutes() []route {
	return []route{{method: http.MethodPost, pattern: "api/kkt/cloud/sync/receipt", ferma: true, handle: (*core).checkReceipt}}
}

// checkReceipt is the one call of document 002.
func (c *core) checkReceipt(q request) reply {
	var body checkRequest
	if err := q.decode(&body); err != nil {
		return checkFailure(body, CheckFailure{Service: 2, Description: err.Error(), Fatal: true})
	}
	setDefault(&body.Group, q.group)
	if code, description := body.serviceError(); code != 0 {
		return checkFailure(body, CheckFailure{Service: code, Description: description, Fatal: true})
	}
	hash := checkHash(q.body)
	if before := c.checkPrinted(body); before != nil {
		return c.checkAgain(body, before, hash)
	}
	till := c.checkTill(body.Group)
	if till == nil {
		return checkFailure(body, CheckFailure{Service: 5, Description: "нет подходящих устройств"})
	}
	failure, failing := c.nextCheckFailure()
	if failing && !failure.Printed {
		c.refuseCheck(body, till, failure.Description)
		return checkFailure(body, failure)
	}
	if code, message := body.deviceError(); code != 0 {
		c.refuseCheck(body, till, message)
		return checkFailure(body, CheckFailure{Device: code, Description: message, Fatal: true})
	}
	printed := c.printCheck(body, till, hash)
	if failing {
		return checkFailure(body, failure)
	}
	return checkAnswer(printed)
}

// checkAgain answers a receipt whose RequestId has served: it is not printed
// again, whatever the body is.
func (c *core) checkAgain(body checkRequest, before *CheckReceipt, hash string) reply {
	if before.Hash != hash {
		c.record(Effect{
			Kind: EffectReceipt, Key: body.key(), Serial: before.Serial, Duplicate: true,
			Reason: "another receipt under a RequestId that has served",
		})
	}
	if before.Waits > 0 {
		before.Waits--
		c.dirty = true
		return checkFailure(body, CheckFailure{Service: 24, Description: "запрос в процессе обработки"})
	}
	return checkAnswer(before)
}

func (c *core) refuseCheck(body checkRequest, till *Till, reason string) {
	c.record(Effect{Kind: EffectReceipt, Key: body.key(), Serial: till.Serial, Reason: reason})
}

func (c *core) nextCheckFailure() (CheckFailure, bool) {
	if len(c.w.CheckOnline.Failures) == 0 {
		return CheckFailure{}, false
	}
	next := c.w.CheckOnline.Failures[0]
	c.w.CheckOnline.Failures = c.w.CheckOnline.Failures[1:]
	c.dirty = true
	return next, true
}

// checkPrinted finds the receipt that the same RequestId printed.
func (c *core) checkPrinted(body checkRequest) *CheckReceipt {
	at := slices.IndexFunc(c.w.CheckReceipts, func(r *CheckReceipt) bool {
		return r.Group == body.Group && r.Client == body.ClientID && r.Request == body.RequestID
	})
	if at < 0 {
		return nil
	}
	return c.w.CheckReceipts[at]
}

// checkTill finds the till of a group; nil when there is none.
func (c *core) checkTill(group string) *Till {
	if serial := c.w.CheckOnline.Tills[group]; serial != "" {
		if t := c.bySerial[trimSerial(serial)]; t != nil && t.Registered() {
			return t
		}
		return nil
	}
	for _, t := range c.w.Tills {
		if t.Registered() && (group == DefaultGroup || group == t.INN) {
			return t
		}
	}
	return nil
}

// printCheck has the till print.
func (c *core) printCheck(body checkRequest, till *Till, hash string) *CheckReceipt {
	key := body.key()
	again := slices.ContainsFunc(c.ledger, func(e Effect) bool { return e.Kind == EffectReceipt && e.Key == key && e.OK })
	till.Documents++
	r := &CheckReceipt{
		Group: body.Group, Client: body.ClientID, Request: body.RequestID, Hash: hash,
		Waits: c.w.CheckOnline.Processing, Full: body.FullResponse, At: At(c.now), Type: *body.DocumentType, Total: body.total(),
		Serial: till.Serial, RNM: till.RNM, FN: till.FN, Number: till.Documents,
	}
	r.Sign = fiscalSign(fmt.Sprintf("%s %s %d", trimSerial(r.Serial), r.FN, r.Number))
	c.w.CheckReceipts = append(c.w.CheckReceipts, r)
	c.record(Effect{Kind: EffectReceipt, Key: key, Serial: till.Serial, OK: true, Duplicate: again})
	c.fiscalDocument(till)
	return r
}

func checkHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
