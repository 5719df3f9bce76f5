package intake

import (
	"sync"

	"manniskohandel.se/casestat/pkg/access"
)

// places are for the batches under way. One organisation never has them all, so
// that a client which stalls in the middle of its batches keeps no other
// organisation out.
type places struct {
	each int // of one organisation

	mu   sync.Mutex
	free int
	held map[access.OrganisationID]int
}

func newPlaces(all int) *places {
	return &places{each: max(all/2, 1), free: all, held: map[access.OrganisationID]int{}}
}

// take says whether there was a place. Whoever took one must leave it.
func (p *places) take(o access.OrganisationID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == 0 || p.held[o] == p.each {
		return false
	}
	p.free--
	p.held[o]++
	return true
}

func (p *places) leave(o access.OrganisationID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free++
	if p.held[o]--; p.held[o] == 0 {
		delete(p.held, o)
	}
}
