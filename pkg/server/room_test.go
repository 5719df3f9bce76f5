package server

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

// hall is a room for two on loopback, and how to come in.
type hall struct {
	*room
	t *testing.T
}

func newHall(t *testing.T, patient bool) hall {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(listener, 2)
	r.patient = patient
	t.Cleanup(func() { _ = r.Close() })
	return hall{r, t}
}

// knock opens a connection that nobody has accepted yet.
func (h hall) knock() net.Conn {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// admit opens a connection and accepts it.
func (h hall) admit() (outside, inside net.Conn) {
	h.t.Helper()
	outside = h.knock()
	inside, err := h.Accept()
	if err != nil {
		h.t.Fatal(err)
	}
	return outside, inside
}

// sentAway says that the other end was closed; without that it would wait for ever.
func (h hall) sentAway(outside net.Conn) {
	h.t.Helper()
	if n, err := outside.Read(make([]byte, 1)); n > 0 || err == nil {
		h.t.Errorf("%d bytes, %v", n, err)
	}
}

func TestT27_WhoRestsLongestMakesRoom(t *testing.T) {
	h := newHall(t, false)
	silent, _ := h.admit()     // has never asked anything
	asked, inside := h.admit() // has asked, and rests since
	h.watch(inside, http.StateActive)
	h.watch(inside, http.StateIdle)
	_, third := h.admit()
	h.sentAway(silent)
	h.watch(third, http.StateActive)
	h.admit()
	h.sentAway(asked)
	if h.open != 2 {
		t.Errorf("%d connections in a room for two", h.open)
	}
}

// The contrast: without showing anybody out a newcomer waits until somebody
// pleases to go.
func TestT27_contrast_a_patient_room_is_kept_full_by_who_asks_nothing(t *testing.T) {
	h := newHall(t, true)
	first, inside := h.admit()
	h.admit()
	h.mu.Lock()
	made := h.showOut()
	h.mu.Unlock()
	if made {
		t.Error("room was made for a newcomer")
	}
	h.knock()
	var left atomic.Bool
	entered := make(chan bool)
	go func() {
		_, err := h.Accept()
		entered <- err == nil && left.Load()
	}()
	left.Store(true)
	_ = first.Close()
	_ = inside.Close()
	if !<-entered {
		t.Error("the newcomer came in before anybody had left: the test above proves nothing")
	}
}

func TestT27_NobodyIsShownOutInTheMiddleOfARequest(t *testing.T) {
	h := newHall(t, false)
	_, one := h.admit()
	_, two := h.admit()
	h.watch(one, http.StateActive)
	h.watch(two, http.StateActive)
	h.knock()
	var answered atomic.Bool
	entered := make(chan bool)
	go func() {
		_, err := h.Accept()
		entered <- err == nil && answered.Load()
	}()
	if _, err := one.Write([]byte("answer")); err != nil {
		t.Error(err)
	}
	answered.Store(true)
	h.watch(one, http.StateIdle)
	if !<-entered {
		t.Error("the newcomer took the place of one that was being answered")
	}
	if _, err := two.Write([]byte("answer")); err != nil {
		t.Error(err)
	}
}

func TestARoomThatClosesSendsAwayWhoWaits(t *testing.T) {
	h := newHall(t, true)
	h.admit()
	h.admit()
	waiting := h.knock()
	accepted := make(chan error)
	go func() {
		_, err := h.Accept()
		accepted <- err
	}()
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	h.sentAway(waiting)
}

func TestAPlaceIsGivenBackOnce(t *testing.T) {
	h := newHall(t, false)
	for range 10 {
		outside, inside := h.admit()
		for range 2 {
			_ = inside.Close()
		}
		h.watch(inside, http.StateClosed)
		if _, err := io.Copy(io.Discard, outside); err != nil {
			t.Error(err)
		}
	}
	if h.open != 0 || h.resting.Len() != 0 {
		t.Errorf("%d open and %d resting, of none", h.open, h.resting.Len())
	}
}
