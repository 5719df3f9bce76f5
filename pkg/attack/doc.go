// Package attack is the adversary: eighteen attacks that a running service
// must withstand.
//
// It plays from outside. What it knows comes over HTTP: the signed releases
// that everybody may read, the answers to requests, and, where it is given the
// credentials of member organisations, their own records. It imports nothing of
// what serves or keeps records.
//
// An attack is held, broken, reported (it found something that the policy does
// not promise to prevent) or not run, with the reason. What an attack found is
// proved: cells and records count as recovered only if no other population
// agrees with everything published. What was too hard to decide in the time
// given is counted and said.
package attack
