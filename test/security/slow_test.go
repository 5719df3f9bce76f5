//go:build security

package security

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Each is a way of slowhttptest to keep connections; the service gives a header
// 5 s and a body 15.
var slownesses = map[string][]string{
	"headers": {"-H", "-l", "20", "-i", "3", "-u", "/v1/codebook"},
	"body":    {"-B", "-l", "30", "-i", "3", "-t", "POST", "-u", "/v1/token"},
}

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
			if open, served := pester(t, serve(t), append([]string{}, arguments...)); open > 0 || !served {
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
	bare := &http.Server{Handler: http.NotFoundHandler()} //nolint:gosec // without timeouts on purpose
	go func() { _ = bare.Serve(listener) }()
	defer bare.Close()
	if open, _ := pester(t, listener.Addr().String(), append([]string{}, slownesses["headers"]...)); open < sockets*9/10 {
		t.Errorf("%d of %d connections are open", open, sockets)
	}
}
