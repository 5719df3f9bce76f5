package server

import (
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics count requests by route, method, status class and role. There is no
// label for the organisation: its counts would tell who helps how many.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec

	mu    sync.RWMutex // guards known
	known map[labels]counted
}

// labels are those of what is counted: all of them words of ours, so that there
// are not many.
type labels struct{ route, method, class, role string }

// counted is what requests with the same labels are counted in: to look it up by
// four words costs more than to count.
type counted struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "casestat_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status", "role"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "casestat_request_seconds", Help: "Time to answer.", Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30},
		}, []string{"route", "method"}),
		known: map[labels]counted{},
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) count(s sighting) {
	in := m.of(labels{s.route, s.method, s.class, s.role})
	in.requests.Inc()
	in.seconds.Observe(s.took.Seconds())
}

func (m *metrics) of(l labels) counted {
	m.mu.RLock()
	in, ok := m.known[l]
	m.mu.RUnlock()
	if ok {
		return in
	}
	in = counted{m.requests.WithLabelValues(l.route, l.method, l.class, l.role), m.seconds.WithLabelValues(l.route, l.method)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[l] = in
	return in
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
