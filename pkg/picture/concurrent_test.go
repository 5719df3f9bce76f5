package picture

import (
	"bytes"
	"sync"
	"testing"
)

// Pictures are drawn for many callers at once from the same fonts.
func TestPicturesAreDrawnAtOnce(t *testing.T) {
	d := Pictogram{Value: Between(3, 9), Of: Exactly(12)}.Draw()
	svg, png := d.SVG(), d.PNG(1)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			again := Pictogram{Value: Between(3, 9), Of: Exactly(12)}.Draw()
			if !bytes.Equal(again.SVG(), svg) || !bytes.Equal(d.PNG(1), png) {
				t.Error("a picture drawn beside others differs")
			}
		})
	}
	wg.Wait()
}
