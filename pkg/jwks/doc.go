// Package jwks fetches the public keys of other issuers of tokens, from where
// the configuration says and from nowhere else.
//
// Nothing that a caller sends decides what is fetched, and no flood of callers
// how often. Every address is looked at when it is dialled, after its name was
// resolved, so that no name leads into the network behind.
package jwks
