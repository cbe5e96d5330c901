-- The audit log's chain (ADR 0043): one link for each record, anchors that are signed, and a row for each environment's sealer.
BEGIN;

CREATE TABLE "audit_link" (
    "environment_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "audit_id" TEXT NOT NULL,
    "audit_at" TIMESTAMPTZ(3) NOT NULL,
    "row_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_link_pkey" PRIMARY KEY ("environment_id","seq","sealed_at")
) PARTITION BY RANGE ("sealed_at");

CREATE TABLE "audit_anchor" (
    "environment_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "hash" BYTEA NOT NULL,
    "rows_since" TIMESTAMPTZ(3),
    "unproven_until" TIMESTAMPTZ(3),
    "note" TEXT,
    "key_id" TEXT NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "audit_anchor_pkey" PRIMARY KEY ("environment_id","seq","kind","at")
);

CREATE TABLE "audit_chain" (
    "environment_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "hash" BYTEA NOT NULL,
    "sealed_at" TIMESTAMPTZ(3),
    "complete_until" TIMESTAMPTZ(3),
    "looked_at" TIMESTAMPTZ(3),
    "unproven_until" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "checked_from" BIGINT,
    "checked_seq" BIGINT,
    "fault" JSONB,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("environment_id")
);

-- Nearly in the order of writing, so that the sealer's look for records without a link, and a page's for their hashes, read few pages.
CREATE INDEX "audit_link_environment_id_audit_at_audit_id_idx" ON "audit_link"("environment_id", "audit_at", "audit_id");
CREATE INDEX "audit_event_environment_id_actor_at_idx" ON "audit_event"("environment_id", "actor", "at" DESC);
CREATE INDEX "audit_event_environment_id_action_at_idx" ON "audit_event"("environment_id", "action", "at" DESC);

-- By what a process of ours wrote it: the minute, and a MAC of the record under a key that the database doesn't have. Null: written
-- before there were proofs, or by somebody else.
ALTER TABLE "audit_event" ADD COLUMN "proof" BYTEA;

-- From here on by hand.
ALTER TABLE "audit_chain" SET (fillfactor = 50);
ALTER TABLE "audit_anchor"
    ADD CONSTRAINT "audit_anchor_kind" CHECK ("kind" IN ('head', 'retired', 'restored'));

-- Links and anchors only grow, as the records do.
CREATE OR REPLACE FUNCTION "evergrant_refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_link_append_only" BEFORE UPDATE OR DELETE ON "audit_link"
    FOR EACH ROW EXECUTE FUNCTION "evergrant_refuse_audit_change"();
CREATE TRIGGER "audit_link_no_truncate" BEFORE TRUNCATE ON "audit_link"
    FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_refuse_audit_change"();
CREATE TRIGGER "audit_anchor_append_only" BEFORE UPDATE OR DELETE ON "audit_anchor"
    FOR EACH ROW EXECUTE FUNCTION "evergrant_refuse_audit_change"();
CREATE TRIGGER "audit_anchor_no_truncate" BEFORE TRUNCATE ON "audit_anchor"
    FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_refuse_audit_change"();
CREATE TABLE "audit_link_default" PARTITION OF "audit_link" DEFAULT;
CREATE TRIGGER "audit_link_no_truncate" BEFORE TRUNCATE ON "audit_link_default"
    FOR EACH STATEMENT EXECUTE FUNCTION "evergrant_refuse_audit_change"();

-- Records that are there already are sealed as they are. Processes of the version before write some more without a proof while they
-- are replaced; a new database has no such time.
INSERT INTO "audit_chain" ("environment_id", "hash", "unproven_until")
SELECT DISTINCT "environment_id", decode(repeat('00', 32), 'hex'), now() + interval '1 day' FROM "audit_event";

CREATE OR REPLACE FUNCTION "evergrant_partitioned_tables"() RETURNS TABLE ("parent" text, "key" text, "span" text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('refresh_attempt', 'started_at', 'week'), ('event', 'created_at', 'week'), ('audit_event', 'at', 'month'),
           ('audit_link', 'sealed_at', 'month')
$$;

-- As before, for links as well.
CREATE OR REPLACE FUNCTION "evergrant_ensure_partitions"() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
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
                IF spec.parent IN ('audit_event', 'audit_link') THEN
                    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION evergrant_refuse_audit_change()', spec.parent || '_no_truncate', partition);
                END IF;
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                NULL; -- a row of this range reached the default partition between the look and the attaching
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- As before, for links as well.
CREATE OR REPLACE FUNCTION "evergrant_drop_old_partitions"("table_name" text, "older_than" timestamptz) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '5s' AS $$
DECLARE
    spec record;
    partition record;
BEGIN
    SELECT * INTO spec FROM evergrant_partitioned_tables() WHERE parent = table_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not a partitioned table of Evergrant', table_name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF table_name IN ('audit_event', 'audit_link') AND older_than > now() - interval '12 months' THEN
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
    IF table_name NOT IN ('audit_event', 'audit_link') THEN
        EXECUTE format('DELETE FROM %I WHERE %I < $1', table_name || '_default', spec.key) USING older_than;
    END IF;
END $$;

SELECT "evergrant_ensure_partitions"();

COMMIT;
