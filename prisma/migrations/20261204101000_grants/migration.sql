BEGIN;

-- When the customer last authorized, from which a grant's absolute life is counted. NULL: from before this was written down; then the
-- account's first day counts.
ALTER TABLE "integrated_account" ADD COLUMN "granted_at" TIMESTAMPTZ(3);
ALTER TABLE "integrated_account" ALTER COLUMN "granted_at" SET DEFAULT CURRENT_TIMESTAMP;

COMMIT;
