package server_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
)

// hidden is the request that a smuggler wants taken for one of somebody else.
const hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

// smuggled are requests whose length two readers can disagree about, each with
// a hidden one after it or within it, by name. None of them may get more than
// one answer, or leave the connection open.
var smuggled = map[string]string{
	"CL.TE":                        "Content-Length: 39\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
	"TE.CL":                        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n22\r\n" + hidden + "\r\n0\r\n\r\n" + hidden,
	"TE.0":                         "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" + hidden,
	"CL.0":                         "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
	"chunks alone":                 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
	"folded TE":                    "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + hidden,
	"upper-case TE":                "TRANSFER-ENCODING: CHUNKED\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE after a tab":               "Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE twice":                     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
	"TE twice in a line":           "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + hidden,
	"TE identity":                  "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE chunked, identity":         "Transfer-Encoding: chunked, identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE xchunked":                  "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE in quotes":                 "Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE with a parameter":          "Transfer-Encoding: chunked;q=1\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE with a vertical tab":       "Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE and a space before it":     "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE behind a bare CR":          "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"TE empty":                     "Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"two lengths":                  "Content-Length: 5\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" + hidden,
	"two lengths in a line":        "Content-Length: 5, 0\r\n\r\n0\r\n\r\n" + hidden,
	"one length twice in a line":   "Content-Length: 5, 5\r\n\r\n0\r\n\r\n" + hidden,
	"a length with a sign":         "Content-Length: +5\r\n\r\n0\r\n\r\n" + hidden,
	"a negative length":            "Content-Length: -5\r\n\r\n0\r\n\r\n" + hidden,
	"a length in hexadecimal":      "Content-Length: 0x5\r\n\r\n0\r\n\r\n" + hidden,
	"a length with a space":        "Content-Length: 1 0\r\n\r\n0\r\n\r\n" + hidden,
	"a length beyond all":          "Content-Length: 18446744073709551621\r\n\r\n0\r\n\r\n" + hidden,
	"an empty length":              "Content-Length:\r\n\r\n" + hidden,
	"a length in Arabic digits":    "Content-Length: ٥\r\n\r\n0\r\n\r\n" + hidden,
	"a space before the colon":     "Content-Length : 5\r\n\r\n0\r\n\r\n" + hidden,
	"a header with NUL":            "X: \x00\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
	"a chunk beyond all":           "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + hidden,
	"a negative chunk":             "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + hidden,
	"a chunk in C's hexadecimal":   "Transfer-Encoding: chunked\r\n\r\n0x5\r\n" + hidden,
	"a chunk with a bare line end": "Transfer-Encoding: chunked\r\n\r\n0;x\n" + hidden,
	"a chunk longer than it says":  "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" + hidden,
	"a trailer with a length":      "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n0\r\nContent-Length: 9\r\n\r\n" + hidden,
	"a length folded into another": "Content-Length: 1\r\n 0\r\n\r\n" + hidden,
}

// answersOn reads answers until the service hangs up, and says whether the last
// one announced that it would.
func answersOn(conn io.Reader) (statuses []int, announced bool, err error) {
	from := bufio.NewReader(conn)
	for {
		if _, err := from.Peek(1); errors.Is(err, io.EOF) {
			return statuses, announced, nil
		}
		answer, err := http.ReadResponse(from, nil)
		if err != nil {
			return statuses, announced, err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return statuses, announced, err
		}
		statuses, announced = append(statuses, answer.StatusCode), answer.Close
	}
}

// smuggle sends an ambiguous request, and then one that is none: so the
// connection ends whatever became of the others.
func smuggle(t *testing.T, address, text string) (statuses []int, announced bool) {
	t.Helper()
	statuses, announced, err := answersOn(dial(t, address, "POST /v1/releases/1/claims HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"+text+"no request\r\n\r\n"))
	// A connection that is closed before all of it was read may be reset; what
	// was answered until then counts.
	if err != nil && len(statuses) != 1 {
		t.Fatalf("%v after %v", err, statuses)
	}
	return statuses, announced
}

func TestT29_NoRequestHidesInAnother(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	for name, text := range smuggled {
		t.Run(name, func(t *testing.T) {
			statuses, announced := smuggle(t, address, text)
			if len(statuses) != 1 || !announced {
				t.Errorf("%v, the last one closing: %v", statuses, announced)
			}
			if len(statuses) > 0 && statuses[0] >= 500 {
				t.Errorf("%v", statuses)
			}
		})
	}
}

// Requests whose length is beyond doubt are all answered, one by one.
func TestT29_EveryPlainRequestIsAnswered(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"two of them":                 {hidden + hidden, 2},
		"a hundred":                   {strings.Repeat(hidden, 100), 100},
		"a length of nothing":         {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" + hidden, 2},
		"a length, twice the same":    {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n" + hidden, 2},
		"one in the body of another":  {"POST /v1/releases/1/claims HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\n" + hidden + hidden, 2},
		"TE folded into a text":       {"GET /healthz HTTP/1.1\r\nHost: x\r\nX: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden, 2},
		"a length folded into a text": {"GET /healthz HTTP/1.1\r\nHost: x\r\nX: y\r\n Content-Length: 38\r\n\r\n" + hidden, 2},
	} {
		t.Run(name, func(t *testing.T) {
			statuses, _, err := answersOn(dial(t, address, c.text+"no request\r\n\r\n"))
			if err != nil || len(statuses) != c.want+1 || statuses[c.want] != http.StatusBadRequest {
				t.Errorf("%v, %v; want %d answers and a refusal", statuses, err, c.want)
			}
		})
	}
}

// The contrast: the library alone takes lengths that fronts disagree about, and
// then answers the hidden request as one of its own.
func TestT29_Contrast_TheLibraryAnswersTheHiddenRequest(t *testing.T) {
	bare := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer bare.Close()
	for _, name := range []string{"CL.TE", "TE.CL", "TE.0", "CL.0", "folded TE"} {
		if statuses, _ := smuggle(t, bare.Listener.Addr().String(), smuggled[name]); len(statuses) < 3 {
			t.Errorf("%s: %v: the library hangs up by itself now", name, statuses)
		}
	}
}
