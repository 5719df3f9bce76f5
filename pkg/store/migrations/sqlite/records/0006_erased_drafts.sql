-- +goose Up

-- What a draft was computed from is sealed for each year apart, so that the
-- withdrawal of a record reaches it, and the erasure of a year. Of the records
-- there is nothing in frozen, which ties the parts together.
ALTER TABLE draft_artefact ADD COLUMN frozen BLOB;

CREATE TABLE draft_year (
    draft   BLOB NOT NULL CHECK (length(draft) = 16) REFERENCES draft (id) DEFERRABLE INITIALLY DEFERRED,
    year    INTEGER NOT NULL,
    records BLOB, -- sealed; NULL: erased
    PRIMARY KEY (draft, year)
) STRICT;

CREATE INDEX draft_year_kept ON draft_year (year) WHERE records IS NOT NULL;

DROP TRIGGER draft_published_no_update;
DROP TRIGGER draft_artefact_published_no_update;

-- What was sealed before this holds all years together, and a tombstone does
-- not say of which year it was. Where anything was withdrawn or a year was
-- erased, all of it goes.
UPDATE draft_artefact SET snapshot = NULL, certificate = NULL
WHERE snapshot IS NOT NULL
    AND (EXISTS (SELECT 1 FROM record WHERE withdrawn = 1) OR EXISTS (SELECT 1 FROM period WHERE state = 'erased'));

-- Of a published draft nothing is changed, and nothing goes but what may tell
-- of single persons.

-- +goose StatementBegin
CREATE TRIGGER draft_published_no_update BEFORE UPDATE ON draft
WHEN OLD.state = 'published' AND NOT (
    NEW.id = OLD.id AND NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.number IS OLD.number AND NEW.changed = OLD.changed
    AND json_type(CAST(NEW.body AS TEXT), '$.findings') IS NULL
    AND json_type(CAST(NEW.body AS TEXT), '$.submission.waivers') IS NULL
    AND json_remove(CAST(NEW.body AS TEXT), '$.findings', '$.submission.waivers')
        IS json_remove(CAST(OLD.body AS TEXT), '$.findings', '$.submission.waivers')
)
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_artefact_published_no_update BEFORE UPDATE ON draft_artefact
WHEN EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published') AND NOT (
    NEW.draft = OLD.draft AND NEW.content IS OLD.content AND NEW.manifest IS OLD.manifest AND NEW.files IS OLD.files
    AND NEW.frozen IS OLD.frozen
    AND (NEW.certificate IS NULL OR NEW.certificate IS OLD.certificate)
    AND (NEW.snapshot IS NULL OR NEW.snapshot IS OLD.snapshot)
)
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_year_published_no_insert BEFORE INSERT ON draft_year
WHEN EXISTS (SELECT 1 FROM draft WHERE id = NEW.draft AND state = 'published')
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_year_published_no_update BEFORE UPDATE ON draft_year
WHEN EXISTS (SELECT 1 FROM draft WHERE id IN (NEW.draft, OLD.draft) AND state = 'published')
    AND NOT (NEW.draft = OLD.draft AND NEW.year = OLD.year AND NEW.records IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER draft_year_published_no_delete BEFORE DELETE ON draft_year
WHEN EXISTS (SELECT 1 FROM draft WHERE id = OLD.draft AND state = 'published')
BEGIN
    SELECT RAISE(ABORT, 'a published draft is never changed again');
END;
-- +goose StatementEnd
