package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func send(t *testing.T, p *progress, text string) {
	t.Helper()
	if _, err := io.Copy(io.Discard, iotest.OneByteReader(p.reading(strings.NewReader(text)))); err != nil {
		t.Fatal(err)
	}
	p.end()
}

func TestProgressIsABarOnATerminal(t *testing.T) {
	var out bytes.Buffer
	send(t, &progress{out: &out, terminal: true, size: 4, shown: -1}, "four")
	for _, want := range []string{" 25 %", " 50 %", "[" + strings.Repeat("#", barWidth) + "] 100 %"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out.String())
		}
	}
	if !strings.HasSuffix(out.String(), " \r") || strings.Contains(out.String(), "\n") {
		t.Errorf("the bar is not taken away: %q", out.String())
	}
}

func TestProgressIsALineEachTenthElsewhere(t *testing.T) {
	var out bytes.Buffer
	send(t, newProgress(&out, 4), "four")
	if diff := cmp.Diff("25 % sent\n50 % sent\n75 % sent\n100 % sent\n", out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestProgressOfAnUnknownSizeIsSilent(t *testing.T) {
	var out bytes.Buffer
	send(t, newProgress(&out, 0), "four")
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
}
