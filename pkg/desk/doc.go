// Package desk shows the exact counts of a closed period to those who write
// the report, and to a member those over its own records. Its results are a
// type of their own, Internal, that no exporter accepts.
package desk
