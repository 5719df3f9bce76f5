package faults

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// did is what a client did to one record.
type did struct {
	key      int
	method   string
	serial   int    // of PUT: the record that was sent
	replaces string // of PUT: the ETag in If-Match; "": none, so no correction is meant
}

// saw is the answer to it. An answer that never came has the status unknown: it
// may have been carried out or not.
type saw struct {
	status, serial int
	etag           string
}

const unknown = 0

// standing is what there is under one id.
type standing struct {
	version   int // 0: there was never anything
	serial    int
	etag      string // "" when nobody was told: the answer to the one who wrote it was lost, and nobody has read it yet
	withdrawn bool
}

// oneRecord is what one record must look like to everybody at once: as if each
// operation happened at one moment between its beginning and its end.
var oneRecord = porcupine.Model{
	Init: func() any { return standing{} },
	Step: func(now, in, out any) (bool, any) {
		s, _ := now.(standing)
		i, _ := in.(did)
		o, _ := out.(saw)
		return s.step(i, o)
	},
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[int][]porcupine.Operation{}
		for _, o := range history {
			in, _ := o.Input.(did)
			byKey[in.key] = append(byKey[in.key], o)
		}
		return slices.Collect(maps.Values(byKey))
	},
}

// step says whether out can be the answer to in, and what stands then.
func (s standing) step(in did, out saw) (bool, standing) {
	status, next := s.after(in)
	if out.status == unknown {
		return true, next
	}
	if out.status != status || in.method == http.MethodGet && status == http.StatusOK && out.serial != next.serial {
		return false, next
	}
	if next.withdrawn || status != http.StatusOK && status != http.StatusCreated {
		return true, next
	}
	// What it stands under is told: it must be what others were told, and count
	// the versions without a gap.
	fits := (next.etag == "" || next.etag == out.etag) && strings.HasPrefix(out.etag, fmt.Sprintf(`"v%d-`, next.version))
	next.etag = out.etag
	return fits, next
}

// after gives the status of the answer to an operation and what stands then.
func (s standing) after(in did) (int, standing) {
	put := in.method == http.MethodPut
	switch {
	case s.version == 0 && put && in.replaces == "":
		return http.StatusCreated, standing{version: 1, serial: in.serial}
	case s.version == 0 && put:
		return http.StatusPreconditionFailed, s
	case s.version == 0:
		return http.StatusNotFound, s
	case in.method == http.MethodDelete:
		return http.StatusNoContent, standing{version: s.version, withdrawn: true}
	case s.withdrawn:
		return http.StatusGone, s
	case !put, s.serial == in.serial: // the same again changes nothing, whatever it names
		return http.StatusOK, s
	case in.replaces == "":
		return http.StatusPreconditionRequired, s
	case in.replaces != s.etag: // one that nobody was told cannot be named
		return http.StatusPreconditionFailed, s
	}
	return http.StatusOK, standing{version: s.version + 1, serial: in.serial}
}
