-- Raw part of the first migration.
-- 1. refresh_attempt, event, audit_event: PARTITION BY RANGE (started_at | created_at | at) — weekly, weekly, monthly; plus a DEFAULT partition each.
-- 2. alarm: partial index
CREATE INDEX integrated_account_alarm ON integrated_account (refresh_due_at) WHERE refresh_due_at IS NOT NULL AND status = 'active';
CREATE INDEX refresh_attempt_open ON refresh_attempt (account_id) WHERE finished_at IS NULL;
-- 3. storage
ALTER TABLE integrated_account SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE sealed_credential SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
-- 4. checks
ALTER TABLE integrated_account ADD CONSTRAINT integrated_account_status CHECK (status IN ('connecting','active','needs_reauth','disconnected'));
ALTER TABLE integrated_account ADD CONSTRAINT integrated_account_alarm_only_active CHECK (refresh_due_at IS NULL OR status = 'active');
-- 5. foreign keys: sealed_credential.account_id → integrated_account ON DELETE CASCADE
-- 6. audit_event append-only trigger (raises on UPDATE, DELETE, TRUNCATE)
-- 7. function evergrant_ensure_partitions()
