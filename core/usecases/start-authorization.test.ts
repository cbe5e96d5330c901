import { describe, expect, it } from "vitest";
import { addLink, click, depart } from "#test/fakes/connect-trip";
import { failureResult, oauthError } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId } from "#test/fakes/world";
import type { RequestFailure } from "../ports/authorization-server.ts";
import { linkState } from "./start-authorization.ts";

describe("leaving for the provider (R1)", () => {
  it("carries a state and a challenge of 256 bits, fresh for each click", async () => {
    const world = await createWorld();
    const link = await addLink(world);
    const [one, two] = [await depart(world, link.id), await depart(world, link.id)];
    expect(one.searchParams.get("state")).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(one.searchParams.get("code_challenge")).toMatch(/^[A-Za-z0-9_-]{43}$/);
    for (const name of ["state", "code_challenge", "nonce"]) {
      expect(one.searchParams.get(name)).not.toBe(two.searchParams.get(name));
    }
  });

  it("comes back to an address made from the configuration alone (A7)", async () => {
    const world = await createWorld();
    const url = await depart(world, (await addLink(world)).id);
    expect(url.searchParams.get("redirect_uri")).toBe("https://evergrant.example/oauth/callback/callback-of-acme");
  });

  it("keeps state and verifier where nobody can read them", async () => {
    const world = await createWorld();
    const url = await depart(world, (await addLink(world)).id);
    const [session] = [...world.connect.sessions.values()];
    expect(JSON.stringify(session)).not.toContain(url.searchParams.get("state"));
    expect(session).toMatchObject({
      status: "authorizing",
      expiresAt: new Date(world.clock.now().getTime() + 600_000),
      tokenEndpoint: "https://login.acme.example/oauth/token",
    });
  });

  it("names no tenant, account or environment in the address (R2)", async () => {
    const world = await createWorld();
    const url = await depart(world, (await addLink(world)).id);
    expect(url.href).not.toMatch(/tenant|ia_|env_/);
  });

  it("asks for the integration's scopes and the link's, each once (R6)", async () => {
    const world = await createWorld();
    const url = await depart(world, (await addLink(world, { scopes: ["openid", "deals.read"] })).id);
    expect(url.searchParams.get("scope")).toBe("contacts.read openid deals.read");
  });

  it("makes a nonce only where an ID token comes", async () => {
    const world = await createWorld({ config: { scope: ["contacts.read"] } });
    expect((await depart(world, (await addLink(world)).id)).searchParams.has("nonce")).toBe(false);
  });

  it("makes no verifier where the integration turned PKCE off", async () => {
    const world = await createWorld({ config: { pkce: { method: "none" } } });
    expect((await depart(world, (await addLink(world)).id)).searchParams.has("code_challenge")).toBe(false);
  });
});

describe("the account of a click", () => {
  it("is new and connecting, with its audit record", async () => {
    const world = await createWorld();
    const link = await addLink(world, { metadata: { plan: "gold" }, userReference: "user-7" });
    await depart(world, link.id);
    const { accountId } = (await world.connect.findLink(link.id)) ?? { accountId: null };
    expect(await world.account(accountId ?? "")).toMatchObject({
      status: "connecting",
      tenantId: "tenant-one",
      userReference: "user-7",
      metadata: { plan: "gold" },
    });
    expect(world.accounts.audit.map((one) => one.action)).toEqual(["account.created"]);
  });

  it("is the same for a second click with the same inputs", async () => {
    const world = await createWorld({ inputs: [{ name: "shop", label: "Shop", required: false }] });
    const link = await addLink(world);
    const accountOf = async (shop: string) => {
      await depart(world, link.id, { inputs: { shop } });
      return (await world.connect.findLink(link.id))?.accountId;
    };
    const first = await accountOf("a");
    expect(await accountOf("a")).toBe(first);
    expect(await accountOf("b")).not.toBe(first);
  });

  it("is the one to re-authorize where the link names one, and keeps its id (R31)", async () => {
    const world = await createWorld();
    await world.addAccount();
    const link = await addLink(world, { integratedAccountId: "ia_one" });
    await depart(world, link.id);
    expect([...world.connect.sessions.values()].map((one) => one.accountId)).toEqual(["ia_one"]);
  });

  it("is not made for inputs that do not do", async () => {
    const world = await createWorld({ inputs: [{ name: "shop", label: "Shop" }] });
    const link = await addLink(world);
    await expect(click(world, link.id)).rejects.toMatchObject({ errors: [{ pointer: "/inputs/shop" }] });
    expect((await world.connect.findLink(link.id))?.accountId).toBeNull();
    expect(world.connect.sessions.size).toBe(0);
  });
});

