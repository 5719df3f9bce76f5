package simulation

import (
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/release"
)

// stores are what the services keep their things in.
type stores struct {
	intake     intake.Store
	membership membership.Store
	desk       desk.Store
	drafts     release.Drafts
	frozen     release.Records
	archive    release.Archive
}

// wrong is one promise that a contrast breaks. The zero value breaks none.
type wrong struct {
	acknowledgesEarly bool                // what was committed last is not on the disk yet
	takesRefusals     bool                // a commit that was refused is taken for one
	rewrites          func(string) string // what SQLite is told instead
	wraps             func(stores) stores // what the services stand on instead
	early             time.Duration       // by which membership's clock is ahead
	hearsay           bool                // clients are known as they once were
	timeless          bool                // tokens are held against the time when the process began
	newNames          bool                // the member's own system: repeats under another id
}

func (w *wrong) text(query string) string {
	if w.rewrites == nil {
		return query
	}
	return w.rewrites(query)
}

func (w *wrong) stores(of *world) stores {
	p := of.process
	s := stores{intake: p.records.Intake(), membership: p.records.Membership(), desk: p.records.Desk()}
	if of.with {
		s.drafts, s.frozen, s.archive = p.records.Drafts(), p.records.Frozen(), p.archive.Archive()
	}
	if w.wraps != nil {
		s = w.wraps(s)
	}
	return s
}

func (w *wrong) retentionClock(c *clock) func() time.Time {
	if w.early == 0 {
		return c.Now
	}
	return func() time.Time { return c.Now().Add(w.early) }
}

func (w *wrong) tokenClock(c *clock) func() time.Time {
	if !w.timeless {
		return c.Now
	}
	then := c.Now()
	return func() time.Time { return then }
}

func (w *wrong) directory(d access.Directory) access.Directory {
	if w.hearsay {
		return &remembered{Directory: d, clients: map[access.ClientID]answer{}}
	}
	return d
}
