-- +goose Up

CREATE TABLE organisation (
    id     BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('member', 'platform')),
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    organisation BLOB NOT NULL REFERENCES organisation (id) DEFERRABLE INITIALLY DEFERRED,
    holder       TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('coordinator', 'submitter', 'desk', 'reviewer', 'researcher')),
    permissions  TEXT NOT NULL,
    created_by   BLOB CHECK (length(created_by) = 16),
    secret       TEXT NOT NULL,
    revoked      INTEGER NOT NULL CHECK (revoked IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE period (
    year  INTEGER NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed'))
) STRICT, WITHOUT ROWID;

-- The current version of each record. Every uniqueness holds within one
-- organisation: across them it would tell one what another has submitted.
-- A tombstone has no year, no codebook and no answers. The row number keeps
-- rows in the order of their coming: new ones fill the last pages, where rows
-- in the order of their random ids would touch a page each.
CREATE TABLE record (
    organisation BLOB NOT NULL CHECK (length(organisation) = 16),
    record_id    BLOB NOT NULL CHECK (length(record_id) = 16),
    version      INTEGER NOT NULL CHECK (version >= 1),
    tag          TEXT NOT NULL,
    day          TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    withdrawn    INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
    year         INTEGER CHECK ((year IS NULL) = withdrawn),
    codebook     INTEGER CHECK ((codebook IS NULL) = withdrawn),
    answers      BLOB CHECK ((answers IS NULL) = withdrawn),
    PRIMARY KEY (organisation, record_id)
) STRICT;

CREATE INDEX record_year ON record (year) WHERE withdrawn = 0;

-- Versions that were corrected. A withdrawal deletes them.
CREATE TABLE record_history (
    organisation BLOB NOT NULL CHECK (length(organisation) = 16),
    record_id    BLOB NOT NULL CHECK (length(record_id) = 16),
    version      INTEGER NOT NULL CHECK (version >= 1),
    tag          TEXT NOT NULL,
    day          TEXT NOT NULL,
    year         INTEGER NOT NULL,
    codebook     INTEGER NOT NULL,
    answers      BLOB NOT NULL,
    PRIMARY KEY (organisation, record_id, version)
) STRICT;

CREATE TABLE ledger_entries (
    idx  INTEGER NOT NULL PRIMARY KEY CHECK (idx >= 0),
    body BLOB NOT NULL,
    link BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE TABLE ledger_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    link BLOB NOT NULL CHECK (length(link) = 32),
    edge BLOB NOT NULL CHECK (length(edge) % 32 = 0)
) STRICT;

INSERT INTO ledger_head (id, size, root, link, edge) VALUES (1, 0, zeroblob(32), zeroblob(32), zeroblob(0));

-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head WHEN NEW.size < OLD.size
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd
