// The floor: a bare loop in one process that does what a refresh does, and nothing to decide it. The statements are those that
// the product's use case sends for one account, recorded at the start and repeated in their order with each account's values;
// sealing, opening and their audit records go through the product's own vault (the crypto and the group commit are part of what
// is measured against); the token request is one bare undici request. There is no queue, no decision, no policy, no OAuth library,
// no outgoing guard, no spool, no log. Recording instead of writing the statements down here keeps the floor honest: a statement
// that the product saves or adds is saved or added here as well.
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Pool } from "undici";
import { readEngineConfig } from "#adapters/config/read-config";
import { createContainer } from "#adapters/container";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { DataKey } from "#core/domain/sealing/envelope";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import { servePart } from "../part.ts";
import { clientId, clientSecret } from "../seed.ts";
import { recordRefresh, type Step, type Trip } from "./record-refresh.ts";

/** As in worker/main.ts. */
const concurrency = 20;

const config = readEngineConfig(process.env);
mkdirSync(config.spoolDirectory, { recursive: true });
const container = await createContainer(config, { name: "cli", poolSize: concurrency + 5 });
const { pool, vault, digests } = container;
const environmentId = process.env["ENVIRONMENT_ID"] ?? "";
const endpoint = new Pool(process.env["TOKEN_ORIGIN"] ?? "", { connections: 64 });
const headers = {
  accept: "application/json",
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
  "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
};

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

async function ask(refreshToken: string): Promise<Tokens> {
  const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(refreshToken)}`;
  const answer = await endpoint.request({ path: "/token", method: "POST", headers, body });
  return (await answer.body.json()) as Tokens;
}

interface Row {
  readonly secret_sealed?: Buffer;
  readonly sealed?: Buffer;
  readonly fence: string;
  readonly attempt_started_at: Date | null;
  readonly credential_version: number;
}

async function refresh(accountId: string, steps: readonly Step[]): Promise<void> {
  const attemptId = makeId("att", randomBytes(idRandomBytes));
  const none: Buffer = Buffer.alloc(0);
  const trip: Trip = {
    accountId,
    attemptId,
    fence: "",
    startedAt: new Date(0),
    version: 0,
    sealed: none,
    fingerprint: none,
  };
  let dataKey: DataKey | null = null;
  let secretSealed = none;
  let tokensSealed = none;
  let set: Record<string, unknown> & { refresh_token: string } = { refresh_token: "" };
  for (const step of steps) {
    switch (step.kind) {
      case "statement": {
        const values = step.fill.map((fill) => fill(trip));
        const { rows } = await pool.query<Row>({ ...step.prepared, values });
        const [row] = rows;
        // A circuit has no row until something failed.
        if (row === undefined) break;
        if (row.secret_sealed !== undefined) secretSealed = row.secret_sealed;
        if (row.sealed === undefined) break;
        tokensSealed = row.sealed;
        trip.fence = row.fence;
        trip.version = row.credential_version;
        trip.startedAt = row.attempt_started_at ?? trip.startedAt;
        break;
      }
      case "prepare":
        dataKey = await vault.prepare(environmentId);
        break;
      case "open": {
        const isSecret = step.location.field === "client_secret";
        const location = isSecret ? step.location : tokenSetLocation({ environmentId, id: accountId }, trip.version);
        const access = isSecret ? step.access : { ...step.access, accountId };
        const bytes = await vault.open(location, isSecret ? secretSealed : tokensSealed, access);
        if (!isSecret) set = JSON.parse(bytes.toString()) as typeof set;
        bytes.fill(0);
        break;
      }
      case "ask":
        set = { ...set, ...(await ask(set.refresh_token)) };
        break;
      case "seal": {
        if (dataKey === null) throw new Error("sealed before a data key was prepared");
        const location = tokenSetLocation({ environmentId, id: accountId }, trip.version + 1);
        const now = Date.now();
        const renewed = { ...set, expires_at: now + 3_600_000, issued_at: now };
        const { sealed } = vault.seal(dataKey, location, Buffer.from(JSON.stringify(renewed)));
        trip.sealed = Buffer.from(sealed);
        trip.fingerprint = Buffer.from(digests.digest("refresh_token", set.refresh_token));
        break;
      }
    }
  }
}

let recorded: Promise<Step[]> | null = null;

async function run(ids: readonly string[], steps: readonly Step[]): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await refresh(id, steps);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

servePart(
  async (question) => {
    const { sample, ids } = question as { sample?: string; ids?: string[] };
    if (sample !== undefined) {
      recorded = recordRefresh(container, { id: sample, environmentId });
      const steps = await recorded;
      return steps.map((step) => (step.kind === "statement" ? (step.prepared.name ?? step.prepared.text) : step.kind));
    }
    await run(ids ?? [], await (recorded ?? Promise.reject(new Error("nothing was recorded yet"))));
    return null;
  },
  {
    async onStop() {
      await endpoint.close();
      await container.close();
    },
  },
);
