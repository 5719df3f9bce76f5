package store

import (
	"database/sql"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// sqliteDialector tells gorm how to speak SQLite. The usual dialect drags a C
// driver along; this one is all that Raw and Exec need (docs/decisions/0002).
// Tables come from the migrations, so it has no types and no migrator.
type sqliteDialector struct{ db *sql.DB }

func (sqliteDialector) Name() string { return "sqlite" }

func (d sqliteDialector) Initialize(g *gorm.DB) error {
	callbacks.RegisterDefaultCallbacks(g, &callbacks.Config{})
	g.ConnPool = d.db
	return nil
}

func (sqliteDialector) Migrator(*gorm.DB) gorm.Migrator { return nil }

func (sqliteDialector) DataTypeOf(*schema.Field) string { return "" }

func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (sqliteDialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

func (sqliteDialector) QuoteTo(w clause.Writer, name string) {
	_, _ = w.WriteString(`"` + strings.ReplaceAll(name, `"`, `""`) + `"`)
}

// Explain is what gorm would log. It never holds the values.
func (sqliteDialector) Explain(query string, _ ...any) string { return query }

// gormConfig is the same for every database: no values in logs, no hidden
// transaction, no query before the first one asked for.
func gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
	}
}
