package attack

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/signed"
)

// freeze tries to change what is published.
var freeze = adversary{
	17, "freeze", "tries to write, replace and delete releases, and to pass a changed byte off as signed",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.releases) == 0 {
			return notRun(noRelease), nil
		}
		written, taken, err := s.writes(ctx)
		if err != nil {
			return outcome{}, err
		}
		var flipped, passed, wrong, files int
		for _, r := range s.releases {
			n, p := s.flips(r)
			flipped, passed = flipped+n, passed+p
			again, err := s.fetch(ctx, r.manifest.Number)
			if err != nil {
				return outcome{}, err
			}
			wrong += one(!bytes.Equal(again.raw, r.raw))
			for _, f := range r.manifest.Files {
				got, err := s.get(ctx, fmt.Sprintf("/v1/releases/%d/files/%s", r.manifest.Number, f.Name))
				if err != nil {
					return outcome{}, err
				}
				files++
				wrong += one(got.status != http.StatusOK || signed.HashOf(got.body) != f.SHA256)
			}
		}
		return verdict(taken+passed+wrong, share("writes accepted", taken, written),
			share("changed bytes that passed the signature", passed, flipped),
			share("manifests and files that are not as signed", wrong, files+len(s.releases))), nil
	},
}

// writes sends every kind of write to every kind of path. It never orders a
// withdrawal, which whoever may is free to.
func (s *session) writes(ctx context.Context) (sent, taken int, err error) {
	accounts := append([]api.HttpRequestDoer{s.target.HTTP}, doers(s.target.Members)...)
	accounts = append(accounts, doers(s.target.Others)...)
	paths := []string{"/v1/releases"}
	for _, r := range s.releases {
		at := fmt.Sprintf("/v1/releases/%d", r.manifest.Number)
		paths = append(paths, at, at+"/manifest", at+"/figures", at+"/files/figures.json")
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodPost} {
			for _, by := range accounts {
				got, err := s.ask(ctx, request{method: method, path: path, body: string(s.releases[0].raw), by: by})
				if err != nil {
					return sent, taken, err
				}
				sent++
				taken += one(got.status < 400)
			}
		}
	}
	return sent, taken, nil
}

// flippedBytes is how many bytes of each manifest are changed.
const flippedBytes = 200

// flips changes one byte of a manifest at a time and looks whether the
// signature still holds.
func (s *session) flips(r release) (flipped, passed int) {
	rng := s.random(17)
	for range flippedBytes {
		raw := bytes.Clone(r.raw)
		raw[rng.IntN(len(raw))] ^= byte(1 + rng.IntN(255))
		_, err := signed.Open(s.target.Trust, signed.KindManifest, raw)
		flipped++
		passed += one(err == nil)
	}
	return flipped, passed
}
