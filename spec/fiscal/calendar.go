package fiscal

import "time"

// Calendar tells working days from days off, in Moscow. The zero Calendar is
// Monday to Friday without the fixed public holidays. It leaves out that a
// holiday on a weekend moves the day off: the government moves it anew each
// year, and a date shown a day early does no harm. Off and Work are data that
// correct it.
type Calendar struct {
	Off  map[Day]bool // days off, whatever the weekday
	Work map[Day]bool // working days, whatever the weekday; Off wins
}

// Day is a date in Moscow.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the date in Moscow at the moment.
func DayOf(t time.Time) Day {
	y, m, d := t.In(moscow()).Date()
	return Day{y, m, d}
}

// moscow is a fixed zone: Moscow has had no clock changes since 2014, and a
// machine without a zone database must come to the same dates.
func moscow() *time.Location { return time.FixedZone("MSK", 3*60*60) }

// Working tells whether the day is a working day.
func (c Calendar) Working(d Day) bool {
	if c.Off[d] || c.Work[d] {
		return !c.Off[d]
	}
	switch time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	return !publicHoliday(d)
}

// publicHoliday tells the holidays of the Labour Code's article 112.
func publicHoliday(d Day) bool {
	switch d.Month {
	case time.January:
		return d.Day <= 8
	case time.February:
		return d.Day == 23
	case time.March:
		return d.Day == 8
	case time.May:
		return d.Day == 1 || d.Day == 9
	case time.June:
		return d.Day == 12
	case time.November:
		return d.Day == 4
	}
	return false
}

// searchDays bounds the search for a working day in a calendar whose data has
// nothing but days off.
const searchDays = 366

// EndOfNextWorkingDay is the last second, in UTC, of the first working day
// after the Moscow date of t: the term that 54-ФЗ article 4.2 sets for reports
// of registration and for re-registrations.
func (c Calendar) EndOfNextWorkingDay(t time.Time) time.Time {
	zone := moscow()
	y, m, d := t.In(zone).Date()
	end := time.Date(y, m, d+1, 23, 59, 59, 0, zone)
	for range searchDays {
		if c.Working(DayOf(end)) {
			break
		}
		end = end.AddDate(0, 0, 1)
	}
	return end.UTC()
}
