import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { caller, createWorld, environmentId } from "#test/fakes/world";
import { putIntegration } from "./administer-integrations.ts";
import { configureClient } from "./configure-client.ts";
import { tryDefinition } from "./try-definition.ts";

const any = { name: null, withEffect: true };
const textOf = (source: unknown): string => JSON.stringify(source, null, 2);
const elsewhere = { auth: { tokenHost: "https://login.evil.example" } };

describe("a definition that is tried", () => {
  it("is told every mistake with its place in the text, and no effect", async () => {
    const text = '{\n  "name": "acme-crm",\n  "lable": 1\n}';
    const tried = await tryDefinition(await createWorld(), caller, text, any);
    expect(tried.effect).toBeNull();
    expect(tried.errors.map(({ pointer, line, column }) => [pointer, line, column])).toEqual([
      ["/credentials", 1, 1],
      ["/lable", 3, 3],
    ]);
  });

  it("is told where it is no JSON", async () => {
    const { errors } = await tryDefinition(await createWorld(), caller, '{\n  "name": x\n}', any);
    expect(errors).toEqual([
      { pointer: "", detail: expect.stringContaining("no JSON") as string, line: 2, column: 11 },
    ]);
  });

  it("must have the name that was asked for, and gets it where it says none", async () => {
    const world = await createWorld();
    const { name: _, ...nameless } = exampleSource({ name: "fresh" }) as { name: string };
    const named = { name: "fresh", withEffect: true };
    expect(await tryDefinition(world, caller, textOf(nameless), named)).toMatchObject({ name: "fresh", errors: [] });
    const other = await tryDefinition(world, caller, textOf(exampleSource({ name: "other" })), named);
    expect(other.errors).toMatchObject([{ pointer: "/name", line: 2 }]);
  });

  it("is told hosts that can't be called, where they stand", async () => {
    const world = { ...(await createWorld()), hostRefusal: () => "is refused" };
    const { errors } = await tryDefinition(world, caller, textOf(exampleSource({ name: "fresh" })), any);
    expect(errors).toMatchObject([{ pointer: "/credentials/config/auth/tokenHost", line: 8, column: 9 }]);
  });

  it("creates what is not there, and does not create it", async () => {
    const world = await createWorld();
    const tried = await tryDefinition(world, caller, textOf(exampleSource({ name: "fresh" })), any);
    expect(tried.effect).toMatchObject({ kind: "creates", liveAccounts: 0, refusal: null, hosts: { before: null } });
    expect(await world.integrations.find(environmentId, "fresh")).toBeNull();
    expect(world.integrations.audit).toEqual([]);
  });

  it("changes nothing where it is in force already, and tells what is otherwise where it is not", async () => {
    const world = await createWorld();
    const source = exampleSource({ name: "fresh", config: { scope: ["a"] } });
    await putIntegration(world, caller, "fresh", source);
    expect((await tryDefinition(world, caller, textOf(source), any)).effect).toMatchObject({
      kind: "unchanged",
      changes: [],
    });
    const other = exampleSource({ name: "fresh", config: { scope: ["a", "b"] } });
    expect((await tryDefinition(world, caller, textOf(other), any)).effect).toMatchObject({
      kind: "replaces",
      changes: [{ what: "/credentials/config/scope", before: '["a"]', after: '["a","b"]' }],
    });
  });

  it("would be refused where live accounts' credentials went elsewhere, and two people may want it all the same", async () => {
    const world = await createWorld();
    world.integrations.setLiveAccounts(412);
    const moved = exampleSource({ name: "acme-crm", config: elsewhere });
    const { effect, errors } = await tryDefinition(world, caller, textOf(moved), any);
    expect(errors).toEqual([]);
    expect(effect).toMatchObject({
      liveAccounts: 412,
      hosts: { after: expect.stringContaining("login.evil.example") as string },
      refusal: {
        cause: "hosts",
        isApprovable: true,
        detail: expect.stringContaining("412 accounts live on") as string,
      },
    });
    // What it says is what comes of it.
    await expect(putIntegration(world, caller, "acme-crm", moved)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(effect?.refusal?.detail ?? "nothing") as string,
    });
  });

  it("tells that secrets are erased where nobody lives on it and its hosts change", async () => {
    const world = await createWorld();
    await putIntegration(world, caller, "fresh", exampleSource({ name: "fresh" }));
    await configureClient(world, caller, "fresh", { clientId: "a", clientSecret: "b" });
    const moved = textOf(exampleSource({ name: "fresh", config: elsewhere }));
    expect((await tryDefinition(world, caller, moved, any)).effect).toMatchObject({
      erasesSecrets: true,
      refusal: null,
    });
  });

  it("is told overrides that would not fit it, in the place where they collide", async () => {
    const world = await createWorld();
    await putIntegration(
      world,
      caller,
      "fresh",
      exampleSource({ name: "fresh", inputs: [{ name: "shop", label: "Shop" }] }),
    );
    await configureClient(world, caller, "fresh", {
      overrides: [{ credentials: { config: { params: { authorize: { shop: "{shop}" } } } } }],
    });
    const { errors, effect } = await tryDefinition(world, caller, textOf(exampleSource({ name: "fresh" })), any);
    expect(errors).toMatchObject([{ detail: expect.stringContaining("with this environment's overrides") as string }]);
    expect(effect).toBeNull();
  });

  it("is looked at by its form alone where nobody asks for more", async () => {
    const world = await createWorld();
    const tried = await tryDefinition(world, caller, textOf(exampleSource({ name: "fresh" })), {
      name: null,
      withEffect: false,
    });
    expect(tried).toEqual({ name: "fresh", errors: [], effect: null });
  });
});
