package partner

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var signatory = Signatory{LastName: "Романова", GivenName: "Алла Романовна", Position: "ТестДолжность"}

const ofdName = "Общество с ограниченной ответственностью «ПЕТЕР-СЕРВИС Спецтехнологии»"

// The requests of the examples.
var (
	registration = ApplicationRequest{
		Purpose:        PurposeRegistration,
		CompanyDetails: &CompanyDetails{INN: "7799999605", KPP: "779999901"},
		KKTDetails: &KKTDetails{
			OFDINN: "7841499999", OFDName: ofdName, Serial: "1099995991", FN: "9287440300999999",
			Model: "АТОЛ 42ФС", Address: &Address{FullAddress: "Москва, Ленинская Слобода, 19"},
			Place: "Магазин №1", UsageMode: &UsageMode{Internet: true}, FormatVersion: FFD11,
		},
	}
	withPower = ApplicationRequest{
		Purpose: PurposeRegistration,
		CompanyDetails: &CompanyDetails{
			INN: "5259999920", KPP: "525999901",
			Signatory: &CompanySignatory{Representative: &RepresentativeDetails{
				Number: "- номер МЧД", Date: "- дата МЧД", ID: "- ID МЧД",
			}},
		},
		KKTDetails: &KKTDetails{
			Serial: "1201999972", OFDINN: "7841465999", OFDName: ofdName, FN: "9251440300206308",
			Model: "САЛЮТ-12Ф", Address: &Address{FullAddress: "Москва, Ленинская Слобода, 19"},
			Place: "Магазин №1", UsageMode: &UsageMode{Internet: true}, FormatVersion: FFD11,
		},
	}
	reregistration = ApplicationRequest{
		Purpose:        PurposeReregistration,
		CompanyDetails: &CompanyDetails{INN: "5252012620", KPP: "525201001"},
		KKTDetails: &KKTDetails{
			Serial: "00307404867291", RegNumber: "0000002928049035", FN: "9287440300787014",
			OFDINN: "7841499999", OFDName: ofdName, Model: "ЭВОТОР СТ2Ф",
			Address: &Address{FullAddress: "Москва, Ленинская Слобода, 19"}, Place: "Магазин №1",
			FormatVersion: FFD11, ReregistrationReasons: &ReregistrationReasons{FNChanged: true},
			ClosedFN:    &FNDetails{DateTime: "2021-12-16T13:55:55", Document: "12345", Sign: "12345"},
			InstalledFN: &FNDetails{DateTime: "2021-12-16T17:14:00", Document: "1", Sign: "12345"},
			UsageMode:   &UsageMode{},
		},
	}
	unregistration = ApplicationRequest{
		Purpose:        PurposeUnregistration,
		CompanyDetails: &CompanyDetails{INN: "5252012620", KPP: "525201001"},
		KKTDetails: &KKTDetails{
			Serial: "00307404867347", RegNumber: "0000002947022927", FN: "9287440300784236",
			OFDINN: "7841499999", OFDName: ofdName, Model: "ЭВОТОР СТ2Ф",
			Address: &Address{FullAddress: "Москва, Ленинская Слобода, 19"}, Place: "Магазин №1",
			UsageMode: &UsageMode{Internet: true}, FormatVersion: FFD11,
			UnregistrationReasons: &UnregistrationReasons{Lost: true},
		},
	}
)

func TestPutWritesFlagsWhole(t *testing.T) {
	client, service := start(t, "7.1-answer.json")
	request := ApplicationRequest{
		CompanyDetails: &CompanyDetails{INN: "5252012620", KPP: "525201001"},
		KKTDetails:     &KKTDetails{Place: "Магазин №2", UsageMode: &UsageMode{AutomatedDevice: true}},
		AutomaticDevices: []AutomaticDevice{{
			Address: &Address{FullAddress: "Москва, Ленинская Слобода, 19"}, Place: "Магазин №1", Number: "A-1",
		}},
	}
	if _, err := client.PutApplication(t.Context(), idCreated, request); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "7.9-request.json", service.body)
	if request.KKTDetails.UsageMode.whole {
		t.Error("the caller's request was changed")
	}
}

func TestSpelling(t *testing.T) {
	reasons := ReregistrationReasons{
		AutomatedDeviceChanged: true, FNChanged: true, InstallmentPlaceChanged: true, OFDChanged: true, Other: true,
		SwitchedFromOfflineToOnlineMode: true, SwitchedFromOnlineToOfflineMode: true, UserChanged: true,
	}
	all := reasons
	all.whole = true
	usage := UsageMode{Offline: true, Marking: true, PawnShop: true, Insurance: true}
	wholeUsage := usage
	wholeUsage.whole = true
	const reasonsText = `{"AutomatedDeviceChanged":true,"FnChanged":true,"InstallmentPlaceChanged":true,"OfdChaged":true,` +
		`"Other":true,"SwitchedFromOfflineToOnlineMode":true,"SwitchedFromOnlineToOfflineMode":true,"UserChanged":true}`
	const usageText = `{"Internet":false,"Gambling":false,"Lottery":false,"Agent":false,"AutomatedDevice":false,` +
		`"Mobile":false,"Banking":false,"ExcisableGoods":false,"FormsForReports":false,` +
		`"Offline":true,"Marking":true,"PawnShop":true,"Insurance":true}`
	for _, test := range []struct {
		value any
		want  string
	}{
		{reasons, reasonsText},
		{all, reasonsText},
		{ReregistrationReasons{whole: true}, `{"AutomatedDeviceChanged":false,"FnChanged":false,"InstallmentPlaceChanged":false,` +
			`"OfdChaged":false,"Other":false,"SwitchedFromOfflineToOnlineMode":false,"SwitchedFromOnlineToOfflineMode":false,"UserChanged":false}`},
		{usage, usageText},
		{wholeUsage, usageText},
		{AgentSettings{None: true}, `{"None":true,"Agent":false,"PayAgent":false,"BankPayAgent":false,"PaySubAgent":false,` +
			`"BankPaySubAgent":false,"Commissioner":false,"Represent":false}`},
		{UnregistrationReasons{Stolen: true}, `{"Stolen":true}`},
		{KKTDetails{FNType: FN36, FormatVersion: FFD12}, `{"FnType":2,"FormatVersion":4}`},
	} {
		got, err := json.Marshal(test.value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%T: %s", test.value, diff)
		}
	}
}
