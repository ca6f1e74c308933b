package list

import "testing"

// The factory number is enough, also when it is the only column.
func TestListOfOneColumn(t *testing.T) {
	for _, text := range []string{"Заводской номер\n00307404867358\n00307404867291\n", "serial\r\n00307404867358\r\n00307404867291\r\n", "\xef\xbb\xbfРНМ\n0000002950038403\n0000002947022927\n"} {
		rows, list := Read("a.csv", []byte(text), Options{})
		if len(list) > 0 || len(rows) != 2 {
			t.Errorf("%q: %d rows, %v", text, len(rows), list)
		}
	}
	if rows, list := Read("a.csv", []byte("Модель\nАТОЛ 42ФС\n"), Options{}); !list.HasErrors() || len(rows) > 0 {
		t.Errorf("a list of models: %v", list)
	}
}
