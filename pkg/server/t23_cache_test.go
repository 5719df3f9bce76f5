package server_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/test/haproxy"
)

// cached is the service behind a cache that many share.
type cached struct {
	client  *http.Client
	arrived *atomic.Int64 // requests that came through
}

const cacheSettings = `
defaults
    mode http
    timeout connect 60s
    timeout client 10m
    timeout server 10m
cache shared
    total-max-size 64
    max-object-size 8000000
    max-age 3600
frontend front
    bind unix@%s
    http-request cache-use shared
    http-response cache-store shared
    default_backend service
backend service
    server one %s
`

// behindCache puts HAProxy's cache in front of a service.
func behindCache(t *testing.T, service http.Handler) cached {
	t.Helper()
	var arrived atomic.Int64
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(behind.Close)
	folder := t.TempDir()
	socket := filepath.Join(folder, "front")
	haproxy.Start(t, folder, fmt.Sprintf(cacheSettings, socket, strings.TrimPrefix(behind.URL, "http://")))
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	c := cached{&http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true}}, &arrived}
	t.Cleanup(c.client.CloseIdleConnections)
	for range 6000 { // tries, not a duration
		if conn, err := dial(t.Context(), "", ""); err == nil {
			_ = conn.Close()
			return c
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the cache does not listen")
	return c
}

// read asks through the cache.
func (c cached) read(t *testing.T, path, token string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://casestat.test"+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

// T23: a cache that many share keeps what is published, for everybody alike.
func TestT23_ASharedCacheKeepsWhatIsPublished(t *testing.T) {
	s := published(t, servertest.Options{})
	c := behindCache(t, s.Server)
	member := s.Token(t, s.Cast.A)
	for path := range publicPaths(t, s) {
		want := string(get(t, s, path).Body)
		c.read(t, path, "")
		before := c.arrived.Load()
		for _, token := range []string{"", "", member, ""} {
			if status, body := c.read(t, path, token); status != 200 || body != want {
				t.Errorf("%s: %d %.200s", path, status, body)
			}
		}
		if more := c.arrived.Load() - before; more > 1 {
			t.Errorf("%s: %d of 4 requests came through the cache", path, more) // the member's alone may
		}
	}
}

// T23: it keeps nothing that a token opens.
func TestT23_ASharedCacheKeepsNothingElse(t *testing.T) {
	if leaked, asked := throughCache(t, func(h http.Handler) http.Handler { return h }); len(leaked) > 0 || asked < 8 {
		t.Errorf("of %d answers the cache gave away %v", asked, leaked)
	}
}

// The contrast: were the answers not marked, the cache would give them to
// anybody.
func TestT23_Contrast_WithoutNoStoreTheCacheGivesThemAway(t *testing.T) {
	leaked, _ := throughCache(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(keeping{w}, r) })
	})
	if len(leaked) == 0 {
		t.Error("nobody was given anything")
	}
}

// keeping marks every answer as one that may be kept.
type keeping struct{ http.ResponseWriter }

func (k keeping) WriteHeader(status int) {
	k.Header().Set("Cache-Control", "public, max-age=60")
	k.ResponseWriter.WriteHeader(status)
}

// throughCache asks for everything that a token opens, with such a token and
// then as others, and gives what the others got that the service denies them.
func throughCache(t *testing.T, as func(http.Handler) http.Handler) (leaked []string, asked int) {
	t.Helper()
	s := published(t, servertest.Options{})
	seedDraft(t, s, draftOf(servertest.ID(1), "draft"))
	seedRequest(t, s, servertest.ID(1))
	c := behindCache(t, as(s.Server))
	others := tokens(t, s)
	others["nobody"] = ""
	for _, op := range server.Table() {
		if len(op.Permissions) == 0 || op.Method != "GET" {
			continue
		}
		r := sample(t, op, servertest.ID(1))
		if status, _ := c.read(t, r.Path, s.Token(t, someoneWith(s, op.Permissions...))); status < 300 {
			asked++
		}
		for who, token := range others {
			r.Token = token
			denied := s.Do(t, r).Status
			if status, _ := c.read(t, r.Path, token); status != denied {
				leaked = append(leaked, op.ID+" to "+who)
			}
		}
	}
	return leaked, asked
}
