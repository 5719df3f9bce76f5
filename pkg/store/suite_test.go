package store_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

func TestRecordsOnSQLite(t *testing.T) {
	storetest.Records(t, func(t testing.TB) store.Config { return storetest.Config(t, store.SQLite) })
}

func TestRecordsOnPostgres(t *testing.T) {
	storetest.Records(t, func(t testing.TB) store.Config { return storetest.Config(t, store.Postgres) })
}

func TestReleasesOnSQLite(t *testing.T) {
	storetest.Releases(t, func(t testing.TB) store.Config { return storetest.Config(t, store.SQLite) })
}

func TestReleasesOnPostgres(t *testing.T) {
	storetest.Releases(t, func(t testing.TB) store.Config { return storetest.Config(t, store.Postgres) })
}
