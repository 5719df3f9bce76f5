// Package browser looks at the pages in a real browser, as their readers do.
//
// Its tests need Chromium and Node, so they have a build tag of their own:
// "make test-browser" installs what is missing and runs them.
package browser
