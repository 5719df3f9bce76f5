package shelf

import "sync"

// shownAtMost bounds the bytes of files that are kept at hand.
const shownAtMost = 64 << 20

// shownFiles are files that were read, and whose hash was the signed one: they
// do not change. Beyond the bound all are forgotten. The zero value is ready.
type shownFiles struct {
	mu   sync.RWMutex
	at   map[shownFile][]byte
	size int
}

type shownFile struct {
	release int
	name    string
}

func (f *shownFiles) find(release int, name string) ([]byte, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	content, ok := f.at[shownFile{release, name}]
	return content, ok
}

func (f *shownFiles) keep(release int, name string, content []byte) {
	if len(content) > shownAtMost {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := shownFile{release, name}
	if _, twice := f.at[key]; twice {
		return
	}
	if f.at == nil || f.size+len(content) > shownAtMost {
		f.at, f.size = make(map[shownFile][]byte), 0
	}
	f.at[key] = content
	f.size += len(content)
}
