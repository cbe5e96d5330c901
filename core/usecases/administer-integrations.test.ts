import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import { deleteIntegration, parseDocument, putIntegration, refuseRepeatedMembers } from "./administer-integrations.ts";
import { configureClient } from "./configure-client.ts";
import { findIntegration } from "./find-integration.ts";
import { openClientSecrets } from "./load-integration.ts";

const elsewhere = { auth: { tokenHost: "https://login.evil.example" } };
const secretsOf = async (world: World, name = "acme-crm") => {
  const { newestFirst } = await openClientSecrets(world, await findIntegration(world, caller, name), "test");
  return newestFirst.map((one) => one.secret);
};

describe("a document that is not valid", () => {
  it("is refused with the pointer of every error (RFC 6901)", () => {
    const source = exampleSource({ config: { pkce: { method: "plain" }, "a/b~c": 1, scopeSeperator: "," } });
    const parse = (): unknown => parseDocument({ ...source, lable: 1 });
    expect(parse).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        errors: expect.arrayContaining([
          { pointer: "/lable", detail: expect.stringContaining("label") as string },
          { pointer: "/credentials/config/pkce/method", detail: expect.stringContaining("S256, none") as string },
          expect.objectContaining({ pointer: "/credentials/config/a~1b~0c" }),
          {
            pointer: "/credentials/config/scopeSeperator",
            detail: "is no field here; did you mean scopeSeparator?",
          },
        ]) as unknown,
      }) as Error,
    );
  });

  it.each([null, 7, "text", []])("is refused when it is %o", (value) => {
    expect(() => parseDocument(value)).toThrow("invalid_request");
  });
});

describe("a member that stands there twice", () => {
  it("is refused, since the last one would count silently", () => {
    expect(() => refuseRepeatedMembers('{"name": "a", "api": {"headers": {"x": "1", "x": "2"}}, "name": "b"}')).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        errors: ["/api/headers/x", "/name"].map((pointer) => expect.objectContaining({ pointer }) as unknown),
      }) as Error,
    );
    expect(() => refuseRepeatedMembers('{"a": {"x": 1}, "b": {"x": 1}}')).not.toThrow();
  });
});

describe("hosts that can't be called", () => {
  const config = { auth: { tokenHost: "http://{shop}.acme.example:8080", authorizeHost: "http://login.acme.example" } };
  const source = exampleSource({ name: "fresh", inputs: [{ name: "shop", label: "Shop" }], config });

  it("are told when they are written, where it is certain", async () => {
    const world = { ...(await createWorld()), hostRefusal: (origin: string) => `${origin} is refused` };
    await expect(putIntegration(world, caller, "fresh", source)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [
        {
          pointer: "/credentials/config/auth/tokenHost",
          detail: "can't be called: http://x.acme.example:8080 is refused",
        },
      ],
    });
  });

  it("are found out when they are called otherwise", async () => {
    const world = { ...(await createWorld()), hostRefusal: () => null };
    expect((await putIntegration(world, caller, "fresh", source)).isNew).toBe(true);
  });
});

describe("a definition that can't be read any more", () => {
  async function unreadable(live: number): Promise<World> {
    const world = await createWorld();
    world.integrations.setLiveAccounts(live);
    const find = world.integrations.find.bind(world.integrations);
    let isMended = false;
    const integrations = {
      ...world.integrations,
      find: async (environment: string, name: string) => {
        if (!isMended) throw new UnreadableDefinition(name, ["/credentials is missing"]);
        return await find(environment, name);
      },
      put: async (...given: Parameters<typeof world.integrations.put>) => {
        isMended = true;
        return await world.integrations.put(...given);
      },
    };
    return { ...world, integrations };
  }

  it("is replaced by one with the same hosts, also while accounts live on it", async () => {
    const world = await unreadable(3);
    expect((await putIntegration(world, caller, "acme-crm", exampleSource())).document.name).toBe("acme-crm");
  });

  it("is not replaced by one with other hosts, while accounts live on it (invariant 12)", async () => {
    const source = exampleSource({ config: elsewhere });
    const world = await unreadable(3);
    await expect(putIntegration(world, caller, "acme-crm", source)).rejects.toMatchObject({ code: "conflict" });
    expect((await putIntegration(await unreadable(0), caller, "acme-crm", source)).isNew).toBe(false);
  });

  it("is not replaced while accounts live on it and nobody can tell where it led (invariant 12)", async () => {
    const world = await unreadable(3);
    const refused = { kind: "refused", cause: "unreadable", liveAccounts: 3, pinned: null } as const;
    const integrations = { ...world.integrations, put: async () => refused };
    await expect(putIntegration({ ...world, integrations }, caller, "acme-crm", exampleSource())).rejects.toMatchObject(
      {
        code: "conflict",
        detail: expect.stringContaining("3 accounts live on a definition that can't be read"),
      },
    );
  });

  it("may be deleted", async () => {
    const world = await unreadable(0);
    await expect(deleteIntegration(world, caller, "acme-crm")).resolves.toBeUndefined();
    await expect(deleteIntegration(await unreadable(1), caller, "acme-crm")).rejects.toMatchObject({
      code: "conflict",
    });
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
    expect(await secretsOf(world, "fresh")).toEqual(["hush-hush"]);
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

  it("erases every client secret with a move of hosts, each with its record, and keeps none for the overlap", async () => {
    const world = await createWorld();
    await configureClient(world, caller, "acme-crm", { clientSecret: "second-secret" });
    expect(await secretsOf(world)).toHaveLength(2);
    await putIntegration(world, caller, "acme-crm", exampleSource({ config: elsewhere }));
    expect(await secretsOf(world)).toEqual([]);
    const erased = world.integrations.audit.filter((one) => one.action === "secret.erased");
    expect(erased.map((one) => one.detail)).toEqual([
      { field: "client_secret", version: 2, reason: "hosts_changed" },
      { field: "client_secret", version: 1, reason: "hosts_changed" },
    ]);
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
