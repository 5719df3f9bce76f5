package ground

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// TestReadmeCommandsDoWhatTheySay runs the blocks marked "sh run" from the root
// and looks for each line of the block marked "text output" that follows.
func TestReadmeCommandsDoWhatTheySay(t *testing.T) {
	outputs := map[string]string{} // by command: two pages show the same one
	for _, file := range []string{"README.md", "README.sv.md"} {
		t.Run(file, func(t *testing.T) {
			blocks, ran := fences(t, file), 0
			for i, f := range blocks {
				if f.info != "sh run" {
					continue
				}
				ran++
				if i+1 == len(blocks) || blocks[i+1].info != "text output" {
					t.Fatalf("%s:%d: no output follows", file, f.line)
				}
				if _, done := outputs[f.text]; !done {
					outputs[f.text] = shell(t, f.text)
				}
				expect(t, blocks[i+1], outputs[f.text])
			}
			if ran == 0 {
				t.Error("nothing was run")
			}
		})
	}
}

func shell(t *testing.T, script string) string {
	t.Helper()
	return shellIn(t, root, script)
}

func shellIn(t *testing.T, folder, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = folder
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.TrimSpace(script), err, out.String(), errs.String())
	}
	return out.String()
}

// expect looks for each line somewhere in the output: what stands around them
// may change without making the page wrong.
func expect(t *testing.T, want fence, got string) {
	t.Helper()
	for line := range strings.Lines(want.text) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(got, line) {
			t.Errorf("%s:%d: the output has no line with %q; it is\n%s", want.file, want.line, line, got)
		}
	}
}
