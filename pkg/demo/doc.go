// Package demo plays five member organisations, a coordinator and a report desk
// against a running service, with people who never existed.
//
// The 35 persons of the platform's slide stand in data/slide.csv with their
// essential answers, and the kinds of record that must not count in
// data/decoys.csv, each with what sets it apart. The rest of every record is
// drawn from data/habits.yaml within the rules of the codebook, from a seed:
// the same year gives the same records, to the byte.
//
// This package speaks to the service over HTTP alone, as a member's own system
// would.
package demo
