package release_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

const (
	requestA = release.RequestID("cccccccc-0000-4000-8000-000000000001")
	requestB = release.RequestID("cccccccc-0000-4000-8000-000000000002")
)

var regret = codelist.Text{SV: "En siffra var fel från början.", EN: "A number was wrong from the start."}

// ages asks for a one-way table of the slide's persons.
func ages(id release.RequestID) release.Request {
	return release.Request{ID: id, Year: theYear, Table: plan.Tabulation{
		Name: "age", Title: codelist.Text{SV: "Ålder", EN: "Age"}, Universe: "sexual_exploitation_women_girls",
		Dimensions: []plan.Dimension{{Field: "age_band"}},
	}}
}

func TestARequestIsAdmittedByStructureAndPublishedSize(t *testing.T) {
	h := open(t)
	ask := func(edit func(*release.Request)) release.Request {
		t.Helper()
		r := ages(release.RequestID(fmt.Sprintf("cccccccc-0000-4000-8000-0000000001%02d", len(must[[]release.Request](t)(h.Requests(t.Context(), author))))))
		edit(&r)
		return must[release.Request](t)(h.Request(t.Context(), researcher, r))
	}
	same := func(*release.Request) {}
	if r := ask(same); r.Admitted || r.Refusal != string(release.CodeUniverseUnpublished) {
		t.Errorf("before any release: %+v", r)
	}
	h.published(draftA, tiny(t))
	if r := ask(same); !r.Admitted || r.Refusal != "" {
		t.Errorf("a table that 35 persons bear: %+v", r)
	}
	if r := ask(func(r *release.Request) { r.Table.Universe = "minors" }); r.Refusal != string(release.CodeUniverseUnpublished) {
		t.Errorf("a universe that no release states: %+v", r)
	}
	three := func(r *release.Request) {
		r.Table.Dimensions = []plan.Dimension{{Field: "age_band"}, {Field: "residence_status"}, {Field: "first_contact"}}
	}
	if r := ask(three); r.Admitted || r.Refusal == "" {
		t.Errorf("a table of three dimensions: %+v", r)
	}
	// The records are not looked at: without any, the answer is the same.
	h.memory.SetRecords(theYear, nil)
	if r := ask(same); !r.Admitted {
		t.Errorf("the answer depends on the records: %+v", r)
	}
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), author, 1, regret))
	if r := ask(same); r.Refusal != string(release.CodeUniverseUnpublished) {
		t.Errorf("of a withdrawn release: %+v", r)
	}
}

func TestARequestThatMakesNoSensePointsIntoIt(t *testing.T) {
	h := open(t)
	for pointer, edit := range map[string]func(*release.Request){
		"/table/name":               func(r *release.Request) { r.Table.Name = "No Name" },
		"/table/title/sv":           func(r *release.Request) { r.Table.Title.SV = "" },
		"/year":                     func(r *release.Request) { r.Year = 12 },
		"/table/dimensions/0/field": func(r *release.Request) { r.Table.Dimensions[0].Field = "shoe_size" },
		"/table/universe":           func(r *release.Request) { r.Table.Universe = "everybody" },
	} {
		r := ages(requestA)
		edit(&r)
		_, err := h.Request(t.Context(), researcher, r)
		if d := details(err); fault.KindOf(err) != fault.Invalid || len(d) == 0 || d[0].Pointer != pointer {
			t.Errorf("%v %+v, want it to point at %s", err, d, pointer)
		}
	}
	bad := ages("x")
	_, err := h.Request(t.Context(), researcher, bad)
	wantRefusal(t, err, fault.Invalid, release.CodeIDInvalid)
}

func TestARequestIsItsHoldersOwn(t *testing.T) {
	h := open(t)
	first := must[release.Request](t)(h.Request(t.Context(), researcher, ages(requestA)))
	again := must[release.Request](t)(h.Request(t.Context(), researcher, ages(requestA)))
	if diff := cmp.Diff(first, again); diff != "" || len(h.memory.Deeds()) != 1 {
		t.Errorf("the same again: %s, %d deeds", diff, len(h.memory.Deeds()))
	}
	changed := ages(requestA)
	changed.Year--
	_, err := h.Request(t.Context(), researcher, changed)
	wantRefusal(t, err, fault.Conflict, release.CodeRequestFixed)
	_, err = h.Request(t.Context(), other, ages(requestA))
	wantRefusal(t, err, fault.NotFound, release.CodeRequestUnknown)
	_, err = h.ReadRequest(t.Context(), other, requestA)
	wantRefusal(t, err, fault.NotFound, release.CodeRequestUnknown)
	_, err = h.ReadRequest(t.Context(), researcher, requestB)
	wantRefusal(t, err, fault.NotFound, release.CodeRequestUnknown)
	if own := must[[]release.Request](t)(h.Requests(t.Context(), other)); len(own) != 0 {
		t.Errorf("somebody else's: %+v", own)
	}
	if all := must[[]release.Request](t)(h.Requests(t.Context(), author)); len(all) != 1 {
		t.Errorf("the desk sees %+v", all)
	}
	// Another client of the same person sees it; nobody's clients see none of each other's.
	second := researcher
	second.Client = "client-second"
	if own := must[[]release.Request](t)(h.Requests(t.Context(), second)); len(own) != 1 {
		t.Errorf("the same person sees %+v", own)
	}
}

func TestAHolderHasFiftyRequests(t *testing.T) {
	h := open(t)
	id := func(i int) release.RequestID {
		return release.RequestID(fmt.Sprintf("dddddddd-0000-4000-8000-0000000000%02d", i))
	}
	for i := range release.MaxRequests {
		must[release.Request](t)(h.Request(t.Context(), researcher, ages(id(i))))
	}
	_, err := h.Request(t.Context(), researcher, ages(id(release.MaxRequests)))
	wantRefusal(t, err, fault.Conflict, release.CodeTooManyRequests)
	must[release.Request](t)(h.Request(t.Context(), researcher, ages(id(0))))
	must[release.Request](t)(h.Request(t.Context(), other, ages(requestA)))
}

func TestThePriceIsForTheDesk(t *testing.T) {
	h := open(t)
	must[release.Request](t)(h.Request(t.Context(), researcher, ages(requestA)))
	free := h.Busy()
	_, err := h.Price(t.Context(), author, requestA)
	wantRefusal(t, err, fault.Unavailable, release.CodeBusy)
	free()
	price := must[release.Price](t)(h.Price(t.Context(), author, requestA))
	t.Logf("%+v", price)
	if !price.Admitted || price.Cells == 0 || len(price.Coarser) != 1 || price.Coarser[0].Cells > price.Cells {
		t.Errorf("%+v", price)
	}
	if d := lastDeed(h.memory.Deeds()); d.Deed != release.DeedPriced || d.Subjects[0] != string(requestA) {
		t.Errorf("%+v", d)
	}
	_, err = h.Price(t.Context(), author, requestB)
	wantRefusal(t, err, fault.NotFound, release.CodeRequestUnknown)
	wide := ages(requestB)
	wide.Table.Dimensions = append(wide.Table.Dimensions, plan.Dimension{Field: "residence_status"}, plan.Dimension{Field: "first_contact"})
	must[release.Request](t)(h.Request(t.Context(), researcher, wide))
	if price := must[release.Price](t)(h.Price(t.Context(), author, requestB)); price.Admitted || price.Cells != 0 || price.Coarser != nil {
		t.Errorf("an inadmissible table has a price: %+v", price)
	}
}
