BEGIN;

-- A client has several secrets while one is rotated (R65): each a row, a sealed value and a data key of its own. The newest has no
-- end; updated_at is when it was sealed.
ALTER TABLE "sealed_secret"
    ADD COLUMN "accepted_until" TIMESTAMPTZ(3),
    ADD COLUMN "last_worked_at" TIMESTAMPTZ(3),
    DROP CONSTRAINT "sealed_secret_pkey",
    ADD CONSTRAINT "sealed_secret_pkey" PRIMARY KEY ("owner","field","version");

COMMIT;
