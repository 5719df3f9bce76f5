package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// How long an answer may be kept.
const (
	noStore     = "no-store"
	keepAMinute = "public, max-age=60"   // the next release or a withdrawal changes it
	keepAnHour  = "public, max-age=3600" // a newer version of the program may draw it otherwise
)

// The policies of content. Pages hold no script, no form and no frame.
const (
	pagePolicy    = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	picturePolicy = "default-src 'none'; frame-ancestors 'none'"
)

const mediaHTML = "text/html; charset=utf-8"

// answer is something printed, ready to be sent.
type answer struct {
	status  int // 0: 200
	media   string
	lang    string // "" for what has no language
	keep    string
	policy  string
	foreign bool // pages of other origins may show it
	body    []byte

	// What ready makes of the above: the tag, "" for what nobody may keep, and the
	// headers. Their values are shared by all who are sent the answer.
	tag      string
	always   http.Header
	withBody http.Header
}

// ready is the answer as it can be sent over and over.
func (a answer) ready() answer {
	origin := "same-origin"
	if a.foreign {
		origin = "cross-origin"
	}
	a.tag, a.always, a.withBody = "", http.Header{}, http.Header{}
	a.always.Set("X-Content-Type-Options", "nosniff")
	a.always.Set("Referrer-Policy", "no-referrer")
	a.always.Set("Content-Security-Policy", a.policy)
	a.always.Set("Cross-Origin-Resource-Policy", origin)
	a.always.Set("Cache-Control", a.keep)
	if a.status == 0 {
		a.tag = `"` + signed.HashOf(a.body).String() + `"`
		a.always.Set("ETag", a.tag)
	}
	if a.status == http.StatusServiceUnavailable {
		a.always.Set("Retry-After", "10")
	}
	if a.lang != "" {
		a.withBody.Set("Content-Language", a.lang)
	}
	a.withBody.Set("Content-Type", a.media)
	a.withBody.Set("Content-Length", strconv.Itoa(len(a.body)))
	return a
}

// send writes the answer, which is ready, or says that the reader has it already.
func (a answer) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	maps.Copy(h, a.always)
	if a.tag != "" && known(r.Header.Values("If-None-Match"), a.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	maps.Copy(h, a.withBody)
	w.WriteHeader(cmp.Or(a.status, http.StatusOK))
	// A failure to send is the reader's to notice: there is nobody left to tell.
	_, _ = w.Write(a.body)
}

// known says whether If-None-Match holds the tag (RFC 9110 section 13.1.2).
// None of our tags holds a comma.
func known(ifNoneMatch []string, tag string) bool {
	for _, list := range ifNoneMatch {
		for one := range strings.SplitSeq(list, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// visitKey tells pages apart.
type visitKey struct {
	path string
	visit
}

// keptAtMost bounds the bytes of pages that are kept.
const keptAtMost = 64 << 20

// keeper holds what was printed from one state of the releases. Beyond its
// bound it forgets everything and begins anew.
type keeper struct {
	most int

	mu       sync.RWMutex // guards what follows
	releases []*shelf.Release
	printed  map[visitKey]answer
	size     int
}

// find gives what was printed from these very releases. They are told apart by
// their addresses: a shelf makes new ones whenever anything changes.
func (k *keeper) find(releases []*shelf.Release, key visitKey) (answer, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if !slices.Equal(releases, k.releases) {
		return answer{}, false
	}
	a, ok := k.printed[key]
	return a, ok
}

func (k *keeper) keep(releases []*shelf.Release, key visitKey, a answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.printed == nil || !slices.Equal(releases, k.releases) || k.size+len(a.body) > k.most {
		k.releases, k.printed, k.size = releases, make(map[visitKey]answer), 0
	}
	if _, twice := k.printed[key]; !twice && len(a.body) <= k.most {
		k.printed[key] = a
		k.size += len(a.body)
	}
}
