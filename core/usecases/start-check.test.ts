import { describe, expect, it } from "vitest";
import { createInMemoryCheckStore } from "#test/fakes/in-memory-check-store";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { caller, createWorld } from "#test/fakes/world";
import { configureClient } from "./configure-client.ts";
import { startCheck } from "./start-check.ts";

async function world(offersChecks = true) {
  const made = await createWorld();
  return { ...made, checks: createInMemoryCheckStore(made.clock), offersChecks };
}

describe("a check that is asked for", () => {
  it("is of what is in force, with what the environment lays over it, and is recorded", async () => {
    const ports = await world();
    await configureClient(ports, caller, "acme-crm", {
      overrides: [{ credentials: { config: { scope: ["only-here"] } } }],
    });
    const run = await startCheck(ports, caller, "acme-crm", null);
    expect(run).toMatchObject({ integrationName: "acme-crm", isInForce: true, startedBy: caller.id });
    expect(JSON.stringify(run.document)).toContain("only-here");
    expect(ports.checks.audit).toMatchObject([
      {
        action: "integration.checked",
        actor: caller.id,
        target: "acme-crm",
        detail: { check: run.id, in_force: true },
      },
    ]);
  });

  it("is of what is sent, which need not be there, and never with its client", async () => {
    const ports = await world();
    const client = { client_id: "an-id", client_secret: "a-secret-that-goes-nowhere" };
    const source = exampleSource({ name: "fresh", config: { client } });
    const run = await startCheck(ports, caller, "fresh", source);
    expect(run).toMatchObject({ integrationName: "fresh", isInForce: false, withSamples: false });
    expect(JSON.stringify(run)).not.toContain("a-secret-that-goes-nowhere");
  });

  it("is refused with every mistake of what is sent, by its place in the body", async () => {
    const ports = await world();
    const source = { ...exampleSource({ name: "fresh" }), lable: 1 };
    await expect(startCheck(ports, caller, "fresh", source)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/document/lable" }],
    });
    await expect(startCheck(ports, caller, "other", exampleSource({ name: "fresh" }))).rejects.toMatchObject({
      errors: [{ pointer: "/document/name" }],
    });
  });

  it("waits for no other one, and says of which integration that is", async () => {
    const ports = await world();
    await startCheck(ports, caller, "acme-crm", null);
    await expect(startCheck(ports, caller, "acme-crm", null)).rejects.toMatchObject({
      code: "conflict",
      extensions: { reason: "check_under_way" },
      detail: expect.stringContaining("of acme-crm") as string,
    });
    expect(ports.checks.audit).toHaveLength(1);
  });

  it("is refused where there is no lab, and says how to come to one", async () => {
    await expect(startCheck(await world(false), caller, "acme-crm", null)).rejects.toMatchObject({
      code: "conflict",
      extensions: { reason: "no_lab" },
      detail: expect.stringContaining("EVERGRANT_LAB_CHECKS=on") as string,
    });
  });

  it("is not found where nothing of the name is there", async () => {
    await expect(startCheck(await world(), caller, "nobody", null)).rejects.toMatchObject({ code: "not_found" });
  });
});
