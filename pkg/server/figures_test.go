package server

import (
	"fmt"
	"testing"

	"manniskohandel.se/casestat/pkg/signed"
)

func TestFrozenFiguresAreTakenApartOnce(t *testing.T) {
	var told figureTellings
	frozen := []byte(`{"years":[{"year":2024,"figures":[{"name":"a","value":1},{"name":"b"}]},{"year":2025,"figures":[{"name":"a","value":2}]}]}`)
	hash := signed.HashOf(frozen)
	first, err := told.of(hash, frozen)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"a","years":[{"year":2024,"name":"a","value":1},{"year":2025,"name":"a","value":2}]}` + "\n"
	if string(first["a"].body) != want || first["a"].hash != signed.HashOf([]byte(want)) || len(first) != 2 {
		t.Errorf("%s", first["a"].body)
	}
	// The hash says which file it is: the bytes are not looked at again.
	if again, err := told.of(hash, []byte("no figures")); err != nil || string(again["a"].body) != want {
		t.Errorf("%s, %v", again["a"].body, err)
	}
	if _, err := told.of(signed.HashOf(nil), []byte("no figures")); err == nil {
		t.Error("what is no JSON is taken apart")
	}
	for i := range 2 * tellingsAtMost {
		if _, err := told.of(signed.HashOf(fmt.Append(nil, i)), frozen); err != nil {
			t.Fatal(err)
		}
	}
	if len(told.told) > tellingsAtMost {
		t.Errorf("%d files are kept", len(told.told))
	}
}
