// Package membership keeps organisations, their clients and the reporting
// periods, for the coordinator who manages them.
package membership
