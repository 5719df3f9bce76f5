-- +goose Up

-- Releases before they are one. The columns beside the body are those that the
-- database itself looks at.
CREATE TABLE draft (
    id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    state   TEXT NOT NULL CHECK (state IN ('draft', 'computed', 'submitted', 'approved', 'rejected', 'published')),
    version INTEGER NOT NULL CHECK (version >= 1),
    number  INTEGER CHECK (number >= 1), -- of an approved draft, the one it is frozen as
    changed INTEGER NOT NULL UNIQUE, -- the order of changes
    body    BLOB NOT NULL,
    CHECK (state <> 'published' OR number IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX draft_number ON draft (number) WHERE state = 'published';

CREATE TABLE draft_artefact (
    draft       BLOB NOT NULL PRIMARY KEY REFERENCES draft (id) DEFERRABLE INITIALLY DEFERRED,
    content     BLOB,
    certificate BLOB,
    snapshot    BLOB,
    manifest    BLOB,
    files       BLOB
) STRICT;

CREATE TABLE table_request (
    id    BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    place INTEGER NOT NULL UNIQUE, -- in the queue
    body  BLOB NOT NULL
) STRICT;

-- INSERT OR REPLACE deletes without asking the triggers of a deletion, so an
-- insertion over something published is refused as well.

-- +goose StatementBegin
CREATE TRIGGER draft_published_no_update BEFORE UPDATE ON draft WHEN OLD.state = 'published'
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_published_no_delete BEFORE DELETE ON draft WHEN OLD.state = 'published'
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_published_no_replace BEFORE INSERT ON draft
WHEN EXISTS (SELECT 1 FROM draft WHERE state = 'published'
    AND (id = NEW.id OR changed = NEW.changed OR NEW.state = 'published' AND number = NEW.number))
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_artefact_published_no_insert BEFORE INSERT ON draft_artefact
WHEN EXISTS (SELECT 1 FROM draft WHERE id = NEW.draft AND state = 'published')
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_artefact_published_no_update BEFORE UPDATE ON draft_artefact
WHEN EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published')
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_artefact_published_no_delete BEFORE DELETE ON draft_artefact
WHEN EXISTS (SELECT 1 FROM draft WHERE id = OLD.draft AND state = 'published')
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
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
