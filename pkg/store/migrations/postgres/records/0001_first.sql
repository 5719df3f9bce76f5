-- +goose Up

CREATE TABLE organisation (
    id     uuid PRIMARY KEY,
    name   text NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('member', 'platform')),
    active boolean NOT NULL
);

CREATE TABLE client (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES organisation (id) DEFERRABLE INITIALLY DEFERRED,
    holder       text NOT NULL,
    role         text NOT NULL CHECK (role IN ('coordinator', 'submitter', 'desk', 'reviewer', 'researcher')),
    permissions  text NOT NULL,
    created_by   uuid,
    secret       text NOT NULL,
    revoked      boolean NOT NULL
);

CREATE TABLE period (
    year  integer PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('open', 'closed'))
);

-- The current version of each record. Every uniqueness holds within one
-- organisation: across them it would tell one what another has submitted.
-- A tombstone has no year, no codebook and no answers.
CREATE TABLE record (
    organisation uuid NOT NULL,
    record_id    uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    tag          text NOT NULL,
    day          text NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    withdrawn    boolean NOT NULL,
    year         integer CHECK ((year IS NULL) = withdrawn),
    codebook     integer CHECK ((codebook IS NULL) = withdrawn),
    answers      bytea CHECK ((answers IS NULL) = withdrawn),
    PRIMARY KEY (organisation, record_id)
);

CREATE INDEX record_year ON record (year) WHERE NOT withdrawn;

-- Versions that were corrected. A withdrawal deletes them.
CREATE TABLE record_history (
    organisation uuid NOT NULL,
    record_id    uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    tag          text NOT NULL,
    day          text NOT NULL,
    year         integer NOT NULL,
    codebook     integer NOT NULL,
    answers      bytea NOT NULL,
    PRIMARY KEY (organisation, record_id, version)
);

-- The second line of isolation between organisations. Nothing is visible
-- until a transaction has said whose records it works on; FORCE binds the
-- owner too, who has no policy and so sees nothing.
ALTER TABLE record ENABLE ROW LEVEL SECURITY;
ALTER TABLE record FORCE ROW LEVEL SECURITY;
ALTER TABLE record_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_history FORCE ROW LEVEL SECURITY;

CREATE POLICY own_organisation ON record TO casestat_intake
    USING (organisation = NULLIF(current_setting('casestat.organisation', true), '')::uuid)
    WITH CHECK (organisation = NULLIF(current_setting('casestat.organisation', true), '')::uuid);

CREATE POLICY own_organisation ON record_history TO casestat_intake
    USING (organisation = NULLIF(current_setting('casestat.organisation', true), '')::uuid)
    WITH CHECK (organisation = NULLIF(current_setting('casestat.organisation', true), '')::uuid);

CREATE POLICY closed_periods ON record FOR SELECT TO casestat_counter
    USING (year IN (SELECT p.year FROM period p WHERE p.state = 'closed'));

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

-- The roles are made by deploy/postgres/roles.sql. The counter sees neither
-- whose a record is nor its id: those columns are not granted.
GRANT SELECT ON schema_version TO casestat_intake, casestat_counter;
GRANT SELECT, INSERT, UPDATE ON organisation, client, period TO casestat_intake;
GRANT SELECT, INSERT, UPDATE ON record TO casestat_intake;
GRANT SELECT, INSERT, DELETE ON record_history TO casestat_intake;
GRANT SELECT, INSERT ON ledger_entries TO casestat_intake;
GRANT SELECT, UPDATE ON ledger_head TO casestat_intake;
GRANT SELECT ON period TO casestat_counter;
GRANT SELECT (year, codebook, withdrawn, answers) ON record TO casestat_counter;
