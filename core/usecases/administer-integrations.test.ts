import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import {
  configureClient,
  deleteIntegration,
  findIntegration,
  parseDocument,
  putIntegration,
} from "./administer-integrations.ts";
import { openClientSecret } from "./load-integration.ts";

const elsewhere = { auth: { tokenHost: "https://login.evil.example" } };
const secretOf = async (world: World, name = "acme-crm") =>
  await openClientSecret(world.vault, await findIntegration(world, caller, name), "test");

describe("a document that is not valid", () => {
  it("is refused with the pointer of every error (RFC 6901)", () => {
    const source = exampleSource({ config: { pkce: { method: "plain" }, "a/b~c": 1, scopeSeperator: "," } });
    const parse = (): unknown => parseDocument({ ...source, lable: 1 });
    expect(parse).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        errors: expect.arrayContaining([
          expect.objectContaining({ pointer: "/lable" }),
          expect.objectContaining({ pointer: "/credentials/config/pkce/method" }),
          expect.objectContaining({ pointer: "/credentials/config/a~1b~0c" }),
          expect.objectContaining({ pointer: "/credentials/config/scopeSeperator" }),
        ]) as unknown,
      }) as Error,
    );
  });

  it.each([null, 7, "text", []])("is refused when it is %o", (value) => {
    expect(() => parseDocument(value)).toThrow("invalid_request");
  });
});

describe("putting a definition", () => {
  it("takes its name from the address, and refuses another one", async () => {
    const world = await createWorld();
    const { name: _name, ...nameless } = exampleSource();
    expect((await putIntegration(world, caller, "fresh", nameless)).document.name).toBe("fresh");
    await expect(putIntegration(world, caller, "fresh", exampleSource())).rejects.toMatchObject({
      errors: [{ pointer: "/name" }],
    });
  });

  it("takes the client out of the document and seals its secret (R40)", async () => {
    const world = await createWorld();
    const source = exampleSource({
      name: "fresh",
      config: { client: { client_id: "id-1", client_secret: "hush-hush" } },
    });
    const { document, isNew } = await putIntegration(world, caller, "fresh", source);
    expect(isNew).toBe(true);
    expect(JSON.stringify(document)).not.toContain("hush-hush");
    const stored = await findIntegration(world, caller, "fresh");
    expect(JSON.stringify(stored.document)).not.toContain("hush-hush");
    expect(stored.client?.layer.clientId).toBe("id-1");
    expect(await secretOf(world, "fresh")).toBe("hush-hush");
    expect(JSON.stringify(world.integrations.audit)).not.toContain("hush-hush");
  });

  it("does not move live credentials to another host (invariant 12)", async () => {
    const world = await createWorld();
    world.integrations.setLiveAccounts(3);
    const moved = exampleSource({ config: elsewhere });
    await expect(putIntegration(world, caller, "acme-crm", moved)).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("3 accounts") as string,
    });
    const { document } = await findIntegration(world, caller, "acme-crm");
    expect(oauthConfigOf(document)?.auth.tokenHost).toBe("https://login.acme.example");
  });

  it("has teeth: the same change goes through without live accounts, and another change with them", async () => {
    const world = await createWorld();
    await putIntegration(world, caller, "acme-crm", exampleSource({ config: elsewhere }));
    world.integrations.setLiveAccounts(3);
    const renamed = { ...exampleSource({ config: elsewhere }), label: "New label" };
    expect((await putIntegration(world, caller, "acme-crm", renamed)).isNew).toBe(false);
  });

  it("does not move live credentials by way of the authorization host or the API's address", async () => {
    const world = await createWorld();
    world.integrations.setLiveAccounts(1);
    const auth = { tokenHost: "https://login.acme.example", authorizeHost: "https://login.evil.example" };
    const byLogin = exampleSource({ config: { auth } });
    const byApi = exampleSource({ api: { baseUrl: "https://api.evil.example" } });
    for (const source of [byLogin, byApi]) {
      await expect(putIntegration(world, caller, "acme-crm", source)).rejects.toMatchObject({ code: "conflict" });
    }
  });
});

describe("the OAuth client of an environment", () => {
  it("gets a new secret under a new version, and the old value opens no more in its place", async () => {
    const world = await createWorld();
    const before = (await findIntegration(world, caller, "acme-crm")).client?.secret;
    await configureClient(world, caller, "acme-crm", { clientSecret: "second-secret" });
    const after = (await findIntegration(world, caller, "acme-crm")).client?.secret;
    expect([before?.version, after?.version]).toEqual([1, 2]);
    expect(await secretOf(world)).toBe("second-secret");
    expect(world.integrations.audit.map((one) => one.action)).toEqual([
      "environment_integration.updated",
      "secret.sealed",
    ]);
    expect(JSON.stringify(world.integrations.audit)).not.toContain("second-secret");
  });

  it("keeps what is not named", async () => {
    const world = await createWorld();
    await configureClient(world, caller, "acme-crm", { scopes: ["only.this"] });
    const { client } = await findIntegration(world, caller, "acme-crm");
    expect(client?.layer).toEqual({ clientId: "client-of-acme", scopes: ["only.this"] });
    expect(await secretOf(world)).toBe("client-secret-of-acme");
  });

  it("is left as it was while the KMS is down (R43)", async () => {
    const world = await createWorld();
    world.keys.setDown("wrap");
    const change = configureClient(world, caller, "acme-crm", { clientId: "new", clientSecret: "new" });
    await expect(change).rejects.toMatchObject({ code: "kms_unavailable" });
    expect((await findIntegration(world, caller, "acme-crm")).client?.layer.clientId).toBe("client-of-acme");
  });
});

it("an integration whose credentials are typed takes no OAuth client", async () => {
  const world = await createWorld({ document: typedDocument("api_key") });
  await expect(configureClient(world, caller, "acme-keys", { clientId: "new" })).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/credentials/oauth2" }],
  });
});

describe("what a key is not for", () => {
  it("is not found, like what does not exist", async () => {
    const world = await createWorld();
    const narrow = { ...caller, integrationNames: ["other"] };
    await expect(findIntegration(world, narrow, "acme-crm")).rejects.toMatchObject({ code: "not_found" });
    await expect(findIntegration(world, caller, "nobody")).rejects.toMatchObject({ code: "not_found" });
    const other = { ...caller, environmentId: "env_other" };
    await expect(findIntegration(world, other, "acme-crm")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("deleting a definition", () => {
  it("is refused while accounts live on it", async () => {
    const world = await createWorld();
    world.integrations.setLiveAccounts(1);
    await expect(deleteIntegration(world, caller, "acme-crm")).rejects.toMatchObject({ code: "conflict" });
    world.integrations.setLiveAccounts(0);
    await deleteIntegration(world, caller, "acme-crm");
    expect(await world.integrations.find(environmentId, "acme-crm")).toBeNull();
    expect(world.integrations.audit.at(-1)?.action).toBe("integration.deleted");
  });

  it("is refused for what comes from the catalogue", async () => {
    const world = await createWorld();
    const configured = await findIntegration(world, caller, "acme-crm");
    world.integrations.set({ ...configured, origin: "platform" });
    await expect(deleteIntegration(world, caller, "acme-crm")).rejects.toMatchObject({ code: "conflict" });
  });
});
