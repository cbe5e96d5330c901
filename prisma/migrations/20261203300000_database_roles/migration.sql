-- Functions that run with their owner's rights are for those who are given them (adapters/postgres/grant-roles.ts), not for
-- whoever may connect.
BEGIN;

REVOKE EXECUTE ON FUNCTION "evergrant_ensure_partitions"() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION "evergrant_drop_old_partitions"(text, timestamptz) FROM PUBLIC;

COMMIT;
