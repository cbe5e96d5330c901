BEGIN;

-- What the credentials of an integration in one environment were given for: their format, and the hosts they may go to. A definition
-- that names others is not used until an operator approves it. Its row is also the lock between those who change a definition and
-- those who make accounts on it. Nulls: locked for the first time, and nothing is pinned yet.
CREATE TABLE "integration_hosts" (
    "environment_id" TEXT NOT NULL,
    "integration_name" TEXT NOT NULL,
    "format" TEXT,
    "hosts" TEXT,
    "pinned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integration_hosts_pkey" PRIMARY KEY ("environment_id", "integration_name")
);

ALTER TABLE "integration_hosts" ADD CONSTRAINT "integration_hosts_environment_id_fkey"
  FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

COMMIT;
