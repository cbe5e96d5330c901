BEGIN;

-- What was answered to a request with an idempotency key, sealed. The key stands here as a keyed digest, with its environment and
-- caller; the request as another. Rows live for a day.
CREATE TABLE "idempotency_record" (
    "digest" BYTEA NOT NULL,
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "fingerprint" BYTEA,
    "run" INTEGER NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "memo" JSONB,
    "kid" TEXT,
    "sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("digest"),
    CONSTRAINT "idempotency_record_sealed" CHECK (("kid" IS NULL) = ("sealed" IS NULL))
);
CREATE UNIQUE INDEX "idempotency_record_id_key" ON "idempotency_record"("id");
CREATE INDEX "idempotency_record_created_at_idx" ON "idempotency_record"("created_at");
CREATE INDEX "idempotency_record_kid_idx" ON "idempotency_record"("kid");
ALTER TABLE "idempotency_record" ADD CONSTRAINT "idempotency_record_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

COMMIT;
