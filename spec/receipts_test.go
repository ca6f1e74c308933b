package spec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
)

// Receipts are read where a centre declares them; the centre's own silentAfter
// wins over the policy's, and that over three days.
func TestReceiptsOf(t *testing.T) {
	const day = 24 * time.Hour
	for centre, c := range map[string]struct {
		policy string
		after  time.Duration
		reads  bool
		watch  bool
	}{
		``:                              {},
		`, receipts: null`:              {},
		`, receipts: {}`:                {after: 3 * day, reads: true, watch: true},
		`, receipts: { }`:               {policy: "silentAfter: 2w", after: 14 * day, reads: true, watch: true},
		`, receipts: {silentAfter: 5d}`: {policy: "silentAfter: 2w", after: 5 * day, reads: true, watch: true},
		` `:                             {policy: "silentAfter: 30d", watch: true},
	} {
		text := strings.Replace(base, `galereya: {inn: "7802870820"}`, `galereya: {inn: "7802870820"`+centre+`}`, 1)
		text = strings.Replace(text, "    # more", "    renta: galereya", 1)
		text = strings.Replace(text, "prune: false", "prune: false\n  "+c.policy, 1)
		f, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(text)}})
		if list.HasErrors() {
			t.Fatal(list)
		}
		after, reads := f.ReceiptsOf(f.KKTs["two"])
		if _, outside := f.ReceiptsOf(f.KKTs["one"]); outside || after != c.after || reads != c.reads || f.WatchesSilence() != c.watch {
			t.Errorf("%q: %s, %v, %v", centre, after, reads, f.WatchesSilence())
		}
	}
}
