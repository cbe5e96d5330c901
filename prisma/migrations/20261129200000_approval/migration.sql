BEGIN;

-- What a person is asked before a connection becomes active (R93): which external account it is, and what it may do. Its grant waits
-- sealed meanwhile (sealed_secret, field connect_grant). Not a status of its own, which processes of the version before don't know.
ALTER TABLE "connect_session" ADD COLUMN "asked" JSONB;

-- By hand.
ALTER TABLE "connect_session"
    ADD CONSTRAINT "connect_session_asked" CHECK ("asked" IS NULL OR NOT "needs_confirmation");

COMMIT;
