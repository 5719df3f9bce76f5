package pxweb

import "testing"

func TestAnswersStayWithinTheirBound(t *testing.T) {
	var k keeper
	k.keep("large", answer{body: make([]byte, keptAtMost)})
	if _, ok := k.find("large"); ok || k.size != 0 {
		t.Errorf("%d bytes are kept", k.size)
	}
	k.keep("a", answer{body: []byte("1")})
	k.keep("a", answer{body: []byte("other")})
	if got, ok := k.find("a"); !ok || string(got.body) != "1" || k.size != 2 {
		t.Errorf("%q, %d bytes", got.body, k.size)
	}
	k.keep("b", answer{body: make([]byte, keptAtMost-1)})
	if _, ok := k.find("a"); ok || k.size != keptAtMost {
		t.Errorf("%d bytes are kept", k.size)
	}
}
