-- +goose Up

-- Releases before they are one. The columns beside the body are those that the
-- database itself looks at.
CREATE TABLE draft (
    id      uuid PRIMARY KEY,
    state   text NOT NULL CHECK (state IN ('draft', 'computed', 'submitted', 'approved', 'rejected', 'published')),
    version integer NOT NULL CHECK (version >= 1),
    number  integer CHECK (number >= 1), -- of an approved draft, the one it is frozen as
    changed bigint NOT NULL UNIQUE, -- the order of changes
    body    bytea NOT NULL,
    CHECK (state <> 'published' OR number IS NOT NULL)
);

CREATE UNIQUE INDEX draft_number ON draft (number) WHERE state = 'published';

CREATE TABLE draft_artefact (
    draft       uuid PRIMARY KEY REFERENCES draft (id) DEFERRABLE INITIALLY DEFERRED,
    content     bytea,
    certificate bytea,
    snapshot    bytea,
    manifest    bytea,
    files       bytea
);

CREATE TABLE table_request (
    id    uuid PRIMARY KEY,
    place bigint NOT NULL UNIQUE, -- in the queue
    body  bytea NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION refuse_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published draft is never changed again';
END;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_artefacts_of_published() RETURNS trigger LANGUAGE plpgsql SET search_path = records AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published') THEN
        RAISE EXCEPTION 'a published draft is never changed again';
    END IF;
    RETURN COALESCE(NEW, OLD);
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER draft_published_no_change BEFORE UPDATE OR DELETE ON draft
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_published();
CREATE TRIGGER draft_no_truncate BEFORE TRUNCATE ON draft
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published();
CREATE TRIGGER draft_artefact_published_no_change BEFORE INSERT OR UPDATE OR DELETE ON draft_artefact
    FOR EACH ROW EXECUTE FUNCTION refuse_artefacts_of_published();
CREATE TRIGGER draft_artefact_no_truncate BEFORE TRUNCATE ON draft_artefact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published();

-- The head moves forwards with every entry, or not at all.
DROP TRIGGER ledger_head_no_shrink ON ledger_head;
CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION refuse_change();

-- Drafts are changed together with the ledger, so by the login that writes it.
-- Nothing of them is deleted. The counter freezes a closed year, which takes
-- whose a record is, under its policy; which record it is it still cannot see.
GRANT SELECT, INSERT, UPDATE ON draft, draft_artefact, table_request TO casestat_intake;
GRANT SELECT (organisation) ON record TO casestat_counter;
