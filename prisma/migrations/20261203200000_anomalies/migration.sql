-- Anomaly alarms (ADR 0048): what callers open, hour by hour, against their own past, and what rang.
BEGIN;

-- A key that is stopped is refused like one that is revoked, and can be started again.
ALTER TABLE "api_key"
    ADD COLUMN "stopped_at" TIMESTAMPTZ(3),
    ADD COLUMN "stopped_by" TEXT;

CREATE TABLE "anomaly_policy" (
    "environment_id" TEXT NOT NULL,
    "changes" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

    CONSTRAINT "anomaly_policy_pkey" PRIMARY KEY ("environment_id")
);

CREATE TABLE "anomaly_cursor" (
    "environment_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "armed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

    CONSTRAINT "anomaly_cursor_pkey" PRIMARY KEY ("environment_id")
);

CREATE TABLE "watched_caller" (
    "environment_id" TEXT NOT NULL,
    "caller" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "minute_reads" INTEGER NOT NULL,
    "minute_tenants" BYTEA NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "hour_reads" INTEGER NOT NULL,
    "hour_tenants" BYTEA NOT NULL,
    "peak_reads" INTEGER NOT NULL,
    "peak_tenants" INTEGER NOT NULL,

    CONSTRAINT "watched_caller_pkey" PRIMARY KEY ("environment_id","caller")
);

CREATE TABLE "caller_hour" (
    "environment_id" TEXT NOT NULL,
    "caller" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "reads" INTEGER NOT NULL,
    "tenants" INTEGER NOT NULL,
    "peak_reads" INTEGER NOT NULL,
    "peak_tenants" INTEGER NOT NULL,

    CONSTRAINT "caller_hour_pkey" PRIMARY KEY ("environment_id","caller","hour")
);

CREATE TABLE "caller_network" (
    "environment_id" TEXT NOT NULL,
    "caller" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "judged_at" TIMESTAMPTZ(3),

    CONSTRAINT "caller_network_pkey" PRIMARY KEY ("environment_id","caller","network")
);

CREATE TABLE "integration_hour" (
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "departed" INTEGER NOT NULL,

    CONSTRAINT "integration_hour_pkey" PRIMARY KEY ("environment_id","integration_name","hour")
);

CREATE TABLE "anomaly" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "measured" JSONB,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "stopped_key" BOOLEAN NOT NULL DEFAULT false,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,

    CONSTRAINT "anomaly_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "anomaly_environment_id_started_at_id_idx" ON "anomaly"("environment_id", "started_at" DESC, "id" DESC);
CREATE INDEX "caller_hour_hour_idx" ON "caller_hour"("hour");
CREATE INDEX "integration_hour_hour_idx" ON "integration_hour"("hour");

-- From here on by hand. One episode of a kind and a subject at a time, whoever looks.
CREATE UNIQUE INDEX "anomaly_open_key" ON "anomaly" ("environment_id", "kind", "subject") WHERE "ended_at" IS NULL;
CREATE INDEX "caller_network_unjudged_idx" ON "caller_network" ("environment_id") WHERE "judged_at" IS NULL;

-- Rows that are written every second or so stay on their pages.
ALTER TABLE "watched_caller" SET (fillfactor = 50);
ALTER TABLE "anomaly_cursor" SET (fillfactor = 50);
ALTER TABLE "caller_hour" SET (fillfactor = 80);

COMMIT;
