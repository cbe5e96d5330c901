BEGIN;

-- What waits to become deliveries, beside the events: a row there is removed when its event is dispatched, where marking the event
-- wrote its whole row and all of its index entries anew. Workers of the version before find no mark any more and dispatch nothing:
-- what happens meanwhile waits here.
CREATE TABLE "event_outbox" (
    "event_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_outbox_pkey" PRIMARY KEY ("created_at", "event_id")
);

-- Nobody writes an event between the look at those that wait and the trigger that looks after the others.
LOCK TABLE "event" IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO "event_outbox" ("event_id", "created_at") SELECT "id", "created_at" FROM "event" WHERE "dispatched_at" IS NULL;
DROP INDEX "event_undispatched";
ALTER TABLE "event" DROP COLUMN "dispatched_at";

-- Whoever writes events, in whichever statement, has them dispatched with its commit: processes of the version before too. A ping is
-- for one endpoint alone, and is written together with its delivery. The key of the job is the connection's own: two that write events
-- never wait for each other, and one that writes many has one job.
CREATE OR REPLACE FUNCTION "evergrant_wake_dispatcher"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_outbox (event_id, created_at)
        SELECT id, created_at FROM added WHERE event_type <> 'webhook_endpoint:ping';
    IF FOUND THEN
        PERFORM graphile_worker.add_job('dispatch-events', job_key => 'dispatch:' || pg_backend_pid(), max_attempts => 5);
    END IF;
    RETURN NULL;
END $$;

-- The attempt that delivered stands with its delivery, which is written anyway. NULL: not delivered, or by the version before, which
-- wrote it to webhook_attempt, as those that failed are.
ALTER TABLE "webhook_delivery"
    ADD COLUMN "delivered_at" TIMESTAMPTZ(3),
    ADD COLUMN "delivered_http_status" INTEGER,
    ADD COLUMN "delivered_latency_ms" INTEGER,
    ADD COLUMN "delivered_response" TEXT;

COMMIT;
