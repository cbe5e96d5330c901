-- Accounts whose token ended while a breaker kept them from being tried: the overview counts them. None that is well is in it.
CREATE INDEX "integrated_account_delayed" ON "integrated_account" ("environment_id", "expires_at")
    WHERE "status" = 'active' AND "hold" IS NULL AND "last_error" IS NULL AND "refresh_delayed_at" IS NOT NULL;
