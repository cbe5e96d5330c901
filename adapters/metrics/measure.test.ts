import { describe, expect, it } from "vitest";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { createScriptedAuthorizationServer, failureResult } from "#test/fakes/scripted-authorization-server";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createSwitchableKms } from "#test/fakes/switchable-keys";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import { EgressRefused } from "../egress/guarded-connector.ts";
import type { EgressClient } from "../egress/egress-client.ts";
import { countRefusals } from "./count-refusals.ts";
import { measureAuthorizationServer } from "./measure-authorization-server.ts";
import { measureKms } from "./measure-kms.ts";

const resolved = resolveIntegration(exampleDocument(), { clientId: "client-1" }, {});
const secret = "a-secret-of-the-test";

describe("what stands around an adapter and measures it", () => {
  it("tells each request to an authorization server with its time, a refusal as not fulfilled", async () => {
    const metrics = createRecordingMetrics();
    const clock = createSteppedClock();
    const scripted = createScriptedAuthorizationServer(clock);
    const server = measureAuthorizationServer(scripted, metrics, clock);
    const release = scripted.hold();
    const asking = server.refresh(resolved, secret, "refresh-0");
    await scripted.nextRequest();
    clock.advance(2_500);
    release();
    const answer = await asking;
    expect(answer).toMatchObject({ kind: "tokens" });
    scripted.respondWith(failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null }));
    await server.clientCredentials(resolved, secret);
    await server.introspect(resolved, secret, "access-0");
    expect(metrics.told).toEqual([
      ["serverAsked", "refresh_token", true, 2.5],
      ["serverAsked", "client_credentials", false, 0],
      ["serverAsked", "introspection", false, 0],
    ]);
  });

  it("tells calls of the KMS: what works, a key that is not known, and one that is away", async () => {
    const metrics = createRecordingMetrics();
    const switchable = createSwitchableKms(createSeededRandomness(1));
    const kms = measureKms(switchable, metrics);
    const context = { environmentId: "env_one", purpose: "data_key" } as const;
    const key = new Uint8Array(32).fill(3);
    const wrapped = await kms.wrap(context, key);
    expect(Buffer.from((await kms.unwrap(context, wrapped)) ?? [])).toEqual(Buffer.from(key));
    expect(await kms.unwrap(context, { ...wrapped, kid: "k-unknown" })).toBeNull();
    expect(await kms.rewrap(context, wrapped)).toMatchObject({ kid: wrapped.kid });
    switchable.setDown("unwrap");
    await expect(kms.unwrap(context, wrapped)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(metrics.told).toEqual([
      ["kmsCalled", "wrap", "ok"],
      ["kmsCalled", "unwrap", "ok"],
      ["kmsCalled", "unwrap", "invalid"],
      ["kmsCalled", "rewrap", "ok"],
      ["kmsCalled", "unwrap", "unavailable"],
    ]);
  });

  it("tells what the guard refused, and nothing of other failures", async () => {
    const metrics = createRecordingMetrics();
    const errors = [new EgressRefused("10.0.0.1 is not a public address"), new Error("reset")];
    const failing: EgressClient = { fetch: () => Promise.reject(errors.shift() ?? new Error()), close: async () => {} };
    const egress = countRefusals(failing, metrics);
    const call = () => egress.fetch("https://inside.example", { method: "GET", signal: AbortSignal.timeout(1_000) });
    await expect(call()).rejects.toThrow(/not a public address/);
    await expect(call()).rejects.toThrow(/reset/);
    expect(metrics.told).toEqual([["egressRefused"]]);
  });
});
