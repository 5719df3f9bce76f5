-- +goose Up

-- What was published. Rows are added to these tables and never changed. The
-- files of a release come before it in its transaction: once it is there,
-- nothing can be added to it.
CREATE TABLE release (
    number   INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
    sha256   BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the manifest
    manifest BLOB NOT NULL
) STRICT;

CREATE TABLE release_file (
    number  INTEGER NOT NULL REFERENCES release (number) DEFERRABLE INITIALLY DEFERRED,
    name    TEXT NOT NULL,
    media   TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (number, name)
) STRICT;

CREATE TABLE withdrawal (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES release (number),
    notice BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER NOT NULL PRIMARY KEY CHECK (size >= 1), -- of the ledger
    note BLOB NOT NULL
) STRICT;

-- INSERT OR REPLACE deletes without asking the triggers of a deletion, so an
-- insertion over something is refused as well.

-- +goose StatementBegin
CREATE TRIGGER release_no_update BEFORE UPDATE ON release
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_no_delete BEFORE DELETE ON release
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_numbered BEFORE INSERT ON release
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM release)
BEGIN
    SELECT RAISE(ABORT, 'release numbers are consecutive');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_no_replace BEFORE INSERT ON release
WHEN EXISTS (SELECT 1 FROM release WHERE sha256 = NEW.sha256)
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_file_no_update BEFORE UPDATE ON release_file
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_file_no_delete BEFORE DELETE ON release_file
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER release_file_no_late BEFORE INSERT ON release_file
WHEN EXISTS (SELECT 1 FROM release WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER withdrawal_no_update BEFORE UPDATE ON withdrawal
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER withdrawal_no_delete BEFORE DELETE ON withdrawal
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER withdrawal_no_replace BEFORE INSERT ON withdrawal
WHEN EXISTS (SELECT 1 FROM withdrawal WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
BEGIN
    SELECT RAISE(ABORT, 'what was published is never changed');
END;
-- +goose StatementEnd

-- The head moves forwards with every entry, or not at all.
DROP TRIGGER ledger_head_no_shrink;

-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head WHEN NEW.size <= OLD.size
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_replace BEFORE INSERT ON ledger_head
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_replace BEFORE INSERT ON ledger_entries
WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE idx = NEW.idx)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd
