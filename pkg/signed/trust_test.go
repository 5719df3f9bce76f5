package signed

import (
	"crypto/ed25519"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

// handover is one after so many releases, which nobody looks at.
func handover(releases int, notices ...Hash) Handover {
	h := Handover{First: releases + 1, Notices: notices}
	if releases > 0 {
		h.Last = HashOf([]byte{byte(releases)})
	}
	return h
}

// introduced gives the statements by which each signer hands over to the next,
// after one more release each.
func introduced(t testing.TB, line ...Signer) (statements [][]byte) {
	t.Helper()
	for i, s := range line[1:] {
		statements = append(statements, need[[]byte](t)(line[i].Introduce(s, handover(i+1))))
	}
	return statements
}

func TestTrust_follows_rotations_from_the_pinned_key(t *testing.T) {
	line := []Signer{signer(t, 1), signer(t, 2), signer(t, 3)}
	var manifests [][]byte
	for i, s := range line {
		manifests = append(manifests, need[[]byte](t)(s.Sign(KindManifest, manifest{Release: i})))
	}
	rotations := introduced(t, line...)
	pinned := Pin(line[0].Key())
	trust := need[Trust](t)(pinned.Follow(rotations...))
	stepwise := need[Trust](t)(need[Trust](t)(pinned.Follow(rotations[0])).Follow(rotations[1]))
	if trust.Newest() != line[2].Key() || trust.String() != stepwise.String() || pinned.Newest() != line[0].Key() {
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
	says := func(s, next Signer, what terms) []byte { return need[[]byte](t)(standard.introduce(s, next, what)) }
	plain := func(s Signer, document any) []byte { return need[[]byte](t)(standard.sign(s, KindRotation, document)) }
	h := Handover{First: 1, Notices: []Hash{}}
	to := func(s, next Signer, h Handover) []byte { return need[[]byte](t)(s.Introduce(next, h)) }
	toB, bToC := to(a, b, h), to(b, c, h)
	ab := terms{h, b.Key(), a.Key()}
	with := func(edit func(*terms)) []byte {
		changed := ab
		edit(&changed)
		return says(a, b, changed)
	}
	for _, tt := range []struct {
		name      string
		trust     Trust
		rotations [][]byte
		code      fault.Code
	}{
		{"from nowhere", Trust{}, [][]byte{toB}, CodeKeyUnknown},
		{"by a stranger to the line", Pin(a.Key()), [][]byte{bToC}, CodeKeyUnknown},
		{"in the wrong order", Pin(a.Key()), [][]byte{bToC, toB}, CodeKeyUnknown},
		{"by a retired key", Pin(a.Key()), [][]byte{toB, to(a, c, h)}, CodeKeyUnknown},
		{"twice", Pin(a.Key()), [][]byte{toB, toB}, CodeKeyUnknown},
		{"in a circle", Pin(a.Key()), [][]byte{toB, to(b, a, h)}, CodeRotationInvalid},
		{"back in time", Pin(a.Key()), [][]byte{to(a, b, handover(4)), to(b, c, handover(3))}, CodeRotationInvalid},
		{"to itself", Pin(a.Key()), [][]byte{says(a, a, terms{h, a.Key(), a.Key()})}, CodeRotationInvalid},
		{"to another name", Pin(a.Key()), [][]byte{says(a, stranger, terms{h, stranger.Key(), a.Key()})}, CodeRotationInvalid},
		{"in another's name", Pin(a.Key()), [][]byte{says(a, c, terms{h, c.Key(), b.Key()})}, CodeRotationInvalid},
		{"to a key that did not accept", Pin(a.Key()), [][]byte{says(a, c, ab)}, CodeRotationInvalid},
		{"accepted for other terms", Pin(a.Key()), [][]byte{plain(a, rotation{ab, b.raw(need[[]byte](t)(standard.acceptance(terms{handover(3), b.Key(), a.Key()})))})}, CodeRotationInvalid},
		{"accepted as a manifest", Pin(a.Key()), [][]byte{plain(a, rotation{ab, b.raw(separated(KindManifest, need[[]byte](t)(Canonical(ab))))})}, CodeRotationInvalid},
		{"from release zero", Pin(a.Key()), [][]byte{with(func(r *terms) { r.First = 0 })}, CodeRotationInvalid},
		{"from beyond every release", Pin(a.Key()), [][]byte{with(func(r *terms) { r.First, r.Last = MaxRelease+1, HashOf(nil) })}, CodeRotationInvalid},
		{"first with one before", Pin(a.Key()), [][]byte{with(func(r *terms) { r.Last = HashOf(nil) })}, CodeRotationInvalid},
		{"second with none before", Pin(a.Key()), [][]byte{with(func(r *terms) { r.First = 2 })}, CodeRotationInvalid},
		{"a notice twice", Pin(a.Key()), [][]byte{with(func(r *terms) { r.Notices = []Hash{{1}, {1}} })}, CodeRotationInvalid},
		{"notices out of order", Pin(a.Key()), [][]byte{with(func(r *terms) { r.Notices = []Hash{{2}, {1}} })}, CodeRotationInvalid},
		{"a notice of nothing", Pin(a.Key()), [][]byte{with(func(r *terms) { r.Notices = []Hash{{}} })}, CodeRotationInvalid},
		{"null for notices", Pin(a.Key()), [][]byte{with(func(r *terms) { r.Notices = nil })}, CodeRotationInvalid},
		{"to nothing", Pin(a.Key()), [][]byte{plain(a, map[string]Key{"old": a.Key()})}, CodeContentUnexpected},
		{"of another shape", Pin(a.Key()), [][]byte{plain(a, map[string]string{"new": "", "old": "", "and": ""})}, CodeContentUnexpected},
		{"by a manifest", Pin(a.Key()), [][]byte{need[[]byte](t)(a.Sign(KindManifest, rotation{terms: ab}))}, CodeKindWrong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trust, err := tt.trust.Follow(tt.rotations...)
			wantCode(t, err, tt.code)
			if !trust.Newest().IsZero() {
				t.Error("gave trust as well")
			}
		})
	}
	if _, err := Pin(a.Key()).Follow(toB, bToC); err != nil {
		t.Errorf("the contrast, as it should be: %v", err)
	}
}

func TestIntroduce_refuses(t *testing.T) {
	a, b := signer(t, 1), signer(t, 2)
	stranger := need[Signer](t)(newSigner("elsewhere.example", make([]byte, 32)))
	for name, next := range map[string]Signer{"itself": a, "nothing": {}, "another name": stranger} {
		if raw, err := a.Introduce(next, handover(1)); fault.CodeOf(err) != CodeRotationInvalid || raw != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, h := range map[string]Handover{"nowhere": {}, "two of one": {First: 1, Notices: []Hash{{1}, {1}}}, "no release before": {First: 2}} {
		if raw, err := a.Introduce(b, h); fault.CodeOf(err) != CodeRotationInvalid || raw != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Signer{}.Introduce(a, handover(1))
	wantCode(t, err, CodeRotationInvalid)
}

// Each key signs the releases of its own term.
func TestGoverns_is_for_the_key_of_the_number(t *testing.T) {
	line := []Signer{signer(t, 1), signer(t, 2), signer(t, 3), signer(t, 4)}
	trust := Pin(line[0].Key())
	for i, first := range []int{3, 3, 5} { // the second key never signs
		h := handover(first - 1)
		trust = need[Trust](t)(trust.Follow(need[[]byte](t)(line[i].Introduce(line[i+1], h))))
	}
	want := []int{0, 0, 0, 2, 2, 3, 3}
	for number, in := range want {
		if got := trust.InForce(number); got != line[in].Key() {
			t.Errorf("release %d: %s is in force", number, got)
		}
		for i, s := range line {
			v := need[Verified](t)(Open(trust, KindManifest, need[[]byte](t)(s.Sign(KindManifest, manifest{Release: number}))))
			if err := v.Governs(number); (err == nil) != (i == in) {
				t.Errorf("release %d by key %d: %v", number, i, err)
			} else if err != nil {
				wantCode(t, err, CodeKeyNotInForce)
			}
		}
	}
	wantCode(t, Verified{}.Governs(1), CodeKeyNotInForce)
	if !(Trust{}).InForce(1).IsZero() {
		t.Error("the zero Trust has a key in force")
	}
}

// Without the terms, whoever finds a retired key signs the next release, as
// long as its successor has signed none: the chain alone lets it pass.
func TestContrast_without_terms_a_retired_key_goes_on(t *testing.T) {
	old, next := signer(t, 1), signer(t, 2)
	first := need[[]byte](t)(old.Sign(KindManifest, manifest{Release: 1}))
	trust := need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, Handover{First: 2, Last: HashOf(first)}))))
	forged := need[[]byte](t)(old.Sign(KindManifest, manifest{Link: Link{HashOf(first)}, Release: 2}))
	passes := func(trust Trust) error {
		chain := []Verified{need[Verified](t)(Open(trust, KindManifest, first)), need[Verified](t)(Open(trust, KindManifest, forged))}
		if err := VerifyChain(Hash{}, chain...); err != nil {
			return err
		}
		return chain[1].Governs(2)
	}
	wantCode(t, passes(trust), CodeKeyNotInForce)
	if err := passes(Trust{line: trust.line}); err != nil {
		t.Errorf("the contrast is refused as well: %v", err)
	}
}

