package release_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/releasetest"
	"manniskohandel.se/casestat/pkg/signed"
)

func TestReadingADraftIsADeed(t *testing.T) {
	h := open(t)
	if list := must[[]release.Draft](t)(h.List(t.Context(), author)); len(list) != 0 || len(h.memory.Deeds()) != 0 {
		t.Errorf("nothing to read: %d drafts, %d deeds", len(list), len(h.memory.Deeds()))
	}
	h.computed(draftA, withTable(t))
	h.planned(draftB, tiny(t))
	list := must[[]release.Draft](t)(h.List(t.Context(), reviewer))
	if len(list) != 2 || list[0].ID != draftA || list[0].Findings != nil {
		t.Errorf("%+v", list)
	}
	if d := lastDeed(h.memory.Deeds()); d.Deed != release.DeedRead || len(d.Subjects) != 2 {
		t.Errorf("%+v", d)
	}
	d := must[release.Draft](t)(h.Read(t.Context(), reviewer, draftA))
	if len(d.Findings) == 0 {
		t.Error("the findings are not there")
	}
	if d := lastDeed(h.memory.Deeds()); d.Deed != release.DeedRead || d.Actor != "client-reviewer" || d.Subjects[0] != string(draftA) {
		t.Errorf("%+v", d)
	}
	_, err := h.Read(t.Context(), reviewer, "eeeeeeee-0000-4000-8000-000000000009")
	wantRefusal(t, err, fault.NotFound, release.CodeDraftUnknown)
	_, err = h.Content(t.Context(), reviewer, draftB)
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
}

func TestT39_WhatCannotBeWrittenDownIsNotShown(t *testing.T) {
	h := open(t)
	h.computed(draftA, tiny(t))
	must[release.Request](t)(h.Request(t.Context(), researcher, ages(requestA)))
	h.memory.Fail = func(step string) error {
		if step == "append" {
			return errors.New("the ledger is full")
		}
		return nil
	}
	ctx := context.Background()
	for name, do := range map[string]func() error{
		"list":     func() error { d, err := h.List(ctx, author); return told(len(d), err) },
		"read":     func() error { d, err := h.Read(ctx, author, draftA); return told(len(d.ID), err) },
		"content":  func() error { p, err := h.Content(ctx, author, draftA); return toldOf(p != nil, err) },
		"proof":    func() error { c, err := h.Certificate(ctx, author, draftA); return told(len(c), err) },
		"review":   func() error { r, err := h.Review(ctx, author, draftA); return told(len(r), err) },
		"submit":   func() error { _, err := h.Submit(ctx, author, draftA, nil); return err },
		"plan":     func() error { _, err := h.Plan(ctx, author, draftB, document(t, tiny(t)), 0); return err },
		"compute":  func() error { _, err := h.Compute(ctx, author, draftA); return err },
		"remedies": func() error { r, err := h.Remedies(ctx, author, draftA); return told(len(r), err) },
		"price":    func() error { p, err := h.Price(ctx, author, requestA); return told(p.Cells, err) },
		"request":  func() error { _, err := h.Request(ctx, researcher, ages(requestB)); return err },
	} {
		wantRefusalOf(t, name, do())
	}
}

func told(n int, err error) error { return toldOf(n > 0, err) }

func toldOf(something bool, err error) error {
	if something {
		return errors.New("something was shown")
	}
	return err
}

func wantRefusalOf(t *testing.T, name string, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != release.CodeLedgerUnavailable {
		t.Errorf("%s: %v", name, err)
	}
}

func TestAServiceStandsOnEverything(t *testing.T) {
	h := open(t)
	for name, edit := range map[string]func(*release.Deps){
		"no records":  func(d *release.Deps) { d.Records = nil },
		"no drafts":   func(d *release.Deps) { d.Drafts = nil },
		"no archive":  func(d *release.Deps) { d.Archive = nil },
		"no shelf":    func(d *release.Deps) { d.Shelf = nil },
		"no figures":  func(d *release.Deps) { d.Figures = nil },
		"no clock":    func(d *release.Deps) { d.Now = nil },
		"no signer":   func(d *release.Deps) { d.Keys.Signer = signed.Signer{} },
		"no seal":     func(d *release.Deps) { d.Keys.Certificates = signed.Recipient{} },
		"no history":  func(d *release.Deps) { d.Keys.History = signed.Unsealer{} },
		"no secret":   func(d *release.Deps) { d.Keys.Secret = [32]byte{} },
		"no software": func(d *release.Deps) { d.Software = "" },
		"no origin":   func(d *release.Deps) { d.Origin = "" },
		"two lines":   func(d *release.Deps) { d.Origin = "a\nb" },
	} {
		deps := h.deps
		edit(&deps)
		if _, err := release.New(deps); err == nil {
			t.Errorf("%s: it starts", name)
		}
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if text := fmt.Sprintf(verb, keysOf(t).Keys); strings.Contains(text, "1") && strings.Contains(text, "2 3") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

var _ release.Drafts = (*releasetest.Memory)(nil)
