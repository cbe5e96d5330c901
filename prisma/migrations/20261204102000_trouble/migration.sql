BEGIN;

-- The few accounts among many that somebody has to look at, in the order in which they are told. Accounts that are well have no entry,
-- and a refresh that works writes none.
CREATE INDEX "integrated_account_troubled" ON "integrated_account" ("environment_id", "expires_at")
    WHERE "status" = 'active' AND "last_error" IS NOT NULL AND "hold" IS NULL;
CREATE INDEX "integrated_account_reauth" ON "integrated_account" ("environment_id", "reauth_required_at")
    WHERE "status" = 'needs_reauth';

COMMIT;
