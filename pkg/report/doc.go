// Package report words protected cells as figures and trends.
//
// Whatever is exact is said in the figure's own sentence, "26 of 35 have some
// relation to the perpetrator". Whatever is withheld is said to be withheld,
// with the range in which everybody can place it, never as "fewer than 5". A
// sentence states no number that is not published.
//
// A change between years is claimed over a panel alone, the same organisations
// in every year, and only if it is more than the years vary by themselves.
package report
