import { afterAll, describe, expect, it } from "vitest";
import { createExpressions } from "#adapters/expressions/expressions";
import { createCallPlaces } from "#core/usecases/call-places";
import { everything, openUnifiedWorld } from "#test/unified/unified-world";
import { listRecords } from "./list-records.ts";
import { unifiedAtATime, unifiedOfOne, unifiedTogether, type UnifiedPorts } from "./unified-ports.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

/** As many calls as are wanted wait at the provider, until they are let go. */
async function openCrowd(atATime: number, ofOne = unifiedTogether) {
  const world = await openUnifiedWorld("hubspot", { expressions });
  const gate = Promise.withResolvers<void>();
  const waiting = { count: 0 };
  const arrived = Promise.withResolvers<void>();
  const { streams } = world.ports;
  const ports: UnifiedPorts = {
    ...world.ports,
    callPlaces: createCallPlaces(1_000),
    unifiedPlaces: createCallPlaces(atATime),
    unifiedRoom: createCallPlaces(unifiedTogether),
    unifiedShares: createCallPlaces(ofOne),
    streams: {
      async send(...given: Parameters<typeof streams.send>) {
        waiting.count += 1;
        if (waiting.count === Math.min(atATime, ofOne)) arrived.resolve();
        await gate.promise;
        return await streams.send(...given);
      },
    },
  };
  const list = () => listRecords(ports, world.call("crm", "contacts"), everything, null);
  return { list, waiting, arrived: arrived.promise, letGo: () => gate.resolve() };
}

describe("calls of the unified API that are under way", () => {
  it("are 48 in a process: another is told to come back, sends nothing, and goes once there is room", async () => {
    const { list, waiting, arrived, letGo } = await openCrowd(1_000);
    const calls = Array.from({ length: unifiedTogether }, list);
    await arrived;
    await expect(list()).rejects.toMatchObject({ code: "provider_unavailable", retryAfterSeconds: 1 });
    expect([unifiedTogether, waiting.count]).toEqual([48, 48]);
    letGo();
    const pages = await Promise.all(calls);
    expect(pages.map(({ records }) => records.length)).toEqual(calls.map(() => 1));
    expect((await list()).records).toHaveLength(1);
  });

  it("are half of that of one integration, so that a provider that hangs leaves room for the others", async () => {
    const { list, waiting, arrived, letGo } = await openCrowd(1_000, unifiedOfOne);
    const calls = Array.from({ length: unifiedOfOne }, list);
    await arrived;
    await expect(list()).rejects.toMatchObject({
      code: "provider_unavailable",
      detail: expect.stringContaining("to acme-crm") as string,
    });
    expect([unifiedOfOne, waiting.count]).toEqual([24, 24]);
    letGo();
    await Promise.all(calls);
    expect((await list()).records).toHaveLength(1);
  });

  it("are eight of an account, and one that is refused takes no room", async () => {
    const { list, waiting, arrived, letGo } = await openCrowd(unifiedAtATime);
    const calls = Array.from({ length: unifiedAtATime }, list);
    await arrived;
    for (let tries = 0; tries < unifiedTogether; tries += 1) {
      await expect(list()).rejects.toMatchObject({ code: "rate_limited", extensions: { source: "evergrant" } });
    }
    expect([unifiedAtATime, waiting.count]).toEqual([8, 8]);
    letGo();
    await Promise.all(calls);
    expect((await list()).records).toHaveLength(1);
  });
});
