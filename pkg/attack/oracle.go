package attack

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// oracles asks in ways that were not meant.
var oracles = adversary{
	16, "oracles", "tries parameters that switch protection off, other roles' paths, guessed drafts and unknown codes",
	func(ctx context.Context, s *session) (outcome, error) {
		var sum probed
		for _, try := range []func(context.Context) (probed, error){s.parameters, s.roles, s.guesses, s.unknowns} {
			got, err := try(ctx)
			if err != nil {
				return outcome{}, err
			}
			sum.asked, sum.found = sum.asked+got.asked, sum.found+got.found
		}
		return verdict(sum.found, figure("questions asked", sum.asked), figure("answers that tell something", sum.found)), nil
	},
}

// probed is how many questions were asked and how many answers told something.
type probed struct{ asked, found int }

// parameters tries to switch the protection off: the answer must be the usual
// one or a refusal.
func (s *session) parameters(ctx context.Context) (probed, error) {
	var out probed
	for _, path := range s.public() {
		usual, err := s.get(ctx, path)
		if err != nil {
			return out, err
		}
		for _, extra := range []string{
			"suppress=false", "debug=1", "raw=1", "raw=true", "t=1", "t=0", "fields=value,exact", "include=witnesses", "policy[t]=1", "exact=true", "format=raw", "draft=true",
		} {
			got, err := s.get(ctx, path+"?"+extra)
			if err != nil {
				return out, err
			}
			out.asked++
			out.found += one(got.status < 400 && !usual.same(got))
		}
		got, err := s.ask(ctx, request{path: path, header: map[string]string{"X-Debug": "1", "X-Suppress": "false", "X-Forwarded-For": "127.0.0.1", "X-HTTP-Method-Override": "DELETE"}})
		if err != nil {
			return out, err
		}
		out.asked++
		out.found += one(!usual.same(got))
	}
	return out, nil
}

// ruled are the paths that hold something, each with what a member, a
// researcher or a reviewer and the public are refused.
var ruled = []string{
	"/v1/desk/periods/%d/figures", "/v1/desk/periods/%d/tables", "/v1/drafts", "/v1/clients", "/v1/organisations",
}

// roles sends everybody where she does not belong. Members may read nothing
// but their own; nobody may read the desk's exact figures.
func (s *session) roles(ctx context.Context) (probed, error) {
	var out probed
	year := 2024
	if len(s.latest) > 0 {
		year = s.latest[0].publication.Year
	}
	everybody := append([]Party{{Name: "the public", HTTP: s.target.HTTP}}, s.target.Members...)
	for _, p := range everybody {
		for _, path := range ruled {
			if strings.Contains(path, "%d") {
				path = fmt.Sprintf(path, year)
			}
			got, err := s.ask(ctx, request{path: path, by: p.HTTP})
			if err != nil {
				return out, err
			}
			out.asked++
			out.found += one(got.status < 400)
		}
	}
	for _, p := range append(s.target.Others, everybody[0]) {
		for _, path := range []string{fmt.Sprintf("/v1/desk/periods/%d/figures", year), "/v1/records", fmt.Sprintf("/v1/own/periods/%d/figures", year)} {
			got, err := s.ask(ctx, request{path: path, by: p.HTTP})
			if err != nil {
				return out, err
			}
			out.asked++
			out.found += one(got.status < 400)
		}
	}
	return out, nil
}

// guesses asks for drafts and records by guessed ids: there must be none that
// answers differently from the others.
func (s *session) guesses(ctx context.Context) (probed, error) {
	var out probed
	rng := s.random(16)
	for _, p := range append([]Party{{HTTP: s.target.HTTP}}, s.target.Members...) {
		for _, path := range []string{"/v1/drafts/%s", "/v1/drafts/%s/content", "/v1/records/%s", "/v1/requests/%s/price"} {
			answers := map[string]bool{}
			for range 5 {
				id := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Int64N(1<<48))
				got, err := s.ask(ctx, request{path: fmt.Sprintf(path, id), by: p.HTTP})
				if err != nil {
					return out, err
				}
				out.asked++
				out.found += one(got.status < 400 || strings.Contains(string(got.body), id))
				answers[fmt.Sprint(got.status, got.header.Get("Content-Length"))] = true
			}
			out.found += one(len(answers) > 1)
		}
	}
	return out, nil
}

// unknowns asks derived tables for codes that do not exist and for whole tables
// that no release has: refused alike, whatever the records hold.
func (s *session) unknowns(ctx context.Context) (probed, error) {
	var out probed
	for _, y := range s.latest {
		at := fmt.Sprintf("/v1/releases/%d/derived", s.releases[y.release].manifest.Number)
		for _, t := range y.publication.Tables {
			field := t.Dimensions[0].Field
			for _, body := range []string{
				fmt.Sprintf(`{"year":%d,"table":%q,"by":[],"where":[{"field":%q,"in":["no_such_code"]}]}`, y.publication.Year, t.Name, field),
				fmt.Sprintf(`{"year":%d,"table":%q,"by":["no_such_field"]}`, y.publication.Year, t.Name),
				fmt.Sprintf(`{"year":%d,"table":"no_such_table","by":[]}`, y.publication.Year),
			} {
				got, err := s.ask(ctx, request{method: http.MethodPost, path: at, body: body})
				if err != nil {
					return out, err
				}
				out.asked++
				out.found += one(got.status < 400)
			}
		}
	}
	return out, nil
}
