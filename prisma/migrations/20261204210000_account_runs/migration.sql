BEGIN;

-- One act on many accounts (ADR 0051), which a worker does batch by batch.
CREATE TABLE "account_run" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "reason" TEXT,
    -- What was selected by; null: each account was named.
    "filter" JSONB,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    -- Accounts a second, at most and measured.
    "pace" INTEGER,
    "rate" DOUBLE PRECISION,
    "last_error" TEXT,
    "created_by" TEXT NOT NULL,
    "claimed_by" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_run_pkey" PRIMARY KEY ("id")
);

-- What becomes of each account. Without a reference to it: an account that is removed leaves its line.
CREATE TABLE "account_run_result" (
    "run_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "account_id" TEXT NOT NULL,
    "outcome" TEXT NOT NULL DEFAULT 'pending',
    "code" TEXT,
    "detail" TEXT,
    -- What was found before it was begun, so that whoever begins it again does nothing twice; null: nobody has.
    "seen" JSONB,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_run_result_pkey" PRIMARY KEY ("run_id","place")
);

CREATE INDEX "account_run_environment_id_created_at_id_idx" ON "account_run"("environment_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "account_run_result_run_id_account_id_key" ON "account_run_result"("run_id", "account_id");
CREATE INDEX "account_run_result_run_id_outcome_place_idx" ON "account_run_result"("run_id", "outcome", "place");

ALTER TABLE "account_run" ADD CONSTRAINT "account_run_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "account_run_result" ADD CONSTRAINT "account_run_result_run_id_fkey"
    FOREIGN KEY ("run_id") REFERENCES "account_run"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "account_run"
    ADD CONSTRAINT "account_run_action" CHECK ("action" IN ('refresh', 'reauthorization_links', 'release', 'disconnect')),
    ADD CONSTRAINT "account_run_state" CHECK ("state" IN ('running', 'paused', 'done', 'cancelled')),
    ADD CONSTRAINT "account_run_counters" CHECK ("done" >= 0 AND "failed" >= 0 AND "skipped" >= 0 AND "done" + "failed" + "skipped" <= "total");
ALTER TABLE "account_run_result"
    ADD CONSTRAINT "account_run_result_outcome" CHECK ("outcome" IN ('pending', 'done', 'failed', 'skipped'));

-- Counted with every account that it comes to.
ALTER TABLE "account_run" SET (fillfactor = 50);
ALTER TABLE "account_run_result" SET (fillfactor = 80);

COMMIT;
