package state_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"
)

// What somebody does who can write to where a state is stored: every checksum
// that needs no key is right again.

func crc(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// summed puts a snapshot's checksum right.
func summed(b []byte) []byte {
	i := bytes.LastIndex(b, []byte("\n\"checksum\"")) + 1
	return fmt.Appendf(bytes.Clone(b[:i]), "\"checksum\": \"crc32c:%08x\"\n}\n", crc(b[:i]))
}

func cutChecksum(b []byte) []byte {
	i := bytes.LastIndex(b, []byte(",\n\"checksum\""))
	return append(bytes.Clone(b[:i]), "\n}\n"...)
}

// flip changes a letter behind a text.
func flip(b []byte, after string) []byte {
	b = bytes.Clone(b)
	i := bytes.Index(b, []byte(after)) + len(after) + 20
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return b
}

func firstLine(group []byte) []byte {
	line, _, _ := bytes.Cut(group, []byte{'\n'})
	return append(bytes.Clone(line), '\n')
}

// renumbered puts other serials on a group's lines, and their checksums right.
func renumbered(group []byte, from, to string) []byte {
	var out []byte
	for line := range strings.Lines(string(group)) {
		_, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		rest = strings.Replace(rest, " "+from+" ", " "+to+" ", 1)
		out = fmt.Appendf(out, "%08x %s\n", crc([]byte(rest)), rest)
	}
	return out
}
