package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // for tampering
)

// scriptCommands are what the scripts can do beside running casestat.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"exits":    scriptExits,
	"start":    scriptStart,
	"finish":   scriptFinish,
	"drain":    scriptDrain,
	"tamper":   scriptTamper,
	"occupy":   scriptOccupy,
	"paste":    scriptPaste,
	"selfsign": scriptSelfSign,
	"setfrom":  scriptSetFrom,
	"mode":     scriptMode,
}

// exits CODE COMMAND... runs a command that must end with that exit code.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	code := 0
	if exit, failed := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); failed {
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// running are the background processes of all scripts, by script and name.
var running sync.Map

type process struct {
	command *exec.Cmd
	log     *logged
	ended   chan error
	address string
	metrics string
}

// logged keeps what a process writes to its standard error.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start VARIABLE ARGS... runs casestat until it says where it serves, and puts
// the address into the variable, that of the metrics into VARIABLE_METRICS.
// Beyond that, the process runs until finish.
func scriptStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start VARIABLE ARGS...")
	}
	p := &process{command: exec.Command(binary(ts), args[1:]...), log: &logged{}, ended: make(chan error, 1)}
	p.command.Dir = ts.MkAbs(".")
	p.command.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	errs, err := p.command.StderrPipe()
	ts.Check(err)
	out, err := p.command.StdoutPipe()
	ts.Check(err)
	ts.Check(p.command.Start())
	ts.Defer(func() { _ = p.command.Process.Kill() })
	found := make(chan string, 2)
	var reading sync.WaitGroup
	for _, stream := range []io.Reader{errs, out} {
		reading.Go(func() { p.follow(stream, found) })
	}
	go func() {
		reading.Wait()
		p.ended <- p.command.Wait()
		close(found)
	}()
	address, ok := <-found
	if !ok {
		ts.Fatalf("casestat %s ended before it served:\n%s", args[1], p.log)
	}
	p.address = address
	ts.Setenv(args[0], address)
	ts.Setenv(args[0]+"_METRICS", p.metrics)
	running.Store(ts.MkAbs(".")+args[0], p)
}

// binary finds casestat where testscript has put it.
func binary(ts *testscript.TestScript) string {
	for _, folder := range filepath.SplitList(ts.Getenv("PATH")) {
		if name := filepath.Join(folder, "casestat"); isFile(name) {
			return name
		}
	}
	ts.Fatalf("casestat is not in the path")
	return ""
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// follow reads a stream to its end and tells the address it finds: in the log
// of serve, or in what the demo prints last.
func (p *process) follow(stream io.Reader, found chan<- string) {
	served, told := "", false
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		line := lines.Text()
		p.log.add(line + "\n")
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil {
			switch entry.Msg {
			case "metrics":
				p.metrics = entry.Address // before "serving", so before it is read
			case "serving":
				served = entry.Address
			}
		}
		if rest, ok := strings.CutPrefix(line, "Serving on "); ok {
			p.address, _, _ = strings.Cut(rest, " ")
		}
		if strings.HasPrefix(line, "Everything is in ") {
			served = p.address
		}
		if served != "" && !told {
			told = true
			found <- served
		}
	}
}

// finish VARIABLE asks a process to end and demands that it ends well. What it
// logged can be looked at with the file VARIABLE.log.
func scriptFinish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: finish VARIABLE")
	}
	p := find(ts, args[0])
	ts.Check(p.command.Process.Signal(syscall.SIGTERM))
	if err := <-p.ended; err != nil {
		ts.Fatalf("%s ended with %v:\n%s", args[0], err, p.log)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".log"), []byte(p.log.String()), 0o600))
}

func find(ts *testscript.TestScript, name string) *process {
	p, ok := running.Load(ts.MkAbs(".") + name)
	if !ok {
		ts.Fatalf("nothing was started as %s", name)
	}
	return p.(*process)
}

// drain VARIABLE CREDENTIALS RECORD-ID FILE begins to submit a record, has the
// process asked to end, and finishes only then: the record must be accepted and
// the process must end well.
func scriptDrain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: drain VARIABLE CREDENTIALS RECORD-ID FILE")
	}
	p, body := find(ts, args[0]), []byte(ts.ReadFile(args[3]))
	c, err := readCredentials(ts.MkAbs(args[1]))
	ts.Check(err)
	token, err := (&caller{base: p.address, credentials: c, now: time.Now, http: http.DefaultClient}).bearer(context.Background())
	ts.Check(err)
	u, err := url.Parse(p.address)
	ts.Check(err)
	conn, err := net.Dial("tcp", u.Host)
	ts.Check(err)
	defer conn.Close()
	answers := bufio.NewReader(conn)
	// Expect: 100-continue tells when the handler has begun to read the body.
	_, err = fmt.Fprintf(conn, "PUT /v1/records/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", args[2], u.Host, token, len(body))
	ts.Check(err)
	expect(ts, answers, "HTTP/1.1 100")
	ts.Check(p.command.Process.Signal(syscall.SIGTERM))
	awaitRefusal(u.Host)
	_, err = conn.Write(body)
	ts.Check(err)
	expect(ts, answers, "") // the end of the 100
	expect(ts, answers, "HTTP/1.1 201")
	if err := <-p.ended; err != nil {
		ts.Fatalf("ended with %v:\n%s", err, p.log)
	}
}

func expect(ts *testscript.TestScript, answers *bufio.Reader, prefix string) {
	line, err := answers.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, prefix) {
		ts.Fatalf("the service answered %q (%v), want %q", line, err, prefix)
	}
}

// awaitRefusal returns when nobody listens at the address any more.
func awaitRefusal(host string) {
	for {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

// tamper FILE STATEMENT changes a database as somebody could who owns the file.
func scriptTamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// occupy VARIABLE listens on a free port for as long as the script runs.
func scriptOccupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy VARIABLE")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	ts.Setenv(args[0], listener.Addr().String())
}

// setfrom VARIABLE FILE [COLUMN] sets a variable to the first line of a file, or
// to one word of it, counted from 1.
func scriptSetFrom(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: setfrom VARIABLE FILE [COLUMN]")
	}
	line, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	if len(args) == 3 {
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		line = strings.Fields(line)[n-1]
	}
	ts.Setenv(args[0], line)
}

// mode PERMISSIONS FILE demands a file's permissions, in octal.
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode PERMISSIONS FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// paste VARIABLE runs the commands that the demo prints, as a shell would.
func scriptPaste(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: paste VARIABLE")
	}
	var commands []string
	for line := range strings.SplitSeq(find(ts, args[0]).log.String(), "\n") {
		if command, ok := strings.CutPrefix(line, "  curl "); ok {
			commands = append(commands, "curl "+command)
		}
	}
	if len(commands) != 3 {
		ts.Fatalf("the demo prints %d commands, want 3", len(commands))
	}
	ts.Check(ts.Exec("sh", "-e", "-c", strings.Join(commands, "\necho\n")))
}

// selfsign CERTIFICATE KEY makes a certificate for this machine.
func scriptSelfSign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: selfsign CERTIFICATE KEY")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "casestat test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
