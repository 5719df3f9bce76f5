package access

import "testing"

// What each request pays for its token, and each token for its secret.

func BenchmarkAuthenticate(b *testing.B) {
	o := newOffice(b)
	token := o.token(b)
	a := Authenticator{Verifier: o.verifier, Directory: o.register}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifySecret(b *testing.B) {
	h := need[*Hasher](b)(NewHasher(HasherConfig{Random: newStream(1)}))
	stored := need[string](b)(h.Hash(b.Context(), "s"))
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), "s", stored); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkGrantProven(b *testing.B) {
	o := newOffice(b)
	r := TokenRequest{Client: benchClient, Secret: grantSecret}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.grant.Grant(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
