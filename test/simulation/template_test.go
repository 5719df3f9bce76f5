package simulation

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/store"
)

// The years that every run begins with.
var firstYears = map[int]string{2023: "closed", 2024: "closed", 2025: "open", 2026: "open"}

// organisations are all there are.
func organisations() []access.OrganisationID {
	return []access.OrganisationID{platform, memberA, memberB, otherMember + "2", otherMember + "3", otherMember + "4"}
}

// publishing says whether a run of that seed has releases. They take longer, so
// few have.
func publishing(seed uint64) bool { return seed%releaseEvery == 0 }

const releaseEvery = 16

// begun is a store with the cast and the years, and what it holds.
type begun struct {
	image files
	model *model
	err   error
}

var (
	withoutReleases = sync.OnceValue(func() begun { return prepare(false) })
	withReleases    = sync.OnceValue(func() begun { return prepare(true) })
)

// template gives what a run begins with: an image, and a model of its own.
func template(releases bool) (files, *model, error) {
	b := withoutReleases()
	if releases {
		b = withReleases()
	}
	if b.err != nil {
		return nil, nil, b.err
	}
	m := *b.model
	m.records, m.years, m.clients, m.minimal = map[key]*kept{}, maps.Clone(m.years), maps.Clone(m.clients), maps.Clone(m.minimal)
	for k, r := range b.model.records {
		m.records[k] = &kept{versions: r.versions}
	}
	m.drafts, m.forgotten = map[string]*drafted{}, map[string]bool{}
	return b.image, &m, nil
}

// prepare makes a store as the program would, without anything in between.
func prepare(releases bool) (b begun) {
	folder, err := os.MkdirTemp(shelter(), "casestat-simulation-")
	if err != nil {
		return begun{err: err}
	}
	defer os.RemoveAll(folder)
	b.model = &model{
		records: map[key]*kept{}, years: maps.Clone(firstYears), clients: map[string]member{}, minimal: map[content]bool{}, common: map[string]bool{},
	}
	if releases {
		b.model.years[releaseYear] = "closed"
	}
	place := store.Config{Backend: store.SQLite, Folder: folder}
	if b.err = store.Migrate(context.Background(), place); b.err != nil {
		return b
	}
	records, err := store.Open(context.Background(), place)
	if err != nil {
		return begun{err: err}
	}
	b.err = records.Membership().Atomically(context.Background(), b.model.found)
	if b.err == nil && releases {
		b.err = b.model.fill(records)
	}
	if b.err == nil {
		b.err = records.Close()
	}
	if b.err == nil {
		b.image, b.err = readFiles(folder)
	}
	if !releases {
		delete(b.image, "releases.db")
		delete(b.image, "releases.db-wal")
	}
	return b
}

// found writes the cast and the years, into the store and into the model.
func (m *model) found(tx membership.Tx) error {
	for _, o := range organisations() {
		kind := access.Member
		if o == platform {
			kind = access.Platform
		}
		if err := tx.SaveOrganisation(ctx(), access.Organisation{ID: o, Name: string(o), Kind: kind, Active: true}); err != nil {
			return err
		}
	}
	for _, c := range clients {
		permissions, err := c.role.Grant(c.granted...)
		if err != nil {
			return err
		}
		m.clients[c.id] = member{permissions: wordsOf(permissions)}
		err = tx.SaveClient(ctx(), access.Client{
			ID: access.ClientID(c.id), Organisation: access.OrganisationID(c.organisation), Holder: access.HolderID(c.holder), Role: c.role,
			Permissions: permissions, Secret: "never asked for",
		})
		if err != nil {
			return err
		}
	}
	for year, state := range m.years {
		if err := tx.SavePeriod(ctx(), record.Period{Year: year, State: record.PeriodState(state)}); err != nil {
			return err
		}
	}
	return nil
}

// fill writes the records of the demo, into the store and into the model. The
// two members who take part have their first ones under the usual ids.
func (m *model) fill(to *store.Records) error {
	script, err := demo.Write(codelist.Current(), releaseYear)
	if err != nil {
		return err
	}
	var all []intake.Version
	of := map[string]int{}
	for _, told := range script.Records {
		if told.Year != releaseYear {
			continue
		}
		row := book().reader.Decode(told.JSON(codelist.Current()), record.Options{})
		if err := row.Refusal(); err != nil {
			return err
		}
		o := memberOf(script.Members, told.Member)
		k := key{o, string(recordtest.ID(of[o]))}
		of[o]++
		v := version{number: 1, tag: "fedcba9876543210", day: "2026-01-31", content: content{releaseYear, string(row.Record.Answers)}}
		m.keep(k, v)
		m.common[v.answers] = true
		m.minimal[v.content] = row.Record.Answers[consentAt()] == book().minimal[consentAt()]
		all = append(all, intake.Version{
			Key: intake.Key{Organisation: access.OrganisationID(o), Record: record.ID(k.record)}, Number: 1, Tag: v.tag, Day: v.day,
			Record: v.content.record(k.record),
		})
	}
	return to.Intake().Atomically(ctx(), func(tx intake.Tx) error { return tx.Save(ctx(), all) })
}

// consentAt is where answers say whether more than the number may be known.
func consentAt() int {
	column, _ := book().reader.Schema().Column(record.FieldConsent)
	return column.Offset
}

func memberOf(members []demo.Member, name string) string {
	at := slices.IndexFunc(members, func(m demo.Member) bool { return m.Key == name })
	if at < 2 {
		return []string{memberA, memberB}[at]
	}
	return fmt.Sprint(otherMember, at)
}
