BEGIN;

-- When an event became deliveries. What was written before there were any counts as told: a default that is dropped at once marks
-- the old rows without rewriting them. Processes of the version before write events without it, which is right.
ALTER TABLE "event" ADD COLUMN "dispatched_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE "event" ALTER COLUMN "dispatched_at" DROP DEFAULT;

CREATE TABLE "webhook_endpoint" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[] NOT NULL DEFAULT ARRAY['*']::TEXT[],
    "format" TEXT NOT NULL DEFAULT 'standard',
    "description" TEXT,
    "status" TEXT NOT NULL DEFAULT 'enabled',
    "disabled_reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "warned_at" TIMESTAMPTZ(3),
    "last_success_at" TIMESTAMPTZ(3),
    "claimed_until" TIMESTAMPTZ(3),
    "claimed_by" TEXT,
    "claim" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_endpoint_environment_id_idx" ON "webhook_endpoint"("environment_id");
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- The id is a digest of event and endpoint, so that there is one delivery for both. The event is named by both halves of its key, so
-- that its partition is found at once. Foreign keys would look at the same endpoint once for each of many deliveries: whoever makes
-- some has it locked, and whoever removes it removes them.
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_created_at" TIMESTAMPTZ(3) NOT NULL,
    "event_type" TEXT NOT NULL,
    "account_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_delivery_endpoint_id_event_created_at_id_idx" ON "webhook_delivery"("endpoint_id", "event_created_at" DESC, "id" DESC);

CREATE TABLE "webhook_attempt" (
    "delivery_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "http_status" INTEGER,
    "latency_ms" INTEGER NOT NULL,
    "error" TEXT,
    "response" TEXT,

    CONSTRAINT "webhook_attempt_pkey" PRIMARY KEY ("delivery_id", "number")
);

-- From here on by hand.
CREATE INDEX "event_undispatched" ON "event" ("created_at", "id") WHERE "dispatched_at" IS NULL;
CREATE INDEX "webhook_delivery_due" ON "webhook_delivery" ("endpoint_id", "next_attempt_at") WHERE "status" = 'pending';
CREATE INDEX "webhook_delivery_failed" ON "webhook_delivery" ("endpoint_id", "event_created_at" DESC, "id" DESC) WHERE "status" = 'failed';

-- Every batch rewrites the row of its endpoint.
ALTER TABLE "webhook_endpoint" SET (fillfactor = 50);

ALTER TABLE "webhook_endpoint"
    ADD CONSTRAINT "webhook_endpoint_format" CHECK ("format" IN ('standard', 'chat', 'email')),
    ADD CONSTRAINT "webhook_endpoint_status" CHECK ("status" IN ('enabled', 'disabled')),
    ADD CONSTRAINT "webhook_endpoint_disabled" CHECK (("status" = 'disabled') = ("disabled_at" IS NOT NULL AND "disabled_reason" IS NOT NULL));
ALTER TABLE "webhook_delivery"
    ADD CONSTRAINT "webhook_delivery_status" CHECK ("status" IN ('pending', 'delivered', 'failed')),
    ADD CONSTRAINT "webhook_delivery_pending" CHECK (("status" = 'pending') = ("next_attempt_at" IS NOT NULL)),
    ADD CONSTRAINT "webhook_delivery_finished" CHECK (("status" = 'pending') = ("finished_at" IS NULL));

-- Whoever writes events, in whichever statement, wakes the dispatcher with its commit: processes of the version before too. The key
-- is the connection's own: two that write events never wait for each other, and one that writes many has one job.
CREATE FUNCTION "evergrant_wake_dispatcher"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE dispatched_at IS NULL) THEN
        PERFORM graphile_worker.add_job('dispatch-events', job_key => 'dispatch:' || pg_backend_pid(), max_attempts => 5);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER "event_wakes_dispatcher" AFTER INSERT ON "event"
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_wake_dispatcher"();

COMMIT;
