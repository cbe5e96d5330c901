-- Accounts whose token ended, or will, where nobody tries: behind an open breaker, or since there is nothing to refresh them with. The
-- overview counts those that ended. None that is kept fresh is in it.
CREATE INDEX "integrated_account_delayed" ON "integrated_account" ("environment_id", "expires_at")
    WHERE "status" = 'active' AND "hold" IS NULL AND "last_error" IS NULL AND "expires_at" IS NOT NULL
        AND ("refresh_delayed_at" IS NOT NULL OR "refresh_due_at" IS NULL);
