-- +goose Up

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
