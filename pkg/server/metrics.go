package server

import (
	"net/http"

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
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) count(s sighting) {
	m.requests.WithLabelValues(s.route, s.method, s.class, s.role).Inc()
	m.seconds.WithLabelValues(s.route, s.method).Observe(s.took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
