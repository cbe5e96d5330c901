import { digestOf } from "#core/domain/approval/digest-of";
import {
  hostChange,
  hostPinOf,
  isApprovable,
  isSamePin,
  judgeDefinition,
  type HostChange,
  type HostPin,
} from "#core/domain/integration/host-pin";
import { documentStructureSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { findUnfit, noOverrides, type Overrides } from "#core/domain/integration/overrides";
import type {
  IntegrationAdministration,
  MovedHosts,
  PutOutcome,
  WeighedDefinition,
} from "#core/ports/integration-store";
import type { Catalogue } from "../catalogue/load-catalogue.ts";
import { insertAudit } from "./audit-log.ts";
import { eraseProofs } from "./client-proofs.ts";
import { eraseAllSecrets } from "./client-secrets.ts";
import { forgetCircuits } from "./close-circuits.ts";
import {
  countLiveAccounts,
  findAtStake,
  lockPin,
  readPin,
  removePin,
  toPin,
  writePin,
  type PinColumns,
} from "./host-pins.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { spendApproval } from "./write-approval.ts";

/**
 * What changes the definition in force, or what is pinned of it. Each takes the lock of the pin first: an account is made under the
 * same lock, so that what was judged still holds when it is written.
 */
export function definitionChanges(
  pool: DatabasePool,
  catalogue: Catalogue,
): Pick<IntegrationAdministration, "weigh" | "put" | "remove" | "pinHosts" | "settlePins" | "approveHosts"> {
  /** `unreadable`: nobody can tell where the environment's own definition leads. */
  const definitionInForce = async (
    client: DatabaseClient,
    environmentId: string,
    name: string,
  ): Promise<IntegrationDocument | "unreadable" | null> =>
    (await ownDefinition(client, environmentId, name)) ?? catalogue.get(name) ?? null;

  const pinInForce = async (
    client: DatabaseClient,
    environmentId: string,
    name: string,
  ): Promise<HostPin | "unreadable" | null> => {
    const document = await definitionInForce(client, environmentId, name);
    return document === null || document === "unreadable" ? document : hostPinOf(document);
  };

  /** Under the lock of lockPin it still holds when it is written. */
  const weigh = async (
    client: DatabaseClient,
    environmentId: string,
    document: IntegrationDocument,
    pinned: HostPin | null,
  ): Promise<WeighedDefinition> => {
    const { name } = document;
    const definition = await definitionInForce(client, environmentId, name);
    const inForce = pinned ?? (definition === null || definition === "unreadable" ? definition : hostPinOf(definition));
    const change = inForce === null || inForce === "unreadable" ? anyChange : hostChange(inForce, document);
    const atStake = await findAtStake(client, environmentId, name, change);
    return {
      seen: {
        pin: inForce === "unreadable" ? null : inForce,
        definition: definition === "unreadable" ? null : definition,
      },
      judgement: judgeDefinition(inForce, document, atStake),
      atStake,
      unfit: findUnfit(document, ...(await overridesOver(client, environmentId, name))),
    };
  };

  const pinHosts = async (environmentId: string, name: string): Promise<HostPin | null> =>
    await inTransaction(pool, async (client) => {
      const pinned = await lockPin(client, environmentId, name);
      const document = await definitionInForce(client, environmentId, name);
      if (document === null || document === "unreadable") {
        if (pinned === null) await removePin(client, environmentId, name);
        return document === null ? null : pinned;
      }
      if (pinned !== null && (await isAtStake(client, environmentId, name, hostChange(pinned, document))))
        return pinned;
      const inForce = hostPinOf(document);
      await writePin(client, environmentId, name, inForce);
      return inForce;
    });

  return {
    pinHosts,

    async weigh(environmentId, document) {
      return await inTransaction(pool, async (client) => {
        const pinned = await readPin(client, environmentId, document.name);
        return await weigh(client, environmentId, document, pinned);
      });
    },

    async put(environmentId, document, { clientFollows = false, audit, approved, seenAt }) {
      const outcome = await inTransaction(pool, async (client): Promise<PutOutcome | typeof rollback> => {
        const { name } = document;
        const next = hostPinOf(document);
        const pinned = await lockPin(client, environmentId, name);
        if (seenAt !== undefined && !(await isOf(client, environmentId, name, seenAt)))
          return { kind: "changed_meanwhile" };
        const weighed = await weigh(client, environmentId, document, pinned);
        const { judgement, atStake, unfit } = weighed;
        if (approved !== undefined && digestOf(weighed.seen) !== approved.seenHash) return rollback;
        if (judgement.kind === "refused" && (approved === undefined || !isApprovable(judgement.cause))) {
          const liveAccounts = judgement.cause === "hosts" ? atStake.leftOut : atStake.liveAccounts;
          return { ...judgement, liveAccounts, pinned: weighed.seen.pin };
        }
        if (unfit !== null) return { kind: "unfit", unfit };
        if (approved !== undefined && !(await spendApproval(client, approved.use))) return rollback;
        const { rows } = await client.query<{ is_new: boolean }>(
          `INSERT INTO integration (environment_id, name, document) VALUES ($1, $2, $3)
           ON CONFLICT (environment_id, name) DO UPDATE SET document = excluded.document, updated_at = clock_timestamp()
           RETURNING (xmax = 0) AS is_new`,
          [environmentId, name, JSON.stringify(document)],
        );
        await writePin(client, environmentId, name, next);
        const erasesSecrets = judgement.kind === "moved";
        if (erasesSecrets) {
          await eraseAllSecrets(client, environmentId, name, audit.actor, "hosts_changed");
          await eraseProofs(client, environmentId, name, audit.actor, "hosts_changed");
        }
        if (!clientFollows) await forgetCircuits(client, environmentId, name);
        await insertAudit(client, [{ ...audit, detail: { ...audit.detail, client_secret_erased: erasesSecrets } }]);
        return { kind: "written", isNew: rows[0]?.is_new ?? false };
      });
      return outcome === rollback ? { kind: "not_as_seen" } : outcome;
    },

    async remove(environmentId, name, audit) {
      return await inTransaction(pool, async (client) => {
        await lockPin(client, environmentId, name);
        const liveAccounts = await countLiveAccounts(client, environmentId, name);
        if (liveAccounts > 0) return { kind: "refused", liveAccounts };
        const { rowCount } = await client.query("DELETE FROM integration WHERE environment_id = $1 AND name = $2", [
          environmentId,
          name,
        ]);
        if (rowCount !== 1) return { kind: "absent" };
        // Whoever made an account on it, and has not written it yet, finds no pin.
        await removePin(client, environmentId, name);
        await eraseAllSecrets(client, environmentId, name, audit.actor, "integration_deleted");
        await eraseProofs(client, environmentId, name, audit.actor, "integration_deleted");
        await client.query("DELETE FROM mass_failure WHERE environment_id = $1 AND integration_name = $2", [
          environmentId,
          name,
        ]);
        await insertAudit(client, [audit]);
        return { kind: "removed" };
      });
    },

    async settlePins() {
      const { rows } = await query<PinnedRow>(
        pool,
        `SELECT known.environment_id, known.integration_name, i.document, h.format, h.hosts FROM (
           SELECT environment_id, integration_name FROM integration_hosts
           UNION SELECT environment_id, integration_name FROM environment_integration
           UNION SELECT environment_id, integration_name FROM integrated_account WHERE status IN ('active', 'needs_reauth', 'connecting')
         ) known LEFT JOIN integration i ON i.environment_id = known.environment_id AND i.name = known.integration_name
           LEFT JOIN integration_hosts h ON h.environment_id = known.environment_id AND h.integration_name = known.integration_name`,
        [],
      );
      const moved: MovedHosts[] = [];
      for (const row of rows) {
        const { environment_id: environmentId, integration_name: name } = row;
        const own = row.document === null ? null : asDefinition(row.document);
        const document = own ?? catalogue.get(name);
        // What leads nobody knows where is asked nothing (the store says so when it is used).
        if (document === undefined || document === "unreadable") continue;
        const inForce = hostPinOf(document);
        const before = toPin(row);
        const pinned = before !== null && isSamePin(before, inForce) ? before : await pinHosts(environmentId, name);
        const change = pinned === null ? null : hostChange(pinned, document);
        if (pinned === null || change === null || change.kind === "none") continue;
        moved.push({ environmentId, name, pinned, inForce, change: change.kind });
      }
      return moved;
    },

    async approveHosts(environmentId, name, audit) {
      return await inTransaction(pool, async (client) => {
        const pinned = await lockPin(client, environmentId, name);
        const inForce = await pinInForce(client, environmentId, name);
        if (inForce === null || inForce === "unreadable") return rollback;
        await writePin(client, environmentId, name, inForce);
        await forgetCircuits(client, environmentId, name);
        const detail = { before: pinned?.hosts ?? null, hosts: inForce.hosts };
        await insertAudit(client, [{ ...audit, detail }]);
        return { environmentId, name, pinned, inForce };
      }).then((approved) => (approved === rollback ? null : approved));
    },
  };
}

/** Whether this environment's definition is still the one that was put then. */
async function isOf(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  seenAt: Date | null,
): Promise<boolean> {
  const { rows } = await client.query<{ updated_at: Date }>(
    "SELECT updated_at FROM integration WHERE environment_id = $1 AND name = $2 FOR UPDATE",
    [environmentId, name],
  );
  return (rows[0]?.updated_at.getTime() ?? null) === (seenAt?.getTime() ?? null);
}

interface PinnedRow extends PinColumns {
  readonly environment_id: string;
  readonly integration_name: string;
  readonly document: unknown;
}

const anyChange: HostChange = { kind: "hosts" };

/** Whether anything of what is pinned is still needed: an account that would go elsewhere, a secret that could. */
async function isAtStake(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  change: HostChange,
): Promise<boolean> {
  if (change.kind === "none") return false;
  const { leftOut, hasSecrets } = await findAtStake(client, environmentId, name, change);
  return leftOut > 0 || (hasSecrets && (change.kind === "hosts" || change.adds));
}

/** So many different ones are looked at; accounts beyond them find out when they are refreshed. */
const mostOverrides = 200;

/** What lies over a definition: the environment's, and the different ones of its live accounts. */
async function overridesOver(
  client: DatabaseClient,
  environmentId: string,
  name: string,
): Promise<[environment: Overrides, accounts: Overrides[]]> {
  const own = await client.query<{ overrides: Overrides }>(
    "SELECT overrides FROM environment_integration WHERE environment_id = $1 AND integration_name = $2",
    [environmentId, name],
  );
  const { rows } = await client.query<{ overrides: Overrides }>(
    `SELECT DISTINCT overrides FROM integrated_account
      WHERE environment_id = $1 AND integration_name = $2 AND status IN ('active', 'needs_reauth', 'connecting')
        AND overrides <> '{}' LIMIT $3`,
    [environmentId, name, mostOverrides],
  );
  return [own.rows[0]?.overrides ?? noOverrides, rows.map((row) => row.overrides)];
}

async function ownDefinition(
  client: DatabaseClient,
  environmentId: string,
  name: string,
): Promise<IntegrationDocument | "unreadable" | null> {
  const { rows } = await client.query<{ document: unknown }>(
    "SELECT document FROM integration WHERE environment_id = $1 AND name = $2",
    [environmentId, name],
  );
  return rows[0] === undefined ? null : asDefinition(rows[0].document);
}

/** By its structure alone, as the store reads it: rules that came later don't take it from its accounts. */
function asDefinition(document: unknown): IntegrationDocument | "unreadable" {
  const read = documentStructureSchema.safeParse(document);
  return read.success ? read.data : "unreadable";
}
