package simulation

import (
	"iter"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// account is what a batch is to tell.
type account struct {
	accepted, unchanged, corrected, refused int
	codes                                   map[int]fault.Code // of refused rows, from 1
}

// batch has a member send several rows at once: one transaction.
func (r *run) batch(op operation, p access.Principal) []item {
	opt := intake.BatchOptions{Mode: intake.Mode(op.to)}
	if op.to == "dry_run" {
		opt = intake.BatchOptions{Mode: intake.RowByRow, DryRun: true}
	}
	rows := make([]settled, len(op.rows))
	for i, w := range op.rows {
		rows[i] = r.meaning(op.client, w)
		rows[i].naming.tag = "" // rows name a version alone
	}
	i, want := r.foretellBatch(op.client, rows, opt)
	report, err := r.intake.Batch(ctx(), p, rowsOf(rows), opt)
	i.err = err
	i.shown = func() { r.reported(want, report) }
	return []item{i}
}

func rowsOf(rows []settled) iter.Seq2[record.Row, error] {
	return func(yield func(record.Row, error) bool) {
		for n, s := range rows {
			if !yield(record.Row{Number: n + 1, Record: s.content.record(s.key.record), Version: s.naming.number}, nil) {
				return
			}
		}
	}
}

// foretellBatch foretells the report, and what the batch does.
func (r *run) foretellBatch(client string, rows []settled, opt intake.BatchOptions) (item, account) {
	i, want := item{what: "a batch"}, account{codes: map[int]fault.Code{}}
	if !r.allowed(client, access.RecordsWrite) {
		i.code = access.CodePermissionMissing
		return i, want
	}
	seen, subjects := map[key]bool{}, map[string][]string{}
	var taken []settled
	for n, s := range rows {
		outcome, code := r.model.put(s.key, s.content, s.naming)
		if seen[s.key] {
			outcome, code = "", intake.CodeDuplicateRow
		}
		seen[s.key] = true
		if want.add(n+1, outcome, code); outcome == "accepted" || outcome == "corrected" {
			subjects[outcome] = append(subjects[outcome], subject(s.key))
			taken = append(taken, s)
		}
	}
	switch {
	case opt.DryRun:
		return i, want
	case opt.Mode == intake.AllOrNothing && want.refused > 0:
		i.code = intake.CodeBatchRefused
		return i, want
	}
	for _, outcome := range slices.Sorted(maps.Keys(subjects)) {
		i.deeds = append(i.deeds, r.entry(client, ledger.Deed("record."+outcome), subjects[outcome]...))
	}
	r.take(&i, taken)
	return i, want
}

// take has rows come together or not at all.
func (r *run) take(i *item, rows []settled) {
	var applies []func(*seen)
	for _, s := range rows {
		there, apply := r.arrival(s)
		if i.there == nil {
			i.there = there
		}
		applies = append(applies, apply)
	}
	i.apply = func(now *seen) {
		for _, apply := range applies {
			apply(now)
		}
	}
}

func (a *account) add(row int, outcome string, code fault.Code) {
	switch outcome {
	case "accepted":
		a.accepted++
	case "unchanged":
		a.unchanged++
	case "corrected":
		a.corrected++
	default:
		a.refused++
		a.codes[row] = code
	}
}

func (r *run) reported(want account, got intake.Report) {
	if got.Accepted != want.accepted || got.Unchanged != want.unchanged || got.Corrected != want.corrected || got.Refused != want.refused {
		r.fail("a batch tells of %d accepted, %d unchanged, %d corrected, %d refused; foretold %+v",
			got.Accepted, got.Unchanged, got.Corrected, got.Refused, want)
	}
	for row, code := range want.codes {
		if said := codeOf(got.Refusals, row); said != code {
			r.fail("row %d of a batch is refused for %s, foretold %s", row, said, code)
		}
	}
}
