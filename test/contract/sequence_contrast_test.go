package contract

import (
	"context"
	"flag"
	"iter"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// The contrast: services that are wrong in a small way are found out, within
// the first dozens of sequences. As sequences are drawn anew each time, so many
// are allowed that chance cannot hide one, and the first that notices ends it.
func TestContract_Contrast_WrongServicesAreFound(t *testing.T) {
	for name, value := range map[string]string{"rapid.checks": "2000", "rapid.shrinktime": "1ms", "rapid.nofailfile": "true"} {
		before := flag.Lookup(name).Value.String()
		check(t, flag.Set(name, value))
		t.Cleanup(func() { check(t, flag.Set(name, before)) })
	}
	for name, wrong := range map[string]func(*server.Deps){
		"one organisation for all":    func(d *server.Deps) { d.Authenticator = merged{d.Authenticator} },
		"everybody may read":          func(d *server.Deps) { d.Authenticator = generous{d.Authenticator} },
		"withdrawals that do nothing": func(d *server.Deps) { d.Records = unwithdrawn{d.Records} },
		"corrections of any version":  func(d *server.Deps) { d.Records = careless{d.Records} },
		"dry runs that write":         func(d *server.Deps) { d.Records = wet{d.Records} },
		"years that open again":       func(d *server.Deps) { d.Periods = reopened{d.Periods} },
	} {
		t.Run(name, func(t *testing.T) {
			found := &failing{TB: t}
			found.run(func() {
				sequences(t, found, servertest.Options{Server: func(d server.Deps) server.Deps { wrong(&d); return d }})
			})
			if !found.failed {
				t.Error("nobody notices")
			}
		})
	}
}

// failing is a test that is meant to fail, and does so silently.
type failing struct {
	testing.TB
	failed bool
}

type stopped struct{}

func (f *failing) run(test func()) {
	defer func() {
		if v := recover(); v != nil && v != (stopped{}) {
			panic(v)
		}
	}()
	test()
}

func (f *failing) Log(...any)            {}
func (f *failing) Logf(string, ...any)   {}
func (f *failing) Error(...any)          { f.failed = true }
func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Fail()                 { f.failed = true }
func (f *failing) Failed() bool          { return f.failed }
func (f *failing) Fatal(...any)          { f.FailNow() }
func (f *failing) Fatalf(string, ...any) { f.FailNow() }

func (f *failing) FailNow() {
	f.failed = true
	panic(stopped{})
}

// merged takes all members for one.
type merged struct{ real server.Authenticator }

func (m merged) Authenticate(ctx context.Context, token string) (access.Principal, error) {
	p, err := m.real.Authenticate(ctx, token)
	if p.Organisation == access.OrganisationID(servertest.ID(3)) {
		p.Organisation = access.OrganisationID(servertest.ID(2))
	}
	return p, err
}

// generous lets everybody read records who has a token.
type generous struct{ real server.Authenticator }

func (g generous) Authenticate(ctx context.Context, token string) (access.Principal, error) {
	p, err := g.real.Authenticate(ctx, token)
	p.Permissions = append(p.Permissions[:len(p.Permissions):len(p.Permissions)], access.RecordsRead)
	return p, err
}

// unwithdrawn says that it has withdrawn.
type unwithdrawn struct{ server.Records }

func (u unwithdrawn) Withdraw(ctx context.Context, p access.Principal, id record.ID) error {
	_, err := u.History(ctx, p, id)
	return err
}

// careless corrects whichever version there is.
type careless struct{ server.Records }

func (c careless) Put(ctx context.Context, p access.Principal, sub intake.Submission) (intake.Receipt, error) {
	receipt, err := c.Records.Put(ctx, p, sub)
	if fault.KindOf(err) != fault.Stale {
		return receipt, err
	}
	current, err := c.Get(ctx, p, sub.Record.ID)
	if err != nil {
		return c.Records.Put(ctx, p, sub)
	}
	sub.Replaces = intake.Precondition{Version: current.Number, Tag: current.Tag}
	return c.Records.Put(ctx, p, sub)
}

// wet writes in its dry runs.
type wet struct{ server.Records }

func (w wet) Batch(ctx context.Context, p access.Principal, rows iter.Seq2[record.Row, error], opt intake.BatchOptions) (intake.Report, error) {
	dry := opt.DryRun
	opt.DryRun = false
	report, err := w.Records.Batch(ctx, p, rows, opt)
	report.DryRun = dry
	return report, err
}

// reopened opens what is closed, or says so.
type years = server.Periods

type reopened struct{ years }

func (r reopened) OpenPeriod(ctx context.Context, by access.Principal, year int) error {
	if err := r.years.OpenPeriod(ctx, by, year); fault.KindOf(err) != fault.Conflict {
		return err
	}
	return nil
}
