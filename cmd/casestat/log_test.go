package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

func TestTheLogTellsMinutesAlone(t *testing.T) {
	var out bytes.Buffer
	newLog(&out).Info("request", "took", "<10ms")
	var line struct{ Time time.Time }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Time.IsZero() || !line.Time.Equal(line.Time.Truncate(time.Minute)) {
		t.Errorf("the log says %s", out.String())
	}
}
