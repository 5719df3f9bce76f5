package storetest

import (
	"testing"

	"manniskohandel.se/casestat/pkg/store"
)

func postgresConfig(t testing.TB) store.Config { t.Helper(); t.Fatal("no PostgreSQL yet"); return store.Config{} }
