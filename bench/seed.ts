// What a benchmark's database holds: one integration with a client, and accounts, the sealed ones sealed as the product does.
import { Secret } from "#core/domain/secret/secret";
import { randomBytes } from "node:crypto";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { encodeTokenSet } from "#core/domain/token/token-set";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import type { Installation } from "./cluster.ts";

export const integrationName = "bench";
export const clientId = "bench-client";
export const clientSecret = "bench-client-secret-of-a-usual-length";
const scopes = ["read", "write", "offline_access"];

/** An integration whose tokens live an hour, so that the next alarm lies outside the sweep's horizon. */
export async function defineIntegration(
  { container, environmentId }: Installation,
  tokenOrigin: string,
  { api, unified }: Pick<Partial<IntegrationDocument>, "api" | "unified"> = {},
): Promise<void> {
  const document = integrationDocumentSchema.parse({
    name: integrationName,
    label: "Benchmark",
    ...(api === undefined ? {} : { api }),
    ...(unified === undefined ? {} : { unified }),
    credentials: {
      format: "oauth2",
      config: { auth: { tokenHost: tokenOrigin, tokenPath: "/token" }, scope: scopes },
    },
    authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
  });
  const audit = { environmentId, actor: "bench", action: "integration.put", target: integrationName } as const;
  await container.integrations.put(environmentId, document, { audit });
  const id = makeId("ei", randomBytes(idRandomBytes));
  const location = { environmentId, owner: id, field: "client_secret", version: 1 } as const;
  const dataKey = await container.vault.prepare(environmentId);
  const sealed = container.vault.seal(dataKey, location, Buffer.from(clientSecret));
  await container.integrations.patchClient(
    environmentId,
    integrationName,
    { id, callbackId: randomBytes(16).toString("hex") },
    {
      clientId,
      secrets: {
        expected: { clientId: null, newest: null },
        added: { version: 1, ...sealed },
        kept: [],
        actor: "bench",
      },
    },
    [audit],
  );
}

const batchSize = 20_000;

/**
 * Active accounts whose alarms ring in six to twelve hours, with a sealed value each. The bytes are one account's own and shared
 * by all: they are as wide as real ones and open nowhere else. `sealAccounts` gives those that are refreshed their own.
 */
export async function insertAccounts(
  installation: Installation,
  count: number,
  note: (text: string) => void,
): Promise<void> {
  const { pool, environmentId } = installation;
  const { sealed, kid, fingerprint } = await sealTokenSet(installation, "ia_filler", 1);
  for (let done = 0; done < count; done += batchSize) {
    const size = Math.min(batchSize, count - done);
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      // One check of the foreign key for each of a million rows tells nothing here.
      await client.query("SET LOCAL session_replication_role = replica");
      await client.query(insertSql, [environmentId, integrationName, scopes, sealed, kid, fingerprint, size]);
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    note(`${(done + size).toLocaleString("en")} of ${count.toLocaleString("en")}`);
  }
}

const insertSql = `
  WITH account AS (
    INSERT INTO integrated_account
           (id, environment_id, tenant_id, integration_name, user_reference, status, external_account, scopes_requested,
            scopes_granted, metadata, expires_at, issued_at, has_refresh_token, refresh_due_at, refreshed_at,
            refresh_token_rotated_at, activated_at, credential_version, fence)
    SELECT 'ia_' || left(md5(random()::text || n), 24), $1, 'tenant-' || (random() * 1e6)::int, $2, 'user-' || n, 'active',
           jsonb_build_object('id', md5(random()::text), 'label', 'person' || n || '@customer.example'), $3, $3,
           '{"plan": "growth", "region": "eu-central-1"}', due + interval '2 minutes', due - interval '58 minutes', true, due,
           now(), now(), now(), 1, 1
      FROM (SELECT n, now() + interval '6 hours' + random() * interval '6 hours' AS due FROM generate_series(1, $7::int) n) d
    RETURNING id, environment_id
  )
  INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed, fingerprint)
  SELECT id, environment_id, 1, $5, $4, $6 FROM account`;

export async function sealTokenSet(
  { container, environmentId }: Installation,
  id: string,
  version: number,
): Promise<{ readonly sealed: Buffer; readonly kid: string; readonly fingerprint: Buffer }> {
  const refreshToken = `rt-0-${id}-${"r".repeat(40)}`;
  const now = Date.now();
  const plaintext = encodeTokenSet({
    accessToken: new Secret(`at-0-${id}-${"a".repeat(180)}`),
    refreshToken: new Secret(refreshToken),
    tokenType: "Bearer",
    expiresAt: new Date(now + 60_000),
    issuedAt: new Date(now),
    scopes,
    clientSecret: null,
  });
  const dataKey = await container.vault.prepare(environmentId);
  const { sealed, kid } = container.vault.seal(dataKey, tokenSetLocation({ environmentId, id }, version), plaintext);
  const fingerprint = Buffer.from(container.digests.digest("refresh_token", refreshToken));
  return { sealed: Buffer.from(sealed), kid, fingerprint };
}

/** Gives `count` accounts, chosen at random from the whole table, token sets of their own. @returns their ids */
export async function sealAccounts(
  installation: Installation,
  count: number,
  note: (text: string) => void,
): Promise<string[]> {
  const { pool } = installation;
  const { rows } = await pool.query<{ id: string }>(
    "SELECT id FROM integrated_account WHERE status = 'active' ORDER BY random() LIMIT $1",
    [count],
  );
  const ids = rows.map((row) => row.id);
  for (let at = 0; at < ids.length; at += 1000) {
    const batch = ids.slice(at, at + 1000);
    const values = await Promise.all(batch.map((id) => sealTokenSet(installation, id, 1)));
    await pool.query(
      `UPDATE sealed_credential s SET sealed = v.sealed, fingerprint = v.fingerprint
         FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS v (id, sealed, fingerprint) WHERE s.account_id = v.id`,
      [batch, values.map((one) => one.sealed), values.map((one) => one.fingerprint)],
    );
    note(`${at + batch.length} of ${ids.length}`);
  }
  return ids;
}

/** Rows as after a day of quiet: no dead ones, statistics as they are, nothing left for autovacuum or a checkpoint to do. */
export async function settle({ pool }: Installation): Promise<void> {
  await pool.query("VACUUM ANALYZE integrated_account");
  await pool.query("VACUUM ANALYZE sealed_credential");
  await pool.query("CHECKPOINT");
}
