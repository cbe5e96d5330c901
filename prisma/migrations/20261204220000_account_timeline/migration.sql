-- What happened to an account and is no opening of its credentials, which are thousands: its timeline reads these alone. Conditions of
-- the same words stand in adapters/postgres/account-history/read-timeline.ts.
CREATE INDEX "audit_event_of_account" ON "audit_event" ("account_id", "at" DESC, "id" DESC)
    WHERE "action" IN ('account.created', 'account.transitioned', 'account.updated', 'account_run.acted', 'link_token.created',
                       'connect.approved', 'connect.declined', 'connect.binding_failed');
