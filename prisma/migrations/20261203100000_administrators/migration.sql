BEGIN;

-- Administrators through single sign-on have no password, and are known by issuer and subject. Whoever was here has a local role.
ALTER TABLE "admin_user"
    ALTER COLUMN "password_hash" DROP NOT NULL,
    ADD COLUMN "role_source" TEXT NOT NULL DEFAULT 'local',
    ADD COLUMN "issuer" TEXT,
    ADD COLUMN "subject" TEXT,
    ADD COLUMN "disabled_by" TEXT;
UPDATE "admin_user" SET "disabled_by" = 'person' WHERE "disabled_at" IS NOT NULL;
CREATE UNIQUE INDEX "admin_user_issuer_subject_key" ON "admin_user"("issuer", "subject");

-- Sessions of the dashboard. The cookie names one; without its row it is worth nothing.
CREATE TABLE "admin_session" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "address" TEXT NOT NULL DEFAULT '',
    "user_agent" TEXT NOT NULL DEFAULT '',
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "admin_session_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "admin_session_user_id_created_at_idx" ON "admin_session"("user_id", "created_at" DESC);
CREATE INDEX "admin_session_expires_at_idx" ON "admin_session"("expires_at");
ALTER TABLE "admin_session" ADD CONSTRAINT "admin_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "admin_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE "admin_invitation" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "invited_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "accepted_by" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_invitation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "admin_invitation_digest_key" ON "admin_invitation"("digest");
CREATE INDEX "admin_invitation_created_at_idx" ON "admin_invitation"("created_at" DESC);

-- From here on by hand.
-- One address has one link that works: the one before ends with a new one.
CREATE UNIQUE INDEX "admin_invitation_open" ON "admin_invitation" ("email") WHERE "accepted_at" IS NULL AND "revoked_at" IS NULL;

ALTER TABLE "admin_user"
    ADD CONSTRAINT "admin_user_identity" CHECK (("issuer" IS NULL) = ("subject" IS NULL)),
    ADD CONSTRAINT "admin_user_role_source" CHECK ("role_source" IN ('local', 'idp') AND ("role_source" = 'local' OR "issuer" IS NOT NULL)),
    ADD CONSTRAINT "admin_user_disabled_by" CHECK ("disabled_by" IS NULL OR ("disabled_by" IN ('person', 'idp') AND "disabled_at" IS NOT NULL));
ALTER TABLE "admin_session"
    ADD CONSTRAINT "admin_session_method" CHECK ("method" IN ('password', 'sso')),
    ADD CONSTRAINT "admin_session_ended" CHECK (("ended_at" IS NULL) = ("end_reason" IS NULL));
ALTER TABLE "admin_invitation"
    ADD CONSTRAINT "admin_invitation_ended" CHECK (("accepted_at" IS NULL) = ("accepted_by" IS NULL) AND ("accepted_at" IS NULL OR "revoked_at" IS NULL));

-- As before; who somebody is to the identity provider counts like their password. A hash that is made anew of the same password
-- (other costs) changes nobody: the transaction that does it says so for that one administrator.
CREATE OR REPLACE FUNCTION "evergrant_note_standing"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    same_password BOOLEAN := NEW.password_hash IS NOT DISTINCT FROM OLD.password_hash
        OR (NEW.password_hash IS NOT NULL AND OLD.password_hash IS NOT NULL
            AND coalesce(current_setting('evergrant.rehashed_user', true), '') = OLD.id);
BEGIN
    IF (NEW.role, NEW.email, NEW.issuer, NEW.subject) IS DISTINCT FROM (OLD.role, OLD.email, OLD.issuer, OLD.subject)
       OR NOT same_password
       OR (OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS NULL) THEN
        NEW.standing_since := clock_timestamp();
        IF NEW.vouched_at IS NOT DISTINCT FROM OLD.vouched_at THEN
            NEW.vouched_at := NULL;
        ELSE
            NEW.vouched_at := NEW.standing_since;
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- What was ended stays ended, and what was accepted or revoked lets nobody in again, whoever writes.
CREATE FUNCTION "evergrant_keep_ended_session"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.user_id <> OLD.user_id OR NEW.expires_at > OLD.expires_at THEN
        RAISE EXCEPTION 'session % can''t be taken up again, given away or made longer', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "admin_session_kept" BEFORE UPDATE ON "admin_session" FOR EACH ROW EXECUTE FUNCTION "evergrant_keep_ended_session"();

CREATE FUNCTION "evergrant_keep_ended_invitation"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.accepted_at IS NOT NULL OR OLD.revoked_at IS NOT NULL
       OR (NEW.email, NEW.role, NEW.digest, NEW.invited_by) IS DISTINCT FROM (OLD.email, OLD.role, OLD.digest, OLD.invited_by) THEN
        RAISE EXCEPTION 'invitation % is over, or would become another', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "admin_invitation_kept" BEFORE UPDATE ON "admin_invitation" FOR EACH ROW EXECUTE FUNCTION "evergrant_keep_ended_invitation"();

COMMIT;
