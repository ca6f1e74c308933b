package ofd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
)

// Config says how a fleet's service is reached. Secrets are resolved ones:
// they are sent, and never shown.
type Config struct {
	Fleet           *spec.Fleet
	Endpoint        string // overrides the fleet's; empty means the fleet's
	APIKey          string // of the partner API v2; it wins over the login
	PartnerLogin    string // of the partner API v1
	PartnerPassword string
	RentaLogin      string
	RentaPassword   string
	CheckOnline     FermaAccess
	OrangeData      FermaAccess
	NoFerma         map[string]error     // by kind: why there is no access to a service that is declared; told where it is needed
	Documents       map[string]*Document // receipts that a person sends, by address
	RootCAs         *x509.CertPool       // nil means the system's roots
	UserAgent       string
	Timeout         time.Duration // of one call; 0 means a minute
	Logger          func(line string)
	Now             func() time.Time
	Dial            func(ctx context.Context, network, address string) (net.Conn, error) // nil means the network
	Signers         map[string]signer.Signer                                             // by their keys in the fleet
	Reports         ReportSource                                                         // optional
	// Wrap is put around the transport of all calls; optional.
	Wrap func(http.RoundTripper) http.RoundTripper

	override string         // the Endpoint given
	pacer    *httpapi.Pacer // of all calls; made with the first transport
}

// ReportSource reads printed reports of registration without a person: the
// sandbox's device is one.
type ReportSource interface {
	Report(ctx context.Context, serial string) (report spec.FiscalReport, ok bool, err error)
}

func (c *Config) defaults() {
	c.override = c.Endpoint
	if c.Endpoint == "" {
		c.Endpoint = c.Fleet.Provider.Endpoint
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// transport makes the one client that all calls share, and with it the pace.
func (c *Config) transport() (*httpapi.Client, error) {
	return c.transportTo(c.Endpoint, nil)
}

func (c *Config) transportTo(endpoint string, certificate *tls.Certificate) (*httpapi.Client, error) {
	if c.pacer == nil {
		pacer, err := httpapi.NewPacer(c.Fleet.Provider.RequestsPerSecond)
		if err != nil {
			return nil, err
		}
		c.pacer = pacer
	}
	return httpapi.New(httpapi.Config{
		BaseURL: endpoint, Pacer: c.pacer, RootCAs: c.RootCAs, Certificate: certificate,
		UserAgent: c.UserAgent, Timeout: c.Timeout, Logger: c.Logger, Now: c.Now, Dial: c.Dial, Wrap: c.Wrap,
	})
}

// v1 tells whether the partner API v1 is used: with a login and without a key.
func (c *Config) v1() bool { return c.APIKey == "" && c.PartnerLogin != "" }

// partnerClient makes the client of the partner API in the version that the
// credentials open.
func (c *Config) partnerClient(api *httpapi.Client) *partner.Client {
	if c.v1() {
		return partner.NewV1(api, httpapi.LoginToken(api, httpapi.Credentials{
			Role: rolePartnerLogin, Login: c.PartnerLogin, Password: c.PartnerPassword,
		}))
	}
	return partner.New(api, httpapi.StaticToken(roleKey, c.APIKey))
}

func (c *Config) rentaToken(api *httpapi.Client) httpapi.TokenSource {
	return httpapi.LoginToken(api, httpapi.Credentials{Role: roleRenta, Login: c.RentaLogin, Password: c.RentaPassword})
}

// NewObserver makes an Observer: it has no method that changes anything.
func NewObserver(c Config) (*Observer, error) {
	c.defaults()
	api, err := c.transport()
	if err != nil {
		return nil, err
	}
	o := newObserver(c)
	o.partner = c.partnerClient(api).Reader
	if c.RentaLogin != "" {
		o.renta = renta.NewReader(api, c.rentaToken(api))
	}
	return o, nil
}

// Provider runs the workflows of a fleet. It is safe for concurrent use.
type Provider struct {
	*Observer
	partner     *partner.Client
	renta       *renta.Client       // nil without a login
	checkOnline *checkonline.Client // nil without access
	orangeData  *orangedata.Client  // nil without access
	booking     sync.Mutex          // one booking at a time: each counts what is left of its code
}

// New makes a Provider.
func New(c Config) (*Provider, error) {
	c.defaults()
	api, err := c.transport()
	if err != nil {
		return nil, err
	}
	p := &Provider{Observer: newObserver(c), partner: c.partnerClient(api)}
	p.Observer.partner = p.partner.Reader
	if c.RentaLogin != "" {
		p.renta = renta.New(api, c.rentaToken(api))
		p.Observer.renta = p.renta.Reader
	}
	return p, p.openFerma(&c)
}

var _ apply.Provider = (*Provider)(nil)

// Advance makes one transition of a workflow.
func (p *Provider) Advance(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	switch run.Action {
	case planner.Register:
		if run.Workflow.Data.Simplified {
			return simplified{p.register(), partner.PurposeRegistration}.advance(ctx, run)
		}
		return p.register().advance(ctx, run)
	case planner.Reregister:
		if run.Workflow.Data.Simplified {
			return simplified{p.reregister(), partner.PurposeReregistration}.advance(ctx, run)
		}
		return p.reregister().advance(ctx, run)
	case planner.Unregister:
		return p.unregister().advance(ctx, run)
	case planner.Book:
		return p.book(ctx, run)
	case planner.Pay:
		return p.pay(ctx, run)
	case planner.AddKKT:
		return p.addKKT(ctx, run)
	case planner.RemoveKKT:
		return p.removeKKT(ctx, run)
	case planner.CreateCabinet:
		return p.createCabinet(ctx, run)
	case planner.Order:
		return p.orderTills(ctx, run)
	case planner.Check:
		return p.check(ctx, run)
	case planner.Receipt:
		return p.receipt(ctx, run)
	default:
		return apply.Transition{}, fmt.Errorf("%s: the action %q is not known to this kktctl: use a newer one", run.Address, run.Action)
	}
}
