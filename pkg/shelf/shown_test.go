package shelf

import (
	"bytes"
	"testing"
)

func TestFilesAtHandStayWithinTheirBound(t *testing.T) {
	var f shownFiles
	f.keep(1, "large", make([]byte, shownAtMost+1))
	if _, ok := f.find(1, "large"); ok || f.size != 0 {
		t.Errorf("%d bytes are kept", f.size)
	}
	f.keep(1, "a", []byte("a"))
	f.keep(1, "a", []byte("another"))
	if content, ok := f.find(1, "a"); !ok || !bytes.Equal(content, []byte("a")) || f.size != 1 {
		t.Errorf("%q, %d bytes", content, f.size)
	}
	if _, ok := f.find(2, "a"); ok {
		t.Error("a file of another release")
	}
	f.keep(2, "b", make([]byte, shownAtMost))
	if _, ok := f.find(1, "a"); ok || f.size != shownAtMost {
		t.Errorf("%d bytes are kept", f.size)
	}
}
