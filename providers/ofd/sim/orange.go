package sim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// Orange says how the simulated Orange Data behaves (document 003).
type Orange struct {
	// Keys are PEM public keys, any of which verifies X-Signature; empty
	// stands for the signing key of the authority.
	Keys []string `json:"keys,omitempty"`
	// Polls is how many times a receipt is asked for before it is printed;
	// nil means once.
	Polls *int `json:"polls,omitempty"`
	// Tills are the factory numbers of the tills that print, by INN, or by INN
	// and group with a slash between them. The default is the company's first
	// registered till.
	Tills map[string]string `json:"tills,omitempty"`
	// Full is how many more receipts find the queue full: 503.
	Full int `json:"full,omitempty"`
	// RetryAfter is what those are told, in seconds; 0 means 5.
	RetryAfter int `json:"retryAfter,omitempty"`
	// Expire lists the ids of receipts that are never printed: 524; * stands
	// for all that are accepted from now on.
	Expire []string `json:"expire,omitempty"`
}

// OrangeReceipt is a receipt or a correction in the queue, or printed.
type OrangeReceipt struct {
	INN        string          `json:"inn"`
	ID         string          `json:"id"`
	Correction bool            `json:"correction,omitempty"`
	At         Time            `json:"at"`
	Waits      int             `json:"waits,omitempty"` // for so many more polls
	Expired    bool            `json:"expired,omitempty"`
	Content    json.RawMessage `json:"content"`
	Callback   string          `json:"callback,omitempty"`
	Change     string          `json:"change,omitempty"` // roubles

	// Of the printed one.
	Serial  string `json:"serial,omitempty"`
	Number  int    `json:"number,omitempty"`
	Shift   int    `json:"shift,omitempty"`
	Index   int    `json:"index,omitempty"`
	Sign    string `json:"sign,omitempty"`
	Printed Time   `json:"printed,omitzero"`
}

func orangeRoutes() []route {
	var all []route
	for _, version := range []string{"v1", "v2"} {
		corrections := "api/" + version + "/corrections"
		all = append(all,
			route{method: http.MethodPost, pattern: corrections, ferma: true, handle: (*core).orangeCorrection},
			route{method: http.MethodGet, pattern: corrections + "/*/status/*", ferma: true, handle: (*core).orangeCorrectionStatus})
	}
	const documents = "api/v2/documents"
	return append(all,
		route{method: http.MethodPost, pattern: documents, ferma: true, handle: (*core).orangeDocument},
		route{method: http.MethodGet, pattern: documents + "/*/status/*", ferma: true, handle: (*core).orangeStatus})
}

// orangeErrors is the answer that lists errors (003 §2.1).
func orangeErrors(status int, messages ...string) reply {
	return jsonReply(status, struct {
		Errors []string `json:"errors"`
	}{messages})
}

// orangeSigned verifies X-Signature over the bytes of the body as they came.
func (c *core) orangeSigned(q request) error {
	values := q.header["X-Signature"]
	if len(values) != 1 || values[0] == "" {
		return errors.New("Не указана подпись запроса в заголовке X-Signature")
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(values[0])
	if err != nil {
		return errors.New("Подпись запроса не в формате base64")
	}
	keys, err := c.orangeKeys(q.authority)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(q.body)
	for _, key := range keys {
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil {
			return nil
		}
	}
	return errors.New("Подпись запроса не прошла проверку")
}

func (c *core) orangeKeys(a *Authority) ([]*rsa.PublicKey, error) {
	if len(c.w.Orange.Keys) == 0 {
		key, err := a.SigningKey()
		if err != nil {
			return nil, err
		}
		return []*rsa.PublicKey{&key.PublicKey}, nil
	}
	var keys []*rsa.PublicKey
	for _, text := range c.w.Orange.Keys {
		key, err := publicKey(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func publicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the public key is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the public key: %w", err)
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the public key is not an RSA key")
	}
	return public, nil
}

// orangeFull answers that the queue is full, when it is.
func (c *core) orangeFull() (reply, bool) {
	if c.w.Orange.Full <= 0 || c.frozen {
		return reply{}, false
	}
	c.w.Orange.Full--
	c.dirty = true
	after := c.w.Orange.RetryAfter
	if after <= 0 {
		after = 5
	}
	rep := orangeErrors(http.StatusServiceUnavailable, "Очередь документов переполнена")
	rep.header = http.Header{"Retry-After": {strconv.Itoa(after)}}
	return rep, true
}

// orangeTill finds the till that prints; nil means that the company is not
// known.
func (c *core) orangeTill(inn, group string) *Till {
	for _, key := range []string{inn + "/" + group, inn} {
		if serial := c.w.Orange.Tills[key]; serial != "" {
			if t := c.bySerial[trimSerial(serial)]; t != nil && t.Registered() && t.INN == inn {
				return t
			}
			return nil
		}
	}
	for _, t := range c.w.Tills {
		if t.INN == inn && t.Registered() {
			return t
		}
	}
	return nil
}

// orangeReceipt finds a receipt by its id.
func (c *core) orangeReceipt(inn, id string) *OrangeReceipt {
	at := slices.IndexFunc(c.w.OrangeReceipts, func(r *OrangeReceipt) bool { return r.INN == inn && r.ID == id })
	if at < 0 {
		return nil
	}
	return c.w.OrangeReceipts[at]
}

// orangePrint has the till print what waited in the queue.
func (c *core) orangePrint(r *OrangeReceipt, till *Till) {
	const perShift = 100
	till.Documents++
	r.Serial, r.Number, r.Printed = till.Serial, till.Documents, At(c.now)
	r.Shift, r.Index = 1+till.Documents/perShift, 1+till.Documents%perShift
	r.Sign = fiscalSign(fmt.Sprintf("%s %d", trimSerial(till.Serial), till.Documents))
	c.fiscalDocument(till)
}

// fiscalSign makes a sign of ten digits: it has 32 bits in a till.
func fiscalSign(seed string) string {
	const least, most = 1_000_000_000, 1 << 32
	sum := sha256.Sum256([]byte(seed))
	return strconv.FormatUint(binary.BigEndian.Uint64(sum[:8])%(most-least)+least, 10)
}
