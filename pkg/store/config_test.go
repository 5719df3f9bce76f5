package store

import "testing"

func TestLimitsThatNoStoreCanKeepAreRefused(t *testing.T) {
	for name, c := range map[string]Config{
		"no backend":                    {},
		"no folder":                     {Backend: SQLite},
		"fewer than no connections":     {Backend: Postgres, Connections: -1},
		"more connections than pgx has": {Backend: Postgres, Connections: 1<<32 + 1},
		"fewer than no pages":           {Backend: SQLite, Folder: "x", Pages: -1},
		"a wait that is over":           {Backend: Postgres, Acquire: -1},
		"a write that is over":          {Backend: Postgres, Write: -1},
	} {
		if _, err := c.withDefaults(); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	for _, c := range []Config{{Backend: Postgres}, {Backend: Postgres, Connections: mostConnections}, {Backend: SQLite, Folder: "x"}} {
		if _, err := c.withDefaults(); err != nil {
			t.Errorf("the contrast: %v", err)
		}
	}
}
