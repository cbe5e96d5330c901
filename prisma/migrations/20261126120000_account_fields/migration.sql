BEGIN;

-- What came with an account's grant (an instance's address, a workspace's id), by the names that its definition gave it. No secrets.
ALTER TABLE "integrated_account" ADD COLUMN "fields" JSONB NOT NULL DEFAULT '{}';

COMMIT;
