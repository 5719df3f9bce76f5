// Package web shows published releases as pages that work without script.
//
// Everything on a page comes from verified releases: a page cannot say more
// than they do. Pages ask no other host for anything, hold no script and no
// style of their own, and read the same on screen, on a telephone and on paper.
// Swedish stands at /, English at /en.
//
// The words of the pages are data (texts.yaml), each in both languages; the
// templates hold none.
package web
