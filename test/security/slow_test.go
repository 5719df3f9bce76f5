//go:build security

package security

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Each is a way of slowhttptest to keep connections; the service gives a header
// 5 s, a body 15, and a whole request with its answer a minute.
var slownesses = map[string][]string{
	"headers": {"-H", "-l", "20", "-i", "3", "-u", "/v1/codebook"},
	"body":    {"-B", "-l", "30", "-i", "3", "-t", "POST", "-u", "/v1/token"},
}

// slowReading asks for a large answer and takes 32 bytes of it every 5 s.
var slowReading = []string{"-X", "-l", "80", "-w", "16", "-y", "32", "-n", "5", "-z", "32", "-u", "/docs/contract"}

const sockets = 200

// pester keeps slow connections to a service and gives how many were still open
// when it ended, and whether others were served all along.
func pester(t *testing.T, address string, arguments []string) (open int, served bool) {
	t.Helper()
	report := filepath.Join(t.TempDir(), "slow")
	arguments = append([]string{"-c", strconv.Itoa(sockets), "-r", strconv.Itoa(sockets), "-p", "5", "-g", "-o", report}, arguments...)
	last := len(arguments) - 1
	arguments[last] = "http://" + address + arguments[last]
	said, code := run(t, ".", "slowhttptest", arguments...)
	ended := strings.Contains(said, "No open connections left") // all were closed before the time was over
	text, err := os.ReadFile(report + ".csv")
	if err != nil || code != 0 {
		t.Fatalf("slowhttptest ended with %d, %v\n%s", code, err, said)
	}
	rows := strings.Split(strings.TrimSpace(string(text)), "\n")
	fields := strings.Split(rows[len(rows)-1], ",") // Seconds,Closed,Pending,Connected,Service Available
	if len(rows) < 3 || len(fields) != 5 {
		t.Fatalf("this is no report:\n%s", text)
	}
	if open, err = strconv.Atoi(regexp.MustCompile(`\d+`).FindString(fields[3])); err != nil {
		t.Fatal(err)
	}
	if ended {
		open = 0 // the last row is from the second before
	}
	served = true
	for _, row := range rows[2:] { // the first second is before anything
		served = served && !strings.HasSuffix(row, ",0")
	}
	return open, served
}

func TestT27_Slowhttptest(t *testing.T) {
	for name, arguments := range slownesses {
		t.Run(name, func(t *testing.T) {
			if open, served := pester(t, serve(t), arguments); open > 0 || !served {
				t.Errorf("%d of %d connections are still open, others were served: %v", open, sockets, served)
			}
		})
	}
}

func TestT27_Contrast_AServerWithoutTimeoutsKeepsThemAll(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 1<<20)
	bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) })} //nolint:gosec // without timeouts on purpose
	go func() { _ = bare.Serve(listener) }()
	defer bare.Close()
	address := listener.Addr().String()
	t.Run("headers", func(t *testing.T) {
		if open, _ := pester(t, address, slownesses["headers"]); open < sockets*9/10 {
			t.Errorf("%d of %d connections are open", open, sockets)
		}
	})
	t.Run("reading", func(t *testing.T) {
		if held := readSlowly(t, address); held.last < sockets*9/10 {
			t.Errorf("%d of %d connections are held at the end", held.last, sockets)
		}
	})
}

// The service must let go of a reader who does not read. The reader does not
// notice: what the kernel had taken before is still offered to it.
func TestT27_SlowReading(t *testing.T) {
	held := readSlowly(t, serve(t))
	if held.most < sockets*9/10 {
		t.Errorf("at most %d of %d connections were held: the readers are not slow", held.most, sockets)
	}
	if held.last > 0 || !held.served {
		t.Errorf("%d of %d connections are held at the end, others were served: %v", held.last, sockets, held.served)
	}
	t.Logf("at most %d held", held.most)
}

// holding is what a server held while it was read from slowly.
type holding struct {
	most, last int // connections; the last a few seconds before the readers end
	served     bool
}

func readSlowly(t *testing.T, address string) holding {
	t.Helper()
	var counts []int
	done, counted := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(counted)
		for every := time.NewTicker(time.Second); ; {
			select {
			case <-done:
				return
			case <-every.C:
				counts = append(counts, connections(t, address))
			}
		}
	}()
	_, served := pester(t, address, slowReading)
	close(done)
	<-counted
	if len(counts) < 60 {
		t.Fatalf("the readers were there for %d s only", len(counts))
	}
	return holding{slices.Max(counts), counts[len(counts)-5], served}
}

// connections counts those that a program holds on an address; what the kernel
// alone still offers after a program has closed it has no inode.
func connections(t *testing.T, address string) (n int) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Error(err)
		return 0
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Error(err)
		return 0
	}
	text, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Error(err)
		return 0
	}
	const established, closeWait = "01", "08"
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line) // sl local remote state queues timer retransmissions uid timeout inode ...
		if len(f) > 9 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", number)) && (f[3] == established || f[3] == closeWait) && f[9] != "0" {
			n++
		}
	}
	return n
}
