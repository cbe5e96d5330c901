BEGIN;

-- When it was told that no valid token is left and refreshing fails; the next success, or the customer, takes it back.
ALTER TABLE "integrated_account" ADD COLUMN "refresh_delayed_at" TIMESTAMPTZ(3);

-- By hand: accounts that are kept fresh, by the end of their token, until it was told that it has ended. Those with a token that
-- has ended are few: the sweep looks at them alone (adapters/postgres/delayed-refreshes.ts).
CREATE INDEX "integrated_account_ending" ON "integrated_account" ("expires_at")
    WHERE "status" = 'active' AND "hold" IS NULL AND "refresh_due_at" IS NOT NULL AND "refresh_delayed_at" IS NULL;

COMMIT;
