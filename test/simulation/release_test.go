package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// releaseYear is the year that runs with releases begin with the records of.
const releaseYear = 2025

// draftIDs are the drafts of a run with releases.
var draftIDs = [2]string{"e0000000-0000-4000-8000-000000000001", "e0000000-0000-4000-8000-000000000002"}

// draftSeen is as much of a draft as is looked at.
type draftSeen struct {
	state           string
	version, number int
}

// drafted is what the model knows of a draft: from which records it was
// computed, and how many releases there were.
type drafted struct {
	records string
	after   int
}

// released is a release as it was when it was first seen.
type released struct {
	manifest string
	files    string // all of them, by a hash
	notice   string // "" while it stands
}

// step is what an operation may make of a draft.
type step struct {
	item
	draft string
	to    string   // its state when it is done
	also  []string // states that it may come to when it is refused, or breaks off
	deed  ledger.Deed
}

// playRelease does what is done to drafts and releases.
func (r *run) playRelease(op operation, p access.Principal) []item {
	if op.deed == recalls {
		return r.recall(op, p)
	}
	s := step{draft: r.draftFor(op)}
	id, was := release.DraftID(s.draft), r.seen.drafts[s.draft]
	s.what = string(op.deed) + " " + was.state
	switch op.deed {
	case plans:
		s.to, s.deed = "draft", release.DeedPlanned
		s.allow(r, op.client, access.ReleasesPrepare, was.state, "", "draft", "computed", "rejected")
		_, s.err = r.releases.Plan(ctx(), p, id, tinyPlan(op.number), was.version)
	case computes:
		r.foretellComputation(op, &s, was)
		_, s.err = r.releases.Compute(ctx(), p, id)
	case hands:
		s.to, s.deed = "submitted", release.DeedSubmitted
		s.allow(r, op.client, access.ReleasesPrepare, was.state, "computed")
		s.alike = append(s.alike, release.CodeFindingsStand)
		_, s.err = r.releases.Submit(ctx(), p, id, r.waivers(id))
	case decides:
		r.decide(op, p, &s, was)
	case publishes:
		r.foretellPublication(op, &s, was)
		_, s.err = r.releases.Publish(ctx(), p, id)
	}
	return []item{s.settled(r, op, was)}
}

// further is what takes a draft one step on.
func (r *run) further(op operation) operation {
	state := r.seen.drafts[r.draftFor(op)].state
	op.deed = map[string]deed{
		"": plans, "draft": computes, "rejected": plans, "computed": hands, "submitted": decides, "approved": publishes, "published": publishes,
	}[state]
	if op.deed == decides {
		op.client = "reviewer"
	}
	return op
}

// draftFor is usually the first draft that is not published yet.
func (r *run) draftFor(op operation) string {
	at := min(op.number%8, 1)
	if r.seen.drafts[draftIDs[1-at]].state != "published" {
		at = 1 - at
	}
	return draftIDs[at]
}

// allow foretells a refusal: for want of a permission, of a draft, of a state.
func (s *step) allow(r *run, client string, permission access.Permission, state string, from ...string) {
	switch {
	case !r.allowed(client, permission):
		s.code = access.CodePermissionMissing
	case state == "" && !slices.Contains(from, ""):
		s.code = release.CodeDraftUnknown
	case !slices.Contains(from, state):
		s.code = release.CodeDraftState
		if r.model.forgotten[s.draft] {
			s.alike = []fault.Code{release.CodeOutdated}
		}
	}
}

func (r *run) decide(op operation, p access.Principal, s *step, was draftSeen) {
	id := release.DraftID(s.draft)
	s.allow(r, op.client, access.ReleasesReview, was.state, "submitted")
	if op.number%5 == 0 {
		s.to, s.deed = "rejected", release.DeedRejected
		_, s.err = r.releases.Reject(ctx(), p, id, was.version, "It does not say what it should.")
		return
	}
	s.to, s.deed = "approved", release.DeedApproved
	_, s.err = r.releases.Approve(ctx(), p, id, was.version)
}

// foretellComputation: the year has to be closed. What the protection refuses
// beyond that is its own to say; then the draft is back at its plan.
func (r *run) foretellComputation(op operation, s *step, was draftSeen) {
	s.to, s.deed, s.also = "computed", release.DeedComputed, []string{"draft"}
	s.allow(r, op.client, access.ReleasesPrepare, was.state, "draft", "computed")
	switch state := r.model.years[releaseYear]; {
	case s.code != "" || state == "closed":
	case state == "erased":
		s.code = release.CodePeriodErased
	default:
		s.code = release.CodePeriodNotClosed
	}
	if s.code != "" {
		return
	}
	s.alike = []fault.Code{release.CodeUniverseTooSmall, release.CodeTooFewChanges, release.CodeTableInadmissible, release.CodeNotProved, release.CodeHistory, release.CodeHistoryErased}
}

