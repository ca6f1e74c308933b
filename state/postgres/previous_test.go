package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/state"
)

// TestPreviousGeneration goes back to it with the SQL of docs/state.md.
func TestPreviousGeneration(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "state.md"))
	must(t, err)
	_, rest, _ := strings.Cut(string(page), "```sql\n")
	sql, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/state.md has no SQL")
	}
	for _, entries := range []int{0, 2} {
		url := at(database(t, false), "back")
		s := open(t, url)
		lease := begin(t, s)
		for n := range entries {
			must(t, s.Append(t.Context(), lease, []state.Entry{entry(n)}))
		}
		must(t, s.Compact(t.Context(), lease, load(t, s)))
		must(t, s.Append(t.Context(), lease, []state.Entry{entry(9)}))
		execute(t, url, strings.ReplaceAll(sql, "'NAME'", "NAME"))
		next := open(t, url)
		if got := load(t, next); got.Serial != uint64(entries) || len(got.Resources) != entries {
			t.Errorf("serial %d, %d resources, want %d", got.Serial, len(got.Resources), entries)
		}
		taken := lock(t, next)
		must(t, next.Append(t.Context(), taken, []state.Entry{entry(10)}))
		must(t, next.Compact(t.Context(), taken, load(t, next)))
		if got := load(t, open(t, url)); got.Serial != uint64(entries)+1 {
			t.Errorf("serial %d", got.Serial)
		}
	}
}
