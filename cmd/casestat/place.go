package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"manniskohandel.se/casestat/pkg/store"
)

// folders are where the keys are, and the data if they are in SQLite.
type folders struct {
	Data string `default:"./casestat-data" placeholder:"DIR" help:"Folder of the SQLite data and of the keys. Default: ./casestat-data."`
	Keys string `placeholder:"DIR" help:"Folder of the keys. Default: keys in the data folder."`
}

// place is where the data and the keys are: a folder, or PostgreSQL.
type place struct {
	folders
	IntakeDSNFile    string `name:"intake-dsn-file" placeholder:"FILE" help:"PostgreSQL instead of SQLite: file with the connection string of the intake role (or CASESTAT_INTAKE_DSN)."`
	CounterDSNFile   string `name:"counter-dsn-file" placeholder:"FILE" help:"PostgreSQL: file with the connection string of the counter role (or CASESTAT_COUNTER_DSN)."`
	PublisherDSNFile string `name:"publisher-dsn-file" placeholder:"FILE" help:"PostgreSQL: file with the connection string of the publisher role (or CASESTAT_PUBLISHER_DSN)."`
	PublicDSNFile    string `name:"public-dsn-file" placeholder:"FILE" help:"PostgreSQL: file with the connection string of the public role, which reads releases alone (or CASESTAT_PUBLIC_DSN)."`
	OwnerDSNFile     string `name:"owner-dsn-file" placeholder:"FILE" help:"PostgreSQL: file with the connection string of the owner, for migrations alone (or CASESTAT_OWNER_DSN)."`
	PostgresMaxConns int    `name:"postgres-connections" placeholder:"N" help:"PostgreSQL: most connections of each role. Default: 8."`
}

// role is one of the PostgreSQL logins, and where its connection string is told.
type role struct {
	file     string
	variable string
	to       *string
}

// config says where the stores are. It does not open anything.
func (p place) config(s *session) (store.Config, error) {
	files := dsnFiles{}
	c := store.Config{Backend: store.SQLite, Folder: p.Data, Pages: s.memory.pages(), Connections: p.PostgresMaxConns, Renewed: files.renewed}
	for _, r := range []role{
		{p.IntakeDSNFile, "CASESTAT_INTAKE_DSN", &c.Intake},
		{p.CounterDSNFile, "CASESTAT_COUNTER_DSN", &c.Counter},
		{p.PublisherDSNFile, "CASESTAT_PUBLISHER_DSN", &c.Publisher},
		{p.PublicDSNFile, "CASESTAT_PUBLIC_DSN", &c.Public},
		{p.OwnerDSNFile, "CASESTAT_OWNER_DSN", &c.Owner},
	} {
		dsn, err := secretFrom(s, r.file, r.variable)
		if err != nil {
			return store.Config{}, err
		}
		if *r.to = dsn; dsn != "" {
			c.Backend, c.Folder = store.Postgres, ""
			files[dsn] = r.file
		}
	}
	return c, nil
}

// keys gives the folder of the keys. It need not be there.
func (f folders) keys(s *session) keyFolder {
	folder := f.Keys
	if folder == "" {
		folder = filepath.Join(f.Data, "keys")
	}
	return keyFolder{path: folder, now: s.now, random: s.random}
}

// mustExist refuses a data folder that is not there, for commands that must not
// make one by mistake.
func (p place) mustExist(c store.Config) error {
	if c.Backend != store.SQLite {
		return nil
	}
	_, err := os.Stat(filepath.Join(c.Folder, "records.db"))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database in %s: name its folder with --data, or make one with casestat migrate", c.Folder)
	}
	return err
}
