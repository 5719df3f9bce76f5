package signed

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestTrust_follows_rotations_from_the_pinned_key(t *testing.T) {
	line := []Signer{signer(t, 1), signer(t, 2), signer(t, 3)}
	var rotations, manifests [][]byte
	for i, s := range line {
		manifests = append(manifests, need[[]byte](t)(s.Sign(KindManifest, manifest{Release: i})))
		if i > 0 {
			rotations = append(rotations, need[[]byte](t)(line[i-1].Introduce(s.Key())))
		}
	}
	pinned := Pin(line[0].Key())
	trust := need[Trust](t)(pinned.Follow(rotations...))
	stepwise := need[Trust](t)(need[Trust](t)(pinned.Follow(rotations[0])).Follow(rotations[1]))
	if trust.Newest() != line[2].Key() || !slices.Equal(trust.line, stepwise.line) || pinned.Newest() != line[0].Key() {
		t.Errorf("newest %s, stepwise %s, pinned %s", trust.Newest(), stepwise.Newest(), pinned.Newest())
	}
	for i, raw := range manifests {
		v := need[Verified](t)(Open(trust, KindManifest, raw))
		if v.Key() != line[i].Key() || v.Retired() != (i < 2) {
			t.Errorf("manifest %d: key %s, retired %t", i, v.Key(), v.Retired())
		}
		if _, err := Open(pinned, KindManifest, raw); (err == nil) != (i == 0) {
			t.Errorf("manifest %d under the pinned key alone: %v", i, err)
		}
	}
	if _, err := Open(Pin(line[1].Key()), KindManifest, manifests[0]); err == nil {
		t.Error("trust goes backwards")
	}
}

func TestTrust_refuses_rotations(t *testing.T) {
	a, b, c := signer(t, 1), signer(t, 2), signer(t, 3)
	stranger := need[Signer](t)(newSigner("elsewhere.example", make([]byte, 32)))
	statement := func(s Signer, r any) []byte { return need[[]byte](t)(standard.sign(s, KindRotation, r)) }
	toB, bToC := need[[]byte](t)(a.Introduce(b.Key())), need[[]byte](t)(b.Introduce(c.Key()))
	for _, tt := range []struct {
		name      string
		trust     Trust
		rotations [][]byte
		code      fault.Code
	}{
		{"from nowhere", Trust{}, [][]byte{toB}, CodeKeyUnknown},
		{"by a stranger to the line", Pin(a.Key()), [][]byte{bToC}, CodeKeyUnknown},
		{"in the wrong order", Pin(a.Key()), [][]byte{bToC, toB}, CodeKeyUnknown},
		{"by a retired key", Pin(a.Key()), [][]byte{toB, need[[]byte](t)(a.Introduce(c.Key()))}, CodeKeyUnknown},
		{"twice", Pin(a.Key()), [][]byte{toB, toB}, CodeKeyUnknown},
		{"in a circle", Pin(a.Key()), [][]byte{toB, need[[]byte](t)(b.Introduce(a.Key()))}, CodeRotationInvalid},
		{"to itself", Pin(a.Key()), [][]byte{statement(a, rotation{New: a.Key(), Old: a.Key()})}, CodeRotationInvalid},
		{"to another name", Pin(a.Key()), [][]byte{statement(a, rotation{New: stranger.Key(), Old: a.Key()})}, CodeRotationInvalid},
		{"in another's name", Pin(a.Key()), [][]byte{statement(a, rotation{New: c.Key(), Old: b.Key()})}, CodeRotationInvalid},
		{"to nothing", Pin(a.Key()), [][]byte{statement(a, map[string]Key{"old": a.Key()})}, CodeRotationInvalid},
		{"of another shape", Pin(a.Key()), [][]byte{statement(a, map[string]string{"new": "", "old": "", "and": ""})}, CodeContentUnexpected},
		{"by a manifest", Pin(a.Key()), [][]byte{need[[]byte](t)(a.Sign(KindManifest, rotation{New: b.Key(), Old: a.Key()}))}, CodeKindWrong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trust, err := tt.trust.Follow(tt.rotations...)
			wantCode(t, err, tt.code)
			if !trust.Newest().IsZero() {
				t.Error("gave trust as well")
			}
		})
	}
}

func TestIntroduce_refuses(t *testing.T) {
	a := signer(t, 1)
	stranger := need[Signer](t)(newSigner("elsewhere.example", make([]byte, 32)))
	for name, next := range map[string]Key{"itself": a.Key(), "nothing": {}, "another name": stranger.Key()} {
		if raw, err := a.Introduce(next); fault.CodeOf(err) != CodeRotationInvalid || raw != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Signer{}.Introduce(a.Key())
	wantCode(t, err, CodeRotationInvalid)
}
