BEGIN;

-- What the provider's API refused for want of a scope since the customer authorized (R6).
ALTER TABLE "integrated_account" ADD COLUMN "scopes_refused" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

COMMIT;
