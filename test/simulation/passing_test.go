package simulation

import (
	"slices"
	"strconv"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/membership"
)

// keep is for how many full years records are kept.
const keep = 2

// pass moves the clock, within bounds. Without a distance it goes to the last
// or the first moments of a year.
func (r *run) pass(op operation) []item {
	to := r.clock.Now().Add(op.moves)
	if op.moves == 0 {
		edge := time.Date(to.Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
		to = edge.Add([]time.Duration{-time.Second, -24 * time.Hour, 0, time.Second}[op.number%4])
	}
	if first, last := beginning.AddDate(-1, 0, 0), beginning.AddDate(12, 0, 0); to.Before(first) || to.After(last) {
		return nil
	}
	r.clock.set(to)
	r.background()
	return nil
}

// restart ends the process in good order and starts the next one.
func (r *run) restart(during *strike) []item {
	r.machine.arm(nil)
	image, err := r.stop()
	r.awaits = during
	r.must(err)
	r.must(r.start(image))
	return nil
}

// reload has the process take notice of the key file, as it does each second.
func (r *run) reload() error { return r.ring.Reload() }

// erase runs retention as the program does: years are marked, then their
// records go, some at a time.
func (r *run) erase() []item {
	now := r.clock.Now()
	var due []int
	for year, state := range r.model.years {
		if state == "closed" && over(year, keep, now) {
			due = append(due, year)
		}
	}
	slices.Sort(due)
	marked, err := r.retention.EraseExpired(ctx(), keep)
	items := []item{r.marking(due, err)}
	if err != nil {
		return items
	}
	for _, year := range marked {
		items = append(items, r.expiry(year, due)...)
	}
	return items
}

// marking is the step that no record of a year outlives.
func (r *run) marking(due []int, err error) item {
	i := item{what: "marking what is over its time", err: err}
	for _, year := range due {
		i.deeds = append(i.deeds, r.entry("retention", membership.DeedPeriodErased, strconv.Itoa(year)))
	}
	if len(due) == 0 {
		return i
	}
	i.there = func(now *seen) bool { return now.years[due[0]] == "erased" }
	i.apply = func(*seen) {
		for _, year := range due {
			r.model.years[year] = "erased"
		}
		r.tally.Erased += len(due)
	}
	return i
}

// expiry erases the records of a year that was marked, organisation by
// organisation. Each of these is one transaction.
func (r *run) expiry(year int, due []int) (items []item) {
	if r.model.years[year] != "erased" && !slices.Contains(due, year) {
		r.fail("%d is to be erased, and its time is not over", year)
	}
	_, err := r.intake.EraseYear(ctx(), year, organisations())
	for _, o := range organisations() {
		keys := r.model.living(string(o), year)
		if len(keys) == 0 {
			continue
		}
		entry := r.entry("retention", intake.DeedExpired)
		there, apply := r.departure(keys[0])
		i := item{what: "the expiry of records", err: err, there: there}
		applies := []func(*seen){apply}
		for at, k := range keys {
			entry.Subjects = append(entry.Subjects, subject(k))
			if at > 0 {
				_, apply := r.departure(k)
				applies = append(applies, apply)
			}
		}
		i.deeds = []ledger.Entry{entry}
		i.apply = func(now *seen) {
			for _, apply := range applies {
				apply(now)
			}
		}
		items = append(items, i)
	}
	if len(items) == 0 {
		items = []item{{what: "the expiry of nothing", err: err}}
	}
	return items
}

// permit takes the right to read back from a client, or gives it again.
func (r *run) permit(op operation, p access.Principal) []item {
	name := []string{"A1", "B1"}[op.number%2]
	c := clients[name]
	var asked []access.Permission
	if (op.number/2)%3 > 0 {
		asked = []access.Permission{access.RecordsRead}
	}
	granted, err := c.role.Grant(asked...)
	r.must(err)
	m := r.model.clients[c.id]
	i := item{what: "what a client may"}
	if words := wordsOf(granted); words != m.permissions {
		i.deeds = []ledger.Entry{r.entry(op.client, "client.changed", c.id)}
		i.there = func(now *seen) bool { return now.clients[c.id].permissions == words }
		i.apply = func(*seen) { m.permissions = words; r.model.clients[c.id] = m }
	}
	_, i.err = r.members.PutClient(ctx(), p, membership.ClientTerms{
		ID: access.ClientID(c.id), Organisation: access.OrganisationID(c.organisation), Holder: access.HolderID(c.holder),
		Role: c.role, Permissions: asked,
	})
	return []item{i}
}

// codeOf is the code of a refusal that a row of a batch gets.
func codeOf(details []fault.Detail, row int) fault.Code {
	for _, d := range details {
		if d.Row == row {
			return d.Code
		}
	}
	return ""
}
