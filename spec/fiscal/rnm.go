package fiscal

import (
	"fmt"
	"strings"
)

// RNMChecksum computes the last six digits of an РНМ: CRC-16/CCITT-FALSE, in
// decimal, over the sequence number (10 digits), the ИНН padded to 12 and the
// factory number padded to 20.
func RNMChecksum(seq10, inn, serial string) string {
	crc := crc16(0xFFFF, seq10)
	crc = crc16(padded(crc, 12-len(inn)), inn)
	crc = crc16(padded(crc, 20-len(serial)), serial)
	return fmt.Sprintf("%06d", crc)
}

// RNMFor makes the РНМ with a sequence number, as the tax service issues it.
func RNMFor(seq uint64, inn, serial string) string {
	s := fmt.Sprintf("%010d", seq%1e10)
	return s + RNMChecksum(s, inn, serial)
}

// CheckRNM tells whether the РНМ was issued to the ИНН for the factory number.
// The number is 16 digits; leading zeros of the factory number do not matter.
func CheckRNM(rnm, inn, serial string) bool {
	serial = NormalizeSerial(serial)
	if RNMForm(rnm) != nil || len(inn) > 12 || len(serial) > 20 {
		return false
	}
	return rnm[10:] == RNMChecksum(rnm[:10], inn, serial)
}

// RNMForm checks that an РНМ is 16 digits.
func RNMForm(rnm string) error { return digits(rnm, 16) }

// NormalizeSerial takes spaces around a factory number and its leading zeros
// off: they are not significant when tills are matched.
func NormalizeSerial(s string) string {
	s = strings.TrimSpace(s)
	t := strings.TrimLeft(s, "0")
	if t == "" && s != "" {
		return "0"
	}
	return t
}

// SameSerial tells whether two factory numbers are of the same till.
func SameSerial(a, b string) bool { return NormalizeSerial(a) == NormalizeSerial(b) }

// crc16 goes on with a CRC-16/CCITT-FALSE (polynomial 0x1021, no reflection).
func crc16(crc uint16, s string) uint16 {
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// padded goes on with n zeros.
func padded(crc uint16, n int) uint16 {
	for range n {
		crc = crc16(crc, "0")
	}
	return crc
}
