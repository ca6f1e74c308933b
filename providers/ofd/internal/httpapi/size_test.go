package httpapi

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// A list of more rows than there is memory for is refused before it is
// decoded; brackets in texts are no rows.
func TestRowsAreBounded(t *testing.T) {
	list := func(row string, n int) []byte {
		return []byte(`{"Success":true,"Data":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `]}`)
	}
	for name, tc := range map[string]struct {
		body []byte
		want error
	}{
		"as many as are taken": {list(`{}`, maxObjects-2), nil},
		"one more":             {list(`{}`, maxObjects-1), errTooMany},
		"arrays":               {list(`[]`, maxObjects-1), errTooMany},
		"brackets in texts":    {list(`"{[\"{["`, maxObjects), nil},
	} {
		if _, err := open(200, tc.body, false); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestReadBounded(t *testing.T) {
	const limit = 1 << 20
	for n, want := range map[int]error{0: nil, 1: nil, 256 << 10: nil, 256<<10 + 1: nil, limit: nil, limit + 1: errTooLarge, 9 * limit: errTooLarge} {
		text := strings.Repeat("x", n)
		got, err := readBounded(iotest.HalfReader(strings.NewReader(text)), limit)
		if !errors.Is(err, want) || want == nil && string(got) != text {
			t.Errorf("%d: %d bytes, %v", n, len(got), err)
		}
	}
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := readBounded(broken, limit); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("what broke off was taken: %v", err)
	}
}
