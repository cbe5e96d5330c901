import { expect, it } from "vitest";
import type { AuditChains } from "../ports/audit-chain.ts";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createSealer } from "./seal-audit.ts";

it("seals the chains behind one that can't be sealed, and says so at the end", async () => {
  const sealed: string[] = [];
  const chains = {
    environments: async () => ["env_1", "env_2"],
    async seal(environmentId: string) {
      if (environmentId === "env_1") throw new Error("the chain of env_1 is broken");
      sealed.push(environmentId);
      return { kind: "sealed", links: 1, refused: [], hasMore: false };
    },
  } as unknown as AuditChains;
  const sealer = createSealer({ chains, log: createRecordingLog(), clock: createSteppedClock() });
  const { signal } = new AbortController();
  await expect(sealer.seal(signal)).rejects.toThrow("the chain of env_1 is broken");
  await expect(sealer.sealLate(signal, 60_000)).rejects.toThrow("the chain of env_1 is broken");
  expect(sealed).toEqual(["env_2", "env_2"]);
});
