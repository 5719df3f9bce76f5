-- +goose Up

CREATE TABLE ledger_entries (
    idx  bigint PRIMARY KEY CHECK (idx >= 0),
    body bytea NOT NULL,
    link bytea NOT NULL CHECK (length(link) = 32)
);

CREATE TABLE ledger_head (
    id   integer PRIMARY KEY CHECK (id = 1),
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    link bytea NOT NULL CHECK (length(link) = 32),
    edge bytea NOT NULL CHECK (length(edge) % 32 = 0)
) WITH (fillfactor = 10);

INSERT INTO ledger_head (id, size, root, link, edge)
VALUES (1, 0, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), '');

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER ledger_entries_no_change BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.size < OLD.size) EXECUTE FUNCTION refuse_change();

-- The roles are made by deploy/postgres/roles.sql.
GRANT SELECT ON schema_version, ledger_entries, ledger_head TO casestat_public;
