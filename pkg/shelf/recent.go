package shelf

import "time"

// recent is what the source was last found to hold, for those who may be told
// what was so a moment ago.
type recent struct {
	stock *stock
	asked time.Time // before the source was: what changes later may be missing
}

// Recent lets the shelf show what its source held up to so long ago by the
// clock, without asking again: a release or a withdrawal is seen that much later
// at most. It is for a process that shows what others publish; whoever publishes
// wants to see it at once. It must be called before the shelf is used, and gives
// the shelf.
func (s *Shelf) Recent(most time.Duration, clock func() time.Time) *Shelf {
	s.most, s.clock = most, clock
	return s
}

// recently gives what is recent enough, nil if nothing is.
func (s *Shelf) recently() *stock {
	last := s.last.Load()
	if last == nil {
		return nil
	}
	// A clock that was put back must not make what is old recent.
	if age := s.clock().Sub(last.asked); age < 0 || age >= s.most {
		return nil
	}
	return last.stock
}

// remember keeps what the source was found to hold. The zero time keeps nothing.
func (s *Shelf) remember(now *stock, asked time.Time) {
	if !asked.IsZero() {
		s.last.Store(&recent{now, asked})
	}
}

// asks is when the source is asked, the zero time where nothing is kept.
func (s *Shelf) asks() time.Time {
	if s.clock == nil {
		return time.Time{}
	}
	return s.clock()
}
