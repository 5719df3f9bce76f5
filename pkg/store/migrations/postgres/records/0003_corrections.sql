-- +goose Up

-- A closed year whose records are being corrected takes records again, and
-- nothing is counted of it: policies and statements count closed years alone.
ALTER TABLE period
    DROP CONSTRAINT period_state_check,
    ADD CONSTRAINT period_state_check CHECK (state IN ('open', 'closed', 'correcting'));
