import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId } from "#test/fakes/world";
import { createLink, type LinkInput } from "./create-link.ts";

const input: LinkInput = {
  tenantId: "tenant-one",
  userReference: "user-7",
  integrationNames: null,
  integratedAccountId: null,
  returnUrl: null,
  scopes: [],
  sessionBinding: false,
  expiresInSeconds: 3600,
  locale: null,
  metadata: {},
};

describe("a link token (R2)", () => {
  it("is 256 random bits of which only a digest is kept", async () => {
    const world = await createWorld();
    const { token, expiresAt } = await createLink(world, caller, input);
    expect(token).toMatch(/^lt_[A-Za-z0-9_-]{43}$/);
    expect(expiresAt).toEqual(new Date(world.clock.now().getTime() + 3_600_000));
    expect(JSON.stringify([...world.connect.links, ...world.connect.audit])).not.toContain(token.slice(3));
    const link = await world.connect.findLinkByDigest(world.digests.digest("link_token", token));
    expect(link).toMatchObject({ tenantId: "tenant-one", userReference: "user-7", usedAt: null, expiresAt });
  });

  it("names neither tenant nor account nor environment, and no two are alike", async () => {
    const world = await createWorld();
    const made = await Promise.all([1, 2, 3].map(() => createLink(world, caller, input)));
    expect(new Set(made.map((one) => one.token)).size).toBe(3);
    for (const { token } of made) expect(token).not.toMatch(/tenant|env|user/);
  });

  it("can't be found by a digest made for another purpose", async () => {
    const world = await createWorld();
    const { token } = await createLink(world, caller, input);
    expect(await world.connect.findLinkByDigest(world.digests.digest("state", token))).toBeNull();
  });

  it("leaves one audit record", async () => {
    const world = await createWorld();
    await createLink(world, caller, input);
    expect(world.connect.audit).toMatchObject([
      {
        action: "link_token.created",
        actor: "key_test",
        detail: { tenant_id: "tenant-one", integrations: ["acme-crm"] },
      },
    ]);
  });
});

describe("its integrations", () => {
  it("are those with an OAuth client when none is named", async () => {
    const world = await createWorld();
    const document = exampleDocument({ name: "without-client" });
    world.integrations.set({
      environmentId,
      name: document.name,
      origin: "environment",
      document,
      pin: null,
      client: null,
    });
    await createLink(world, caller, input);
    expect([...world.connect.links.values()].map((one) => one.integrationNames)).toEqual([["acme-crm"]]);
  });

  it("are those that the caller's key is for", async () => {
    const world = await createWorld();
    const narrow = { ...caller, integrationNames: ["other"] };
    await expect(createLink(world, narrow, input)).rejects.toMatchObject({
      errors: [{ pointer: "/integration_name" }],
    });
    const named = { ...input, integrationNames: ["acme-crm"] };
    await expect(createLink(world, narrow, named)).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("are also those whose credentials are typed, without a choice where this environment put them", async () => {
    const world = await createWorld({ document: typedDocument("api_key") });
    const [configured] = (await world.integrations.list(environmentId)).readable;
    if (configured === undefined) throw new Error("nothing is configured");
    await createLink(world, caller, { ...input, integrationNames: ["acme-keys"] });
    await createLink(world, caller, input);
    // Of the catalogue only what was named, or set up.
    world.integrations.set({ ...configured, origin: "platform", client: null });
    await createLink(world, caller, { ...input, integrationNames: ["acme-keys"] });
    await expect(createLink(world, caller, input)).rejects.toMatchObject({ code: "invalid_request" });
    expect([...world.connect.links.values()].map((one) => one.integrationNames)).toEqual([
      ["acme-keys"],
      ["acme-keys"],
      ["acme-keys"],
    ]);
  });

  it("must exist, and are named when they don't", async () => {
    const world = await createWorld();
    const named = { ...input, integrationNames: ["acme-crm", "nobody"] };
    await expect(createLink(world, caller, named)).rejects.toMatchObject({
      errors: [{ pointer: "/integration_name", detail: expect.stringContaining("nobody") as string }],
    });
  });
});

describe("a link with session binding (R93)", () => {
  it("needs the user to compare with and the page where the browser brings the session, both named at once", async () => {
    const world = await createWorld();
    await expect(
      createLink(world, caller, { ...input, sessionBinding: true, userReference: null, returnUrl: null }),
    ).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/user_reference" }, { pointer: "/return_url" }],
    });
    expect(world.connect.links.size).toBe(0);
  });

  it("is one by its own word alone, and the audit log says which links are", async () => {
    const world = await createWorld();
    const complete = { ...input, userReference: "user-1", returnUrl: "https://product.example/done" };
    await createLink(world, caller, complete);
    await createLink(world, caller, { ...complete, sessionBinding: true });
    expect([...world.connect.links.values()].map((one) => one.sessionBinding)).toEqual([false, true]);
    expect(world.connect.audit.map((one) => one.detail?.["session_binding"])).toEqual([false, true]);
  });
});

