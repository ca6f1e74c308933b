package list

import (
	"os"
	"strings"
	"testing"
)

// TestDocs keeps the table of columns in docs/import.md complete.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, h := range headings() {
		table.WriteString("| " + h.names[0] + " | " + strings.Join(h.names[1:], ", ") + " | " + h.meaning + " |\n")
	}
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/import.md lacks\n%s", table.String())
	}
}
