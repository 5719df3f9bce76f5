package simulation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"testing/synctest"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// play has the product do an operation, and foretells what becomes of it.
func (r *run) play(op operation) []item {
	if op.deed == advances {
		op = r.further(op)
		r.op = op
	}
	switch op.deed {
	case passes:
		return r.pass(op)
	case restarts:
		return r.restart(op.strike)
	case dies:
		r.awaits = op.strike
		r.must(r.machine.die())
		return nil
	case verifies:
		return r.verify()
	case rotates:
		return r.rotate(op)
	case presents:
		if len(r.olds) > 0 {
			r.present(r.olds[op.number%len(r.olds)])
		}
		return nil
	case erases:
		return r.erase()
	}
	if op.client == "" {
		op.client = "coordinator"
	}
	p, ok := r.as(op.client)
	if !ok {
		return nil
	}
	switch op.deed {
	case submits:
		return []item{r.submit(op.client, p, op.rows[0])()}
	case crowds:
		return r.crowd(op)
	case batches:
		return r.batch(op, p)
	case withdraws:
		return r.withdraw(op, p)
	case reads, histories:
		return r.read(op, p)
	case lists:
		return r.list(op, p)
	case counts:
		return r.own(op, p)
	case desks:
		return r.count(op, p)
	case turns:
		return r.turn(op, p)
	case revokes:
		return r.revoke(op, p)
	case permits:
		return r.permit(op, p)
	}
	return r.playRelease(op, p)
}

// keyOf is a record of a client's organisation.
func keyOf(client string, n int) key {
	return key{clients[client].organisation, string(recordtest.ID(n))}
}

// entry is a deed as it is to stand in the ledger.
func (r *run) entry(actor string, what ledger.Deed, subjects ...string) ledger.Entry {
	if c, known := clients[actor]; known {
		actor = c.id
	}
	return ledger.Entry{Day: r.clock.day(), Actor: actor, Deed: what, Subjects: subjects}
}

