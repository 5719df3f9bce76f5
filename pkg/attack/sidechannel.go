package attack

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// sideChannels compares two services whose releases are the same and whose
// records differ in one.
var sideChannels = adversary{
	15, "side channels", "compares headers, tags, lengths and errors of two services whose records differ in one person",
	func(ctx context.Context, s *session) (outcome, error) {
		if s.target.Twin == "" {
			return notRun("needs a second service whose records differ in one person"), nil
		}
		var asked, different, telling int
		for _, r := range s.probes() {
			twin := r
			twin.at = s.target.Twin
			a, err := s.ask(ctx, r)
			if err != nil {
				return outcome{}, err
			}
			b, err := s.ask(ctx, twin)
			if err != nil {
				return outcome{}, err
			}
			asked++
			different += one(!a.same(b) || !sameHeaders(a.header, b.header))
			telling += one(tells(a.header))
		}
		figures := []Figure{
			figure("answers compared", asked), figure("answers that differ", different), figure("headers that count or date", telling),
		}
		if !s.options.Timing {
			return verdict(different+telling, figures...), nil
		}
		slower, err := s.timing(ctx)
		if err != nil {
			return outcome{}, err
		}
		return verdict(different+telling+slower, append(figures, figure("paths whose time differs (Welch, |t| >= 4.5)", slower))...), nil
	},
}

// probes are all that the public can read, and how it is refused.
func (s *session) probes() []request {
	var out []request
	for _, path := range s.public() {
		out = append(out, request{path: path}, request{path: path, method: http.MethodHead})
		out = append(out, request{path: path, header: map[string]string{"Accept-Encoding": "gzip"}})
	}
	for _, path := range []string{
		"/v1/releases/999999", "/v1/releases/0", "/v1/releases/x", "/v1/releases/1/files/absent.json", "/v1/releases/1/figures/absent",
		"/v1/records", "/v1/records/c0ffee00-0000-4000-8000-000000000001", "/v1/drafts", "/v1/desk/periods/2024/figures", "/v1/nowhere",
	} {
		out = append(out, request{path: path})
	}
	return append(out, request{method: http.MethodPost, path: "/v1/releases/1/derived", body: `{"year":1,"table":"absent","by":[]}`})
}

// passing are headers that are of the request and not of what is published.
var passing = []string{"Date", "X-Request-Id", "Age"}

func sameHeaders(a, b http.Header) bool {
	names := func(h http.Header) []string {
		var out []string
		for name, values := range h {
			if !slices.Contains(passing, name) {
				out = append(out, name+": "+strings.Join(values, ", "))
			}
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(names(a), names(b))
}

// tells says whether a header counts something or dates it.
func tells(h http.Header) bool {
	return slices.ContainsFunc([]string{"X-Total-Count", "Last-Modified", "Link", "Server-Timing", "Set-Cookie", "X-Powered-By", "X-Runtime"},
		func(name string) bool { return h.Get(name) != "" })
}

// timedCalls is how often each path is called on either service.
const timedCalls = 2000

// timing counts the paths on which the two services take different time.
func (s *session) timing(ctx context.Context) (slower int, err error) {
	for _, path := range s.public() {
		var took [2][]float64
		for i := range 2 * timedCalls {
			r := request{path: path}
			if i%2 == 1 {
				r.at = s.target.Twin
			}
			start := time.Now()
			if _, err := s.ask(ctx, r); err != nil {
				return slower, err
			}
			took[i%2] = append(took[i%2], float64(time.Since(start)))
		}
		slower += one(math.Abs(welch(took[0], took[1])) >= 4.5)
	}
	return slower, nil
}

// welch is Welch's t of two samples.
func welch(a, b []float64) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	spread := math.Sqrt(va/float64(len(a)) + vb/float64(len(b)))
	if spread == 0 {
		return 0
	}
	return (ma - mb) / spread
}

func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, variance
}
