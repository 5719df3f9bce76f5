// Package signed signs bytes and opens them again only when the signature holds.
//
// A signed document is canonical JSON (RFC 8785) of four members:
//
//	{"document":{...},"key":"casestat.example+5f1c2a90","kind":"release-manifest","signature":"..."}
//
// The signature is Ed25519 (RFC 8032, section 5.1.6), and nothing in the bytes
// can choose another algorithm. What is signed is
//
//	"casestat signed document v1" 00 kind 00 document
//
// so that one kind of document is never taken for another, and no document for
// a checkpoint, whose text holds no zero byte. Contexts are written into the
// message rather than given to Ed25519ctx because every Ed25519 library can
// check the former.
//
// Only Open makes a Verified. Whoever is handed one need not ask where it has
// been.
//
// Checkpoints of a ledger are signed as golang.org/x/mod/sumdb/note has it.
// What must not be read by whoever keeps it is sealed (Recipient.Seal) to a
// key that is kept elsewhere.
//
// The package knows no clock. It takes the randomness for new keys as an
// argument; sealing draws on crypto/rand, because crypto/hpke takes no other.
package signed

// MaxSize bounds a document, signed or not, and what is sealed, in bytes.
const MaxSize = 64 << 20
