package pxweb

import "sync"

// keptAtMost bounds the bytes of answers that are kept, their questions included.
const keptAtMost = 32 << 20

// keeper holds the answers that a catalogue gave, by what was asked in the
// asker's own words: what comes from one set of releases does not change. Beyond
// the bound it forgets everything. The zero value is ready.
type keeper struct {
	mu    sync.RWMutex
	given map[string]answer
	size  int
}

func (k *keeper) find(asked string) (answer, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	a, ok := k.given[asked]
	return a, ok
}

func (k *keeper) keep(asked string, a answer) {
	size := len(asked) + len(a.body)
	if size > keptAtMost {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, twice := k.given[asked]; twice {
		return
	}
	if k.given == nil || k.size+size > keptAtMost {
		k.given, k.size = make(map[string]answer), 0
	}
	k.given[asked] = a
	k.size += size
}
