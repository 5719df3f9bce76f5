// Package server speaks the contract over HTTP.
//
// A request passes one gate before it reaches a handler: the table of
// operations says which permission, parameters, media types and sizes are
// allowed, and what is not in the table is refused. Handlers translate between
// the wire and the packages below; they decide nothing about ownership.
//
// What is published is answered from the shelf alone, as the bytes that were
// frozen, the same for everybody. NewPublic makes a server that can do nothing
// else.
package server
