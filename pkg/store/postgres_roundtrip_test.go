package store_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// A group costs two round trips, however many organisations are in it, and one
// more if it corrects anything. Each ends with one Sync of the protocol.
func TestAGroupTakesTwoRoundTrips(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	c.Connections = 1
	var syncs atomic.Int64
	c.Intake = throughProxy(t, c.Intake, &syncs)
	r := storetest.OpenConfig(t, c)
	save := func(id string, number int) int64 {
		t.Helper()
		syncs.Store(0)
		if err := group(t, r, numbered(mine, id, number), numbered(theirs, id, number)); err != nil {
			t.Fatal(err)
		}
		return syncs.Load()
	}
	save("01", 1) // prepares the statements
	save("01", 2)
	if n := save("02", 1); n != 2 {
		t.Errorf("new records: %d round trips", n)
	}
	if n := save("02", 2); n != 3 {
		t.Errorf("corrections: %d round trips", n)
	}
}

// The statements of a pipeline are prepared once, and planned once for every
// number of rows.
func TestAPipelineRunsPreparedStatements(t *testing.T) {
	_, r := oneConnection(t)
	for _, id := range []string{"01", "02", "03"} {
		if err := group(t, r, numbered(mine, id, 1), numbered(theirs, id, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for start, want := range map[string]int{"INSERT INTO record%": 6, "WITH entries%": 3, "SELECT set_config%": 12} {
		generic, custom, err := store.Plans(t.Context(), r, start)
		if err != nil || generic != want || custom != 0 {
			t.Errorf("%s ran %d times as prepared, %d times planned anew, want %d and 0; %v", start, generic, custom, want, err)
		}
	}
}

// throughProxy gives a connection string that leads over a loopback port,
// where what the client waits for is counted.
func throughProxy(t *testing.T, dsn string, waits *atomic.Int64) string {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, address)
			if err != nil {
				_ = client.Close() // which the test will report
				return
			}
			go func() { _, _ = io.Copy(client, server) }()
			go relay(client, server, waits)
		}
	}()
	return "postgres://" + config.User + ":" + config.Password + "@" + l.Addr().String() + "/" + config.Database + "?sslmode=disable"
}

// relay hands on a client's messages until it goes.
func relay(client, server net.Conn, waits *atomic.Int64) {
	defer client.Close()
	defer server.Close()
	from := pgproto3.NewBackend(client, client)
	var message pgproto3.FrontendMessage
	message, err := from.ReceiveStartupMessage()
	for err == nil {
		switch message.(type) {
		case *pgproto3.Sync, *pgproto3.Query:
			waits.Add(1)
		}
		var b []byte
		if b, err = message.Encode(nil); err == nil {
			_, err = server.Write(b)
		}
		if err == nil {
			message, err = from.Receive()
		}
	}
}
