package server

import (
	"fmt"
	"regexp"
	"strconv"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
)

// ownETag is the one form of ETag that this server gives. The second part is
// random, so that a tag says nothing about the content and cannot be guessed.
var ownETag = regexp.MustCompile(`^"v([1-9][0-9]{0,8})-([0-9a-f]{1,64})"$`)

func etag(version int, tag string) string { return fmt.Sprintf(`"v%d-%s"`, version, tag) }

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
