package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// RNM makes the РНМ with the given sequence number of a till: its last six
// digits are the CRC-16/CCITT-FALSE of sequence, INN and factory number.
func RNM(seq int, inn, serial string) string {
	head := fmt.Sprintf("%010d", seq)
	return head + rnmTail(head, inn, serial)
}

func rnmTail(head, inn, serial string) string {
	crc := uint16(0xFFFF)
	for _, b := range []byte(head + leftPad(inn, 12) + leftPad(serial, 20)) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return fmt.Sprintf("%06d", crc)
}

// rnmFits tells whether the РНМ belongs to the INN and the factory number.
func rnmFits(rnm, inn, serial string) bool {
	return digits(rnm, 16) && rnm[10:] == rnmTail(rnm[:10], inn, serial)
}

func leftPad(s string, n int) string {
	if len(s) >= n {
		return s
	}
	return strings.Repeat("0", n-len(s)) + s
}

// trimSerial gives a factory number as it is compared: leading zeros are not
// significant.
func trimSerial(s string) string { return strings.TrimLeft(strings.TrimSpace(s), "0") }

func digits(s string, lengths ...int) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	for _, n := range lengths {
		if len(s) == n {
			return true
		}
	}
	return len(lengths) == 0 && s != ""
}

func head(s string, n int) string { return s[:min(n, len(s))] }

// newUUID makes the next id of the world.
func (w *World) newUUID() string {
	w.Sequence.UUID++
	return seededUUID(fmt.Sprintf("%d/uuid/%d", w.Seed, w.Sequence.UUID))
}

// newToken makes the next token of the world: 32 hexadecimal digits.
func (w *World) newToken() string {
	w.Sequence.Token++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/token/%d", w.Seed, w.Sequence.Token))
	return hex.EncodeToString(sum[:16])
}

func seededUUID(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	u := uuid.UUID(sum[:16])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}
