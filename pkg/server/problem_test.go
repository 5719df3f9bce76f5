package server_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/server"
)

// A kind without a status would answer 0.
func TestEveryKindHasAStatus(t *testing.T) {
	statuses := server.Statuses()
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		if statuses[kind] < 400 {
			t.Errorf("kind %d has status %d", kind, statuses[kind])
		}
	}
	if len(statuses) != int(fault.Unavailable)+1 {
		t.Errorf("%d statuses for %d kinds", len(statuses), fault.Unavailable+1)
	}
}
