package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// barWidth is the length of the progress bar, in characters.
const barWidth = 40

// progress shows how much of a file has been sent: a bar on a terminal, a line
// each tenth elsewhere. Without a known size it shows nothing.
type progress struct {
	out      io.Writer
	terminal bool
	size     int64
	done     int64
	shown    int64 // in percent on a terminal, in tenths elsewhere
}

func newProgress(out io.Writer, size int64) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, size: size, terminal: ok && isatty.IsTerminal(f.Fd()), shown: -1}
}

// reading passes on what is read from r and counts it.
func (p *progress) reading(r io.Reader) io.Reader { return &counted{r, p} }

type counted struct {
	r io.Reader
	p *progress
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.p.add(int64(n))
	return n, err
}

func (p *progress) add(n int64) {
	p.done += n
	if p.size <= 0 {
		return
	}
	percent := min(100*p.done/p.size, 100)
	switch {
	case p.terminal && percent != p.shown:
		p.shown = percent
		p.draw()
	case !p.terminal && percent/10 != p.shown:
		p.shown = percent / 10
		fmt.Fprintf(p.out, "%d %% sent\n", percent)
	}
}

func (p *progress) draw() {
	full := int(p.shown) * barWidth / 100
	fmt.Fprintf(p.out, "\r[%s%s] %3d %%", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), p.shown)
}

// clear takes the bar away, so that something else can be printed.
func (p *progress) clear() {
	if p.terminal && p.shown >= 0 {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", barWidth+10))
		p.shown = -1
	}
}

// end takes the bar away for good.
func (p *progress) end() { p.clear() }
