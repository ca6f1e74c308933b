package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kktctl/kktctl/spec"
)

// base is a fleet without mistakes; each rule puts one into it.
const base = `apiVersion: kktctl/v1
kind: Fleet
name: sever
provider:
  endpoint: https://ofd.ru
  requestsPerSecond: 2
  partner: {inn: "7709125605", apiKey: env:KEY}
signers:
  manual: {outbox: ./outbox}
centres:
  galereya: {inn: "7802870820"}
companies:
  sever:
    inn: "5252012620"
    kpp: "525201001"
    name: Север
    signatory: {lastName: Романова, givenName: Алла, signer: manual}
defaults:
  company: sever
kkts:
  one:
    model: АТОЛ 42ФС
    serial: "00307404867358"
    fn: {number: "7380440801234567"}
    address: Уфа, Ленина, 5
  two:
    model: АТОЛ 42ФС
    serial: "00307404867291"
    fn: {number: "7380440801234568"}
    address: Уфа, Ленина, 6
    # more
orders:
  cloud: {company: sever, quantity: 3, tariff: Urgent12M, fn: fn15, payment: bill}
checks:
  shop: {kind: checkonline, company: sever, receipt: {a: 1}}
policy:
  prune: false
`

// TestRules holds the exact words in which each mistake is told.
func TestRules(t *testing.T) {
	for _, tt := range slices.Concat(kindRules(), identifierRules(), serviceRules(), paperRules()) {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(base, tt.old) {
				t.Fatal("the base fleet has changed")
			}
			f, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(strings.Replace(base, tt.old, tt.new, 1))}})
			if (f == nil) != list.HasErrors() {
				t.Errorf("fleet %v with diagnostics %v", f != nil, list)
			}
			if d := cmp.Diff(tt.want, strings.Join(lines(list), "\n")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestBaseIsClean(t *testing.T) {
	if f, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(base)}}); f == nil || len(list) > 0 {
		t.Error(strings.Join(lines(list), "\n"))
	}
}

// rule is one mistake: a replacement in base, and what is said of it.
type rule struct{ name, old, new, want string }