// foretellPublication: only what is approved, while the records and the
// releases are those that it was computed from.
func (r *run) foretellPublication(op operation, s *step, was draftSeen) {
	s.to, s.deed, s.also = "published", release.DeedPublished, []string{"draft", "approved"}
	s.allow(r, op.client, access.ReleasesPrepare, was.state, "approved", "published")
	d := r.model.drafts[s.draft]
	switch {
	case s.code != "" || was.state == "published" || r.outThere(was):
	case r.model.years[releaseYear] == "erased":
		s.code, s.alike = release.CodePeriodErased, []fault.Code{release.CodeOutdated}
	case r.model.years[releaseYear] != "closed":
		s.code, s.alike = release.CodePeriodNotClosed, []fault.Code{release.CodeOutdated}
	case d == nil || d.records != r.fingerprint() || d.after != len(r.model.shelf):
		s.code = release.CodeOutdated
	}
}

// outThere says whether a draft's release is in the archive already, and only
// the mark is missing.
func (r *run) outThere(was draftSeen) bool {
	return was.state == "approved" && was.number > 0 && was.number == len(r.model.shelf) && !r.marked(was.number)
}

func (r *run) marked(number int) bool {
	for _, d := range r.seen.drafts {
		if d.state == "published" && d.number == number {
			return true
		}
	}
	return false
}

// settled makes the item of a step: whatever became of the draft is one of what
// may become of it, and its deed stands in the ledger.
func (s *step) settled(r *run, op operation, was draftSeen) item {
	i := s.item
	count, of := len(r.model.shelf), r.fingerprint()
	i.late = func(now *seen) []ledger.Entry {
		is := now.drafts[s.draft]
		r.note("  draft %v -> %v", was, is)
		if s.err == nil && is.state != s.to {
			r.fail("%s: the draft is %q, foretold %q", s.what, is.state, s.to)
		}
		if is == was {
			return nil
		}
		if is.state != s.to && !slices.Contains(s.also, is.state) || is.version <= was.version {
			r.fail("%s made the draft %v of %v", s.what, is, was)
		}
		r.tolerated[s.draft] = is
		r.model.forgotten[s.draft] = false
		if is.state == "computed" {
			r.model.drafts[s.draft] = &drafted{of, count}
		}
		return r.draftDeeds(op, s, was, is, now)
	}
	return i
}

// draftDeeds are what a change of a draft leaves in the ledger. Of a refusal
// the reason is the product's to give.
func (r *run) draftDeeds(op operation, s *step, was, is draftSeen, now *seen) []ledger.Entry {
	switch {
	case is.state == s.to:
		e := r.entry(op.client, s.deed, s.draft)
		if s.deed == release.DeedPublished {
			e.Subjects = append(e.Subjects, strconv.Itoa(is.number))
		}
		return []ledger.Entry{e}
	case is.state == "approved": // it was frozen, which is no deed
		return nil
	}
	e := r.entry(op.client, release.DeedRefused, s.draft)
	for _, found := range now.entries {
		if found.Deed == release.DeedRefused {
			e.Reason = found.Reason
		}
	}
	return []ledger.Entry{e}
}

// recall takes a release back.
func (r *run) recall(op operation, p access.Principal) []item {
	number := op.number%3 + 1
	i := item{what: "a recall"}
	switch {
	case !r.allowed(op.client, access.ReleasesPrepare):
		i.code = access.CodePermissionMissing
	case number > len(r.model.shelf):
		i.code = release.CodeReleaseUnknown
	default:
		r.recalled = number
	}
	_, i.err = r.releases.Withdraw(ctx(), p, number, codelist.Text{SV: "En siffra blev fel.", EN: "A figure was wrong."})
	return []item{i}
}

// waivers waives what has to be.
func (r *run) waivers(id release.DraftID) (out []release.Waiver) {
	d, err := r.records.Drafts().Draft(ctx(), id)
	if err != nil {
		return nil
	}
	for _, f := range d.Findings {
		if f.Class == release.ForReview {
			out = append(out, release.Waiver{Finding: f.ID, Reason: "Looked at by the desk: it is known from elsewhere.", LegalBasis: "GDPR art. 89"})
		}
	}
	return out
}

// tinyPlan is the smallest plan, under one of several titles.
func tinyPlan(n int) []byte {
	p, err := plan.Default(releaseYear)
	if err != nil {
		panic(err)
	}
	p.Figures, p.Tables = p.Figures[5:6], nil
	p.Title = codelist.Text{SV: fmt.Sprintf("Nummer %d", n%3), EN: fmt.Sprintf("Number %d", n%3)}
	text, err := p.JSON()
	if err != nil {
		panic(err)
	}
	return text
}

// theFigure is the one that is released.
const theFigure = figure.Name("relation_to_perpetrator")

// fingerprint is what the year's records are, whoever has which.
func (r *run) fingerprint() string {
	have := map[string]int{}
	for _, k := range r.model.living("", releaseYear) {
		have[k.organisation+r.model.records[k].newest().answers]++
	}
	var b strings.Builder
	for _, of := range slices.Sorted(maps.Keys(have)) {
		fmt.Fprintf(&b, "%s %d\n", of, have[of])
	}
	return b.String()
}
