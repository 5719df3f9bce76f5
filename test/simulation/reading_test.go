package simulation

import (
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// read has a member read back a record, or every version of it.
func (r *run) read(op operation, p access.Principal) []item {
	k := keyOf(op.client, op.rows[0].record)
	what, get := intake.DeedRead, func() ([]intake.Version, error) {
		v, err := r.intake.Get(ctx(), p, record.ID(k.record))
		return []intake.Version{v}, err
	}
	want := r.model.records[k]
	i := item{what: string(op.deed)}
	if op.deed == histories {
		what = intake.DeedHistoryRead
		get = func() ([]intake.Version, error) { return r.intake.History(ctx(), p, record.ID(k.record)) }
	}
	switch {
	case !r.allowed(op.client, access.RecordsRead):
		i.code = access.CodePermissionMissing
	case want == nil:
		i.code = intake.CodeRecordNotFound
	case op.deed == reads && want.newest().withdrawn:
		i.code = intake.CodeWithdrawn
	}
	if i.code != access.CodePermissionMissing {
		i.logs = []ledger.Entry{r.entry(op.client, what, subject(k))}
	}
	got, err := get()
	i.err = err
	i.shown = func() {
		expected := slices.Clone(want.versions)
		slices.Reverse(expected)
		if op.deed == reads {
			expected = expected[:1]
		}
		r.same(i.what, expected, got)
	}
	return []item{i}
}

// same holds versions that were given against those that are kept.
func (r *run) same(what string, want []version, got []intake.Version) {
	if len(want) != len(got) {
		r.fail("%s: %d versions, foretold %d", what, len(got), len(want))
	}
	for i, g := range got {
		v := version{g.Number, g.Tag, g.Day, g.Withdrawn, content{g.Record.Year, string(g.Record.Answers)}}
		if v != want[i] {
			r.fail("%s: version %d is not what was sent", what, g.Number)
		}
	}
}

// list has a member list its records of a year, all in one page.
func (r *run) list(op operation, p access.Principal) []item {
	year := op.year
	if op.number%3 == 0 {
		year = 0
	}
	i := item{what: "a list"}
	if r.allowed(op.client, access.RecordsRead) {
		i.logs = []ledger.Entry{r.entry(op.client, intake.DeedListed)}
	} else {
		i.code = access.CodePermissionMissing
	}
	var got []intake.Version
	got, i.err = r.intake.List(ctx(), p, intake.Page{Year: year, Limit: 500})
	i.shown = func() {
		var want []version
		for _, k := range r.model.living(clients[op.client].organisation, year) {
			want = append(want, r.model.records[k].newest())
		}
		for at, g := range got {
			k := key{string(g.Key.Organisation), string(g.Key.Record)}
			if k.organisation != clients[op.client].organisation || r.model.records[k] == nil {
				r.fail("%s: entry %d is not the organisation's own", i.what, at)
			}
		}
		r.same(i.what, want, got)
	}
	return []item{i}
}

// own has a member count its own records of a year.
func (r *run) own(op operation, p access.Principal) []item {
	i := item{what: "a member's own count"}
	state := r.model.years[op.year]
	if r.allowed(op.client, access.RecordsRead) {
		i.logs = []ledger.Entry{r.entry(op.client, desk.DeedOwnFigures, strconv.Itoa(op.year))}
	}
	switch {
	case i.logs == nil:
		i.code = access.CodePermissionMissing
	case state == "":
		i.code = desk.CodePeriodUnknown
	case state == "erased":
		i.code = desk.CodePeriodErased
	}
	var got *desk.Internal
	got, i.err = r.desk.OwnFigures(ctx(), p, op.year)
	i.shown = func() { r.counted(i.what, got, r.model.living(clients[op.client].organisation, op.year)) }
	return []item{i}
}

// counted holds a count against the records that it is of.
func (r *run) counted(what string, got *desk.Internal, of []key) {
	contacts, minimal := r.model.count(of)
	if got.Contacts() != contacts || got.CountOnly() != minimal {
		r.fail("%s: %d contacts, %d of them alone; foretold %d, %d", what, got.Contacts(), got.CountOnly(), contacts, minimal)
	}
}

// count has the desk count a year, as figures or as a table by region.
func (r *run) count(op operation, p access.Principal) []item {
	i := item{what: "the desk's count"}
	figures := op.number%2 == 0
	what, state := desk.DeedDeskTable, r.model.years[op.year]
	if figures {
		what = desk.DeedDeskFigures
	}
	if r.allowed(op.client, access.DeskRead) {
		e := r.entry(op.client, what, strconv.Itoa(op.year))
		e.Reason = string(desk.TrendReport)
		i.logs = []ledger.Entry{e}
	}
	switch {
	case i.logs == nil:
		i.code = access.CodePermissionMissing
	case state == "erased":
		i.code = desk.CodePeriodErased
	case state != "closed":
		i.code = desk.CodePeriodNotClosed
	}
	q := desk.Query{Year: op.year, Purpose: desk.TrendReport}
	var got *desk.Internal
	if figures {
		got, i.err = r.desk.Figures(ctx(), p, q)
	} else {
		got, i.err = r.desk.Table(ctx(), p, q, table.Spec{Dimensions: []table.Dimension{{Field: spread[0]}}})
	}
	i.shown = func() {
		of := r.model.living("", op.year)
		r.counted(i.what, got, of)
		if !figures {
			r.tabulated(got.Table(), of)
		}
	}
	return []item{i}
}

// tabulated holds a table by region against the records that it is of.
func (r *run) tabulated(got *table.Table, of []key) {
	column, _ := book().reader.Schema().Column(spread[0])
	want := map[codelist.Code]int{}
	for _, k := range of {
		if c := r.model.records[k].newest().content; !r.model.minimal[c] {
			for _, code := range book().reader.Schema().Codes(record.Answers(c.answers), column) {
				want[code]++
			}
		}
	}
	for at, category := range got.Axes[0].Categories {
		if n := got.At(at).N; n != want[category.Code] {
			r.fail("a table: %d in %s, foretold %d", n, category.Code, want[category.Code])
		}
	}
}

// verify has the ledgers verified, as an auditor would.
func (r *run) verify() []item {
	i := item{what: "verification"}
	report, err := r.records.Ledger().Verify(ctx(), nil)
	if i.err = err; err == nil && !report.OK() {
		r.fail("the ledger of the records: %v", report.Findings)
	}
	if err != nil || r.archive == nil {
		return []item{i}
	}
	report, i.err = r.archive.Ledger().Verify(ctx(), nil)
	if i.err == nil && !report.OK() {
		r.fail("the ledger of the releases: %v", report.Findings)
	}
	return []item{i}
}
