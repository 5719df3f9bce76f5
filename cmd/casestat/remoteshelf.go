package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// remoteShelf reads published releases from a running service, as anybody can.
// It implements shelf.Keyed: nothing that it gives is believed.
type remoteShelf struct {
	base string
	http *http.Client
}

func newRemoteShelf(address string) (remoteShelf, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return remoteShelf{}, errors.New("the address must be one like https://casestat.example.org")
	}
	return remoteShelf{base: strings.TrimSuffix(address, "/"), http: &http.Client{}}, nil
}

// get reads a public answer that is no larger than a file of a release.
func (r remoteShelf) get(ctx context.Context, path string) (_ []byte, err error) {
	body, err := r.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	b, err := io.ReadAll(io.LimitReader(body, signed.MaxSize+1))
	if len(b) > signed.MaxSize {
		return nil, fmt.Errorf("the answer to %s is larger than any release", path)
	}
	return b, err
}

// copy writes a public answer of any size to w.
func (r remoteShelf) copy(ctx context.Context, path string, w io.Writer) (size int64, err error) {
	body, err := r.open(ctx, path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	return io.Copy(w, body)
}

// open asks for a public answer. The caller closes it.
func (r remoteShelf) open(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := r.http.Do(request)
	switch {
	case err != nil:
		return nil, fmt.Errorf("no answer from %s (is the service running there?): %w", r.base, bare(err))
	case response.StatusCode == http.StatusOK:
		return response.Body, nil
	case response.StatusCode == http.StatusNotFound:
		err = fault.New(fault.NotFound, release.CodeReleaseUnknown)
	default:
		err = &refusal{status: response.StatusCode}
	}
	return nil, errors.Join(err, response.Body.Close())
}

func (r remoteShelf) list(ctx context.Context) (list api.Releases, err error) {
	b, err := r.get(ctx, "/v1/releases")
	if err != nil {
		return list, err
	}
	if json.Unmarshal(b, &list) != nil {
		return list, errNotInContract
	}
	return list, nil
}

// Version implements shelf.Source.
func (r remoteShelf) Version(ctx context.Context) (int64, error) {
	list, err := r.list(ctx)
	version := int64(len(list.Releases))
	for _, one := range list.Releases {
		if one.Status == api.ReleaseStatusWithdrawn {
			version++
		}
	}
	if err != nil {
		return 0, err
	}
	keys, err := r.Keys(ctx)
	digest := fnv.New64a()
	digest.Write(keys)
	return version ^ int64(digest.Sum64()), err
}

// Keys implements shelf.Keyed.
func (r remoteShelf) Keys(ctx context.Context) ([]byte, error) { return r.get(ctx, "/v1/releases/key") }

// follow catches up with the keys that the service publishes, from those that
// were pinned.
func (r remoteShelf) follow(ctx context.Context, pinned signed.Trust) (signed.Trust, error) {
	text, err := r.Keys(ctx)
	if err != nil {
		return signed.Trust{}, err
	}
	return pinned.ExtendText(string(text))
}

// Stored implements shelf.Source.
func (r remoteShelf) Stored(ctx context.Context) ([]shelf.Stored, error) {
	list, err := r.list(ctx)
	if err != nil {
		return nil, err
	}
	stored := make([]shelf.Stored, 0, len(list.Releases))
	for _, one := range list.Releases {
		s := shelf.Stored{Number: one.Number}
		path := "/v1/releases/" + strconv.Itoa(one.Number)
		if s.Manifest, err = r.get(ctx, path+"/manifest"); err != nil {
			return nil, err
		}
		if one.Status == api.ReleaseStatusWithdrawn {
			if s.Withdrawal, err = r.get(ctx, path+"/withdrawal"); err != nil {
				return nil, err
			}
		}
		stored = append(stored, s)
	}
	return stored, nil
}

// File implements shelf.Source.
func (r remoteShelf) File(ctx context.Context, number int, name string) ([]byte, error) {
	return r.get(ctx, "/v1/releases/"+strconv.Itoa(number)+"/files/"+url.PathEscape(name))
}

// Checkpoint implements shelf.Source.
func (r remoteShelf) Checkpoint(ctx context.Context) ([]byte, error) {
	b, err := r.get(ctx, "/v1/releases/checkpoint")
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return b, err
}
