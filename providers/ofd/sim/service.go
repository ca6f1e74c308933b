package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options of a Service.
type Options struct {
	// Now is the clock that the world's offset is added to; default time.Now.
	Now func() time.Time
	// OnChange is called after every change of the world, before the call that
	// made it is answered. It must not keep the world nor call the Service.
	OnChange func(*World)
	// VerifySignature judges every signature that is sent in, in place of the
	// check of its framing: content is the document's base64 text as it was
	// handed out, signature what was sent, decoded. What it finds stands in
	// the StatusReason of the application, which is rejected when the signed
	// documents are checked. It must not call the Service.
	VerifySignature func(content string, signature []byte) error
	// Log is given one line for each call and each effect. It must not call
	// the Service.
	Log func(string)
}

// Service answers calls on a world. It is safe for concurrent use.
type Service struct {
	opts Options

	mu sync.Mutex
	*core
	faults    []*activeFault
	authority *Authority // of the client certificates; nil without TLS

	closed    chan struct{}
	closeOnce sync.Once
	servers   []*http.Server
}

// New makes a service on a copy of the world; nil is the zero World.
func New(world *World, opts Options) *Service {
	if world == nil {
		world = &World{}
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{opts: opts, closed: make(chan struct{})}
	w := world.clone()
	s.core = newCore(w, opts.Now().UTC().Add(time.Duration(w.ClockOffset)), opts.Log)
	s.verify = opts.VerifySignature
	return s
}

// Start serves on the address, such as 127.0.0.1:0, until Close.
func (s *Service) Start(addr string) (url string, err error) {
	l, err := s.listen(addr)
	if err != nil {
		return "", err
	}
	server := s.newServer()
	go func() { _ = server.Serve(l) }() // it ends with Close; there is nothing else to say
	return "http://" + l.Addr().String(), nil
}

// StartTLS is Start with TLS. Ferma can be called through it only: its calls
// need a client certificate of the authority and are answered with 401
// without one; the other calls need none. A certificate that is not good is
// told to the client in the same way, not by a broken handshake.
func (s *Service) StartTLS(addr string, authority *Authority) (url string, err error) {
	host, _, _ := net.SplitHostPort(addr) // what is no address fails below
	config, err := s.TLSConfig(authority, host)
	if err != nil {
		return "", err
	}
	l, err := s.listen(addr)
	if err != nil {
		return "", err
	}
	server := s.newServer()
	server.TLSConfig = config
	server.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust the authority says so itself
	go func() { _ = server.ServeTLS(l, "", "") }()
	return "https://" + l.Addr().String(), nil
}

// TLSConfig is what a server of the caller's own, which hands calls on to the
// Service, has to listen with; from now on the Service knows the authority's
// clients. Hosts are as in Authority.Server.
func (s *Service) TLSConfig(authority *Authority, hosts ...string) (*tls.Config, error) {
	certificate, err := authority.Server(hosts...)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.authority = authority
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate},
		ClientAuth: tls.RequestClientCert, NextProtos: []string{"http/1.1"},
	}, nil
}

func (s *Service) listen(addr string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
}

// newServer makes a server that ends with Close.
func (s *Service) newServer() *http.Server {
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers = append(s.servers, server)
	return server
}

// Close stops serving and lets go of calls that a fault holds.
func (s *Service) Close() error {
	s.closeOnce.Do(func() { close(s.closed) })
	s.mu.Lock()
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}

// Snapshot returns a deep copy of the world as it is now.
func (s *Service) Snapshot() *World {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.clone()
}

// Mutate changes the world behind the client's back.
func (s *Service) Mutate(change func(*World)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.w)
	s.index(s.clock())
	s.begin()
	s.changed()
}

// Advance turns the service's clock.
func (s *Service) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.ClockOffset += Duration(d)
	s.begin()
	s.changed()
}

// clock is the service's time.
func (s *Service) clock() time.Time {
	return s.opts.Now().UTC().Add(time.Duration(s.w.ClockOffset))
}

// begin sets the time of a call and does what the clock alone brings about.
func (s *Service) begin() {
	s.now = s.clock()
	s.dirty = false
	s.lapse()
	if s.w.Tax.Mode == TaxClock {
		for _, a := range s.w.Applications {
			s.settle(a)
		}
	}
}

// changed tells that the world is another one.
func (s *Service) changed() {
	s.dirty = false
	if s.opts.OnChange != nil {
		s.opts.OnChange(s.w)
	}
}
