package faults

import (
	"net"
	"sync"
	"testing"
)

// proxy stands between two that talk, and can keep what one says from the other.
type proxy struct {
	listener net.Listener
	lose     func() bool // asked before each piece of an answer is passed on; nil: never

	mu       sync.Mutex
	network  string // of the far side
	address  string
	links    map[net.Conn]net.Conn
	standing *sync.Cond // waits for released
	stalled  bool
}

// newProxy listens on a loopback port and passes everything on to a far side.
func newProxy(t *testing.T, network, address string, lose func() bool) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, lose: lose, network: network, address: address, links: map[net.Conn]net.Conn{}}
	p.standing = sync.NewCond(&p.mu)
	go p.accept()
	t.Cleanup(func() {
		l.Close()
		p.drop()
	})
	return p
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		go p.join(near)
	}
}

// join makes one connection into two.
func (p *proxy) join(near net.Conn) {
	p.mu.Lock()
	network, address := p.network, p.address
	p.mu.Unlock()
	far, err := net.Dial(network, address)
	if err != nil {
		near.Close()
		return
	}
	p.mu.Lock()
	p.links[near] = far
	p.mu.Unlock()
	go p.pass(near, far, nil)
	p.pass(far, near, p.lose)
	p.mu.Lock()
	delete(p.links, near)
	p.mu.Unlock()
}

// pass hands on what comes until either side ends, which ends both.
func (p *proxy) pass(from, to net.Conn, lose func() bool) {
	defer from.Close()
	defer to.Close()
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			p.wait()
			if lose != nil && lose() {
				return
			}
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// wait blocks while the proxy is stalled. What was waiting is lost when the
// connections are dropped.
func (p *proxy) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.stalled {
		p.standing.Wait()
	}
}

// stall keeps everything back, without anybody being told.
func (p *proxy) stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = true
}

// drop ends every connection, with what was under way on it.
func (p *proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for near, far := range p.links {
		near.Close()
		far.Close()
	}
	p.stalled = false
	p.standing.Broadcast()
}

// pointAt has new connections go to another far side.
func (p *proxy) pointAt(network, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.network, p.address = network, address
}
