package faults

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// measured has the program tell its metrics, and gives the address of those.
func (s *service) measured(t *testing.T) (address string) {
	t.Helper()
	address, before := freeAddress(t), s.how
	s.how = func(run *exec.Cmd) {
		run.Args = append(run.Args, "--metrics-listen", address)
		if before != nil {
			before(run)
		}
	}
	return address
}

// metric gives one that has no labels.
func metric(t *testing.T, address, name string) int {
	t.Helper()
	res, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		var value float64
		if _, err := fmt.Sscanf(lines.Text(), name+" %g", &value); err == nil {
			return int(value)
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// inProcess gives one number of what the kernel says of the running program:
// VmHWM is the most memory it ever had in use, in kB.
func (s *service) inProcess(t *testing.T, name string) (n int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(s.running.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if _, err := fmt.Sscanf(line, name+": %d", &n); err == nil {
			return n
		}
	}
	t.Fatalf("the kernel does not say %s", name)
	return 0
}

// storedOf counts the records of several members, by serial number.
func storedOf(t *testing.T, members []*service) map[int]int {
	t.Helper()
	present := map[int]int{}
	for _, m := range members {
		m.refreshToken(t)
		for serial, n := range m.stored(t) {
			present[serial] += n
		}
	}
	return present
}
