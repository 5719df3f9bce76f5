-- +goose Up

-- A year whose records are over their time: nothing counts it any more, and its
-- records are being erased or are.
ALTER TABLE period
    DROP CONSTRAINT period_state_check,
    ADD CONSTRAINT period_state_check CHECK (state IN ('open', 'closed', 'correcting', 'erased'));
