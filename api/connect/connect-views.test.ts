import { describe, expect, it } from "vitest";
import { hostPinOf } from "#core/domain/integration/host-pin";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { tokenResult } from "#test/fakes/scripted-authorization-server";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createWorld, environmentId } from "#test/fakes/world";
import { readConnectLink, readConnectOutcome } from "./connect-views.ts";

const config = {
  scope: ["contacts.read", "contacts.write", "openid"],
  scopeDescriptions: {
    "contacts.read": "See your contacts.",
    "contacts.write": "Change your contacts.",
    "deals.read": "See your deals.",
    "files.read": "See your files.",
  },
};

describe("what a link's page offers to choose from", () => {
  it("leaves out a choice that leads to a host which nobody approved", async () => {
    const region = (values: readonly string[]) => [
      {
        name: "region",
        label: "Region",
        default: values[0],
        options: values.map((value) => ({ value, label: value.toUpperCase() })),
      },
    ];
    const auth = { tokenHost: "https://{region}.acme.example" };
    const world = await createWorld({ inputs: region(["ca", "eu", "us"]), config: { auth } });
    const link = await addLink(world);
    const offered = async () => (await readConnectLink(world, link, null)).integrations[0]?.inputs;
    expect(await offered()).toMatchObject([{ default: "ca", options: { length: 3 } }]);
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured === null) throw new Error("not defined");
    const before = exampleDocument({ inputs: region(["eu", "us"]), config: { auth } });
    world.integrations.set({ ...configured, pin: hostPinOf(before) });
    expect(await offered()).toMatchObject([{ default: null, options: [{ value: "eu" }, { value: "us" }] }]);
  });
});

describe("what a link's page says of scopes", () => {
  it("is each sentence that the definition has for what will be asked for, the link's own wishes too", async () => {
    const world = await createWorld({ config });
    const link = await addLink(world, { scopes: ["deals.read"] });
    const { integrations } = await readConnectLink(world, link, null);
    expect(integrations).toMatchObject([{ scopes: ["contacts.read", "contacts.write", "openid", "deals.read"] }]);
    expect(integrations[0]?.scope_descriptions).toEqual({
      "contacts.read": "See your contacts.",
      "contacts.write": "Change your contacts.",
      "deals.read": "See your deals.",
    });
  });

  it("is the same of what was not given, once the customer is back", async () => {
    const world = await createWorld({ config });
    world.server.respondWith(tokenResult(world.clock, "1", { scopes: ["contacts.read"] }));
    const { id } = await addLink(world);
    const back = await comeBack(world, callback(await depart(world, id)));
    if (back.kind !== "connected") throw new Error(back.kind);
    const { scopes_missing: missing, scope_descriptions: said } = await readConnectOutcome(world, {
      ...back.session,
      status: "connected",
    });
    expect(missing).toEqual(["contacts.write", "openid"]);
    expect(said).toEqual({ "contacts.write": "Change your contacts." });
  });
});
