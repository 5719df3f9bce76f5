// Package pxweb offers the published releases to the tools that statisticians
// and data portals have: PxWebApi 2, and a catalogue after DCAT-AP-SE.
//
// It answers from releases alone and never adds two cells up: a dimension that
// is left out takes a total that was released, and a coarser grouping is a table
// that was released.
package pxweb
