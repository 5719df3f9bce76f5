package shelf

import (
	"context"
	"runtime"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
)

// questions to the source are put one after another. Whoever comes while one is
// being answered shares the one after it, so that many callers cost the source
// little, and yet each is told what it held after they came.
type questions struct {
	turn chan struct{} // holds a token while the source is being asked

	mu   sync.Mutex // guards next
	next *question  // the one that may still be joined; nil: there is none
}

// question is one look at the source. What it found may be read once done is
// closed.
type question struct {
	done  chan struct{}
	found *stock
	err   error
	left  bool // the caller who put it went away, so there is no answer
}

// stock gives what is to be shown now.
func (s *Shelf) stock(ctx context.Context) (*stock, error) {
	if now := s.recently(); now != nil {
		return now, nil
	}
	for {
		q, mine := s.asking.join()
		if mine {
			s.put(ctx, q)
			return q.found, q.err
		}
		select {
		case <-ctx.Done():
			return nil, unreadable(ctx.Err())
		case <-q.done:
		}
		if !q.left {
			return q.found, q.err
		}
	}
}

// join gives the question that is to be put next. It is the caller's to put if
// nobody else has come since the last one.
func (a *questions) join() (q *question, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next != nil {
		return a.next, false
	}
	a.next = &question{done: make(chan struct{})}
	return a.next, true
}

// close lets nobody else join.
func (a *questions) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next = nil
}

// put waits for its turn and looks.
func (s *Shelf) put(ctx context.Context, q *question) {
	defer close(q.done)
	select {
	case s.asking.turn <- struct{}{}:
		defer func() { <-s.asking.turn }()
	case <-ctx.Done():
		s.asking.close()
		q.err, q.left = unreadable(ctx.Err()), true
		return
	}
	// Others who are about to come get the processor first: under load one
	// question then serves many, and without load this costs nothing.
	for range 2 {
		runtime.Gosched()
	}
	if !s.without.closing {
		s.asking.close() // who comes from now on may want to know what is published meanwhile
	}
	asked := s.asks()
	q.found, q.err = s.look(ctx)
	if q.err == nil && s.Stale() == nil {
		s.remember(q.found, asked)
	}
	q.left = ctx.Err() != nil && fault.CodeOf(q.err) == CodeUnreadable
	if s.without.closing {
		s.asking.close()
	}
}
