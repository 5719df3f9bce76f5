package server

import (
	"cmp"
	"errors"
	"runtime"
	"time"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// Limits bounds what one request may take. A zero field means its default.
type Limits struct {
	SmallBody  int64 // bytes of a body that is neither a record nor a batch; 64 KiB
	RecordBody int64 // bytes of one record; 16 KiB
	BatchBody  int64 // bytes of a batch; 64 MiB
	PlanBody   int64 // bytes of a plan, or of the waivers of a draft; plan.MaxBytes

	TextBody int64 // bytes of a text whose claims are checked; claim.MaxBytes

	Header      time.Duration // to send the header; 5 s
	Body        time.Duration // to send any other body than a batch; 15 s
	Batch       time.Duration // to send a batch and have it answered; 5 min
	Long        time.Duration // to compute a draft or to say what something costs; 10 min
	Answer      time.Duration // to be answered, from the end of the header; 45 s
	Idle        time.Duration // between two requests on a connection; 60 s
	Notice      time.Duration // for proxies to see that it is not ready, before new connections are refused; 0: none
	Drain       time.Duration // for accepted requests to finish when the server stops; 30 s
	Connections int           // open at once; beyond it the one without a request for longest is closed for a new one; 1024

	Rates  Rates  // how often
	Places Places // how many at once
	Texts  int    // being sent or waiting for their check; beyond it they are refused; 32
	Checks int    // of texts, and derived tables, at once; beyond it they wait; a processor less than there are, one at least
}

func (l Limits) settled() Limits {
	l.SmallBody = cmp.Or(l.SmallBody, 64<<10)
	l.RecordBody = cmp.Or(l.RecordBody, 16<<10)
	l.BatchBody = cmp.Or(l.BatchBody, 64<<20)
	l.PlanBody = cmp.Or(l.PlanBody, plan.MaxBytes)
	l.TextBody = cmp.Or(l.TextBody, claim.MaxBytes)
	l.Header = cmp.Or(l.Header, 5*time.Second)
	l.Body = cmp.Or(l.Body, 15*time.Second)
	l.Batch = cmp.Or(l.Batch, 5*time.Minute)
	l.Long = cmp.Or(l.Long, 10*time.Minute)
	l.Answer = cmp.Or(l.Answer, 45*time.Second)
	l.Idle = cmp.Or(l.Idle, time.Minute)
	l.Drain = cmp.Or(l.Drain, 30*time.Second)
	l.Connections = cmp.Or(l.Connections, 1024)
	l.Texts = cmp.Or(l.Texts, 32)
	l.Checks = cmp.Or(l.Checks, max(1, runtime.GOMAXPROCS(0)-1))
	l.Rates, l.Places = l.Rates.settled(), l.Places.settled()
	return l
}

// check refuses rates and places by which nobody could be served.
func (l Limits) check() error { return errors.Join(l.Rates.check(), l.Places.check()) }

// bytes is how large a body of this sort may be.
func (l Limits) bytes(b bodyLimit) int64 {
	switch b {
	case smallBody:
		return l.SmallBody
	case recordBody:
		return l.RecordBody
	case batchBody:
		return l.BatchBody
	case planBody:
		return l.PlanBody
	case textBody:
		return l.TextBody
	}
	return 0
}

// exceeded refuses a body beyond the limit, in words that say what to make smaller.
func (b bodyLimit) exceeded() error {
	switch b {
	case recordBody:
		return fault.New(fault.TooLarge, record.CodeTooLarge)
	case batchBody:
		return fault.New(fault.TooLarge, record.CodeBatchTooLarge)
	case planBody:
		return fault.New(fault.TooLarge, plan.CodeTooLarge)
	case textBody:
		return fault.New(fault.TooLarge, claim.CodeTextTooLarge)
	}
	return fault.New(fault.TooLarge, CodeBodyTooLarge)
}

// patience is how long the work for an operation may take before it is given up.
func (s *Server) patience(op operation) time.Duration {
	if more := s.extended(op); more > 0 {
		return more
	}
	return s.limits.Answer
}

// extended is how long an operation may take that takes longer than others, 0
// for the others.
func (s *Server) extended(op operation) time.Duration {
	switch {
	case op.limit == batchBody:
		return s.limits.Batch
	case op.long:
		return s.limits.Long
	}
	return 0
}
