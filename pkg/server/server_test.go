package server_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// A Server is whole or it is not made; the error says what is missing.
func TestNewWantsEveryDependency(t *testing.T) {
	var whole server.Deps
	servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		whole = d
		return d
	}})
	optional := map[string]bool{"Site": true, "Tools": true, "Limits": true, "HSTS": true, "Ready": true}
	fields := reflect.TypeFor[server.Deps]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if optional[name] {
			continue
		}
		lacking := whole
		reflect.ValueOf(&lacking).Elem().Field(i).SetZero()
		if _, err := server.New(lacking); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	whole.Contract = []byte("\tno YAML")
	if _, err := server.New(whole); err == nil {
		t.Error("a contract that cannot be read goes unnoticed")
	}
}

func TestDurationsAreLoggedInBuckets(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"<10ms": 0, "<100ms": 10 * time.Millisecond, "<1s": 999 * time.Millisecond, "<10s": time.Second, ">=10s": time.Minute,
	} {
		if got := server.Bucket(d); got != want {
			t.Errorf("%v is logged as %s, want %s", d, got, want)
		}
	}
}

// ahead gives a record of a codebook that this program does not know yet.
type ahead struct{ server.Records }

func (a ahead) Get(ctx context.Context, p access.Principal, id record.ID) (intake.Version, error) {
	v, err := a.Records.Get(ctx, p, id)
	v.Record.Codebook = codelist.Current().Version + 1
	return v, err
}

func TestARecordOfAnUnknownCodebookIsNotGuessedAt(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records = ahead{d.Records}
		return d
	}})
	put := servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()}
	wantStatus(t, s.Do(t, put), 201, "")
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: recordPath(1), Token: put.Token}), 500, "internal")
}
