package signed

import (
	"bytes"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

const testName = "casestat.example"

// manifest stands for what the release package signs.
type manifest struct {
	Link
	Release int    `json:"release"`
	Title   string `json:"title"`
}

func need[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// signer makes the key whose seed is thirty-two times b.
func signer(t testing.TB, b byte) Signer {
	t.Helper()
	return need[Signer](t)(newSigner(testName, bytes.Repeat([]byte{b}, 32)))
}

func unsealer(t testing.TB, b byte) Unsealer {
	t.Helper()
	return need[Unsealer](t)(newUnsealer(testName, bytes.Repeat([]byte{b}, 32)))
}

func wantCode(t testing.TB, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}
