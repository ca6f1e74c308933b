package ofd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// openFerma makes the clients of Ferma's services that there is access to.
func (p *Provider) openFerma(c *Config) error {
	var err error
	if !c.CheckOnline.IsZero() {
		p.checkOnline, err = c.checkOnline()
	}
	if err == nil && !c.OrangeData.IsZero() {
		p.orangeData, err = c.orangeData()
	}
	return err
}

// noFerma is said where a service is needed that there is no access to.
func (p *Provider) noFerma(kind string) *failedPrint {
	f := &failedPrint{
		fault: faultUnusable, text: "provider.ferma." + kind + " is not declared",
		hint: "declare it with endpoint, certificate and key" + map[string]string{spec.KindOrangeData: " and signingKey"}[kind],
	}
	if err := p.cfg.NoFerma[kind]; err != nil {
		f.text, f.hint, _ = strings.Cut(err.Error(), "\nhint: ")
	}
	return f
}

// print sends a document under an id.
func (p *Provider) print(ctx context.Context, d *Document, id string) (answer, *failedPrint) {
	if d.checkOnline != nil {
		return p.printCheckOnline(ctx, d, id)
	}
	if p.orangeData == nil {
		return answer{}, p.noFerma(spec.KindOrangeData)
	}
	var got orangedata.Submission
	var err error
	if d.correction != nil {
		got, err = p.orangeData.Correct(ctx, d.asCorrection(id))
	} else {
		got, err = p.orangeData.Send(ctx, d.asOrangeData(id))
	}
	if err == nil {
		return answer{queued: true, known: got.Known}, nil
	}
	return answer{}, orangeTrouble(err)
}

const hintCertificate = "check the certificate and key of the service in provider.ferma: they are those of its own, and have not run out; a client certificate is shown over https only"

func orangeTrouble(err error) *failedPrint {
	f := &failedPrint{text: sentence(err), after: retryAfter(err)}
	if e, ok := errors.AsType[*httpapi.Error](err); ok && e.Untrusted {
		return untrusted(e)
	}
	switch outcome := httpapi.OutcomeOf(err); {
	case errors.Is(err, orangedata.ErrQueueFull):
		f.fault = faultNotNow
	case errors.Is(err, orangedata.ErrCertificate):
		f.fault, f.hint = faultUnusable, hintCertificate
	case outcome == httpapi.OutcomeRefused:
		f.fault, f.hint = faultRefused, "correct what the service names; nothing was printed, so that the same id can be used"
	case outcome == httpapi.OutcomeNotSent:
		f.fault = faultNotSent
	}
	return f
}

// untrusted is a service whose certificate is not trusted: trying again cannot
// help.
func untrusted(e *httpapi.Error) *failedPrint {
	return &failedPrint{fault: faultUnusable, text: e.Error(), hint: e.Hint}
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*httpapi.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

func (p *Provider) printCheckOnline(ctx context.Context, d *Document, id string) (answer, *failedPrint) {
	if p.checkOnline == nil {
		return answer{}, p.noFerma(spec.KindCheckOnline)
	}
	got, err := p.checkOnline.Send(ctx, d.asCheckOnline(id))
	if err != nil {
		return answer{}, checkOnlineTrouble(err)
	}
	return answer{printed: &state.Printed{
		ID: id, Document: got.FiscalDocNumber, Sign: got.FiscalSign, At: got.At, Total: got.GrandTotal,
		Serial: got.DeviceSerialNumber, RNM: got.DeviceRegistrationNumber, FN: got.FNSerialNumber, QR: got.QR,
		Doubts: got.Doubts,
	}}, nil
}

func checkOnlineTrouble(err error) *failedPrint {
	f := &failedPrint{text: sentence(err), after: retryAfter(err)}
	if e, ok := errors.AsType[*httpapi.Error](err); ok && e.Untrusted {
		return untrusted(e)
	}
	said, ok := errors.AsType[*checkonline.Error](err)
	switch outcome := checkonline.OutcomeOf(err); {
	case errors.Is(err, checkonline.ErrCertificate):
		f.fault, f.hint = faultUnusable, hintCertificate
	case outcome == checkonline.OutcomeRefused:
		f.fault, f.hint = faultRefused, "correct what it names; nothing was printed, and the same id is kept"
	case outcome == checkonline.OutcomeNotSent:
		f.fault = faultNotSent
	case outcome == checkonline.OutcomeTemporary:
		f.fault = faultNotNow
	case outcome == checkonline.OutcomeInProgress:
		f.fault = faultBeing
	case ok:
		f.fault = faultUndefined
	}
	if ok {
		codes := checkonline.Error{Service: said.Service, Device: said.Device} // its own words stand there already
		f.text += " (" + codes.Russian() + ")"
	}
	return f
}

// lookUp reads how a document of Orange Data stands.
func (p *Provider) lookUp(ctx context.Context, inn, id string) (answer, error) {
	if p.orangeData == nil {
		return answer{}, errors.New(p.noFerma(spec.KindOrangeData).text)
	}
	s, err := p.orangeData.Status(ctx, inn, id)
	switch {
	case errors.Is(err, orangedata.ErrNotFound):
		return answer{unknown: true}, nil
	case err != nil:
		return answer{}, withHint(fmt.Errorf("%s: %w", id, err))
	case s.State == orangedata.Expired:
		return answer{expired: true}, nil
	case s.State != orangedata.Done || s.Document == nil:
		return answer{queued: true}, nil
	}
	d := s.Document
	printed := &state.Printed{
		ID: id, Document: strconv.FormatInt(d.Number, 10), Sign: d.Sign, Total: d.Kopecks(),
		Serial: d.DeviceSerial, RNM: d.DeviceRNM, FN: d.FN,
	}
	if !d.ProcessedAt.IsZero() {
		printed.At = d.ProcessedAt.Format(spec.LocalTimeLayout)
	}
	return answer{printed: printed, whole: d}, nil
}
