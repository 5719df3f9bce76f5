// Package faults holds the tests that play faults against the real program and
// count what is lost. Each prints its cycles, what was acknowledged, lost,
// duplicated and unexpected, and fails unless the last three are 0; beside each
// stands a contrast that breaks one promise on purpose and fails unless its
// loss is found.
package faults
