package server

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
)

// ownETag is the one form of ETag that this server gives. The second part is
// random, so that a tag says nothing about the content and cannot be guessed.
var ownETag = regexp.MustCompile(`^"v([1-9][0-9]{0,8})-([0-9a-f]{1,64})"$`)

func etag(version int, tag string) string { return fmt.Sprintf(`"v%d-%s"`, version, tag) }

// conditions are the headers by which a request says when it is to be carried out.
var conditions = [...]string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}

// checkConditions refuses a change under a condition that nobody would look
// at: above all a withdrawal of one version, which would erase any other.
func checkConditions(op operation, r *http.Request) error {
	if op.method == http.MethodGet {
		return nil
	}
	for _, name := range conditions {
		switch given := len(r.Header.Values(name)); {
		case given == 0:
		case name != "If-Match" || !op.ifMatch:
			return fault.New(fault.Malformed, CodeConditionUnsupported)
		case given > 1:
			return fault.New(fault.Malformed, CodeIfMatchMalformed)
		}
	}
	return nil
}

// ifMatch reads If-Match. Left out, it names no version; * or several tags
// would name a version that the caller has not seen.
func ifMatch(header *string) (intake.Precondition, error) {
	if header == nil {
		return intake.Precondition{}, nil
	}
	parts := ownETag.FindStringSubmatch(*header)
	if parts == nil {
		return intake.Precondition{}, fault.New(fault.Malformed, CodeIfMatchMalformed)
	}
	version, err := strconv.Atoi(parts[1])
	if err != nil {
		return intake.Precondition{}, fault.New(fault.Malformed, CodeIfMatchMalformed)
	}
	return intake.Precondition{Version: version, Tag: parts[2]}, nil
}
