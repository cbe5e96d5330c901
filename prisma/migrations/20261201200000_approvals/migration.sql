BEGIN;

-- Since when an administrator has been who they are, and whether the server's command line said so: who approves what another asks
-- must not be the asker's own invention. Everybody who is here was made on the command line, there was no other way. Whoever is
-- made by a process of the version before is not vouched for, and counts after a while.
ALTER TABLE "admin_user"
    ADD COLUMN "standing_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN "vouched_at" TIMESTAMPTZ(3);
UPDATE "admin_user" SET "standing_since" = "created_at", "vouched_at" = "created_at";

CREATE TABLE "approval" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "parameters_hash" TEXT NOT NULL,
    "state_hash" TEXT NOT NULL,
    "effect" JSONB NOT NULL,
    "reason" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "mode" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "waits_until" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),
    "failure" JSONB,
    "run" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "approval_environment_id_requested_at_id_idx" ON "approval"("environment_id", "requested_at" DESC, "id" DESC);
ALTER TABLE "approval" ADD CONSTRAINT "approval_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- From here on by hand.
-- Of one kind and subject one request is open: two would be two answers to one question.
CREATE UNIQUE INDEX "approval_open" ON "approval" ("environment_id", "kind", "subject") WHERE "status" IN ('pending', 'approved');

ALTER TABLE "approval"
    ADD CONSTRAINT "approval_status" CHECK ("status" IN ('pending', 'approved', 'executed', 'refused', 'withdrawn', 'expired', 'failed')),
    ADD CONSTRAINT "approval_mode" CHECK ("mode" IN ('second_person', 'waiting') AND ("mode" = 'waiting') = ("waits_until" IS NOT NULL)),
    ADD CONSTRAINT "approval_approved" CHECK (("approved_by" IS NULL) = ("approved_at" IS NULL) AND ("status" NOT IN ('approved', 'executed') OR "approved_by" IS NOT NULL)),
    ADD CONSTRAINT "approval_ended" CHECK (("status" IN ('pending', 'approved')) = ("ended_at" IS NULL) AND ("ended_by" IS NULL) = ("ended_at" IS NULL)),
    ADD CONSTRAINT "approval_lease" CHECK ("lease_until" IS NULL OR "status" = 'approved');

-- What was asked stays as it was asked, and what is over stays over, whoever writes: the row is what the second person has read.
CREATE FUNCTION "evergrant_keep_approval"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('pending', 'approved') THEN
        RAISE EXCEPTION 'approval % is over', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.environment_id, NEW.kind, NEW.subject, NEW.parameters, NEW.parameters_hash, NEW.state_hash, NEW.effect,
        NEW.mode, NEW.requested_by, NEW.reason) IS DISTINCT FROM
       (OLD.id, OLD.environment_id, OLD.kind, OLD.subject, OLD.parameters, OLD.parameters_hash, OLD.state_hash, OLD.effect,
        OLD.mode, OLD.requested_by, OLD.reason) OR (OLD.approved_by IS NOT NULL AND NEW.approved_by IS DISTINCT FROM OLD.approved_by) THEN
        RAISE EXCEPTION 'what was asked for in approval % can''t be changed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "approval_kept" BEFORE UPDATE ON "approval" FOR EACH ROW EXECUTE FUNCTION "evergrant_keep_approval"();

-- Whoever changes an administrator's role, address or password, or takes a disabled one back, may hold the account: it begins anew,
-- whichever code does it. Who says so on the command line sets vouched_at in the same statement.
CREATE FUNCTION "evergrant_note_standing"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.role, NEW.email, NEW.password_hash) IS DISTINCT FROM (OLD.role, OLD.email, OLD.password_hash)
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
CREATE TRIGGER "admin_user_standing" BEFORE UPDATE ON "admin_user" FOR EACH ROW EXECUTE FUNCTION "evergrant_note_standing"();

COMMIT;
