BEGIN;

-- A page of the product that embeds connect, waiting for what comes of one browser's trips through one link. The key that its script
-- made stands here as a keyed digest.
CREATE TABLE "connect_embed" (
    "digest" BYTEA NOT NULL,
    "link_token_id" TEXT NOT NULL,
    "browser_digest" BYTEA NOT NULL,
    "origin" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connect_embed_pkey" PRIMARY KEY ("digest")
);
CREATE INDEX "connect_embed_browser_digest_link_token_id_idx" ON "connect_embed"("browser_digest", "link_token_id");
CREATE INDEX "connect_embed_link_token_id_idx" ON "connect_embed"("link_token_id");
CREATE INDEX "connect_embed_created_at_idx" ON "connect_embed"("created_at");
ALTER TABLE "connect_embed" ADD CONSTRAINT "connect_embed_link_token_id_fkey" FOREIGN KEY ("link_token_id") REFERENCES "link_token"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

COMMIT;