// Without the acceptance, an old key claims a key of somebody else's as its own.
func TestContrast_without_acceptance_a_foreign_key_is_introduced(t *testing.T) {
	a, b, c := signer(t, 1), signer(t, 2), signer(t, 3)
	raw := need[[]byte](t)(standard.introduce(a, c, terms{Handover{First: 1, Notices: []Hash{}}, b.Key(), a.Key()}))
	_, err := Pin(a.Key()).Follow(raw)
	wantCode(t, err, CodeRotationInvalid)
	lax := scheme{message: separated, verify: func(_ ed25519.PublicKey, _, _ []byte) bool { return true }}
	if trust, err := Pin(a.Key()).follow(lax, [][]byte{raw}); err != nil || trust.Newest() != b.Key() {
		t.Errorf("the contrast is refused as well: %v", err)
	}
}

func TestVerifyHistory_holds_what_each_key_left(t *testing.T) {
	chain := chainOf(t, 4)
	old, next := signer(t, 1), signer(t, 2)
	left := func(h Handover) Trust {
		return need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, h))))
	}
	as := left(Handover{First: 3, Last: chain[1].Hash()})
	for n := range len(chain) + 1 {
		if err := as.VerifyHistory(chain[:n]...); err != nil {
			t.Errorf("the first %d: %v", n, err)
		}
	}
	other := left(Handover{First: 3, Last: chain[2].Hash()})
	wantCode(t, other.VerifyHistory(chain...), CodeChainBroken)
	wantCode(t, other.VerifyHistory(chain[:2]...), CodeChainBroken)
	if err := other.VerifyHistory(chain[:1]...); err != nil {
		t.Errorf("before the handover: %v", err)
	}
	if err := left(Handover{First: 1}).VerifyHistory(chain...); err != nil {
		t.Errorf("nothing was left: %v", err)
	}
}

