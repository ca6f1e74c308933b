package spec

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Attributes is what an application to the tax service says about a till: the
// projection that is compared, sent, and remembered as last applied. The diff
// tags name the paths shown in a plan.
type Attributes struct {
	Company string             `json:"company" diff:"company"` // key in the fleet
	INN     string             `json:"inn" diff:"inn"`
	KPP     string             `json:"kpp,omitempty" diff:"kpp"`
	Model   string             `json:"model" diff:"model"`
	Serial  string             `json:"serial" diff:"serial"`
	RNM     string             `json:"rnm,omitempty" diff:"rnm"`
	FN      string             `json:"fn" diff:"fn"`
	FNType  FNType             `json:"fnType,omitempty" diff:"fnType"`
	Address Address            `json:"address" diff:"address"`
	Place   string             `json:"place,omitempty" diff:"place"`
	FFD     string             `json:"ffd" diff:"ffd"`
	Usage   []string           `json:"usage,omitempty" diff:"usage"`
	Agents  []string           `json:"agents,omitempty" diff:"agents"`
	OFDINN  string             `json:"ofdInn" diff:"ofd.inn"`
	OFDName string             `json:"ofdName,omitempty" diff:"ofd.name"`
	Devices []DeviceAttributes `json:"automaticDevices,omitempty" diff:"automaticDevices"`
}

// DeviceAttributes is one automatic device in Attributes.
type DeviceAttributes struct {
	Number  string  `json:"number" diff:"number,identifier"`
	Address Address `json:"address" diff:"address"`
	Place   string  `json:"place,omitempty" diff:"place"`
}

// Address is a postal address by parts (document 004 §6.2.1). An address
// declared as one line has only Full.
type Address struct {
	PostalCode  string `json:"postalCode,omitempty" yaml:"postalCode"`
	RegionCode  string `json:"regionCode,omitempty" yaml:"regionCode"`
	Region      string `json:"region,omitempty" yaml:"region"`
	Settlement  string `json:"settlement,omitempty" yaml:"settlement"`
	Street      string `json:"street,omitempty" yaml:"street"`
	HouseNumber string `json:"houseNumber,omitempty" yaml:"houseNumber"`
	Building    string `json:"building,omitempty" yaml:"building"`
	Office      string `json:"office,omitempty" yaml:"office"`
	FIAS        string `json:"fias,omitempty" yaml:"fias"`
	Full        string `json:"full,omitempty" yaml:"full"`
}

// AttributesOf projects a declared till.
func (f *Fleet) AttributesOf(k KKT) Attributes {
	c := f.Companies[k.Company]
	a := Attributes{
		Company: k.Company, INN: c.INN, KPP: c.KPP, Model: k.Model, Serial: k.Serial, RNM: k.RNM,
		FN: k.FN.Number, FNType: k.FN.Type, Address: k.Address, Place: k.Place, FFD: k.FFD,
		Usage: k.Usage, Agents: k.Agents, OFDINN: k.OFD.INN, OFDName: k.OFD.Name,
	}
	for _, d := range k.AutomaticDevices {
		a.Devices = append(a.Devices, DeviceAttributes(d))
	}
	return a
}

// CodeRecord is how an activation code is remembered: a keyed fingerprint
// that tells whether two codes are the same, and the last three characters
// for people. It cannot be turned back into the code.
type CodeRecord struct {
	Fingerprint string `json:"fingerprint"`
	Tail        string `json:"tail"`
}

// IsZero tells whether there is no code.
func (c CodeRecord) IsZero() bool { return c == CodeRecord{} }

// String gives the form shown to people: …Lq1.
func (c CodeRecord) String() string {
	if c.IsZero() {
		return ""
	}
	return "…" + c.Tail
}

// RecordCode makes the CodeRecord of a code under the state's fingerprint key.
func RecordCode(key, code string) CodeRecord {
	if code == "" {
		return CodeRecord{}
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(code))
	r := []rune(code)
	if len(r) > 3 {
		r = r[len(r)-3:]
	}
	return CodeRecord{Fingerprint: hex.EncodeToString(mac.Sum(nil)), Tail: string(r)}
}
