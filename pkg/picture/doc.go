// Package picture draws figures and series as pictures that stand on their own.
//
// A Pictogram shows one number, Bars a table of one dimension, a Trend a number
// over years. Draw lays any of them out once, as a Drawing, and the Drawing
// writes itself as SVG and as PNG, so that both show the same. The same input
// gives the same bytes.
//
// A picture carries its title, every number as text, its notes and its source,
// and can be printed, copied or shown in grey without losing any of them. What is
// withheld is hatched over the range in which everybody can place it: never drawn
// as nothing, never as a number.
//
// An SVG names nothing outside itself and holds neither style sheet nor script.
// Its ids come from its content, so that several can stand in one page.
package picture
