package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"manniskohandel.se/casestat/pkg/fault"
)

// errSyncWaitCancelled: the transaction is committed here but perhaps nowhere
// else. The caller must not take it for acknowledged.
var errSyncWaitCancelled = errors.New("store: the wait for the standby was cancelled")

// errDSN leaves out the connection string, which may hold a password.
var errDSN = errors.New("store: a PostgreSQL connection string is missing or cannot be read")

// ownerRole owns every table and does nothing but migrate.
const ownerRole = "casestat_owner"

func openPostgresRecords(ctx context.Context, c Config) (*Records, error) {
	db, err := openPostgres(ctx, c, c.Intake, recordsName)
	if err != nil {
		return nil, err
	}
	db.writer = db.reader
	s := &postgresScanner{own: db}
	if c.Counter != "" { // a process that does not count needs no login for it
		if s.counter, err = openPostgres(ctx, c, c.Counter, recordsName); err != nil {
			return nil, errors.Join(err, db.close())
		}
	}
	return &Records{db, s}, nil
}

// openPostgres opens one schema with one login, for reading. No connection is
// made yet.
func openPostgres(ctx context.Context, c Config, dsn, schema string) (*database, error) {
	pool, password, err := openPool(ctx, c, dsn, schema)
	if err != nil {
		return nil, err
	}
	l := postgresLeaser{pool, stdlib.OpenDBFromPool(pool), password}
	d := &database{config: c, dialect: postgresDialect{}, reader: l}
	d.gorm, err = gorm.Open(postgres.New(postgres.Config{Conn: l.db}), gormConfig())
	if err != nil {
		return nil, errors.Join(classify(err), l.close())
	}
	return d, nil
}

// openPool makes a pool whose connections look into one schema alone and
// notice when a synchronous commit was not. The context watcher stays pgx's
// own: it closes the connection at the deadline, where one that cancels the
// query would have the server report an unreplicated commit as done.
func openPool(ctx context.Context, c Config, dsn, schema string) (*pgxpool.Pool, *password, error) {
	if dsn == "" {
		return nil, nil, errDSN
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, nil, errDSN
	}
	config.MaxConns = int32(c.Connections)
	config.ConnConfig.ConnectTimeout = c.Acquire
	config.ConnConfig.RuntimeParams["search_path"] = schema
	config.ConnConfig.RuntimeParams["application_name"] = "casestat"
	config.ConnConfig.RuntimeParams["jit"] = "off"
	config.ConnConfig.RuntimeParams["lock_timeout"] = milliseconds(c.Write)
	if dsn == c.Intake {
		lookUpByKey(config.ConnConfig.RuntimeParams)
	}
	config.ConnConfig.OnNotice = noteSyncWait
	password := watchPassword(c, dsn, config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, errDSN
	}
	password.ends(pool)
	return pool, password, nil
}

// milliseconds writes a duration as PostgreSQL takes it. There is no 0, which
// would be none.
func milliseconds(d time.Duration) string { return strconv.FormatInt(max(1, d.Milliseconds()), 10) }

// lookUpByKey is for a login whose every statement goes by a key. A statement
// planned while the tables were empty would go on reading them whole as they
// grow: 18 ms instead of 1.5 to find two hundred records.
func lookUpByKey(params map[string]string) {
	params["enable_seqscan"] = "off"
	params["enable_hashjoin"] = "off"
	params["enable_mergejoin"] = "off"
	params["plan_cache_mode"] = "force_generic_plan"
}

// syncWaitKey marks a connection on which a warning came.
const syncWaitKey = "casestat.sync_wait_cancelled"

// noteSyncWait marks the connection when the server warns that the wait for
// the standby was cancelled. Its text depends on the server's language, so
// every plain warning counts: better one retry too many.
func noteSyncWait(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Code == "01000" && n.SeverityUnlocalized == "WARNING" {
		c.CustomData()[syncWaitKey] = true
	}
}

// postgresLeaser leases from the pool of one login.
type postgresLeaser struct {
	pool     *pgxpool.Pool
	db       *sql.DB
	password *password // nil: it does not change
}

func (p postgresLeaser) lease(ctx context.Context) (*lease, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var marks map[string]any
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errClosed
		}
		marks = c.Conn().PgConn().CustomData()
		delete(marks, syncWaitKey)
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	confirm := func() error {
		if marks[syncWaitKey] != nil {
			return errSyncWaitCancelled
		}
		return nil
	}
	return &lease{pool: postgresConn{conn}, confirm: confirm, release: func() { _ = conn.Close() }}, nil
}

func (p postgresLeaser) close() error {
	err := p.db.Close()
	p.pool.Close()
	return err
}

// migratePostgres runs as the owner, whose login no serving process has.
func migratePostgres(ctx context.Context, c Config, name string) error {
	config, err := pgx.ParseConfig(c.Owner)
	if c.Owner == "" || err != nil {
		return errDSN
	}
	config.RuntimeParams["search_path"] = name
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `SET ROLE casestat_owner`)
		return err
	}))
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err == nil {
		err = runMigrations(ctx, db, Postgres, name, goose.WithSessionLocker(locker))
	}
	return errors.Join(schemaMissing(err), db.Close())
}

// missingStates are SQLSTATEs of no such schema, no permission, no such role to
// become and no such role to grant to.
var missingStates = []string{"3F000", "42501", "22023", "42704"}

// schemaMissing says what to do when the roles and schemas were never made.
func schemaMissing(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*driverFailure](err); ok && slices.Contains(missingStates, e.State) {
		return fault.Because(fmt.Errorf("the role %s, another role or a schema is missing: run deploy/postgres/roles.sql first: %w",
			ownerRole, err), fault.Unavailable, CodeSchemaOld)
	}
	return err
}
