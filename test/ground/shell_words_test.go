package ground

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommandLines(t *testing.T) {
	const text = `# a comment
casestat serve --listen :1 \
  --x 'a # b'   # why
a | casestat keys show && b; c
echo "two
lines"
`
	want := []string{"casestat serve --listen :1    --x 'a # b'", "a", "casestat keys show", "b", "c", "echo \"two\nlines\""}
	if diff := cmp.Diff(want, commandLines(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b c", "", "d=e f"}, words(`a 'b c' "" d="e f"`)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
