// Package pxweb offers the published releases to the tools that statisticians
// and data portals have: PxWebApi 2, and a catalogue after DCAT-AP-SE.
//
// It answers from releases alone and adds nothing up itself: a dimension that
// is left out takes a total that was released or that package shelf finds to
// follow from the release, and a coarser grouping is a table that was released.
package pxweb
