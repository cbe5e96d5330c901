import { describe, expect, it } from "vitest";
import type { CallerWatch } from "#core/ports/caller-watch";
import { createInMemoryCallerWatch, type FakeOpening } from "#test/fakes/in-memory-caller-watch";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { watchCallers } from "./watch-callers.ts";

const never = new AbortController().signal;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const tenants = (count: number): string[] => Array.from({ length: count }, (_, index) => `tenant-${index}`);

function startWorld(start = "2026-11-02T00:00:00.000Z") {
  const clock = createSteppedClock(start);
  const watch = createInMemoryCallerWatch(clock);
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const look = () => watchCallers({ watch, log, metrics }, never);
  return {
    clock,
    watch,
    log,
    metrics,
    look,
    async open(...openings: Omit<FakeOpening, "at">[]) {
      watch.write(...openings.map((one) => ({ ...one, at: clock.now() })));
      watch.seal();
      await look();
    },
    async live(lasts: number, each: () => Omit<FakeOpening, "at">[], step = minute) {
      for (let passed = 0; passed < lasts; passed += step) {
        watch.write(...each().map((one) => ({ ...one, at: clock.now() })));
        watch.seal();
        await look();
        clock.advance(step);
      }
    },
  };
}

const kinds = (rung: readonly { anomaly: { kind: string } }[]): string[] => rung.map((one) => one.anomaly.kind);
const normal = { caller: "key_1", count: 3, tenants: ["tenant-0", "tenant-1"] };

describe("a caller that normally reads 3 tokens a minute and reads 300 of 60 tenants", () => {
  it("rings within 10 seconds, and stops the key where so configured", async () => {
    const world = startWorld();
    world.watch.policy.changes = { stopOn: ["decrypt_rate"] };
    await world.live(3 * day + 9 * hour, () => [normal]);
    expect(world.watch.rung).toEqual([]);

    // 30 a second, of which each becomes readable with the sealer's next look, a second or so later.
    const began = world.clock.now().getTime();
    let rangAfter = Infinity;
    for (let passed = 0; passed < 10; passed += 1) {
      world.watch.seal();
      await world.look();
      if (world.watch.rung.length > 0) rangAfter = Math.min(rangAfter, world.clock.now().getTime() - began);
      const some = tenants(60).slice(passed * 6, passed * 6 + 6);
      world.watch.write({ caller: "key_1", at: world.clock.now(), count: 30, tenants: some });
      world.clock.advance(second);
    }
    world.watch.seal();
    await world.look();
    expect(rangAfter).toBeLessThanOrEqual(10 * second);
    expect(kinds(world.watch.rung)).toEqual(["decrypt_rate", "tenant_spread"]);
    expect([...world.watch.stopped]).toEqual(["key_1"]);
    expect(world.watch.episodes[0]).toMatchObject({
      subject: "key_1",
      measured: { observed: 300, usual: 3, bound: 60, windowSeconds: 60 },
    });
    expect(world.watch.episodes[1]?.detail["tenants"]).toSatisfy((count: number) => Math.abs(count - 60) <= 2);
    expect(world.metrics.told).toEqual([
      ["anomalyRang", "decrypt_rate"],
      ["anomalyRang", "tenant_spread"],
    ]);
    expect(world.log.lines.some((line) => JSON.stringify(line).includes("usual at this time of day: up to 3"))).toBe(
      true,
    );
  });

  it("stops no key by default, and none of a kind that is not chosen", async () => {
    for (const stopOn of [[], ["new_network"]] as const) {
      const world = startWorld();
      world.watch.policy.changes = { stopOn };
      await world.live(3 * day, () => [normal], 10 * minute);
      await world.open({ caller: "key_1", count: 300, tenants: tenants(60) });
      expect(kinds(world.watch.rung)).toEqual(["decrypt_rate", "tenant_spread"]);
      expect(world.watch.stopped.size).toBe(0);
    }
  });

  it("is stopped by its own setting where the environment has another", async () => {
    const world = startWorld();
    world.watch.policy.changes = {
      stopOn: ["decrypt_rate"],
      callers: { key_1: { stopOn: [] }, key_2: { stopOn: ["tenant_spread"] } },
    };
    await world.live(
      3 * day,
      () => [normal, { ...normal, caller: "key_2" }, { ...normal, caller: "key_3" }],
      10 * minute,
    );
    for (const caller of ["key_1", "key_2", "key_3"]) await world.open({ caller, count: 300, tenants: tenants(60) });
    expect([...world.watch.stopped]).toEqual(["key_2", "key_3"]);
  });
});

describe("a nightly batch", () => {
  const batch = { caller: "key_1", count: 300, tenants: tenants(60) };

  it("that does so every night raises none on the third night, beside a normal day", async () => {
    const world = startWorld();
    await world.live(10 * day, () => [normal], 10 * minute);
    const rungInNight: number[] = [];
    for (let night = 0; night < 5; night += 1) {
      const before = world.watch.rung.length;
      await world.live(2 * hour, () => [normal], 10 * minute);
      await world.live(20 * minute, () => [batch]);
      await world.live(22 * hour - 20 * minute, () => [normal], 10 * minute);
      rungInNight.push(world.watch.rung.length - before);
    }
    expect(rungInNight.slice(2)).toEqual([0, 0, 0]);
    expect(rungInNight.slice(0, 2)).toEqual([2, 2]);
  });

  it("by a key of its own raises none on any night", async () => {
    const world = startWorld();
    for (let night = 0; night < 4; night += 1) {
      await world.live(20 * minute, () => [batch]);
      world.clock.advance(day - 20 * minute);
    }
    expect(world.watch.rung).toEqual([]);
  });

  it("of every Monday raises none on the third Monday", async () => {
    const world = startWorld();
    await world.live(3 * day, () => [normal], 10 * minute);
    const rungOnMonday: number[] = [];
    for (let week = 0; week < 4; week += 1) {
      const before = world.watch.rung.length;
      await world.live(10 * minute, () => [batch]);
      await world.live(7 * day - 10 * minute, () => [normal], 10 * minute);
      rungOnMonday.push(world.watch.rung.length - before);
    }
    expect(rungOnMonday).toEqual([2, 2, 0, 0]);
  });

  it("at another time of the day rings: that is not when it is usual", async () => {
    const world = startWorld();
    for (let night = 0; night < 4; night += 1) {
      await world.live(20 * minute, () => [batch]);
      await world.live(day - 20 * minute, () => [normal], 10 * minute);
    }
    const before = world.watch.rung.length;
    world.clock.advance(9 * hour);
    await world.open(batch);
    expect(kinds(world.watch.rung.slice(before))).toEqual(["decrypt_rate", "tenant_spread"]);
  });
});

