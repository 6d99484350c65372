-- What was changed, by whom, when. Transactions commit in another order than they take `seq`; who follows the log orders
-- by transaction and stops before the oldest that is still running.
CREATE TABLE changes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    origin uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    noun text NOT NULL,
    record_id uuid NOT NULL,
    operation text NOT NULL
);
CREATE INDEX changes_order ON changes (xid, seq);
CREATE INDEX changes_record ON changes (record_id, seq);
