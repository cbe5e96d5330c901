import type { DatabasePool } from "../pool.ts";

/**
 * Accounts for tests of the lists: more of nearly everything than is gathered at once, and more in all than is walked through for one
 * page. A giant tenant, a small environment beside the large one, and conditions that hardly ever meet.
 */
export async function seedAccounts(pool: DatabasePool, environmentId: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO integrated_account
            (id, environment_id, tenant_id, integration_name, user_reference, status, hold, external_account, scopes_requested,
             scopes_granted, scopes_refused, expires_at, refresh_due_at, last_error, created_at, updated_at)
     SELECT 'ia_' || left(md5($1 || n) || md5(n::text), 24), $1,
            CASE WHEN n % 3 = 0 THEN 'giant' ELSE 'org_' || (n % 997) || '-north' END,
            (ARRAY['acme-crm', 'acme-mail', 'acme-books', 'acme-desk'])[1 + n % 4],
            CASE WHEN n % 5 = 0 THEN 'user-' || n END, status,
            CASE WHEN status = 'active' AND n % 4 = 1 THEN '{"reason": "mass_failure", "at": "2026-11-20T10:00:00Z"}'::jsonb END,
            CASE WHEN n % 7 <> 0 THEN jsonb_build_object('id', '00D' || n, 'label', 'Person' || (n % 400) || ' Berlin') END,
            ARRAY['read', 'write'], CASE WHEN n % 611 = 0 THEN ARRAY['read'] ELSE ARRAY['write', 'read', 'offline'] END,
            CASE WHEN n % 613 = 0 THEN ARRAY['write'] ELSE ARRAY[]::text[] END,
            CASE WHEN status <> 'disconnected' AND n % 6 <> 0 THEN now() + (n::bigint * 7919 % 100 - 2) * interval '20 minutes' + interval '10 minutes' END,
            CASE WHEN status = 'active' AND n % 8 <> 0 THEN now() + (n::bigint * 104729 % 90000) * interval '1 second' END,
            CASE WHEN n % 9 = 0 OR status = 'needs_reauth' THEN jsonb_build_object(
              'code', (ARRAY['transient', 'rate_limited', 'reauthorize'])[1 + n % 3], 'message', 'no', 'at', '2026-11-20T10:00:00Z') END,
            -- Several of one instant, as after an import.
            now() - (n / 50) * interval '1 minute', now() - (n * 31 % 50000) * interval '1 second'
       FROM (SELECT n, CASE WHEN n % 10 < 6 THEN 'active' WHEN n % 10 < 9 THEN 'needs_reauth' WHEN n % 20 = 9 THEN 'disconnected' ELSE 'connecting' END
                         AS status FROM generate_series(1, $2::int) n) rows`,
    [environmentId, count],
  );
}
