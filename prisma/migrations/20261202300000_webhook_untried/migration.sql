BEGIN;

-- Deliveries that nobody has tried yet, beside those that somebody has: most are tried once and delivered, and are written to
-- webhook_delivery once, as what they became. There each had an entry in three indexes when it was made, and in two once more when
-- it was delivered. Deliveries that wait in webhook_delivery stay there; processes of the version before write theirs there too, and
-- do not see these.
CREATE TABLE "webhook_untried" (
    "endpoint_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "number" BIGINT GENERATED ALWAYS AS IDENTITY,
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_created_at" TIMESTAMPTZ(3) NOT NULL,
    "event_type" TEXT NOT NULL,
    "account_id" TEXT,

    CONSTRAINT "webhook_untried_pkey" PRIMARY KEY ("endpoint_id", "due_at", "number")
);

COMMIT;
