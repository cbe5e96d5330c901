BEGIN;

-- What an account is searched by: the beginning of each word of its tenant's id, its user reference, and the external account's label and
-- id. A table of its own, since a refresh writes the account's row anew with an entry in each of its indexes, and none of these
-- change then (ADR 0050). Bytewise order, so that a beginning is a range whatever the database's locale.
CREATE TABLE "account_term" (
    "environment_id" TEXT NOT NULL,
    "term" TEXT COLLATE "C" NOT NULL,
    "account_id" TEXT NOT NULL,

    CONSTRAINT "account_term_pkey" PRIMARY KEY ("environment_id","term","account_id")
);

-- The whole text, and what is left of it from each of its next words on, four at most; of a UUID only the whole. Plain loops and no
-- patterns: it runs once for each account that is made, and for each row that a search walks by.
CREATE FUNCTION "evergrant_search_terms"("tenant_id" TEXT, "user_reference" TEXT, "external_account" JSONB) RETURNS TEXT[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    separators CONSTANT TEXT := E' \t\n\r[]@._/:,;|()+#-';
    terms TEXT[] := '{}';
    field TEXT;
    whole TEXT;
    spaced TEXT;
    at INTEGER;
BEGIN
    FOREACH field IN ARRAY ARRAY[tenant_id, user_reference, external_account ->> 'label', external_account ->> 'id'] LOOP
        whole := left(lower(btrim(field)), 200);
        CONTINUE WHEN whole IS NULL OR whole = '' OR whole = ANY (terms);
        terms := terms || whole;
        CONTINUE WHEN length(whole) = 36 AND whole ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
        spaced := translate(whole, separators, repeat(' ', length(separators)));
        at := 1;
        FOR word IN 1..4 LOOP
            EXIT WHEN strpos(substr(spaced, at), ' ') = 0;
            at := at + strpos(substr(spaced, at), ' ');
            at := length(spaced) - length(ltrim(substr(spaced, at))) + 1;
            EXIT WHEN at > length(spaced);
            IF substr(whole, at) <> ALL (terms) THEN
                terms := terms || substr(whole, at);
            END IF;
        END LOOP;
    END LOOP;
    RETURN terms;
END
$$;

CREATE FUNCTION "evergrant_keep_terms"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM account_term
         WHERE environment_id = OLD.environment_id AND account_id = OLD.id
           AND term = ANY (evergrant_search_terms(OLD.tenant_id, OLD.user_reference, OLD.external_account));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO account_term (environment_id, term, account_id)
        SELECT NEW.environment_id, term, NEW.id
          FROM unnest(evergrant_search_terms(NEW.tenant_id, NEW.user_reference, NEW.external_account)) AS term
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "integrated_account_terms_made" AFTER INSERT OR DELETE ON "integrated_account"
    FOR EACH ROW EXECUTE FUNCTION "evergrant_keep_terms"();
-- A refresh, which is nearly every update, costs a comparison here.
CREATE TRIGGER "integrated_account_terms_changed" AFTER UPDATE ON "integrated_account"
    FOR EACH ROW WHEN (
        (OLD."tenant_id", OLD."user_reference", OLD."external_account")
            IS DISTINCT FROM (NEW."tenant_id", NEW."user_reference", NEW."external_account"))
    EXECUTE FUNCTION "evergrant_keep_terms"();

INSERT INTO "account_term" ("environment_id", "term", "account_id")
SELECT a."environment_id", t.term, a."id"
  FROM "integrated_account" AS a, unnest("evergrant_search_terms"(a."tenant_id", a."user_reference", a."external_account")) AS t (term);

-- With the id behind, so that accounts of one instant (an import in one transaction) have their order in the index.
DROP INDEX "integrated_account_environment_id_tenant_id_created_at_idx";
CREATE INDEX "integrated_account_environment_id_tenant_id_created_at_id_idx"
    ON "integrated_account"("environment_id", "tenant_id", "created_at" DESC, "id" DESC);

-- Orders of the list. What has no instant comes last: it is as if it came at the end of time.
CREATE INDEX "integrated_account_updated" ON "integrated_account" ("environment_id", "updated_at" DESC, "id" DESC);
CREATE INDEX "integrated_account_due" ON "integrated_account" ("environment_id", (coalesce("refresh_due_at", 'infinity')), "id");
CREATE INDEX "integrated_account_expiry" ON "integrated_account" ("environment_id", (coalesce("expires_at", 'infinity')), "id");

-- Filters. An account that is well is in none of these, so that its refreshes write none of them.
CREATE INDEX "integrated_account_inactive" ON "integrated_account" ("environment_id", "status", "created_at" DESC, "id" DESC)
    WHERE "status" <> 'active';
CREATE INDEX "integrated_account_failing" ON "integrated_account" ("environment_id", "id")
    WHERE "status" = 'active' AND "hold" IS NULL AND "last_error" IS NOT NULL;
CREATE INDEX "integrated_account_error" ON "integrated_account" ("environment_id", ("last_error" ->> 'code'))
    WHERE "last_error" IS NOT NULL;
CREATE INDEX "integrated_account_lacking" ON "integrated_account" ("environment_id", "id")
    WHERE NOT ("scopes_requested" <@ "scopes_granted") OR cardinality("scopes_refused") > 0;

COMMIT;
