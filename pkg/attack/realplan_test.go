package attack

import (
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/disclosure"
	casefigures "manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/servertest"
)

// trend is the trend report over the demo's records: the default plan, laid
// out, recoded and protected.
type trend struct {
	script  *demo.Script
	content plan.Content
	naive   plan.Content // what a threshold alone would publish
}

func trendReport(t *testing.T, year int) trend {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	book := codelist.Current()
	script, err := demo.Write(book, year)
	must(err)
	figures, err := casefigures.Current(book)
	must(err)
	wanted, err := plan.Default(year)
	must(err)
	five := frame.Hidden{}
	for _, m := range script.Members {
		five.Organisations = append(five.Organisations, access.OrganisationID(m.Key))
	}
	f, err := frame.Lay(wanted, figures, five)
	must(err)
	data, err := f.Data(submitted(t, f, script, year))
	must(err)
	p := disclosure.Problem{System: f.Layout.Base, Data: data, Policy: wanted.Policy}
	p.Views, err = disclosure.Views(f.Layout.Base, data, p.Policy)
	must(err)
	var shown []plan.Presentation
	p.System, shown, err = disclosure.Recode(t.Context(), f.Layout, p)
	must(err)
	p.Views, err = disclosure.Views(p.System, data, p.Policy)
	must(err)
	solution, err := disclosure.Protect(t.Context(), p, disclosure.Seed{})
	must(err)
	described, err := f.Describe(p.System, shown)
	must(err)
	described.Year = year
	published, err := solution.Publish(described)
	must(err)
	out := trend{script: script, content: plan.Content{Title: wanted.Title, Policy: wanted.Policy}}
	out.content = disclosure.Compose(out.content, published).Content()
	out.naive = plan.Content{Title: wanted.Title, Policy: baselinePolicy(), Years: []plan.Publication{threshold(described, p.System, data)}}
	return out
}

// submitted gives the records of a year with who submitted them.
func submitted(t *testing.T, f *frame.Frame, script *demo.Script, year int) iter.Seq2[record.Answers, frame.Origin] {
	t.Helper()
	book := codelist.Current()
	reader, err := record.NewReader(record.NewSchema(book))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(record.Answers, frame.Origin) bool) {
		for _, r := range script.Records {
			if r.Year != year {
				continue
			}
			row := reader.Decode(r.JSON(book), record.Options{})
			if err := row.Refusal(); err != nil {
				t.Fatal(err)
			}
			organisation, _ := f.Organisation(access.OrganisationID(r.Member))
			if !yield(row.Record.Answers, frame.Origin{Organisation: organisation}) {
				return
			}
		}
	}
}

// threshold hides the counts 1 to 4 and nothing else.
func threshold(y plan.Publication, system plan.System, data []plan.Count) plan.Publication {
	y.Cells = slices.Clone(y.Cells)
	for i := range y.Cells {
		n := 0
		for _, c := range data {
			if meets(c.Atom, system.Cells[i].Where) {
				weight := 1
				if system.Cells[i].Weighted {
					weight = system.Cells[i].Weights[c.Atom[system.Cells[i].WeightAxis]]
				}
				n += weight * c.N
			}
		}
		y.Cells[i].Shown, y.Cells[i].Value = n < 1 || n > 4, n
		if !y.Cells[i].Shown {
			y.Cells[i].Value, y.Cells[i].Range = 0, &plan.Range{From: 1, To: 4}
		}
	}
	return y
}

func plantedDemo(script *demo.Script) []Person {
	var out []Person
	for _, r := range script.Records {
		out = append(out, Person{Organisation: r.Member, Year: r.Year, Answers: Answers(r.Answers)})
	}
	return out
}

// The trend report over the demo's records withstands what breaks the same
// report with a threshold alone.
func TestTheTrendReportHolds(t *testing.T) {
	report := trendReport(t, 2024)
	run := func(c plan.Content) Report {
		target := serve(t, c)
		target.Truth = plantedDemo(report.script)
		r, err := Run(t.Context(), target, Options{Short: true, Steps: few, Repeats: 1})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run(report.content)
	if r.Broken() {
		var text strings.Builder
		_ = r.WriteText(&text) //nolint:errcheck // into memory
		t.Errorf("the product is broken:\n%s", text.String())
	}
	statuses(t, r, Held, 1, 2, 3, 5, 7, 8, 12, 13, 16, 17)
	withstands(t, r)
	statuses(t, run(report.naive), Broken, 1, 4, 8, 12, 14)
}

// withstands looks at what reconstruction did, whether or not there was time
// for whole records.
func withstands(t *testing.T, r Report) {
	t.Helper()
	if n, of := numbers(t, r, 4, recovered); n != 0 || of == 0 || r.Results[3].Status == Broken {
		t.Errorf("reconstruction recovers %d of %d: %v", n, of, r.Results[3])
	}
}

// bearer signs requests in.
type bearer struct {
	client *http.Client
	token  string
}

func (b bearer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.client.Do(r)
}

var _ api.HttpRequestDoer = bearer{}

// Against a whole service, with members who read their own records over HTTP.
func TestAWholeServiceHolds(t *testing.T) {
	report := trendReport(t, servertest.OpenYear)
	s := servertest.Start(t, servertest.Options{})
	s.Publish(t, report.content)
	running := httptest.NewServer(s.Server)
	t.Cleanup(running.Close)
	party := func(name string, c access.Client) Party {
		return Party{Name: name, HTTP: bearer{running.Client(), s.Token(t, c)}}
	}
	target := Target{
		URL: running.URL, Trust: s.Books.Trust(), HTTP: running.Client(), Truth: plantedDemo(report.script),
		Members: []Party{party("A", s.Cast.A), party("B", s.Cast.B)},
		Others:  []Party{party("researcher", s.Cast.Researcher), party("reviewer", s.Cast.Reviewer)},
	}
	book := codelist.Current()
	for _, r := range report.script.Records {
		if token := map[string]access.Client{"A": s.Cast.A, "B": s.Cast.B}[r.Member]; r.Year == servertest.OpenYear && token.ID != "" {
			answer := s.Raw(servertest.Request{Method: "PUT", Path: "/v1/records/" + r.ID, Token: s.Token(t, token), Body: r.JSON(book)})
			if answer.Status >= 300 {
				t.Fatalf("a record of %s: %d %s", r.Member, answer.Status, answer.Body)
			}
		}
	}
	checkOwn(t, target, report)
	r, err := Run(t.Context(), target, Options{Short: true, Steps: few, Repeats: 2})
	if err != nil {
		t.Fatal(err)
	}
	statuses(t, r, Held, 1, 2, 3, 5, 7, 8, 12, 13, 16, 17)
	withstands(t, r)
}

// checkOwn holds what a member reads over HTTP against what it submitted.
func checkOwn(t *testing.T, target Target, report trend) {
	t.Helper()
	s, err := visit(t.Context(), target, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.holdings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"A", "B"} {
		for _, c := range report.content.Years[0].Cells {
			read, sent := 0, 0
			for _, p := range h[name] {
				read += p.adds(c.Quantity)
			}
			for _, p := range plantedDemo(report.script) {
				if p.Organisation == name && p.Year == servertest.OpenYear {
					sent += p.adds(c.Quantity)
				}
			}
			if read != sent {
				t.Errorf("%s of %s: %d read, %d sent", c.Name, name, read, sent)
			}
		}
	}
}
