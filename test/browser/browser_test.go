//go:build browser

package browser

import (
	"context"
	"crypto/rand"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/web"
	"manniskohandel.se/casestat/pkg/web/webtest"
)

var look = flag.String("look", "", "folder for a picture of every page; none if empty")

// Every page opens, reads well by axe-core's rules in light and in dark, fits a
// telephone and twice the size, needs no script, asks nobody else for anything,
// and prints on A4.
func TestPagesInABrowser(t *testing.T) {
	if said, err := check(t, serve(t)); err != nil {
		t.Fatalf("%v\n%s", err, said)
	} else {
		t.Log(said)
	}
}

// spoilt is a page with a fault of every sort.
const spoilt = `<!DOCTYPE html><html><head><title></title><style>@page { size: A5 }</style></head>
<body style="color: #999; background: #fff"><nav>around</nav><div style="width: 3000px">wide</div>
<p>pale</p><img src="http://127.0.0.1:1/elsewhere.png"><script>throw new Error("broken")</script></body></html>`

// The same check finds what is wrong with a page that does none of it.
func TestContrast_ASpoiltPageIsFound(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, spoilt)
	}))
	defer site.Close()
	said, err := check(t, site.URL)
	if err == nil {
		t.Error("nothing is wrong")
	}
	for _, want := range []string{
		"asks http://127.0.0.1:1/elsewhere.png", "has no heading", "holds more than text and pictures", "does not begin with the link",
		"without words", "light /: color-contrast", "dark /: color-contrast", "light /: image-alt", "light /: html-has-lang",
		"phone /: ", "zoom /: ", "print /: prints navigation", "print /: is not A4",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("nobody says %q:\n%s", want, said)
		}
	}
}

// check goes through the pages of a site and gives what there is to say.
func check(t *testing.T, address string) (string, error) {
	t.Helper()
	chromium := need(t, "CASESTAT_CHROMIUM", "/usr/bin/chromium")
	node := need(t, "CASESTAT_NODE", "node")
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		t.Fatalf("the browser's driver is missing (%v): run test/install-browser.sh", err)
	}
	run := exec.CommandContext(t.Context(), node, "check.mjs", address, chromium, t.TempDir())
	if *look != "" {
		folder, err := filepath.Abs(*look)
		if err != nil {
			t.Fatal(err)
		}
		run.Args = append(run.Args, folder)
	}
	said, err := run.CombinedOutput()
	return string(said), err
}

// need finds a program, by what a variable says or in its usual place. Without
// it the test fails: a check that was left out must not look like one that held.
func need(t *testing.T, variable, usual string) string {
	t.Helper()
	name := os.Getenv(variable)
	if name == "" {
		name = usual
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v: run test/install-browser.sh, or name the program in %s", err, variable)
	}
	return path
}

// serve serves invented releases as a public process would, and says where.
func serve(t *testing.T) string {
	t.Helper()
	books := webtest.Library(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	pages, err := web.New(web.Deps{Shelf: books.Shelf(), Figures: shelftest.Figures(), Log: log, Address: address})
	if err != nil {
		t.Fatal(err)
	}
	public, err := server.NewPublic(server.PublicDeps{
		Shelf: books.Shelf(), ReleaseKey: books.Signer().Key(), Contract: casestat.Contract, Book: codelist.Current(), Site: pages,
		Log: log, Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- public.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return address
}
