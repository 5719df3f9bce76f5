package faults

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/test/haproxy"
)

var restarts = flag.Int("restarts", 4, "F12: how often one of two instances behind a proxy is restarted")

// notice is how long an instance says that it is not ready before it refuses
// connections: many times what the proxy needs to see it.
const notice = 4 * time.Second

// balancer is HAProxy. It stands in front of instances of the service, asks each whether it is
// ready, and retries nothing: whatever goes wrong a client sees.
type balancer struct {
	address string
	control string // its socket
}

const balancerSettings = `
global
    stats socket %s
defaults
    mode http
    timeout connect 60s
    timeout client 10m
    timeout server 10m
    timeout check 60s
    retries 0
frontend front
    bind %s
    default_backend instances
backend instances
    option httpchk
    http-check send meth GET uri /readyz
    http-check expect status 200
    default-server check inter 200ms fall 2 rise 1
`

// newBalancer starts one in front of services, which need not run yet.
func newBalancer(t *testing.T, behind ...*service) *balancer {
	t.Helper()
	folder := openFolder(t)
	h := &balancer{address: freeAddress(t), control: filepath.Join(folder, "control")}
	settings := fmt.Sprintf(balancerSettings, h.control, h.address)
	for n, s := range behind {
		settings += fmt.Sprintf("    server instance%d %s\n", n, s.address)
	}
	haproxy.Start(t, folder, settings)
	return h
}

// awaitUp returns when the proxy takes so many instances for ready.
func (b *balancer) awaitUp(t *testing.T, n int) {
	t.Helper()
	for range 60_000 { // tries, not a duration
		if b.up() == n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("the proxy does not come to see %d instances", n)
}

// up is how many instances the proxy takes for ready; -1 if it does not say.
func (b *balancer) up() int {
	conn, err := net.Dial("unix", b.control)
	if err != nil {
		return -1
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, "show stat -1 4 -1"); err != nil {
		return -1
	}
	n := 0
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if columns := strings.Split(lines.Text(), ","); len(columns) > 17 && columns[0] == "instances" && columns[17] == "UP" {
			n++
		}
	}
	return n
}

// ending is how an instance ends, and whether proxies are told before.
type ending struct {
	contrast string
	with     os.Signal
	told     bool
}

// TestF12_RollingRestart restarts two instances over one PostgreSQL, one after
// the other, behind a proxy that retries nothing: no client sees an error.
func TestF12_RollingRestart(t *testing.T) {
	began := time.Now()
	a := rollingRestart(t, *restarts, ending{with: syscall.SIGTERM, told: true})
	tell(t, a, began)
	mustServe(t, a)
}

// TestF12_RollingRestartContrast shows that clients do see it when an instance
// is killed, or refuses connections before the proxy knows.
func TestF12_RollingRestartContrast(t *testing.T) {
	for _, e := range []ending{
		{contrast: "kill -9", with: syscall.SIGKILL, told: true},
		{contrast: "no notice", with: syscall.SIGTERM},
	} {
		t.Run(e.contrast, func(t *testing.T) {
			began := time.Now()
			a := rollingRestart(t, 2, e)
			tell(t, a, began)
			mustFail(t, a)
		})
	}
}

func rollingRestart(t *testing.T, restarts int, e ending) Account {
	t.Helper()
	one := prepare(t, store.Postgres)
	if e.told {
		one.further = []string{"--drain-notice", notice.String()}
	}
	two := one.over(t, one.place)
	instances := []*service{one, two}
	for _, s := range instances {
		s.start(t)
	}
	h := newBalancer(t, instances...)
	h.awaitUp(t, len(instances))
	front := one.as(t, one.credentials)
	front.url = "http://" + h.address
	tally, all := newTally(), Account{Fault: "F12 rolling restart", Backend: string(store.Postgres), Contrast: e.contrast}
	l := startStrict(t, honestDoor{front}, tally)
	for n := range restarts {
		tally.awaitMore(t, enough)
		s := instances[n%len(instances)]
		s.signal(t, e.with)
		h.awaitUp(t, len(instances)-1)
		tally.awaitMore(t, enough)
		s.start(t)
		h.awaitUp(t, len(instances))
		all.Cycles++
	}
	tally.awaitMore(t, enough)
	all.Cases, all.Outage = l.finish(), tally.outage()
	front.refreshToken(t)
	all.Add(tally.compare(front.stored(t)))
	return all
}
