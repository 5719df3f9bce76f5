package attack

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"manniskohandel.se/casestat/api"
)

// repetition asks the same thing again, and in other words.
var repetition = adversary{
	13, "averaging and repetition", "asks the same again and again, in other languages, formats, orders and from other accounts",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.releases) == 0 {
			return notRun(noRelease), nil
		}
		var asked, different int
		for _, path := range s.public() {
			first, err := s.get(ctx, path)
			if err != nil {
				return outcome{}, err
			}
			for i := range s.options.repeats() {
				again, err := s.ask(ctx, s.reworded(path, i))
				if err != nil {
					return outcome{}, err
				}
				asked++
				different += one(!first.same(again))
			}
		}
		n, d, err := s.reordered(ctx)
		if err != nil {
			return outcome{}, err
		}
		asked, different = asked+n, different+d
		return verdict(different, figure("requests repeated", asked), figure("answers that differed", different)), nil
	},
}

// same says whether two answers are: the bytes, the status and the tag.
func (a answered) same(b answered) bool {
	return a.status == b.status && bytes.Equal(a.body, b.body) && a.header.Get("ETag") == b.header.Get("ETag")
}

// reworded asks for a path in another way each time.
func (s *session) reworded(path string, i int) request {
	languages := []string{"sv", "en", "sv-SE,sv;q=0.9,en;q=0.1", "*"}
	formats := []string{"application/json", "*/*", "application/json;q=0.5, */*;q=0.1"}
	r := request{path: path, header: map[string]string{
		"Accept-Language": languages[i%len(languages)], "Accept": formats[i%len(formats)], "Cache-Control": "no-cache",
	}}
	accounts := append([]api.HttpRequestDoer{s.target.HTTP}, doers(s.target.Members)...)
	accounts = append(accounts, doers(s.target.Others)...)
	r.by = accounts[i%len(accounts)]
	return r
}

func doers(of []Party) []api.HttpRequestDoer {
	var out []api.HttpRequestDoer
	for _, p := range of {
		out = append(out, p.HTTP)
	}
	return out
}

// reordered asks for derived tables with their parameters in another order.
func (s *session) reordered(ctx context.Context) (asked, different int, err error) {
	for _, y := range s.latest {
		number := s.releases[y.release].manifest.Number
		for _, t := range y.publication.Tables {
			if t.Dropped || len(t.Dimensions) < 2 {
				continue
			}
			a, b := t.Dimensions[0].Field, t.Dimensions[1].Field
			bodies := []string{
				fmt.Sprintf(`{"year":%d,"table":%q,"by":[%q,%q]}`, y.publication.Year, t.Name, a, b),
				fmt.Sprintf(`{"by":[%q,%q],"table":%q,"year":%d}`, b, a, t.Name, y.publication.Year),
			}
			var got []answered
			for _, body := range bodies {
				g, err := s.ask(ctx, request{method: http.MethodPost, path: fmt.Sprintf("/v1/releases/%d/derived", number), body: body})
				if err != nil {
					return asked, different, err
				}
				got = append(got, g)
			}
			asked++
			different += one(got[0].status != got[1].status || strings.TrimSpace(string(got[0].body)) != strings.TrimSpace(string(got[1].body)))
		}
	}
	return asked, different, nil
}
