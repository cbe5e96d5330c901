BEGIN;

-- How often the key had wrapped when it got its newest version: the bound is one of key material, and a version has its own.
ALTER TABLE "key_state" ADD COLUMN "wraps_before" BIGINT NOT NULL DEFAULT 0;

COMMIT;
