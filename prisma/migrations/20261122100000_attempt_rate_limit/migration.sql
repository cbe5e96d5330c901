BEGIN;

-- What the provider said of its limit when it refused for it: callers of other processes who joined the request read it here.
ALTER TABLE "refresh_attempt" ADD COLUMN "rate_limit" JSONB;

COMMIT;
