BEGIN;

-- What everybody may see of how a client proves itself: its public keys, the names and the end of its certificate. The private
-- halves are rows of sealed_secret (client_key, client_certificate).
ALTER TABLE "environment_integration" ADD COLUMN "proofs" JSONB NOT NULL DEFAULT '{}';

COMMIT;
