BEGIN;

-- Whoever types credentials goes to no authorization server: there is no state, no redirect URI and no token endpoint.
ALTER TABLE "connect_session"
    ALTER COLUMN "callback_id" DROP NOT NULL,
    ALTER COLUMN "state_digest" DROP NOT NULL,
    ALTER COLUMN "redirect_uri" DROP NOT NULL,
    ALTER COLUMN "token_endpoint" DROP NOT NULL;

-- One row for each time that a link's form was sent: how often it may be sent again, and what it shows then. Never a secret.
CREATE TABLE "connect_try" (
    "id" TEXT NOT NULL,
    "link_token_id" TEXT NOT NULL,
    "browser_digest" BYTEA NOT NULL,
    "integration_name" TEXT NOT NULL,
    "typed" JSONB NOT NULL,
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "connect_try_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "connect_try_link_token_id_created_at_idx" ON "connect_try"("link_token_id", "created_at");
CREATE INDEX "connect_try_created_at_idx" ON "connect_try"("created_at");
ALTER TABLE "connect_try"
    ADD CONSTRAINT "connect_try_link_token_id_fkey" FOREIGN KEY ("link_token_id") REFERENCES "link_token"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- By hand: a session that comes back from an authorization server has all that its code is exchanged with.
ALTER TABLE "connect_session"
    ADD CONSTRAINT "connect_session_trip" CHECK (
        num_nonnulls("callback_id", "state_digest", "redirect_uri", "token_endpoint") IN (0, 4));

COMMIT;
