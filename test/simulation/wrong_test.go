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
	early             bool                // retention comes a day too soon
	hearsay           bool                // clients are known as they once were
	timeless          bool                // a token that was good once is good for ever
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

// retentionClock is that of retention alone. A contrast has it a day ahead on
// the last day of a year.
func (w *wrong) retentionClock(c *clock) func() time.Time {
	if !w.early {
		return c.Now
	}
	return func() time.Time {
		now := c.Now()
		if next := now.Add(24 * time.Hour); next.Year() > now.Year() {
			return next
		}
		return now
	}
}

func (w *wrong) authenticator(real access.Authenticator) authenticator {
	if w.timeless {
		return &forgiving{real: real, known: map[string]access.Principal{}}
	}
	return real
}

func (w *wrong) directory(d access.Directory) access.Directory {
	if w.hearsay {
		return &remembered{Directory: d, clients: map[access.ClientID]answer{}}
	}
	return d
}
