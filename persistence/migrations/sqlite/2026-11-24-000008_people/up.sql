-- Who consented to be seen, what else is known of persons, and the reviews of opportunities.

ALTER TABLE persons ADD COLUMN phone TEXT;
ALTER TABLE persons ADD COLUMN roles_sought TEXT NOT NULL DEFAULT '[]';
ALTER TABLE persons ADD COLUMN birth_year INTEGER;
ALTER TABLE persons ADD COLUMN consent TEXT NOT NULL DEFAULT 'null';
ALTER TABLE persons ADD COLUMN contact_visibility TEXT NOT NULL DEFAULT 'members';
-- Nobody is shown without a consent that can be proved.
UPDATE persons SET visibility = 'managers' WHERE invented = 0;

CREATE TABLE opportunity_reviews (
    opportunity_id BLOB NOT NULL REFERENCES opportunities (id) ON DELETE CASCADE,
    -- The version of the opportunity after the review.
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    clarity INTEGER NOT NULL CHECK (clarity BETWEEN 0 AND 5),
    advantage INTEGER NOT NULL CHECK (advantage BETWEEN 0 AND 5),
    expectations INTEGER NOT NULL CHECK (expectations BETWEEN 0 AND 5),
    language INTEGER NOT NULL CHECK (language BETWEEN 0 AND 5),
    decision TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (opportunity_id, version)
) STRICT;
