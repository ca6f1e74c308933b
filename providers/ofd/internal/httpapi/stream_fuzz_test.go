package httpapi

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// FuzzStream compares a list that is read row by row with the same list read
// whole: what the one takes the other takes, row for row.
func FuzzStream(f *testing.F) {
	for _, body := range []string{
		`{"Status":"Success","Data":[{"Id":1},{"Id":"b"},{}]}`, `{"Data":[],"Success":true}`, `{"Data":null,"Success":true}`,
		`{"Data":[{"Id":1}],"Status":"Failed"}`, `{"Errors":["x"],"Status":"Failed"}`, `{"Data":[null]}`, `{}`, `[]`, `{"Data":[`,
		"\xef\xbb\xbf" + `{"data":[{"ID":"a"}],"success":"true"}`, `{"Data":[[]],"a":{"b":[1]}}`, `{"Data":[1]} `, `{"Data":[{"Id":"\ud800"}]}x`,
	} {
		f.Add([]byte(body))
	}
	type row struct{ ID String }
	f.Fuzz(func(t *testing.T, body []byte) {
		var whole List[row]
		opened, err := open(200, body, false)
		taken := err == nil && !opened.failed
		if taken {
			err = opened.decode(&whole)
			taken = err == nil
		}
		m := &meter{body: bytes.NewReader(body), timer: time.NewTimer(time.Hour), idle: time.Hour, limit: StreamLimit, left: rowLimit}
		defer m.timer.Stop()
		var rows []row
		s, _, err := stream(m, func(decode func(any) error) error {
			var r row
			if err := decode(&r); err != nil {
				return err
			}
			rows = append(rows, r)
			return nil
		})
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		a, err := s.answer()
		if streamed := err == nil && !a.failed; streamed && (!taken || !slices.Equal([]row(whole), rows)) {
			t.Fatalf("%q: row by row %v, whole %v (%v)", body, rows, whole, opened.messages)
		}
	})
}
