// Package intake takes records in: single, in batches, once only, corrected,
// withdrawn. Whatever it acknowledges is on disk.
package intake