describe("a link that re-authorizes an account", () => {
  it("is for that account's integration alone", async () => {
    const world = await createWorld();
    await world.addAccount();
    await createLink(world, caller, { ...input, integratedAccountId: "ia_one" });
    expect([...world.connect.links.values()]).toMatchObject([
      { integratedAccountId: "ia_one", integrationNames: ["acme-crm"] },
    ]);
  });

  it.each([
    ["another tenant", { tenantId: "tenant-two" }, caller],
    ["another environment", {}, { ...caller, environmentId: "env_other" }],
    ["an integration that the key is not for", {}, { ...caller, integrationNames: ["other"] }],
  ])("answers like for an account that does not exist: %s (invariant 10)", async (_name, changes, who) => {
    const world = await createWorld();
    await world.addAccount();
    const asked = createLink(world, who, { ...input, ...changes, integratedAccountId: "ia_one" });
    const missing = createLink(world, caller, { ...input, integratedAccountId: "ia_nobody" });
    const [one, other] = (await Promise.allSettled([asked, missing])).map((settled) =>
      settled.status === "rejected" ? (settled.reason as { code: string; detail: string }) : null,
    );
    expect([one?.code, one?.detail]).toEqual(["not_found", other?.detail]);
  });

  it("is refused for a disconnected account: its customer gets a new one", async () => {
    const world = await createWorld();
    await world.addAccount();
    world.accounts.patch("ia_one", { status: "disconnected" });
    const asked = createLink(world, caller, { ...input, integratedAccountId: "ia_one" });
    await expect(asked).rejects.toMatchObject({ code: "disconnected", status: 410 });
  });

  it("is refused when it names another integration than the account's", async () => {
    const world = await createWorld();
    await world.addAccount();
    const asked = createLink(world, caller, { ...input, integratedAccountId: "ia_one", integrationNames: ["other"] });
    await expect(asked).rejects.toMatchObject({ errors: [{ pointer: "/integration_name" }] });
  });
});

describe("its return URL", () => {
  it.each([
    "https://product.example/done/",
    "https://product.example/done?x=1",
    "https://product.example/done/../evil",
    "https://PRODUCT.example/done",
    "https://product.example.evil.example/done",
    "http://product.example/done",
    "https://evil.example",
  ])("must be on the list letter by letter: %s is not (A15)", async (returnUrl) => {
    const world = await createWorld();
    await expect(createLink(world, caller, { ...input, returnUrl })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/return_url" }],
    });
    expect(world.connect.links.size).toBe(0);
  });

  it("is kept when it is", async () => {
    const world = await createWorld();
    await createLink(world, caller, { ...input, returnUrl: "https://product.example/done" });
    expect([...world.connect.links.values()][0]?.returnUrl).toBe("https://product.example/done");
  });
});
