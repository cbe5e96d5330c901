-- The first migration. The tables, indexes and foreign keys are the datamodel's (adapters/postgres/diff-schema.ts, sqlFromEmpty),
-- with two additions: the history tables are partitioned by time, and no array column may be null.
-- One transaction: Prisma applies a migration statement by statement otherwise, and leaves half of it behind when one fails.
BEGIN;

CREATE TABLE "environment" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "return_urls" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "allowed_origins" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "branding" JSONB NOT NULL DEFAULT '{}',
    "reauth_links_in_events" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "integration" (
    "environment_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integration_pkey" PRIMARY KEY ("environment_id","name")
);

CREATE TABLE "environment_integration" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "callback_id" TEXT NOT NULL,
    "client_id" TEXT,
    "scope" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "has_scope" BOOLEAN NOT NULL DEFAULT false,
    "overrides" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_integration_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "integrated_account" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "user_reference" TEXT,
    "status" TEXT NOT NULL,
    "hold" JSONB,
    "external_account" JSONB,
    "scopes_requested" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "scopes_granted" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "inputs" JSONB NOT NULL DEFAULT '{}',
    "overrides" JSONB NOT NULL DEFAULT '{}',
    "expires_at" TIMESTAMPTZ(3),
    "issued_at" TIMESTAMPTZ(3),
    "has_refresh_token" BOOLEAN NOT NULL DEFAULT false,
    "refresh_due_at" TIMESTAMPTZ(3),
    "cooldown_until" TIMESTAMPTZ(3),
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "refreshed_at" TIMESTAMPTZ(3),
    "refresh_token_rotated_at" TIMESTAMPTZ(3),
    "reauth_required_at" TIMESTAMPTZ(3),
    "activated_at" TIMESTAMPTZ(3),
    "last_error" JSONB,
    "credential_version" INTEGER NOT NULL DEFAULT 0,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "event_sequence" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integrated_account_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sealed_credential" (
    "account_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "fingerprint" BYTEA,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_credential_pkey" PRIMARY KEY ("account_id")
);

CREATE TABLE "sealed_secret" (
    "owner" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_secret_pkey" PRIMARY KEY ("owner","field")
);

CREATE TABLE "refresh_attempt" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "account_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "credential_version" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "refresh_token_fingerprint" BYTEA,
    "finished_at" TIMESTAMPTZ(3),
    "waiters" INTEGER NOT NULL DEFAULT 0,
    "outcome" TEXT,
    "http_status" INTEGER,
    "error" TEXT,
    "rule" TEXT,
    "next_attempt_at" TIMESTAMPTZ(3),
    "explanation" TEXT,

    CONSTRAINT "refresh_attempt_pkey" PRIMARY KEY ("id","started_at")
) PARTITION BY RANGE ("started_at");

CREATE TABLE "event" (
    "id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "environment_id" TEXT NOT NULL,
    "account_id" TEXT,
    "sequence" INTEGER,
    "event_type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id","created_at")
) PARTITION BY RANGE ("created_at");

CREATE TABLE "audit_event" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "environment_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "account_id" TEXT,
    "key_id" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id","at")
) PARTITION BY RANGE ("at");

CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "last_four" TEXT NOT NULL,
    "permissions" TEXT[] NOT NULL,
    "tenant_ids" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "integration_names" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "admin_user" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'owner',
    "disabled_at" TIMESTAMPTZ(3),
    "last_sign_in_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "admin_user_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "link_token" (
    "id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "environment_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "user_reference" TEXT,
    "integration_names" TEXT[] NOT NULL,
    "integrated_account_id" TEXT,
    "return_url" TEXT,
    "scopes" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "locale" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "account_id" TEXT,
    "used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "link_token_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "connect_session" (
    "id" TEXT NOT NULL,
    "link_token_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "callback_id" TEXT NOT NULL,
    "state_digest" BYTEA NOT NULL,
    "browser_digest" BYTEA NOT NULL,
    "nonce" TEXT,
    "redirect_uri" TEXT NOT NULL,
    "issuer" TEXT,
    "token_endpoint" TEXT NOT NULL,
    "scopes_requested" TEXT[] NOT NULL,
    "is_return" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL,
    "failure" JSONB,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connect_session_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "environment_name_key" ON "environment"("name");
CREATE UNIQUE INDEX "environment_integration_callback_id_key" ON "environment_integration"("callback_id");
CREATE UNIQUE INDEX "environment_integration_environment_id_integration_name_key" ON "environment_integration"("environment_id", "integration_name");
CREATE INDEX "integrated_account_environment_id_created_at_id_idx" ON "integrated_account"("environment_id", "created_at" DESC, "id" DESC);
CREATE INDEX "integrated_account_environment_id_tenant_id_created_at_idx" ON "integrated_account"("environment_id", "tenant_id", "created_at" DESC);
CREATE INDEX "integrated_account_environment_id_integration_name_status_idx" ON "integrated_account"("environment_id", "integration_name", "status");
CREATE INDEX "sealed_credential_kid_idx" ON "sealed_credential"("kid");
CREATE INDEX "sealed_secret_kid_idx" ON "sealed_secret"("kid");
CREATE INDEX "refresh_attempt_account_id_started_at_idx" ON "refresh_attempt"("account_id", "started_at" DESC);
CREATE INDEX "event_environment_id_created_at_idx" ON "event"("environment_id", "created_at" DESC);
CREATE INDEX "event_account_id_sequence_idx" ON "event"("account_id", "sequence");
CREATE INDEX "audit_event_environment_id_at_idx" ON "audit_event"("environment_id", "at" DESC);
CREATE INDEX "audit_event_account_id_at_idx" ON "audit_event"("account_id", "at" DESC);
CREATE UNIQUE INDEX "api_key_digest_key" ON "api_key"("digest");

CREATE INDEX "api_key_environment_id_idx" ON "api_key"("environment_id");
CREATE UNIQUE INDEX "admin_user_email_key" ON "admin_user"("email");
CREATE UNIQUE INDEX "link_token_digest_key" ON "link_token"("digest");
CREATE INDEX "link_token_environment_id_idx" ON "link_token"("environment_id");
CREATE INDEX "link_token_integrated_account_id_idx" ON "link_token"("integrated_account_id");
CREATE INDEX "link_token_account_id_idx" ON "link_token"("account_id");
CREATE INDEX "link_token_expires_at_idx" ON "link_token"("expires_at");
CREATE UNIQUE INDEX "connect_session_state_digest_key" ON "connect_session"("state_digest");
CREATE INDEX "connect_session_link_token_id_idx" ON "connect_session"("link_token_id");
CREATE INDEX "connect_session_account_id_idx" ON "connect_session"("account_id");
CREATE INDEX "connect_session_browser_digest_idx" ON "connect_session"("browser_digest");
CREATE INDEX "connect_session_expires_at_idx" ON "connect_session"("expires_at");

ALTER TABLE "integration" ADD CONSTRAINT "integration_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "environment_integration" ADD CONSTRAINT "environment_integration_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "integrated_account" ADD CONSTRAINT "integrated_account_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "sealed_credential" ADD CONSTRAINT "sealed_credential_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "integrated_account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "link_token" ADD CONSTRAINT "link_token_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "link_token" ADD CONSTRAINT "link_token_integrated_account_id_fkey" FOREIGN KEY ("integrated_account_id") REFERENCES "integrated_account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "link_token" ADD CONSTRAINT "link_token_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "integrated_account"("id") ON DELETE SET NULL ON UPDATE NO ACTION;
ALTER TABLE "connect_session" ADD CONSTRAINT "connect_session_link_token_id_fkey" FOREIGN KEY ("link_token_id") REFERENCES "link_token"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "connect_session" ADD CONSTRAINT "connect_session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "integrated_account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- From here on by hand: what the datamodel has no words for. test/schema.db.test.ts checks it against the catalogue.

-- Invariant 9: the account row is the alarm. Only accounts that may fire are in the index.
CREATE INDEX "integrated_account_alarm" ON "integrated_account" ("refresh_due_at") WHERE "refresh_due_at" IS NOT NULL AND "status" = 'active';
CREATE INDEX "refresh_attempt_open" ON "refresh_attempt" ("account_id") WHERE "finished_at" IS NULL;

-- Rows that every refresh rewrites: room on the page for the next version, and vacuum before the dead ones pile up.
ALTER TABLE "integrated_account" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE "sealed_credential" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

ALTER TABLE "integrated_account"
    ADD CONSTRAINT "integrated_account_status" CHECK ("status" IN ('connecting', 'active', 'needs_reauth', 'disconnected')),
    ADD CONSTRAINT "integrated_account_alarm_only_active" CHECK ("refresh_due_at" IS NULL OR "status" = 'active'),
    ADD CONSTRAINT "integrated_account_counters" CHECK ("fence" >= 0 AND "credential_version" >= 0 AND "event_sequence" >= 0 AND "consecutive_failures" >= 0);
ALTER TABLE "connect_session"
    ADD CONSTRAINT "connect_session_status" CHECK ("status" IN ('authorizing', 'exchanging', 'connected', 'failed'));
ALTER TABLE "refresh_attempt"
    ADD CONSTRAINT "refresh_attempt_reason" CHECK ("reason" IN ('alarm', 'on_demand', 'forced', 'rejected_token', 'reauthorized')),
    ADD CONSTRAINT "refresh_attempt_outcome" CHECK ("outcome" IN ('refreshed', 'transient', 'rate_limited', 'reauthorize', 'held', 'client_misconfigured', 'in_doubt', 'superseded'));

-- The audit log only grows (R45). The row trigger is copied to every partition by PostgreSQL, the TRUNCATE one is not:
-- evergrant_ensure_partitions() adds it.
CREATE FUNCTION "evergrant_refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_event_append_only" BEFORE UPDATE OR DELETE ON "audit_event"
    FOR EACH ROW EXECUTE FUNCTION "evergrant_refuse_audit_change"();
CREATE TRIGGER "audit_event_no_truncate" BEFORE TRUNCATE ON "audit_event"
    FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_refuse_audit_change"();

-- A row outside every range must never fail the transaction that writes it.
CREATE TABLE "refresh_attempt_default" PARTITION OF "refresh_attempt" DEFAULT;
CREATE TABLE "event_default" PARTITION OF "event" DEFAULT;
CREATE TABLE "audit_event_default" PARTITION OF "audit_event" DEFAULT;
CREATE TRIGGER "audit_event_no_truncate" BEFORE TRUNCATE ON "audit_event_default"
    FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_refuse_audit_change"();

CREATE FUNCTION "evergrant_partitioned_tables"() RETURNS TABLE ("parent" text, "key" text, "span" text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('refresh_attempt', 'started_at', 'week'), ('event', 'created_at', 'week'), ('audit_event', 'at', 'month')
$$;

-- Creates the partition of the present week (month) and of the two after it; answers how many it made. Runs with the owner's
-- rights, since the worker's role may not create tables. It attaches a finished table, because that leaves writers of the
-- parent alone where CREATE TABLE ... PARTITION OF would lock them out.
CREATE FUNCTION "evergrant_ensure_partitions"() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '5s' AS $$
DECLARE
    spec record;
    starts timestamptz;
    ends timestamptz;
    partition text;
    taken boolean;
    grantee text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('evergrant_ensure_partitions'));
    FOR spec IN SELECT * FROM evergrant_partitioned_tables() LOOP
        FOR ahead IN 0..2 LOOP
            starts := date_trunc(spec.span, now()) + ahead * ('1 ' || spec.span)::interval;
            ends := starts + ('1 ' || spec.span)::interval;
            partition := format('%s_%s', spec.parent, to_char(starts, 'YYYYMMDD'));
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            -- Rows that came before their partition stay where they are: PostgreSQL refuses a range that the default partition
            -- already has rows of, and they are found there as well.
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= $1 AND %2$I < $2)', spec.parent || '_default', spec.key)
                INTO taken USING starts, ends;
            CONTINUE WHEN taken;
            BEGIN
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, spec.parent);
                EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', spec.parent, partition, starts, ends);
                -- Default privileges may have granted more than the parent allows; what is allowed goes through the parent.
                FOR grantee IN SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
                                WHERE c.oid = to_regclass(partition) AND a.grantee <> c.relowner AND a.grantee <> 0 LOOP
                    EXECUTE format('REVOKE ALL ON %I FROM %s', partition, grantee);
                END LOOP;
                IF spec.parent = 'audit_event' THEN
                    EXECUTE format('CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION evergrant_refuse_audit_change()', partition);
                END IF;
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                NULL; -- a row of this range reached the default partition between the look and the attaching
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- Drops the partitions that end at or before `older_than`, and the older rows of the default partition; answers the names dropped.
-- The audit log is kept for at least twelve months (R45), whatever is asked; rows of its default partition are never deleted.
CREATE FUNCTION "evergrant_drop_old_partitions"("table_name" text, "older_than" timestamptz) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '5s' AS $$
DECLARE
    spec record;
    partition record;
BEGIN
    SELECT * INTO spec FROM evergrant_partitioned_tables() WHERE parent = table_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not a partitioned table of Evergrant', table_name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF table_name = 'audit_event' AND older_than > now() - interval '12 months' THEN
        RAISE EXCEPTION 'the audit log is kept for at least 12 months' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR partition IN
        SELECT child.relname AS name
        FROM pg_inherits JOIN pg_class child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = to_regclass(table_name)
          AND substring(pg_get_expr(child.relpartbound, child.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz <= older_than
        ORDER BY child.relname
    LOOP
        EXECUTE format('DROP TABLE %I', partition.name);
        RETURN NEXT partition.name;
    END LOOP;
    IF table_name <> 'audit_event' THEN
        EXECUTE format('DELETE FROM %I WHERE %I < $1', table_name || '_default', spec.key) USING older_than;
    END IF;
END $$;

REVOKE ALL ON FUNCTION "evergrant_ensure_partitions"(), "evergrant_drop_old_partitions"(text, timestamptz) FROM PUBLIC;

SELECT "evergrant_ensure_partitions"();

COMMIT;
