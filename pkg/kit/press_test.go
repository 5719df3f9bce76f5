package kit_test

import (
	"bytes"
	"testing"

	"manniskohandel.se/casestat/pkg/kit"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func pressOf(b *shelftest.Books) *kit.Press {
	return kit.New(kit.Deps{Shelf: b.Shelf(), Key: b.Signer().Key()})
}

func sent(t testing.TB, p *kit.Press, number int) (*kit.Kit, []byte) {
	t.Helper()
	k, err := p.Kit(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := k.Send(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return k, b.Bytes()
}
