package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// room is a listener with places for so many connections. When it is full and
// another one comes, the one that has been without a request for longest is
// shown out: connections that nobody uses, however many a stranger opens, keep
// nobody out. Only while every connection has a request under way do others
// wait.
type room struct {
	net.Listener
	most    int
	patient bool // nobody is shown out; for the contrast

	mu      sync.Mutex // guards what follows
	changed sync.Cond  // somebody left or rests, or the room was closed
	open    int
	resting list.List // of *guest, longest first
	closed  bool
}

func newRoom(l net.Listener, most int) *room {
	r := &room{Listener: l, most: most}
	r.changed.L = &r.mu
	return r
}

// guest is a connection of a room.
type guest struct {
	net.Conn
	room *room

	// Guarded by room.mu.
	rest *list.Element // where it stands among those that rest; nil: a request is under way
	gone bool
}

// Accept implements net.Listener.
func (r *room) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{Conn: conn, room: r}
	if !r.enter(g) {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	return g, nil
}

// enter waits for a place. It gives false if the room was closed meanwhile.
func (r *room) enter(g *guest) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.open >= r.most && !r.closed {
		if !r.showOut() {
			r.changed.Wait()
		}
	}
	if r.closed {
		return false
	}
	r.open++
	g.rest = r.resting.PushBack(g)
	return true
}

// showOut closes the connection that has rested for longest, if one does. The
// caller holds mu.
func (r *room) showOut() bool {
	longest := r.resting.Front()
	if longest == nil || r.patient {
		return false
	}
	g := longest.Value.(*guest)
	r.leave(g)
	go func() { _ = g.Conn.Close() }() // of TLS it says goodbye, which may take a while
	return true
}

// leave gives the guest's place back, once. The caller holds mu.
func (r *room) leave(g *guest) {
	if g.gone {
		return
	}
	g.gone = true
	r.open--
	r.work(g)
	r.changed.Signal()
}

// work takes the guest from those that rest. The caller holds mu.
func (r *room) work(g *guest) {
	if g.rest != nil {
		r.resting.Remove(g.rest)
		g.rest = nil
	}
}

// watch is for http.Server.ConnState. A connection works from the end of a
// request's header until it has been answered.
func (r *room) watch(conn net.Conn, state http.ConnState) {
	g, ours := conn.(*guest)
	if !ours {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case g.gone:
	case state == http.StateActive:
		r.work(g)
	case state == http.StateIdle && g.rest == nil:
		g.rest = r.resting.PushBack(g)
		r.changed.Signal()
	}
}

// Close implements net.Conn.
func (g *guest) Close() error {
	g.room.mu.Lock()
	g.room.leave(g)
	g.room.mu.Unlock()
	return g.Conn.Close()
}

// Close implements net.Listener. Whoever waits for a place is sent away.
func (r *room) Close() error {
	r.mu.Lock()
	r.closed = true
	r.changed.Broadcast()
	r.mu.Unlock()
	return r.Listener.Close()
}