func TestVerifyNotice_takes_what_was_there_at_the_handover(t *testing.T) {
	old, next := signer(t, 1), signer(t, 2)
	notice := func(s Signer, n int) []byte { return need[[]byte](t)(s.Sign(KindWithdrawal, manifest{Release: n})) }
	kept := notice(old, 1)
	trust := need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, Handover{First: 2, Last: Hash{1}, Notices: []Hash{HashOf(kept)}}))))
	document := func(s Signer, n int) Verified {
		return need[Verified](t)(Open(trust, KindManifest, need[[]byte](t)(s.Sign(KindManifest, manifest{Release: n}))))
	}
	for _, tt := range []struct {
		name     string
		document Verified
		notice   []byte
		holds    bool
	}{
		{"made in its time", document(old, 1), kept, true},
		{"made by the retired key", document(old, 1), notice(old, 2), false},
		{"of its successor's release", document(next, 2), kept, false},
		{"by the successor, of an earlier release", document(old, 1), notice(next, 1), true},
		{"by the successor, of its own", document(next, 2), notice(next, 2), true},
	} {
		v := need[Verified](t)(Open(trust, KindWithdrawal, tt.notice))
		if err := trust.VerifyNotice(tt.document, v); (err == nil) != tt.holds {
			t.Errorf("%s: %v", tt.name, err)
		} else if err != nil {
			wantCode(t, err, CodeKeyNotInForce)
		}
	}
}

func TestExtend_catches_up_with_what_is_published(t *testing.T) {
	a, b, c, d := signer(t, 1), signer(t, 2), signer(t, 3), signer(t, 4)
	one := Pin(a.Key())
	two := need[Trust](t)(one.Follow(introduced(t, a, b)...))
	three := need[Trust](t)(one.Follow(introduced(t, a, b, c)...))
	fork := need[Trust](t)(two.Follow(need[[]byte](t)(b.Introduce(d, handover(2)))))
	same := need[Trust](t)(one.Follow(need[[]byte](t)(a.Introduce(b, handover(7))))) // the same key on other terms
	for _, tt := range []struct {
		name            string
		pinned, publish Trust
		want            Trust
	}{
		{"the first key, pinned", one, three, three},
		{"an earlier line, pinned", two, three, three},
		{"the same line", three, three, three},
		{"ahead of what is published", three, two, three},
		{"parted", three, fork, Trust{}},
		{"on other terms", two, same, Trust{}},
		{"from another key", Pin(b.Key()), two, Trust{}},
		{"nothing pinned", Trust{}, two, Trust{}},
		{"nothing published", two, Trust{}, Trust{}},
	} {
		got, err := tt.pinned.Extend(tt.publish)
		if got.String() != tt.want.String() {
			t.Errorf("%s: %d keys, %v", tt.name, len(got.Keys()), err)
		}
		if tt.want.Newest().IsZero() {
			wantCode(t, err, CodeTrustForked)
		}
	}
	if !slices.Equal(three.Keys(), []Key{a.Key(), b.Key(), c.Key()}) {
		t.Error("the line is another")
	}
}
