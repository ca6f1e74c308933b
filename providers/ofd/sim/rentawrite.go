package sim

import (
	"net/http"
	"slices"
	"time"
)

// rentaKkt is a till in addKkt.
type rentaKkt struct {
	KktNumber     string
	FnNumber      string
	KktRegNumber  string
	KktAddress    string
	KktPlace      string
	CurrentOfdInn string
}

// rentaError names no till: neither does the real one.
type rentaError struct {
	ErrorCode    string
	ErrorMessage string
}

type addKktRequest struct {
	UserInn   string
	UserKpp   string
	UserOgrn  string
	UserEmail string
	KktList   []rentaKkt
}

type addKktAnswer struct {
	addKktRequest
	Errors []rentaError
}

// The errors of tables 7 and 9, with the codes and spellings of the example
// where it has them: they are not the table's.
func innKppIncorrect() rentaError  { return rentaError{"1", "INN_KPP_incorrect"} }
func rnFnIncorrect() rentaError    { return rentaError{"5", "RN_FN_incorrect"} }
func belongsToAnother() rentaError { return rentaError{"3", "KktBelongAnotherInn"} }
func unknownOFD() rentaError       { return rentaError{"5", "OfdInnUnknown"} }
func wrongDate() rentaError        { return rentaError{"6", "WrongDate"} }
func entrepreneur(inn string) bool { return len(inn) == 12 }
func midnight(t time.Time) time.Time {
	y, m, d := t.In(moscow()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, moscow())
}

// moscow is the zone of the dates that people give Renta.
func moscow() *time.Location { return time.FixedZone("MSK", 3*60*60) }

// addKkt takes tills into the centre. It is not idempotent.
func (c *core) addKkt(q request) reply {
	centre, _ := c.centreOf(q)
	var body addKktRequest
	if err := q.decode(&body); err != nil {
		return rentaFailed(http.StatusBadRequest, err.Error())
	}
	if message := body.incomplete(); message != "" {
		return rentaFailed(http.StatusBadRequest, message)
	}
	answer := addKktAnswer{addKktRequest: body, Errors: []rentaError{}}
	if !c.tenantFits(body.UserInn, body.UserKpp) {
		answer.Errors = append(answer.Errors, innKppIncorrect())
		for _, k := range body.KktList {
			c.record(Effect{Kind: EffectAddKkt, Key: memberKey(centre, k.KktRegNumber), Serial: k.KktNumber, Reason: "INN_KPP_incorrect"})
		}
		return jsonReply(http.StatusOK, answer)
	}
	for _, k := range body.KktList {
		if e := c.addMember(centre, body, k); e != (rentaError{}) && !slices.Contains(answer.Errors, e) {
			answer.Errors = append(answer.Errors, e)
		}
	}
	return jsonReply(http.StatusOK, answer)
}

func (r addKktRequest) incomplete() string {
	switch {
	case !digits(r.UserOgrn, 13, 15):
		return "UserOgrn: некорректный ОГРН"
	case !emailForm(r.UserEmail):
		return "UserEmail: некорректный адрес"
	case len(r.KktList) == 0:
		return "KktList: нет касс"
	}
	for _, k := range r.KktList {
		if k.KktAddress == "" || k.KktPlace == "" {
			return "KktList: не указан адрес или место"
		}
	}
	return ""
}

func (c *core) tenantFits(inn, kpp string) bool {
	if !digits(inn, 10, 12) || entrepreneur(inn) != (kpp == "") || kpp != "" && !kppForm(kpp) {
		return false
	}
	v := c.byINN[inn]
	return v == nil || v.KPP == kpp && !v.Unknown
}

func (c *core) addMember(centre string, r addKktRequest, k rentaKkt) rentaError {
	effect := Effect{Kind: EffectAddKkt, Key: memberKey(centre, k.KktRegNumber), Serial: k.KktNumber}
	e := c.tillError(r.UserInn, k)
	old := c.members[memberKey(centre, k.KktRegNumber)]
	if e == (rentaError{}) && old != nil && old.active(c.now) && old.FN == k.FnNumber {
		e, effect.Duplicate = belongsToAnother(), true
	}
	if e != (rentaError{}) {
		effect.Reason = e.ErrorMessage
		c.record(effect)
		return e
	}
	if old == nil {
		old = &Member{}
		c.w.Members = append(c.w.Members, old)
		c.members[memberKey(centre, k.KktRegNumber)] = old
	}
	*old = Member{
		Centre: centre, INN: r.UserInn, KPP: r.UserKpp, Serial: k.KktNumber, RNM: k.KktRegNumber, FN: k.FnNumber,
		Address: k.KktAddress, Place: k.KktPlace,
	}
	effect.OK = true
	c.record(effect)
	return rentaError{}
}

// tillError checks a till against itself and against what the OFD knows.
func (c *core) tillError(inn string, k rentaKkt) rentaError {
	till := c.byRNM[k.KktRegNumber]
	switch {
	case !digits(k.KktRegNumber, 16), !digits(k.FnNumber, 16), !serialForm(k.KktNumber):
		return rnFnIncorrect()
	case !digits(k.CurrentOfdInn, 10):
		return unknownOFD()
	case !rnmFits(k.KktRegNumber, inn, k.KktNumber):
		return belongsToAnother()
	case till != nil && (till.Unregistered || till.FN != "" && till.FN != k.FnNumber):
		return rnFnIncorrect()
	}
	return rentaError{}
}

type removeKktAnswer struct {
	UserInn      string
	KktRegNumber string
	KktOffDate   string
	Errors       []rentaError `json:",omitempty"`
}

// removeKkt lets a till go on a date.
func (c *core) removeKkt(q request) reply {
	const at = 4 // api/renta/v1/removekkt/{centre}/{RNM}/{date}
	inn, rnm, day := q.raw[at], q.raw[at+1], q.raw[at+2]
	centre, _ := c.centreOf(q)
	effect := Effect{Kind: EffectRemoveKkt, Key: memberKey(inn, rnm)}
	answer := removeKktAnswer{UserInn: inn, KktRegNumber: rnm, KktOffDate: day}
	date, err := time.ParseInLocation(wireDate, day, moscow())
	member := c.members[memberKey(centre, rnm)]
	if member != nil {
		effect.Serial = member.Serial
	}
	var e rentaError
	switch {
	case inn != centre:
		e = innKppIncorrect()
	case !digits(rnm, 16):
		e = rnFnIncorrect()
	case err != nil || date.Before(midnight(c.now)):
		e = wrongDate()
	case member == nil:
		e = belongsToAnother()
	case !member.Off.IsZero():
		e, effect.Duplicate = belongsToAnother(), true
	}
	if e != (rentaError{}) {
		effect.Reason, answer.Errors = e.ErrorMessage, []rentaError{e}
		c.record(effect)
		return jsonReply(http.StatusOK, answer)
	}
	member.Off = At(date.UTC())
	effect.OK = true
	c.record(effect)
	return jsonReply(http.StatusOK, answer)
}
