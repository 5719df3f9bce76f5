package store

// statement is the text of an SQL statement. It is a constant of the program,
// never put together while it runs: values are arguments. test/rules holds
// every conversion to it, and every text that reaches a database, against that.
type statement string
