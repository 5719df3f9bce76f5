// Package table counts records into tables.
//
// Records are held as byte columns, one for each packed byte. A question
// becomes one 256-entry table for each byte column it uses, from byte to key
// bits; the keys of a record are put together with OR, a record that is
// filtered out becomes all ones, and what is left is counting keys. The same
// function serves a figure, a table and a sum.
package table
