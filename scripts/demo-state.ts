// What a demo keeps between two starts: .data/demo.json, readable by its owner alone.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeCluster } from "./cluster-place.ts";

export type DemoState = {
  secret: string;
  keyring: string;
  operator: { email: string; password: string };
  /** Made on the first start and shown again on every other one: this is a demo. */
  apiKey: string | null;
  /** The webhook endpoint that leads to the lab's receiver; absent: none was made yet. */
  receiver?: { endpointId: string; url: string };
};

export function readDemoState(directory: string): DemoState {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "demo.json");
  if (existsSync(path)) {
    try {
      return JSON.parse(readFileSync(path, "utf8")) as DemoState;
    } catch (error) {
      throw new Error(`${path} cannot be read; \`npm run demo -- --fresh\` begins anew`, { cause: error });
    }
  }
  const state: DemoState = {
    secret: randomBytes(32).toString("base64"),
    keyring: `k1:${randomBytes(32).toString("base64")}`,
    operator: { email: "demo@evergrant.local", password: randomBytes(12).toString("base64url") },
    apiKey: null,
  };
  writeDemoState(directory, state);
  return state;
}

export function writeDemoState(directory: string, state: DemoState): void {
  const path = join(directory, "demo.json");
  writeFileSync(`${path}.draft`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}

/** Everything but the lock, which the wiping demo itself holds. */
export function wipeDemoState(directory: string, clusterDirectory: string): void {
  removeCluster(clusterDirectory);
  for (const name of readdirSync(directory)) {
    if (name !== "demo.lock") rmSync(join(directory, name), { recursive: true, force: true });
  }
}
