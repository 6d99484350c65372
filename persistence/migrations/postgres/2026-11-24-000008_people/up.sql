-- Who consented to be seen, what else is known of persons, and the reviews of opportunities.

ALTER TABLE persons ADD COLUMN phone text;
ALTER TABLE persons ADD COLUMN roles_sought jsonb NOT NULL DEFAULT '[]';
ALTER TABLE persons ADD COLUMN birth_year integer;
ALTER TABLE persons ADD COLUMN consent jsonb NOT NULL DEFAULT 'null';
ALTER TABLE persons ADD COLUMN contact_visibility text NOT NULL DEFAULT 'members';
-- Nobody is shown without a consent that can be proved.
UPDATE persons SET visibility = 'managers' WHERE NOT invented;

CREATE TABLE opportunity_reviews (
    opportunity_id uuid NOT NULL REFERENCES opportunities (id) ON DELETE CASCADE,
    -- The version of the opportunity after the review.
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    clarity integer NOT NULL CHECK (clarity BETWEEN 0 AND 5),
    advantage integer NOT NULL CHECK (advantage BETWEEN 0 AND 5),
    expectations integer NOT NULL CHECK (expectations BETWEEN 0 AND 5),
    language integer NOT NULL CHECK (language BETWEEN 0 AND 5),
    decision text NOT NULL,
    remark jsonb NOT NULL,
    PRIMARY KEY (opportunity_id, version)
);
