-- +goose Up

-- What a draft was computed from is sealed for each year apart, so that the
-- withdrawal of a record reaches it, and the erasure of a year. Of the records
-- there is nothing in frozen, which ties the parts together.
ALTER TABLE draft_artefact ADD COLUMN frozen bytea;

CREATE TABLE draft_year (
    draft   uuid NOT NULL REFERENCES draft (id) DEFERRABLE INITIALLY DEFERRED,
    year    integer NOT NULL,
    records bytea, -- sealed; NULL: erased
    PRIMARY KEY (draft, year)
);

CREATE INDEX draft_year_kept ON draft_year (year) WHERE records IS NOT NULL;

DROP TRIGGER draft_published_no_change ON draft;
DROP TRIGGER draft_artefact_published_no_change ON draft_artefact;

-- What was sealed before this holds all years together, and a tombstone does
-- not say of which year it was. Where anything was withdrawn or a year was
-- erased, all of it goes. The owner sees records only while row security does
-- not bind it.
ALTER TABLE record NO FORCE ROW LEVEL SECURITY;
UPDATE draft_artefact SET snapshot = NULL, certificate = NULL
WHERE snapshot IS NOT NULL
    AND (EXISTS (SELECT 1 FROM record WHERE withdrawn) OR EXISTS (SELECT 1 FROM period WHERE state = 'erased'));
ALTER TABLE record FORCE ROW LEVEL SECURITY;

-- Of a published draft nothing is changed, and nothing goes but what may tell
-- of single persons.

-- +goose StatementBegin
CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    now jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.state, NEW.version, NEW.number, NEW.changed)
            = (OLD.id, OLD.state, OLD.version, OLD.number, OLD.changed) THEN
        was := convert_from(OLD.body, 'UTF8')::jsonb;
        now := convert_from(NEW.body, 'UTF8')::jsonb;
        IF now = was - 'findings' #- '{submission,waivers}' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a published draft is never changed again';
END;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_artefacts_of_published() RETURNS trigger LANGUAGE plpgsql SET search_path = records AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published') THEN
        IF TG_OP = 'UPDATE' AND (NEW.draft, NEW.content, NEW.manifest, NEW.files, NEW.frozen)
                IS NOT DISTINCT FROM (OLD.draft, OLD.content, OLD.manifest, OLD.files, OLD.frozen)
            AND (NEW.certificate IS NULL OR NEW.certificate IS NOT DISTINCT FROM OLD.certificate)
            AND (NEW.snapshot IS NULL OR NEW.snapshot IS NOT DISTINCT FROM OLD.snapshot) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a published draft is never changed again';
    END IF;
    RETURN COALESCE(NEW, OLD);
END;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_years_of_published() RETURNS trigger LANGUAGE plpgsql SET search_path = records AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published') THEN
        IF TG_OP = 'UPDATE' AND NEW.draft = OLD.draft AND NEW.year = OLD.year AND NEW.records IS NULL THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a published draft is never changed again';
    END IF;
    RETURN COALESCE(NEW, OLD);
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER draft_published_no_change BEFORE UPDATE OR DELETE ON draft
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_published();
CREATE TRIGGER draft_artefact_published_no_change BEFORE INSERT OR UPDATE OR DELETE ON draft_artefact
    FOR EACH ROW EXECUTE FUNCTION refuse_artefacts_of_published();
CREATE TRIGGER draft_year_published_no_change BEFORE INSERT OR UPDATE OR DELETE ON draft_year
    FOR EACH ROW EXECUTE FUNCTION refuse_years_of_published();
CREATE TRIGGER draft_year_no_truncate BEFORE TRUNCATE ON draft_year
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_published();

GRANT SELECT, INSERT, UPDATE ON draft_year TO casestat_intake;
