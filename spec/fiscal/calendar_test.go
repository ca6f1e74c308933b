package fiscal_test

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec/fiscal"
)

func day(y int, m time.Month, d int) fiscal.Day { return fiscal.Day{Year: y, Month: m, Day: d} }

func TestEndOfNextWorkingDay(t *testing.T) {
	moved := fiscal.Calendar{
		Off:  map[fiscal.Day]bool{day(2026, time.March, 9): true},
		Work: map[fiscal.Day]bool{day(2026, time.March, 7): true},
	}
	tests := []struct {
		name     string
		calendar fiscal.Calendar
		at, want string
	}{
		{"midweek", fiscal.Calendar{}, "2026-11-18T10:00:00Z", "2026-11-19T20:59:59Z"},
		{"a Friday", fiscal.Calendar{}, "2026-11-20T10:00:00Z", "2026-11-23T20:59:59Z"},
		{"late in the evening it is tomorrow in Moscow", fiscal.Calendar{}, "2026-11-18T21:00:00Z", "2026-11-20T20:59:59Z"},
		{"just before midnight in Moscow", fiscal.Calendar{}, "2026-11-18T20:59:59Z", "2026-11-19T20:59:59Z"},
		{"before the New Year", fiscal.Calendar{}, "2026-12-31T09:00:00Z", "2027-01-11T20:59:59Z"},
		{"before the Day of Russia", fiscal.Calendar{}, "2026-06-11T09:00:00Z", "2026-06-15T20:59:59Z"},
		{"before Unity Day", fiscal.Calendar{}, "2026-11-03T09:00:00Z", "2026-11-05T20:59:59Z"},
		{"before Defender's Day", fiscal.Calendar{}, "2026-02-20T09:00:00Z", "2026-02-24T20:59:59Z"},
		{"before May Day", fiscal.Calendar{}, "2026-04-30T09:00:00Z", "2026-05-04T20:59:59Z"},
		{"before Victory Day", fiscal.Calendar{}, "2025-05-08T09:00:00Z", "2025-05-12T20:59:59Z"},
		{"before Women's Day", fiscal.Calendar{}, "2027-03-05T09:00:00Z", "2027-03-09T20:59:59Z"},
		{"a day off that was moved", moved, "2026-03-07T09:00:00Z", "2026-03-10T20:59:59Z"},
		{"a Saturday that is worked", moved, "2026-03-06T09:00:00Z", "2026-03-07T20:59:59Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			got := tt.calendar.EndOfNextWorkingDay(at)
			if got.Location() != time.UTC || got.Format(time.RFC3339) != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

// A calendar of nothing but days off must end the search.
func TestEndOfNextWorkingDayEnds(t *testing.T) {
	off := map[fiscal.Day]bool{}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1000 {
		off[fiscal.DayOf(at.AddDate(0, 0, i))] = true
	}
	if got := (fiscal.Calendar{Off: off}).EndOfNextWorkingDay(at); got.Before(at) {
		t.Errorf("got %v", got)
	}
}
