package faults

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/signed"
	"manniskohandel.se/casestat/pkg/store"
)

// reader reads a release, over and over, and verifies it as somebody who pinned
// the first key: with the line of keys that the service tells of.
type reader struct {
	url    string
	client *http.Client
	pinned signed.Trust
	reads  atomic.Int64
}

func (r *reader) get(path string) ([]byte, error) {
	res, err := r.client.Get(r.url + path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, io.ErrUnexpectedEOF
	}
	return io.ReadAll(res.Body)
}

// line catches up with the published line of keys.
func (r *reader) line() (signed.Trust, error) {
	text, err := r.get("/v1/releases/key")
	if err != nil {
		return signed.Trust{}, err
	}
	published, err := signed.ParseTrust(string(text))
	if err != nil {
		return signed.Trust{}, err
	}
	return r.pinned.Extend(published)
}

func (r *reader) read() error {
	trust, err := r.line()
	if err != nil {
		return err
	}
	raw, err := r.get("/v1/releases/1/manifest")
	if err != nil {
		return err
	}
	v, err := signed.Open(trust, signed.KindManifest, raw)
	if err != nil {
		return err
	}
	if err := v.Governs(1); err != nil {
		return err
	}
	return trust.VerifyHistory(v)
}

// start reads until stop, which gives what was refused.
func (r *reader) start() (stop func() int) {
	done, ended, refused := make(chan struct{}), make(chan struct{}), 0
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			default:
			}
			if r.read() != nil {
				refused++
			}
			r.reads.Add(1)
		}
	}()
	return func() int { close(done); <-ended; return refused }
}

func (r *reader) awaitMore(n int64) {
	for until := r.reads.Load() + n; r.reads.Load() < until; {
		time.Sleep(time.Millisecond)
	}
}

// TestF18_ReleaseKey rotates the key that signs releases while everybody reads
// one that an earlier key signed. It verifies all the time for whoever pinned
// the first key, and the running service signs with the newest.
func TestF18_ReleaseKey(t *testing.T) {
	began := time.Now()
	s := publish(t).service
	keys := s.place[3]
	pub, err := os.ReadFile(filepath.Join(keys, "release-signing.pub"))
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := signed.ParseTrust(string(pub))
	if err != nil {
		t.Fatal(err)
	}
	s.start(t)
	r := &reader{url: s.url, client: s.client, pinned: pinned}
	a := Account{Fault: "F18 release key rotated", Backend: string(store.SQLite)}
	stop := r.start()
	for range *rotations {
		r.awaitMore(enough)
		s.run(t, []string{"keys", "rotate-releases"}, s.place)
		r.awaitMore(enough)
		a.Cycles++
	}
	a.Unexpected, a.Cases = stop(), map[string]int{"read": int(r.reads.Load())}
	tell(t, a, began)
	if a.Unexpected > 0 {
		t.Errorf("%d of %d readings were refused", a.Unexpected, r.reads.Load())
	}
	withdrawnByTheNewest(t, s, r)
}

// withdrawnByTheNewest has the service sign something, and looks who signed it.
func withdrawnByTheNewest(t *testing.T, s *service, r *reader) {
	t.Helper()
	s.refreshToken(t)
	reason := map[string]string{"sv": "Ett fel i underlaget", "en": "An error in the data"}
	s.call(t, http.MethodPut, "/v1/releases/1/withdrawal", map[string]any{"reason": reason}, nil)
	trust, err := r.line()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := r.get("/v1/releases/1/withdrawal")
	if err != nil {
		t.Fatal(err)
	}
	v, err := signed.Open(trust, signed.KindWithdrawal, raw)
	if err != nil || v.Retired() || len(trust.Keys()) != *rotations+1 {
		t.Errorf("signed by a retired key: %t, of %d: %v", v.Retired(), len(trust.Keys()), err)
	}
	if _, err := signed.Open(r.pinned, signed.KindWithdrawal, raw); err == nil {
		t.Error("the contrast, a reader who does not follow the keys, opens it as well: nothing was rotated")
	}
}
