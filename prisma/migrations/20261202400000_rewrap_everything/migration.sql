BEGIN;

-- A run that wraps anew what is under the current key already, too: a new version inside that key has the same name.
ALTER TABLE "rewrap_run" ADD COLUMN "everything" BOOLEAN NOT NULL DEFAULT false;

COMMIT;
