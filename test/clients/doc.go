// Package clients reads what is published with programs that are not ours, in
// other languages: whoever gets a file has nothing else either.
//
// It needs python3, node with jsonstat-toolkit, and LibreOffice Calc.
// test/install-clients.sh gets them.
package clients