// subject is what the ledger calls a record.
func subject(k key) string {
	mac := hmac.New(sha256.New, subjectKey)
	fmt.Fprintf(mac, "%s/%s", k.organisation, k.record)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// settled is a submission with what it means now.
type settled struct {
	key     key
	content content
	naming  naming
	minimal bool
}

// meaning settles a row by what the organisation has now.
func (r *run) meaning(client string, w row) settled {
	k := keyOf(client, w.record)
	s := settled{key: k}
	s.content, s.minimal = contentOf(w.fresh, w.year)
	s.naming = naming{1, "0f0f0f0f"}
	if now := r.model.records[k]; now != nil {
		newest := now.newest()
		s.naming = naming{newest.number, newest.tag}
		switch {
		case w.what == "same" && !newest.withdrawn:
			s.content = newest.content
		case w.what == "earlier" && len(now.versions) > 1:
			s.content = now.versions[0].content
		}
		s.minimal = r.model.minimal[s.content] || s.minimal && s.content.answers == string(book().minimal)
	} else {
		s.naming = naming{}
	}
	switch w.naming {
	case "none":
		s.naming = naming{}
	case "number":
		s.naming.number++
	case "tag":
		s.naming.tag = "00" + s.naming.tag
	}
	return s
}

// submit gives what submits a row and foretells the answer. It is called later,
// by another goroutine perhaps.
func (r *run) submit(client string, p access.Principal, w row) func() item {
	s := r.meaning(client, w)
	sub := intake.Submission{Record: s.content.record(s.key.record), Replaces: intake.Precondition{Version: s.naming.number, Tag: s.naming.tag}}
	i := r.submission(client, s)
	if r.repeated && r.wrong.newNames {
		sub.Record.ID = recordtest.ID(ids + w.record)
	}
	return func() item {
		var receipt intake.Receipt
		receipt, i.err = r.intake.Put(ctx(), p, sub)
		want := r.model.next(s.key)
		if i.apply == nil && i.code == "" {
			want-- // nothing new came
		}
		i.shown = func() {
			if receipt.Version != want || receipt.Record != sub.Record.ID {
				r.fail("%s: a receipt of version %d, foretold %d", i.what, receipt.Version, want)
			}
			if i.apply != nil {
				r.acknowledged(s.key, receipt)
			}
		}
		return i
	}
}

// acknowledged holds a receipt against what is stored: tag and day.
func (r *run) acknowledged(k key, receipt intake.Receipt) {
	r.receipts = append(r.receipts, promise{k, receipt.Version, receipt.Tag, receipt.Day})
}

// submission foretells what becomes of one.
func (r *run) submission(client string, s settled) item {
	if !r.allowed(client, access.RecordsWrite) {
		return item{what: "a submission", code: access.CodePermissionMissing}
	}
	outcome, code := r.model.put(s.key, s.content, s.naming)
	i := item{what: "a submission", code: code}
	if outcome == "accepted" || outcome == "corrected" {
		i.what = outcome
		i.deeds = []ledger.Entry{r.entry(client, ledger.Deed("record."+outcome), subject(s.key))}
		i.there, i.apply = r.arrival(s)
	}
	return i
}

// arrival is a version that comes: how to see it, and what it makes of the model.
func (r *run) arrival(s settled) (there func(*seen) bool, apply func(*seen)) {
	number, day := r.model.next(s.key), r.clock.day()
	there = func(now *seen) bool { v := now.records[s.key]; return v.number == number && v.content == s.content }
	apply = func(now *seen) {
		v := version{number: number, day: day, content: s.content, tag: now.records[s.key].tag} // drawn by the product
		r.model.keep(s.key, v)
		r.model.minimal[s.content] = s.minimal
	}
	return there, apply
}

// crowd has several clients submit while no transaction can begin.
func (r *run) crowd(op operation) []item {
	var jobs []func() item
	for i, w := range op.rows {
		client := []string{"A1", "B1"}[(op.number>>i)&1]
		if p, ok := r.as(client); ok {
			jobs = append(jobs, r.submit(client, p, w))
		}
	}
	done := make([]item, len(jobs))
	open := r.machine.shut()
	for i, job := range jobs {
		go func() { done[i] = job() }()
		synctest.Wait() // it is in the queue, behind the one before
	}
	open()
	synctest.Wait()
	return done
}

func (r *run) withdraw(op operation, p access.Principal) []item {
	k := keyOf(op.client, op.rows[0].record)
	now := r.model.records[k]
	i := item{what: "a withdrawal"}
	switch {
	case !r.allowed(op.client, access.RecordsWrite):
		i.code = access.CodePermissionMissing
	case now == nil:
		i.code = intake.CodeRecordNotFound
	case !now.newest().withdrawn:
		i.deeds = []ledger.Entry{r.entry(op.client, intake.DeedWithdrawn, subject(k))}
		i.there, i.apply = r.departure(k)
	}
	i.err = r.intake.Withdraw(ctx(), p, record.ID(k.record))
	return []item{i}
}

// departure is a record that goes.
func (r *run) departure(k key) (there func(*seen) bool, apply func(*seen)) {
	number, day := r.model.next(k), r.clock.day()
	there = func(now *seen) bool { return now.records[k].withdrawn }
	apply = func(now *seen) {
		r.model.erase(k, version{number: number, day: day, withdrawn: true, tag: now.records[k].tag})
		r.tally.Withdrawn++
		r.departed = true
	}
	return there, apply
}

func (r *run) turn(op operation, p access.Principal) []item {
	change := map[string]func() error{
		"open":       func() error { return r.members.OpenPeriod(ctx(), p, op.year) },
		"closed":     func() error { return r.members.ClosePeriod(ctx(), p, op.year) },
		"correcting": func() error { return r.members.CorrectPeriod(ctx(), p, op.year) },
	}[op.to]
	changes, code := r.model.turn(op.year, op.to, r.clock.Now())
	i := item{what: "turning a year", code: code}
	if changes {
		what := map[string]ledger.Deed{"open": "period.opened", "closed": "period.closed", "correcting": "period.correction_opened"}[op.to]
		i.deeds = []ledger.Entry{r.entry(op.client, what, strconv.Itoa(op.year))}
		i.there = func(now *seen) bool { return now.years[op.year] == op.to }
		i.apply = func(*seen) { r.model.years[op.year] = op.to }
	}
	i.err = change()
	return []item{i}
}

// revoke ends one of the clients that others can do without.
func (r *run) revoke(op operation, p access.Principal) []item {
	name := []string{"A2", "B2"}[op.number%2]
	c := clients[name]
	i := item{what: "a revocation"}
	if m := r.model.clients[c.id]; !m.revoked {
		i.deeds = []ledger.Entry{r.entry(op.client, "client.revoked", c.id)}
		i.there = func(now *seen) bool { return now.clients[c.id].revoked }
		i.apply = func(*seen) { m.revoked = true; r.model.clients[c.id] = m }
	}
	i.err = r.members.RevokeClient(ctx(), p, access.ClientID(c.id))
	return []item{i}
}
