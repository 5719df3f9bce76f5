package storetest

import "syscall"

// Programs gives the folder of PostgreSQL's own programs that the tests run,
// for those that need a server of their own to break.
func Programs() (string, error) { return findPostgres() }

// Unprivileged gives a folder to a user that PostgreSQL consents to run as; nil
// if that is who we are.
func Unprivileged(folder string) (*syscall.Credential, error) { return unprivileged(folder) }
