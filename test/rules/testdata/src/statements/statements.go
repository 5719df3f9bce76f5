// Package statements breaks the rule in every way that the rule knows.
package statements

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

type statement string

const one = `SELECT 1`

func ask(ctx context.Context, db *sql.DB, name string, ready statement) {
	db.QueryRowContext(ctx, one)
	db.QueryRowContext(ctx, one+` WHERE name = ?`, name)
	db.QueryRowContext(ctx, string(ready), name)
	db.QueryRowContext(ctx, `SELECT 1 WHERE name = '`+name+`'`) // want `no constant`
	db.ExecContext(ctx, name)                                   // want `no constant`
	db.Query(name)                                              // want `no constant`
	db.QueryRowContext(ctx, string(statement(name)))            // want `converted from text`
}

type pool struct{ db *sql.DB }

// ExecContext hands on what it was given: its callers are looked at.
func (p pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.db.ExecContext(ctx, query, args...)
}

// Other has another name, so nobody looks at its callers.
func (p pool) Other(ctx context.Context, query string) (sql.Result, error) {
	return p.db.ExecContext(ctx, query) // want `no constant`
}

func through(ctx context.Context, p pool, name string) {
	p.ExecContext(ctx, one)
	p.ExecContext(ctx, name) // want `no constant`
}

func find(db *gorm.DB, name string, unknown any, rows []string) {
	db.Where("name = ?", name).Order("name").Find(&rows)
	db.Where(map[string]any{"name": name}).Find(&rows, "name = ?", name)
	db.Find(&rows, name)       // want `no constant`
	db.Where(unknown)          // want `no constant`
	db.Where("name = " + name) // want `no constant`
	db.Order(name)             // want `no constant`
	db.Raw(name)               // want `no constant`
	db.Pluck(name, &rows)      // want `no constant`
	db.Table(name)             // want `no constant`
}
