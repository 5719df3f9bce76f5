// Package gorm has the signatures that the rule looks at.
package gorm

type DB struct{ Error error }

func (db *DB) Where(query any, args ...any) *DB     { return db }
func (db *DB) Order(value any) *DB                  { return db }
func (db *DB) Raw(sql string, values ...any) *DB    { return db }
func (db *DB) Find(dest any, conditions ...any) *DB { return db }
func (db *DB) Pluck(column string, dest any) *DB    { return db }
func (db *DB) Table(name string, args ...any) *DB   { return db }
