BEGIN;

-- The attempt in flight stands on the account row, so that a claim finds what a dead holder left without searching the journal.
ALTER TABLE "integrated_account"
    ADD COLUMN "attempt_id" TEXT,
    ADD COLUMN "attempt_started_at" TIMESTAMPTZ(3),
    ADD COLUMN "doubts" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "doubted_at" TIMESTAMPTZ(3),
    ADD COLUMN "credential_fence" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "learned_lifetime_seconds" INTEGER,
    ADD COLUMN "circuit_key" TEXT,
    ADD COLUMN "client_id" TEXT;
UPDATE "integrated_account" SET "credential_fence" = greatest("fence" - 1, 0) WHERE "fence" > 0;

-- One OAuth client at one token endpoint: breaker and budget, shared by all processes.
CREATE TABLE "circuit" (
    "key" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'closed',
    "cause" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failed_accounts" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "is_client_reported" BOOLEAN NOT NULL DEFAULT false,
    "opened_at" TIMESTAMPTZ(3),
    "probe_at" TIMESTAMPTZ(3),
    "probed_at" TIMESTAMPTZ(3),
    "probes" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6),
    "places" JSONB NOT NULL DEFAULT '{}',
    "demanded_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "circuit_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "circuit_environment_id_integration_name_idx" ON "circuit"("environment_id", "integration_name");

-- A mass failure of one client: held accounts wait for the operator's word (R26). The row is also the lock under which they are counted.
CREATE TABLE "mass_failure" (
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "window_seconds" INTEGER NOT NULL DEFAULT 600,
    "likely_cause" TEXT,
    "decision" TEXT,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    CONSTRAINT "mass_failure_pkey" PRIMARY KEY ("environment_id","integration_name")
);

-- Who lives: the jobs of a worker whose heart stopped are taken over.
CREATE TABLE "process_heartbeat" (
    "owner" TEXT NOT NULL,
    "worker_ids" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "beat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "process_heartbeat_pkey" PRIMARY KEY ("owner")
);

ALTER TABLE "circuit"
    ADD CONSTRAINT "circuit_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "mass_failure"
    ADD CONSTRAINT "mass_failure_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- By hand: what the datamodel has no words for.
ALTER TABLE "integrated_account"
    ADD CONSTRAINT "integrated_account_doubts" CHECK ("doubts" >= 0 AND "credential_fence" <= "fence");
ALTER TABLE "circuit"
    ADD CONSTRAINT "circuit_state" CHECK ("state" IN ('closed', 'open')),
    ADD CONSTRAINT "circuit_cause" CHECK ("cause" IN ('provider', 'client', 'rate_limit'));
ALTER TABLE "mass_failure"
    ADD CONSTRAINT "mass_failure_decision" CHECK ("decision" IN ('release', 'confirm'));
ALTER TABLE "circuit" SET (fillfactor = 50);
ALTER TABLE "process_heartbeat" SET (fillfactor = 50);

-- Accounts that wait for a breaker, that left lately, that are held. None of these columns changes with a refresh that works.
CREATE INDEX "integrated_account_waiting" ON "integrated_account" ("circuit_key") WHERE "status" = 'active' AND "consecutive_failures" > 0;
CREATE INDEX "integrated_account_left" ON "integrated_account" ("environment_id", "integration_name", "reauth_required_at") WHERE "reauth_required_at" IS NOT NULL;
CREATE INDEX "integrated_account_held" ON "integrated_account" ("environment_id", "integration_name") WHERE "hold" IS NOT NULL;

COMMIT;
