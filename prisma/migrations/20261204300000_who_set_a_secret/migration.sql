-- Who gave a client secret, for whoever looks at a client and asks.
BEGIN;

-- Null: it was given before this was written down.
ALTER TABLE "sealed_secret" ADD COLUMN "set_by" TEXT;

COMMIT;
