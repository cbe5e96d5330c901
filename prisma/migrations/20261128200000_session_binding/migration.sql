BEGIN;

-- Session binding (R93): what a browser brings waits, sealed (sealed_secret, field connect_answer), until the product's backend has
-- named the tenant and the user of the link once more.
ALTER TABLE "link_token" ADD COLUMN "session_binding" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "connect_session" ADD COLUMN "needs_confirmation" BOOLEAN NOT NULL DEFAULT false;

-- By hand.
ALTER TABLE "link_token"
    ADD CONSTRAINT "link_token_session_binding" CHECK (
        NOT "session_binding" OR ("user_reference" IS NOT NULL AND "return_url" IS NOT NULL));
ALTER TABLE "connect_session"
    DROP CONSTRAINT "connect_session_status",
    ADD CONSTRAINT "connect_session_status" CHECK ("status" IN ('authorizing', 'unconfirmed', 'exchanging', 'connected', 'failed')),
    ADD CONSTRAINT "connect_session_unconfirmed" CHECK ("status" <> 'unconfirmed' OR "needs_confirmation");

COMMIT;
