package postgres_test

import (
	"context"
	"net"
	"sync"
	"testing"
)

// proxy stands between a store and the server, and meddles with what the
// store sends next.
type proxy struct {
	t        *testing.T
	to       string
	listener net.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex
	next  meddling
	held  chan struct{} // closed when what is held may go on
	met   int
	conns []net.Conn

	answered chan struct{} // has one when the server answered what was meddled with
}

// meddling is what becomes of a message.
type meddling int

const (
	nothing    meddling = iota
	cutRequest          // the connection ends before it is handed on
	cutAnswer           // it is handed on, and the connection ends when the server has answered
	hold                // it is handed on later, also when the sender has gone
)

func newProxy(t *testing.T, to string) *proxy {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{t: t, to: to, listener: l, answered: make(chan struct{}, 1)}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		cut := make(chan struct{})
		p.wg.Go(func() { p.requests(client, server, cut) })
		p.wg.Go(func() { p.answers(client, server, cut) })
	}
}

// meddle has f become of the next message.
func (p *proxy) meddle(m meddling) (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.held = m, make(chan struct{})
	return sync.OnceFunc(func() { close(p.held) })
}

func (p *proxy) requests(client, server net.Conn, cut chan struct{}) {
	defer server.Close()
	buf := make([]byte, 1<<20)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		m, held := p.next, p.held
		p.next = nothing
		if m != nothing {
			p.met++
		}
		p.mu.Unlock()
		switch m {
		case cutRequest:
			_ = client.Close()
			return
		case cutAnswer:
			close(cut)
		case hold:
			<-held
			close(cut)
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) answers(client, server net.Conn, cut chan struct{}) {
	defer client.Close()
	buf := make([]byte, 1<<20)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		select {
		case <-cut:
			p.answered <- struct{}{}
			return
		default:
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}
