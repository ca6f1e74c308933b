package metrics

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/kktctl/kktctl/planner"
)

func at() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func report(tills int) *planner.DriftReport {
	r := &planner.DriftReport{Fleet: "sever", Timestamp: at(), Verdict: planner.VerdictDrift, Conditions: map[planner.Condition]int{planner.ConditionOK: tills}}
	for i := range tills {
		a := fmt.Sprintf("kkts.till-%06d", i)
		end := at().Add(time.Duration(i+1) * time.Minute)
		r.Tills = append(r.Tills, planner.Measure{Address: a, Condition: planner.ConditionOK, FNEnd: end, ContractEnd: end, LastDocument: at().Add(-100 * time.Hour)})
		r.Coming = append(
			r.Coming,
			planner.Coming{Kind: planner.ComingFNEnd, Address: a, At: end}, planner.Coming{Kind: planner.ComingContractEnd, Address: a, At: end},
			planner.Coming{Kind: planner.ComingSilent, Address: a},
		)
		r.UnderWay = append(r.UnderWay, planner.Step{Address: a, Continues: planner.Register, WaitingFor: planner.WaitTaxService, Since: at().Add(-time.Duration(i) * time.Second)})
	}
	return r
}

func text(t testing.TB, r *planner.DriftReport) string {
	t.Helper()
	b, err := Text(r)
	if err != nil {
		t.Fatal(err)
	}
	p := expfmt.NewTextParser(model.UTF8Validation)
	if _, err := p.TextToMetricFamilies(bytes.NewReader(b)); err != nil {
		t.Fatalf("not in the text format: %v\n%s", err, b)
	}
	return string(b)
}

func TestText(t *testing.T) {
	r := report(2)
	r.Tills[1].FNEnd = at().Add(20 * day)
	r.Coming = append(r.Coming, planner.Coming{Kind: planner.ComingOverdue, Address: "kkts.a"})
	r.Coming[3].At = at().Add(20 * day)
	got := text(t, r)
	for _, want := range []string{
		`kktctl_tills{condition="ok",fleet="sever"} 2`,
		`kktctl_drift_verdict{fleet="sever",verdict="drift"} 1`,
		`kktctl_drift_verdict{fleet="sever",verdict="clean"} 0`,
		`kktctl_drift_timestamp_seconds{fleet="sever"} 1.795176e+09`,
		`kktctl_fn_end_tills{fleet="sever",within_days="0"} 0`,
		`kktctl_fn_end_tills{fleet="sever",within_days="7"} 1`,
		`kktctl_fn_end_tills{fleet="sever",within_days="30"} 2`,
		`kktctl_fn_end_days{address="kkts.till-000001",fleet="sever"} 20`,
		`kktctl_contract_end_tills{fleet="sever",within_days="7"} 2`,
		`kktctl_last_document_tills{fleet="sever",older_than_days="3"} 2`,
		`kktctl_last_document_tills{fleet="sever",older_than_days="7"} 0`,
		`kktctl_last_document_age_seconds_max{fleet="sever"} 360000`,
		`kktctl_waiting_steps{fleet="sever",waiting_for="tax-service"} 2`,
		`kktctl_waiting_step_age_seconds_max{fleet="sever",waiting_for="tax-service"} 1`,
		`kktctl_waiting_step_age_seconds{action="register",address="kkts.till-000001",fleet="sever",waiting_for="tax-service"} 1`,
		`kktctl_overdue_steps{fleet="sever"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if got != text(t, r) {
		t.Error("not the same twice")
	}
}

func TestTextIsBounded(t *testing.T) {
	got := text(t, report(MaxEach+100))
	if n := strings.Count(got, "\n"); n > 4*MaxEach+100 {
		t.Errorf("%d lines", n)
	}
	for _, m := range []string{"fn_end_days", "contract_end_days", "last_document_age_seconds", "waiting_step_age_seconds"} {
		if want := `kktctl_series_left_out{fleet="sever",metric="kktctl_` + m + `"} 100`; !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	if !strings.Contains(got, `kktctl_fn_end_days{address="kkts.till-000000"`) || strings.Contains(got, `kktctl_fn_end_days{address="kkts.till-000599"`) {
		t.Error("not the soonest are told")
	}
}

func TestTextOfHostileNames(t *testing.T) {
	r := report(1)
	r.Fleet = "a\"b\\c\nd\xff" + strings.Repeat("x", 1000)
	r.Coming[0].Address = "x\"} 1\nkktctl_evil 1\n"
	if got := text(t, r); strings.Contains(got, "\nkktctl_evil") || strings.Contains(got, strings.Repeat("x", 300)) {
		t.Errorf("names are not escaped or bounded:\n%s", got)
	}
}

func BenchmarkText(b *testing.B) {
	r := report(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Text(r); err != nil {
			b.Fatal(err)
		}
	}
}