it("goes on with the other environments where one can't be read, and says so at the end", async () => {
  const looked: string[] = [];
  const watch: CallerWatch = {
    environments: async () => ["env_1", "env_2", "env_3"],
    async look(environmentId) {
      looked.push(environmentId);
      if (environmentId !== "env_3") throw new Error(`${environmentId} can't be read`);
      return { kind: "looked", rung: [], ended: [], hasMore: false };
    },
    forget: async () => {},
  };
  const ports = { watch, log: createRecordingLog(), metrics: createRecordingMetrics() };
  await expect(watchCallers(ports, never)).rejects.toMatchObject({ errors: [{ message: "env_1 can't be read" }, {}] });
  expect(looked).toEqual(["env_1", "env_2", "env_3"]);
});

describe("an episode", () => {
  it("is told once however long it lasts, ends when it is quiet, and rings anew then", async () => {
    const world = startWorld();
    await world.live(3 * day, () => [normal], 10 * minute);
    await world.live(hour, () => [{ caller: "key_1", count: 500, tenants: ["tenant-0"] }]);
    expect(kinds(world.watch.rung)).toEqual(["decrypt_rate"]);
    expect(world.watch.episodes[0]?.endedAt).toBeNull();
    // The hour that it was in goes on above its bound for every reading; the next one is quiet.
    await world.live(hour, () => [normal]);
    expect(world.watch.episodes[0]?.endedAt).not.toBeNull();
    await world.open({ caller: "key_1", count: 500, tenants: ["tenant-0"] });
    expect(kinds(world.watch.rung)).toEqual(["decrypt_rate", "decrypt_rate"]);
  });

  it("of a slow drain is found by the hour", async () => {
    const world = startWorld();
    await world.live(3 * day, () => [normal]);
    await world.live(hour, () => [{ caller: "key_1", count: 20, tenants: ["tenant-0"] }]);
    expect(world.watch.rung).toHaveLength(1);
    expect(world.watch.rung[0]?.anomaly.measured).toMatchObject({ usual: 180, bound: 600, windowSeconds: 3600 });
  });

  it("is not of a caller without a past, up to a newcomer's levels", async () => {
    const world = startWorld();
    await world.open({ caller: "key_new", count: 3000, tenants: tenants(400) });
    expect(world.watch.rung).toEqual([]);
    await world.open({ caller: "key_new", count: 1, tenants: [] });
    expect(kinds(world.watch.rung)).toEqual(["decrypt_rate"]);
    expect(world.watch.rung[0]?.summary).toContain("it is new, and rings above 3000");
  });

  it("is not of a worker that catches up after an outage", async () => {
    const world = startWorld();
    await world.live(
      3 * day,
      () => [{ caller: "worker", purpose: "refresh", count: 50, tenants: tenants(50) }],
      10 * minute,
    );
    await world.open({ caller: "worker", purpose: "refresh", count: 6000, tenants: tenants(1900) });
    expect(world.watch.rung).toEqual([]);
    await world.open({ caller: "worker", purpose: "refresh", count: 1, tenants: [] });
    expect(kinds(world.watch.rung)).toEqual(["decrypt_rate"]);
  });

  it("of an opening that no code of ours makes rings at once, and names its record", async () => {
    const world = startWorld();
    await world.open({ caller: "key_1", purpose: "export_everything" });
    await world.open({ caller: "worker", purpose: "token_read" });
    expect(world.watch.rung.map(({ anomaly }) => [anomaly.kind, anomaly.subject, anomaly.detail])).toEqual([
      ["unknown_path", "key_1", { purpose: "export_everything", field: "token_set", audit_event_id: "aud_1" }],
      ["unknown_path", "worker", { purpose: "token_read", field: "token_set", audit_event_id: "aud_1" }],
    ]);
  });

  it("of a key that rested for long rings with its first use, and not with the next", async () => {
    const world = startWorld();
    world.watch.lives.set("key_old", { createdAt: new Date("2025-01-01T00:00:00Z"), lastUseAt: null });
    world.watch.policy.changes = { stopOn: ["dormant_key"] };
    await world.open({ caller: "key_old" });
    world.watch.lives.delete("key_old");
    await world.live(hour, () => [{ caller: "key_old" }]);
    expect(kinds(world.watch.rung)).toEqual(["dormant_key"]);
    expect([...world.watch.stopped]).toEqual(["key_old"]);
  });

  it("is not of samples, which let nothing out", async () => {
    const world = startWorld();
    await world.open({ caller: "usr_1", purpose: "drill", count: 100_000, tenants: tenants(1000) });
    expect(world.watch.rung).toEqual([]);
  });
});