describe("a click that leads nowhere", () => {
  it("says that the link is used or expired", async () => {
    const world = await createWorld();
    const link = await addLink(world);
    expect(linkState({ ...link, usedAt: new Date(0) }, world.clock.now())).toBe("used");
    expect(linkState(link, world.clock.now())).toBe("open");
    world.clock.advance(3_600_000);
    expect(await click(world, link.id)).toEqual({ kind: "unusable_link", state: "expired" });
    expect(world.connect.sessions.size).toBe(0);
  });

  it.each([
    ["an integration that the link is not for", "other"],
    ["an integration that does not exist", "nobody"],
  ])("is unavailable for %s", async (_name, integrationName) => {
    const world = await createWorld();
    expect(await click(world, (await addLink(world)).id, { integrationName })).toEqual({ kind: "unavailable" });
  });

  it("is unavailable while the operator has set no OAuth client", async () => {
    const world = await createWorld();
    const link = await addLink(world);
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured !== null) world.integrations.set({ ...configured, client: null });
    expect(await click(world, link.id)).toEqual({ kind: "unavailable" });
  });

  it("is unavailable once the account to re-authorize was disconnected", async () => {
    const world = await createWorld();
    await world.addAccount();
    const link = await addLink(world, { integratedAccountId: "ia_one" });
    world.accounts.patch("ia_one", { status: "disconnected" });
    expect(await click(world, link.id)).toEqual({ kind: "unavailable" });
  });

  it("sends nobody away while the KMS is down: the verifier could not be sealed (R43)", async () => {
    const world = await createWorld();
    const link = await addLink(world);
    world.keys.setDown("wrap");
    await expect(click(world, link.id)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.connect.sessions.size).toBe(0);
  });
});

describe("a request that is pushed (RFC 9126)", () => {
  const config = {
    auth: { tokenHost: "https://login.acme.example", authorizePath: "/authorize", parPath: "/par" },
    params: { authorize: { prompt: "consent" } },
  };

  it("shows the server the client and the whole request, and the browser a reference alone (A20)", async () => {
    const world = await createWorld({ config });
    const url = await depart(world, (await addLink(world)).id);
    const [pushed] = world.server.of("push");
    expect(pushed).toMatchObject({
      secret: "client-secret-of-acme",
      request: { redirectUri: "https://evergrant.example/oauth/callback/callback-of-acme", nonce: expect.any(String) },
    });
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "client-of-acme",
      request_uri: "urn:ietf:params:oauth:request_uri:1",
    });
  });

  it("is pushed anew by each click: no reference is used twice", async () => {
    const world = await createWorld({ config });
    const link = await addLink(world);
    const [one, two] = [await depart(world, link.id), await depart(world, link.id)];
    expect(one.href).not.toBe(two.href);
    const [first, second] = world.server.of("push");
    expect(first?.request.state).not.toBe(second?.request.state);
  });

  it.each<[string, RequestFailure, string]>([
    ["refuses our client", oauthError("invalid_client", 401), "client_misconfigured"],
    ["refuses the request", oauthError("invalid_scope"), "client_misconfigured"],
    ["does not answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" }), "provider_unreachable"],
    [
      "is unwell",
      failureResult({ kind: "http_error", status: 503, isPage: true, retryAfterSeconds: null }),
      "provider_error",
    ],
  ])("ends the trip, and its page says why, when the server %s", async (_name, answer, code) => {
    const world = await createWorld({ config });
    const link = await addLink(world);
    world.server.pushWith(answer);
    expect(await click(world, link.id)).toMatchObject({ kind: "failed", failure: { code } });
    const [session] = [...world.connect.sessions.values()];
    expect(session).toMatchObject({ status: "failed", failure: { code } });
    // The link is not used up: the next click may succeed.
    expect((await world.connect.findLink(link.id))?.usedAt).toBeNull();
  });

  it("sends nobody on with a reference that has ended", async () => {
    const world = await createWorld({ config });
    world.server.pushWith({ kind: "pushed", requestUri: "urn:example:1", expiresAt: world.clock.now() });
    expect(await click(world, (await addLink(world)).id)).toMatchObject({ failure: { code: "provider_error" } });
  });
});
