-- Definitions that are tried against the lab (ADR 0053): each a run with its record, one at a time in an environment.
BEGIN;

CREATE TABLE "integration_check" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "is_in_force" BOOLEAN NOT NULL,
    "with_samples" BOOLEAN NOT NULL,
    "started_by" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "detail" TEXT,
    "scenarios" JSONB NOT NULL DEFAULT '[]',
    "left_aside" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "started_at" TIMESTAMPTZ(3),
    "beat_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "integration_check_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "integration_check_state" CHECK ("state" IN ('queued', 'running', 'done', 'failed')),
    CONSTRAINT "integration_check_end" CHECK (("finished_at" IS NULL) = ("state" IN ('queued', 'running')))
);

CREATE INDEX "integration_check_environment_id_integration_name_created_a_idx" ON "integration_check"("environment_id", "integration_name", "created_at");
-- One at a time: it takes a processor for some seconds, and a PostgreSQL of its own.
CREATE UNIQUE INDEX "integration_check_under_way" ON "integration_check"("environment_id") WHERE "state" IN ('queued', 'running');

ALTER TABLE "integration_check" ADD CONSTRAINT "integration_check_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

COMMIT;
