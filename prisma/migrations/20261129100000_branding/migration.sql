BEGIN;

-- The picture that stands for the product on the connect pages of an environment, served by its digest. Small (64 KB), and read far
-- more seldom than the settings beside which it would stand.
CREATE TABLE "environment_logo" (
    "environment_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "environment_logo_pkey" PRIMARY KEY ("environment_id"),
    CONSTRAINT "environment_logo_size" CHECK (octet_length("bytes") <= 65536)
);
CREATE INDEX "environment_logo_digest_idx" ON "environment_logo"("digest");
ALTER TABLE "environment_logo" ADD CONSTRAINT "environment_logo_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

COMMIT;
