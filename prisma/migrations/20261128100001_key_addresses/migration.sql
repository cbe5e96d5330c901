BEGIN;

-- Where a key may be used from, as ranges in CIDR form; empty: anywhere.
ALTER TABLE "api_key" ADD COLUMN "addresses" TEXT[] NOT NULL DEFAULT '{}';

COMMIT;
