BEGIN;

-- Accounts by state and attempts by outcome, counted as they change, so that a page of a million accounts costs what one of a thousand
-- does. Triggers write a row for each change beside it, in its transaction; the worker adds those rows up every few seconds. Whoever
-- reads adds what is counted and what waits: that is the truth at every moment, whether a worker runs or not.

CREATE TABLE "account_count" (
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "is_held" BOOLEAN NOT NULL,
    "accounts" INTEGER NOT NULL,

    CONSTRAINT "account_count_pkey" PRIMARY KEY ("environment_id","integration_name","status","is_held")
);

CREATE TABLE "account_count_change" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "is_held" BOOLEAN NOT NULL,
    "accounts" INTEGER NOT NULL,

    CONSTRAINT "account_count_change_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "account_count_past" (
    "environment_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "integration_name" TEXT NOT NULL,
    "connecting" INTEGER NOT NULL,
    "active" INTEGER NOT NULL,
    "needs_reauth" INTEGER NOT NULL,
    "disconnected" INTEGER NOT NULL,
    "held" INTEGER NOT NULL,

    CONSTRAINT "account_count_past_pkey" PRIMARY KEY ("environment_id","step","at","integration_name")
);

CREATE TABLE "attempt_count" (
    "environment_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "integration_name" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "latency" SMALLINT NOT NULL,
    "attempts" INTEGER NOT NULL,

    CONSTRAINT "attempt_count_pkey" PRIMARY KEY ("environment_id","step","at","integration_name","outcome","rule","latency")
);

CREATE TABLE "attempt_count_change" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "environment_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "integration_name" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "latency" SMALLINT NOT NULL,
    "attempts" INTEGER NOT NULL,

    CONSTRAINT "attempt_count_change_pkey" PRIMARY KEY ("id")
);

-- What processes count in memory and write down every few seconds.
CREATE TABLE "tally" (
    "environment_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "result" TEXT NOT NULL,
    "latency" SMALLINT NOT NULL,
    "times" INTEGER NOT NULL,

    CONSTRAINT "tally_pkey" PRIMARY KEY ("environment_id","kind","step","at","result","latency")
);

CREATE TABLE "outlook" (
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "due" INTEGER[] NOT NULL DEFAULT ARRAY[]::INTEGER[],
    "cliffs_at" TIMESTAMPTZ(3),
    "cliff_at" TIMESTAMPTZ(3),
    "cliff_until" TIMESTAMPTZ(3),
    "cliff_accounts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outlook_pkey" PRIMARY KEY ("environment_id","integration_name")
);

-- One row: which version of the counting the counts are of. 0: they begin with this migration, and are no truth before the worker has
-- counted what was there.
CREATE TABLE "counting" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "version" INTEGER NOT NULL DEFAULT 0,
    "counted_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "differing" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "counting_pkey" PRIMARY KEY ("id")
);

-- From here on by hand.
ALTER TABLE "counting" ADD CONSTRAINT "counting_one" CHECK ("id" = 1);

-- Rows that are written every few seconds stay on their pages.
ALTER TABLE "account_count" SET (fillfactor = 50);
ALTER TABLE "attempt_count" SET (fillfactor = 80);
ALTER TABLE "tally" SET (fillfactor = 80);

-- Open breakers are few; closed ones are as many as clients and hosts of customers.
CREATE INDEX "circuit_open" ON "circuit" ("environment_id", "integration_name") WHERE "state" = 'open';

-- Eight buckets to each doubling: a bucket is 9 % wide (core/domain/statistics/latency-buckets.ts). -1: it took no time, since nobody
-- was asked.
CREATE FUNCTION "evergrant_latency_bucket"("milliseconds" double precision) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN milliseconds IS NULL OR milliseconds <= 0 THEN -1
                WHEN milliseconds < 1 THEN 0
                ELSE least(floor(8 * ln(milliseconds) / ln(2::double precision) + 1e-9), 160) END::smallint
$$;

