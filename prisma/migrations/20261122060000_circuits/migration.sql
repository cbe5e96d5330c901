BEGIN;

-- Several integrations may stand behind one circuit: those that were told that it opened are told when it closes.
ALTER TABLE "circuit" ADD COLUMN "told_integrations" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
UPDATE "circuit" SET "told_integrations" = ARRAY["integration_name"] WHERE "state" = 'open';

-- By hand: who stands behind a circuit, and of which integrations. Neither column changes with a refresh that works.
CREATE INDEX "integrated_account_circuit" ON "integrated_account" ("circuit_key", "integration_name") WHERE "status" = 'active';

COMMIT;
