-- +goose Up

-- What was published. Rows are added to these tables and never changed. The
-- files of a release come before it in its transaction: once it is there,
-- nothing can be added to it.
CREATE TABLE release (
    number   integer PRIMARY KEY CHECK (number >= 1),
    sha256   bytea NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the manifest
    manifest bytea NOT NULL
);

CREATE TABLE release_file (
    number  integer NOT NULL REFERENCES release (number) DEFERRABLE INITIALLY DEFERRED,
    name    text NOT NULL,
    media   text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (number, name)
);

CREATE TABLE withdrawal (
    number integer PRIMARY KEY REFERENCES release (number),
    notice bytea NOT NULL
);

CREATE TABLE checkpoint (
    size bigint PRIMARY KEY CHECK (size >= 1), -- of the ledger
    note bytea NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION refuse_release_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is never changed';
END;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION demand_next_number() RETURNS trigger LANGUAGE plpgsql SET search_path = releases AS $$
BEGIN
    IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM release) THEN
        RAISE EXCEPTION 'release numbers are consecutive';
    END IF;
    RETURN NEW;
END;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_late_file() RETURNS trigger LANGUAGE plpgsql SET search_path = releases AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM release WHERE number = NEW.number) THEN
        RAISE EXCEPTION 'what was published is never changed';
    END IF;
    RETURN NEW;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER release_no_change BEFORE UPDATE OR DELETE ON release
    FOR EACH ROW EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER release_no_truncate BEFORE TRUNCATE ON release
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER release_numbered BEFORE INSERT ON release
    FOR EACH ROW EXECUTE FUNCTION demand_next_number();

CREATE TRIGGER release_file_no_change BEFORE UPDATE OR DELETE ON release_file
    FOR EACH ROW EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER release_file_no_truncate BEFORE TRUNCATE ON release_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER release_file_no_late BEFORE INSERT ON release_file
    FOR EACH ROW EXECUTE FUNCTION refuse_late_file();

CREATE TRIGGER withdrawal_no_change BEFORE UPDATE OR DELETE ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER withdrawal_no_truncate BEFORE TRUNCATE ON withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_release_change();

CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_release_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_release_change();

-- The head moves forwards with every entry, or not at all.
DROP TRIGGER ledger_head_no_shrink ON ledger_head;
CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION refuse_change();

-- The roles are made by deploy/postgres/roles.sql.
GRANT SELECT ON release, release_file, withdrawal, checkpoint TO casestat_public;
GRANT SELECT ON schema_version TO casestat_publisher;
GRANT SELECT, INSERT ON release, release_file, withdrawal, checkpoint, ledger_entries TO casestat_publisher;
GRANT SELECT, UPDATE ON ledger_head TO casestat_publisher;
