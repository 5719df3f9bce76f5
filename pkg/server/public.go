package server

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/signed"
)

// PublicDeps is what a public Server stands on: the published releases, and
// nothing by which a record, a draft or a client could be reached. All of it is
// required but for Site, Tools, Limits, HSTS and Ready.
type PublicDeps struct {
	Shelf      Shelf
	ReleaseKey signed.Key // of the publisher; a rotation keeps its name, and Shelf knows the line
	Contract   []byte     // openapi.yaml
	Book       *codelist.Book
	Site       Site  // pages for people; nil: none
	Tools      Tools // for programs of others; nil: none

	Log    *slog.Logger
	Now    func() time.Time // for durations alone
	Random io.Reader        // request ids; safe for concurrent use
	Limits Limits
	HSTS   bool
	Ready  func(context.Context) error // nil: ready as soon as it serves
}

func (d PublicDeps) check() error {
	return missing(map[string]bool{
		"Shelf": d.Shelf == nil, "ReleaseKey": d.ReleaseKey.IsZero(), "Contract": len(d.Contract) == 0, "Book": d.Book == nil,
		"Log": d.Log == nil, "Now": d.Now == nil, "Random": d.Random == nil,
	})
}

// NewPublic puts together a Server of the public operations alone: releases,
// codebook, documentation, health. It answers every other path of the contract
// as one that there is not, because it has no route for it and nothing behind
// it.
func NewPublic(d PublicDeps) (*Server, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	figures, err := figure.Current(d.Book)
	if err != nil {
		return nil, err
	}
	// There is no intake to keep a turn for: places alone bound what is under way.
	d.Limits.Rates.Public = d.Limits.Rates.Public.or(20_000, 200_000)
	return build(Deps{
		Shelf: d.Shelf, ReleaseKey: d.ReleaseKey, Contract: d.Contract, Book: d.Book, Figures: figures, Site: d.Site, Tools: d.Tools,
		Log: d.Log, Now: d.Now, Random: d.Random, Limits: d.Limits, HSTS: d.HSTS, Ready: d.Ready,
	}, alone())
}

// alone gives the operations that need nothing but the shelf.
func alone() []operation {
	return slices.DeleteFunc(slices.Clone(operations), func(op operation) bool { return !op.alone })
}
