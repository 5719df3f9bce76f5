package release_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// tiny is the plan of one share: the quickest to compute.
func tiny(t testing.TB) *plan.Plan {
	t.Helper()
	p := slide(t)
	p.Figures = p.Figures[5:6] // relation_to_perpetrator
	return p
}

func details(err error) []fault.Detail {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Details
	}
	return nil
}

func TestAPlanIsCheckedBeforeItIsKept(t *testing.T) {
	h := open(t)
	text := string(document(t, tiny(t)))
	for name, c := range map[string]struct {
		document string
		kind     fault.Kind
		code     fault.Code
		pointer  string
	}{
		"not readable":      {"{", fault.Malformed, plan.CodeMalformed, ""},
		"an unknown key":    {strings.Replace(text, `"title"`, `"heading"`, 1), fault.Invalid, plan.CodeUnknownKey, "/heading"},
		"an unknown figure": {strings.Replace(text, "relation_to_perpetrator", "relation_to_nobody", 1), fault.Invalid, frame.CodeUnknownFigure, "/figures/0/name"},
		"a weak policy":     {strings.Replace(text, `"t":5`, `"t":1`, 1), fault.Invalid, plan.CodePolicy, "/policy/t"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Plan(t.Context(), author, draftA, []byte(c.document), 0)
			wantRefusal(t, err, c.kind, c.code)
			if d := details(err); c.pointer != "" && (len(d) == 0 || d[0].Pointer != c.pointer) {
				t.Errorf("points at %+v, want %s", d, c.pointer)
			}
		})
	}
	if n := len(h.memory.Deeds()); n != 0 {
		t.Errorf("%d deeds of refused plans", n)
	}
	_, err := h.Plan(t.Context(), author, "not-an-id", []byte(text), 0)
	wantRefusal(t, err, fault.Invalid, release.CodeIDInvalid)
}

func TestAPlanMayBeYAML(t *testing.T) {
	h := open(t)
	yaml := `
title: {sv: Rapport, en: Report}
years: [2025]
universes: [sexual_exploitation_women_girls]
figures: [{name: relation_to_perpetrator}]
`
	d := must[release.Draft](t)(h.Plan(t.Context(), author, draftA, []byte(yaml), 0))
	if !strings.HasPrefix(string(d.Plan), `{"figures":[{"name":"relation_to_perpetrator"}]`) || d.Version != 1 || d.State != release.Planned {
		t.Errorf("%s, version %d, state %s", d.Plan, d.Version, d.State)
	}
}

func TestAPlanNamesTheVersionItReplaces(t *testing.T) {
	h := open(t)
	first, second := document(t, tiny(t)), document(t, slide(t))
	_, err := h.Plan(t.Context(), author, draftA, first, 1)
	wantRefusal(t, err, fault.Stale, release.CodeDraftChanged)
	must[release.Draft](t)(h.Plan(t.Context(), author, draftA, first, 0))
	again := must[release.Draft](t)(h.Plan(t.Context(), author, draftA, first, 0))
	if again.Version != 1 || len(h.memory.Deeds()) != 1 {
		t.Errorf("the same plan again made version %d, %d deeds", again.Version, len(h.memory.Deeds()))
	}
	_, err = h.Plan(t.Context(), author, draftA, second, 0)
	wantRefusal(t, err, fault.Stale, release.CodeDraftChanged)
	d := must[release.Draft](t)(h.Plan(t.Context(), colleague, draftA, second, 1))
	if d.Version != 2 || d.Author.Client != colleague.Client {
		t.Errorf("version %d by %s", d.Version, d.Author.Client)
	}
}

// What each method is for, and nobody else.
func TestOnlyWhoHasThePermission(t *testing.T) {
	h := open(t)
	d := h.computed(draftA, tiny(t))
	text := document(t, tiny(t))
	ctx := context.Background()
	before := len(h.memory.Deeds())
	desk := map[string]func(access.Principal) error{
		"plan":     func(p access.Principal) error { _, err := h.Plan(ctx, p, draftA, text, d.Version); return err },
		"compute":  func(p access.Principal) error { _, err := h.Compute(ctx, p, draftA); return err },
		"submit":   func(p access.Principal) error { _, err := h.Submit(ctx, p, draftA, nil); return err },
		"publish":  func(p access.Principal) error { _, err := h.Publish(ctx, p, draftA); return err },
		"withdraw": func(p access.Principal) error { _, err := h.Withdraw(ctx, p, 1, regret); return err },
		"price":    func(p access.Principal) error { _, err := h.Price(ctx, p, requestA); return err },
	}
	for name, do := range desk {
		for _, p := range []access.Principal{reviewer, researcher, {}} {
			if err := do(p); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by %q: %v", name, p.Client, err)
			}
		}
	}
	review := map[string]func(access.Principal) error{
		"approve": func(p access.Principal) error { _, err := h.Approve(ctx, p, draftA, d.Version); return err },
		"reject": func(p access.Principal) error {
			_, err := h.Reject(ctx, p, draftA, d.Version, "not good enough yet")
			return err
		},
	}
	for name, do := range review {
		for _, p := range []access.Principal{author, researcher, {}} {
			if err := do(p); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by %q: %v", name, p.Client, err)
			}
		}
	}
	reading := map[string]func(access.Principal) error{
		"list":    func(p access.Principal) error { _, err := h.List(ctx, p); return err },
		"read":    func(p access.Principal) error { _, err := h.Read(ctx, p, draftA); return err },
		"content": func(p access.Principal) error { _, err := h.Content(ctx, p, draftA); return err },
		"proof":   func(p access.Principal) error { _, err := h.Certificate(ctx, p, draftA); return err },
	}
	for name, do := range reading {
		for _, p := range []access.Principal{researcher, {}} {
			if err := do(p); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by %q: %v", name, p.Client, err)
			}
		}
	}
	asking := map[string]func(access.Principal) error{
		"request":  func(p access.Principal) error { _, err := h.Request(ctx, p, ages(requestA)); return err },
		"requests": func(p access.Principal) error { _, err := h.Requests(ctx, p); return err },
		"one":      func(p access.Principal) error { _, err := h.ReadRequest(ctx, p, requestA); return err },
	}
	for name, do := range asking {
		for _, p := range []access.Principal{reviewer, {}} {
			if err := do(p); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by %q: %v", name, p.Client, err)
			}
		}
	}
	if n := len(h.memory.Deeds()); n != before {
		t.Errorf("%d deeds by people who may do nothing", n-before)
	}
	// The contrast: those who may do read it.
	for _, p := range []access.Principal{author, reviewer} {
		for name, do := range reading {
			if err := do(p); err != nil {
				t.Errorf("%s by %s: %v", name, p.Client, err)
			}
		}
	}
}
