package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// checkMedia refuses a compressed body and one that does not say exactly once
// that it is of a type the operation takes.
func checkMedia(op operation, r *http.Request) error {
	if len(r.Header.Values("Content-Encoding")) > 0 {
		return fault.New(fault.Unsupported, CodeEncodingUnsupported)
	}
	if op.limit == noBody || op.foreign {
		return nil
	}
	if types := r.Header.Values("Content-Type"); len(types) != 1 || !slices.Contains(op.media, mediaType(types[0])) {
		return fault.New(fault.Unsupported, CodeMediaTypeUnsupported)
	}
	return nil
}

// mediaType gives the type without its parameters, "" when it is unreadable or
// speaks of another charset than UTF-8.
func mediaType(contentType string) string {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	for name, value := range parameters {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return ""
		}
	}
	return media
}

// boundBody puts the operation's limit on the request's body.
func (s *Server) boundBody(op operation, w http.ResponseWriter, r *http.Request) error {
	if err := s.allowTime(w, s.extended(op)); err != nil {
		return err
	}
	if op.limit == noBody {
		return refuseBody(r)
	}
	limit := s.limits.bytes(op.limit)
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // rather than read it all for nothing
		return op.limit.exceeded()
	}
	r.Body = &boundedBody{http.MaxBytesReader(w, r.Body, limit), op.limit}
	return nil
}

// allowTime gives a request longer than the server's own timeouts; 0 gives it
// no more than those. The time to read counts, too: while a request is being
// worked on, the connection is read to see whether the caller is still there.
func (s *Server) allowTime(w http.ResponseWriter, more time.Duration) error {
	if more == 0 {
		return nil
	}
	until := time.Now().Add(more)
	control := http.NewResponseController(w)
	err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until))
	if errors.Is(err, http.ErrNotSupported) {
		return nil // not a connection: nothing is being timed
	}
	return err
}

// refuseBody lets through a request that has no body. One whose body cannot be
// read is refused as well: it was not sent as it was meant.
func refuseBody(r *http.Request) error {
	if r.ContentLength == 0 || r.Body == nil {
		return nil
	}
	if r.ContentLength > 0 {
		return fault.New(fault.Malformed, CodeBodyUnexpected)
	}
	switch _, err := io.ReadFull(r.Body, make([]byte, 1)); {
	case err == nil:
		return fault.New(fault.Malformed, CodeBodyUnexpected)
	case errors.Is(err, io.EOF):
		return nil // chunked and empty
	default:
		return fault.Because(err, fault.Malformed, CodeBodyBrokenOff)
	}
}

// boundedBody tells, in our own terms, why a body cannot be read to its end,
// so that whoever reads it further down can pass the error on as it is.
type boundedBody struct {
	limited io.ReadCloser
	limit   bodyLimit
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.limited.Read(p)
	if err == nil || err == io.EOF { //nolint:errorlint // the contract of io.Reader
		return n, err
	}
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return n, b.limit.exceeded()
	}
	return n, fault.Because(err, fault.Malformed, CodeBodyBrokenOff)
}

func (b *boundedBody) Close() error { return b.limited.Close() }
