package signer

import "errors"

// A walk over BER (X.690 §8.1), which is DER plus indefinite lengths. It reads
// only lengths, to find where elements end; it allocates nothing for what is
// claimed and not there.

const (
	tagSequence = 0x30
	constructed = 0x20
	maxDepth    = 32
)

const errASN1 = asn1Error("its ASN.1 lengths do not fit")

type asn1Error string

func (e asn1Error) Error() string { return string(e) }

// element is where the content of an element begins and ends.
type element struct {
	start, end int
	indefinite bool
}

// head reads tag and length of the element at the beginning of b.
func head(b []byte) (element, error) {
	i := 1
	if len(b) > 0 && b[0]&0x1f == 0x1f { // a tag of several bytes
		for i < len(b) && b[i]&0x80 != 0 {
			i++
		}
		i++
	}
	if i >= len(b) {
		return element{}, errASN1
	}
	n := int(b[i])
	i++
	switch {
	case n == 0x80:
		return element{start: i, end: len(b), indefinite: true}, nil
	case n > 0x84:
		return element{}, errASN1
	case n > 0x80:
		size := n - 0x80
		if n = 0; i+size > len(b) {
			return element{}, errASN1
		}
		for ; size > 0; size-- {
			n = n<<8 | int(b[i])
			i++
		}
	}
	if n < 0 || n > len(b)-i {
		return element{}, errASN1
	}
	return element{start: i, end: i + n}, nil
}

// skip gives the length of the element at the beginning of b.
func skip(b []byte, depth int) (int, error) {
	e, err := head(b)
	if err != nil {
		return 0, err
	}
	if !e.indefinite {
		return e.end, nil
	}
	if depth > maxDepth || b[0]&constructed == 0 {
		return 0, errors.New("its ASN.1 is nested too deeply")
	}
	i := e.start
	for {
		if i+2 <= len(b) && b[i] == 0 && b[i+1] == 0 {
			return i + 2, nil
		}
		n, err := skip(b[i:], depth+1)
		if err != nil {
			return 0, err
		}
		i += n
	}
}

// children gives the elements within the constructed element at the beginning
// of b; nil when it is not one.
func children(b []byte) [][]byte {
	e, err := head(b)
	if err != nil || b[0]&constructed == 0 {
		return nil
	}
	var all [][]byte
	for i := e.start; i < e.end; {
		if e.indefinite && b[i] == 0 {
			return all
		}
		n, err := skip(b[i:e.end], 1)
		if err != nil {
			return nil
		}
		all = append(all, b[i:i+n])
		i += n
	}
	return all
}
