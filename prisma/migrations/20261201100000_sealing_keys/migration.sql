BEGIN;

-- direct: the KMS wraps each data key. tenant: the KMS wraps one key per tenant, which wraps the data keys of its accounts.
ALTER TABLE "environment"
    ADD COLUMN "sealing_policy" TEXT NOT NULL DEFAULT 'direct',
    ADD CONSTRAINT "environment_sealing_policy" CHECK ("sealing_policy" IN ('direct', 'tenant'));

-- Keys are listed in ranges (all that come before or after the current one, all tenant keys): by bytes, whatever the database's
-- collation. Counting by key, and finding what is still under an old one, reads these indexes alone.
DROP INDEX "sealed_credential_kid_idx";
DROP INDEX "sealed_secret_kid_idx";
DROP INDEX "idempotency_record_kid_idx";
ALTER TABLE "sealed_credential" ALTER COLUMN "kid" SET DATA TYPE TEXT COLLATE "C";
ALTER TABLE "sealed_secret" ALTER COLUMN "kid" SET DATA TYPE TEXT COLLATE "C";
ALTER TABLE "idempotency_record" ALTER COLUMN "kid" SET DATA TYPE TEXT COLLATE "C";
CREATE INDEX "sealed_credential_environment_id_kid_account_id_idx" ON "sealed_credential"("environment_id", "kid", "account_id");
CREATE INDEX "sealed_secret_environment_id_kid_owner_field_version_idx" ON "sealed_secret"("environment_id", "kid", "owner", "field", "version");
CREATE INDEX "idempotency_record_environment_id_kid_id_idx" ON "idempotency_record"("environment_id", "kid", "id");

-- A destroyed key keeps its row: what it sealed names it, and its number is not given again.
CREATE TABLE "tenant_key" (
    "id" TEXT COLLATE "C" NOT NULL,
    "environment_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kid" TEXT COLLATE "C" NOT NULL,
    "wrapped" BYTEA,
    "state" TEXT NOT NULL DEFAULT 'current',
    "wraps" BIGINT NOT NULL DEFAULT 0,
    "alarmed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "tenant_key_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tenant_key_state" CHECK ("state" IN ('current', 'destroyed')),
    CONSTRAINT "tenant_key_destroyed" CHECK (("state" = 'destroyed') = ("wrapped" IS NULL))
);
CREATE UNIQUE INDEX "tenant_key_environment_id_tenant_id_version_key" ON "tenant_key"("environment_id", "tenant_id", "version");
CREATE UNIQUE INDEX "tenant_key_current" ON "tenant_key"("environment_id", "tenant_id") WHERE state = 'current';
CREATE INDEX "tenant_key_environment_id_kid_id_idx" ON "tenant_key"("environment_id", "kid", "id");
CREATE INDEX "tenant_key_lately_destroyed" ON "tenant_key"("destroyed_at") WHERE destroyed_at IS NOT NULL;
ALTER TABLE "tenant_key" ADD CONSTRAINT "tenant_key_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- A process that still remembers a key that was destroyed a moment ago must not seal with it what nobody could ever open.
CREATE FUNCTION evergrant_refuse_destroyed_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenant_key k WHERE k.id = NEW.kid AND k.state <> 'destroyed') THEN
        RAISE EXCEPTION 'the tenant key % was destroyed', NEW.kid USING ERRCODE = 'EG001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "sealed_credential_key_lives" BEFORE INSERT OR UPDATE OF "kid" ON "sealed_credential"
    FOR EACH ROW WHEN (NEW.kid LIKE 'tk\_%') EXECUTE FUNCTION evergrant_refuse_destroyed_key();
CREATE TRIGGER "sealed_secret_key_lives" BEFORE INSERT OR UPDATE OF "kid" ON "sealed_secret"
    FOR EACH ROW WHEN (NEW.kid LIKE 'tk\_%') EXECUTE FUNCTION evergrant_refuse_destroyed_key();

-- What is known of each key of the KMS in each environment.
CREATE TABLE "key_state" (
    "environment_id" TEXT NOT NULL,
    "kid" TEXT COLLATE "C" NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'enabled',
    "wraps" BIGINT NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3),
    "changed_by" TEXT,
    "alarmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_state_pkey" PRIMARY KEY ("environment_id","kid"),
    CONSTRAINT "key_state_state" CHECK ("state" IN ('enabled', 'disabled'))
);
ALTER TABLE "key_state" ADD CONSTRAINT "key_state_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

CREATE TABLE "rewrap_run" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "phase" TEXT NOT NULL DEFAULT 'rewrapping',
    "to_kid" TEXT NOT NULL,
    "from_kids" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "pace" INTEGER,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "anew" INTEGER NOT NULL DEFAULT 0,
    "pass" INTEGER NOT NULL DEFAULT 1,
    "place" TEXT NOT NULL DEFAULT 'tenant_key',
    "cursor" JSONB,
    "found" INTEGER NOT NULL DEFAULT 0,
    "written" INTEGER NOT NULL DEFAULT 0,
    "left_over" INTEGER NOT NULL DEFAULT 0,
    "rate" DOUBLE PRECISION,
    "sample_size" INTEGER,
    "sample_opened" INTEGER,
    "remaining" JSONB,
    "last_error" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "claimed_by" TEXT,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "rewrap_run_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "rewrap_run_state" CHECK ("state" IN ('running', 'paused', 'done', 'stopped')),
    CONSTRAINT "rewrap_run_phase" CHECK ("phase" IN ('rewrapping', 'verifying')),
    CONSTRAINT "rewrap_run_pace" CHECK ("pace" > 0)
);
CREATE INDEX "rewrap_run_environment_id_started_at_idx" ON "rewrap_run"("environment_id", "started_at" DESC);
-- One at a time.
CREATE UNIQUE INDEX "rewrap_run_unfinished" ON "rewrap_run"("environment_id") WHERE state IN ('running', 'paused');
ALTER TABLE "rewrap_run" ADD CONSTRAINT "rewrap_run_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

CREATE TABLE "rewrap_failure" (
    "run_id" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rewrap_failure_pkey" PRIMARY KEY ("run_id","place","owner","field","version")
);
ALTER TABLE "rewrap_failure" ADD CONSTRAINT "rewrap_failure_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "rewrap_run"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

COMMIT;
