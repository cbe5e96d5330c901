BEGIN;

-- A tenant's key gets a new version: the one before opens what it sealed until a re-wrap has brought that under the new one.
ALTER TABLE "tenant_key"
    DROP CONSTRAINT "tenant_key_state",
    ADD COLUMN "retired_at" TIMESTAMPTZ(3),
    ADD CONSTRAINT "tenant_key_state" CHECK ("state" IN ('current', 'retired', 'destroyed')),
    ADD CONSTRAINT "tenant_key_retired" CHECK ("state" <> 'retired' OR "retired_at" IS NOT NULL);
-- What a re-wrap has to go through, and what every process has to hear of.
CREATE INDEX "tenant_key_retired" ON "tenant_key"("environment_id", "id") WHERE state = 'retired';
CREATE INDEX "tenant_key_lately_retired" ON "tenant_key"("retired_at") WHERE retired_at IS NOT NULL;

-- Whoever destroys a key takes the same lock alone, so that nothing is sealed under it by a transaction that began before and ends after.
CREATE OR REPLACE FUNCTION evergrant_refuse_destroyed_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.kid, 0));
    IF NOT EXISTS (SELECT FROM tenant_key k WHERE k.id = NEW.kid AND k.state <> 'destroyed') THEN
        RAISE EXCEPTION 'the tenant key % was destroyed', NEW.kid USING ERRCODE = 'EG001';
    END IF;
    RETURN NEW;
END $$;

COMMIT;