-- The three functions run with their owner's rights: no process may write counts of its own, and those of the version before count too.
CREATE FUNCTION "evergrant_count_account"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO account_count_change (environment_id, integration_name, status, is_held, accounts)
            VALUES (OLD.environment_id, OLD.integration_name, OLD.status, OLD.hold IS NOT NULL, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO account_count_change (environment_id, integration_name, status, is_held, accounts)
            VALUES (NEW.environment_id, NEW.integration_name, NEW.status, NEW.hold IS NOT NULL, 1);
    END IF;
    RETURN NULL;
END $$;

-- An attempt counts once it is finished, at the minute in which it was; a late answer takes back what was counted before.
CREATE FUNCTION "evergrant_count_attempt"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.finished_at IS NOT NULL THEN
        INSERT INTO attempt_count_change (environment_id, at, integration_name, outcome, rule, latency, attempts)
            SELECT OLD.environment_id, date_trunc('minute', OLD.finished_at, 'UTC'), a.integration_name, coalesce(OLD.outcome, ''),
                   left(coalesce(OLD.rule, ''), 100),
                   evergrant_latency_bucket(extract(epoch FROM OLD.finished_at - OLD.started_at) * 1000), -1
              FROM integrated_account a WHERE a.id = OLD.account_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.finished_at IS NOT NULL THEN
        INSERT INTO attempt_count_change (environment_id, at, integration_name, outcome, rule, latency, attempts)
            SELECT NEW.environment_id, date_trunc('minute', NEW.finished_at, 'UTC'), a.integration_name, coalesce(NEW.outcome, ''),
                   left(coalesce(NEW.rule, ''), 100),
                   evergrant_latency_bucket(extract(epoch FROM NEW.finished_at - NEW.started_at) * 1000), 1
              FROM integrated_account a WHERE a.id = NEW.account_id;
    END IF;
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION "evergrant_count_account"(), "evergrant_count_attempt"() FROM PUBLIC;

-- Nobody writes between the triggers and the look at what is there.
LOCK TABLE "integrated_account", "refresh_attempt" IN SHARE ROW EXCLUSIVE MODE;

-- The conditions are looked at before the function is called: a refresh that changes no status costs the account's row nothing.
CREATE TRIGGER "integrated_account_counted" AFTER INSERT OR DELETE ON "integrated_account"
    FOR EACH ROW EXECUTE FUNCTION "evergrant_count_account"();
CREATE TRIGGER "integrated_account_recounted" AFTER UPDATE ON "integrated_account" FOR EACH ROW
    WHEN (OLD."status" <> NEW."status" OR (OLD."hold" IS NULL) <> (NEW."hold" IS NULL))
    EXECUTE FUNCTION "evergrant_count_account"();

-- A customer who came back is no refresh.
CREATE TRIGGER "refresh_attempt_counted" AFTER INSERT ON "refresh_attempt" FOR EACH ROW
    WHEN (NEW."finished_at" IS NOT NULL AND NEW."reason" <> 'reauthorized')
    EXECUTE FUNCTION "evergrant_count_attempt"();
CREATE TRIGGER "refresh_attempt_recounted" AFTER UPDATE ON "refresh_attempt" FOR EACH ROW
    WHEN (NEW."reason" <> 'reauthorized' AND (OLD."finished_at" IS DISTINCT FROM NEW."finished_at"
          OR OLD."outcome" IS DISTINCT FROM NEW."outcome" OR OLD."rule" IS DISTINCT FROM NEW."rule"))
    EXECUTE FUNCTION "evergrant_count_attempt"();
CREATE TRIGGER "refresh_attempt_uncounted" AFTER DELETE ON "refresh_attempt" FOR EACH ROW
    WHEN (OLD."finished_at" IS NOT NULL AND OLD."reason" <> 'reauthorized')
    EXECUTE FUNCTION "evergrant_count_attempt"();

-- Where there is nothing yet, nothing is left to count.
INSERT INTO "counting" ("version", "counted_at")
    SELECT CASE WHEN is_empty THEN 1 ELSE 0 END, CASE WHEN is_empty THEN now() END
      FROM (SELECT NOT EXISTS (SELECT FROM "integrated_account") AND NOT EXISTS (SELECT FROM "refresh_attempt") AS is_empty) n;

COMMIT;
