package release_test

import (
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
)

// desk is what the drafts are, in the few words of the specification.
type desk struct {
	states   map[release.DraftID]release.State
	versions map[release.DraftID]int
	released int
	since    map[release.DraftID]int // how many releases there were when it was computed
}

// TestTheDraftsGoTheirWay: whatever people do in whatever order, the service
// does what the model says, and refuses everything else without a trace.
func TestTheDraftsGoTheirWay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := open(t)
		m := desk{states: map[release.DraftID]release.State{}, versions: map[release.DraftID]int{}, since: map[release.DraftID]int{}}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			id := rapid.SampledFrom([]release.DraftID{draftA, draftB}).Draw(rt, "draft")
			who := rapid.SampledFrom([]access.Principal{author, colleague, reviewer, researcher}).Draw(rt, "who")
			do := rapid.SampledFrom([]string{"plan", "compute", "submit", "approve", "reject", "publish"}).Draw(rt, "action")
			d, err := h.act(who, id, do)
			want, code := m.act(who, id, do)
			if fault.CodeOf(err) != code {
				rt.Fatalf("%s of %s by %s: %v, want %q", do, m.states[id], who.Client, err, code)
			}
			if err == nil {
				m.states[id], m.versions[id] = want, d.Version
				if d.State != want {
					rt.Fatalf("%s: %s, want %s", do, d.State, want)
				}
			}
			if code == release.CodeOutdated {
				m.states[id] = release.Planned
				kept, _ := h.memory.Draft(t.Context(), id)
				m.versions[id] = kept.Version
			}
			if n := len(h.releases()); n != m.released || len(h.archive.Deeds()) != n {
				rt.Fatalf("%d releases, want %d", n, m.released)
			}
		}
	})
}

func (h *house) act(who access.Principal, id release.DraftID, do string) (release.Draft, error) {
	ctx := h.t.Context()
	d, _ := h.memory.Draft(ctx, id)
	switch do {
	case "plan":
		return h.Plan(ctx, who, id, document(h.t, tiny(h.t)), d.Version)
	case "compute":
		return h.Compute(ctx, who, id)
	case "submit":
		return h.Submit(ctx, who, id, nil)
	case "approve":
		return h.Approve(ctx, who, id, d.Version)
	case "reject":
		return h.Reject(ctx, who, id, d.Version, "Something is not right.")
	}
	return h.Publish(ctx, who, id)
}

// act says what an action makes of a draft, or the code of the refusal. All
// drafts are of the same year and the same records.
func (m *desk) act(who access.Principal, id release.DraftID, do string) (release.State, fault.Code) {
	review := do == "approve" || do == "reject"
	if review && !who.Can(access.ReleasesReview) || !review && !who.Can(access.ReleasesPrepare) {
		return "", access.CodePermissionMissing
	}
	now, known := m.states[id]
	if !known && do != "plan" {
		return "", release.CodeDraftUnknown
	}
	from := map[string][]release.State{
		"plan": {"", release.Planned, release.Computed, release.Rejected}, "compute": {release.Planned, release.Computed},
		"submit": {release.Computed}, "approve": {release.Submitted}, "reject": {release.Submitted},
		"publish": {release.Approved, release.Published},
	}
	for _, s := range from[do] {
		if s == now {
			return m.done(id, do)
		}
	}
	return "", release.CodeDraftState
}

func (m *desk) done(id release.DraftID, do string) (release.State, fault.Code) {
	switch do {
	case "compute":
		m.since[id] = m.released
	case "publish":
		if m.states[id] == release.Published {
			return release.Published, ""
		}
		if m.since[id] != m.released {
			return "", release.CodeOutdated
		}
		m.released++
	}
	return map[string]release.State{
		"plan": release.Planned, "compute": release.Computed, "submit": release.Submitted, "approve": release.Approved,
		"reject": release.Rejected, "publish": release.Published,
	}[do], ""
}
