import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { resolveIntegration, type ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import {
  createScriptedAuthorizationServer,
  failureResult,
  oauthError,
  tokenResult,
} from "#test/fakes/scripted-authorization-server";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import type { AuthorizationServer, ClientSecret, ClientSecrets } from "../ports/authorization-server.ts";
import { createSecretsInTurn } from "./secrets-in-turn.ts";

const refused = oauthError("invalid_client", 401);
const resolved = resolveIntegration(exampleDocument(), { clientId: "client-1" }, {});

/** A provider that takes some secrets, asked with three: `new`, `old` and `older`. */
function setUp(options: { owner?: string | null; integration?: Partial<ResolvedIntegration> } = {}) {
  const clock = createSteppedClock();
  const start = clock.now();
  const script = createScriptedAuthorizationServer(clock);
  const log = createRecordingLog();
  const worked: [string, number, number][] = [];
  const integrations = {
    secretWorked: async (owner: string, version: number, at: Date) =>
      void worked.push([owner, version, (at.getTime() - start.getTime()) / 1000]),
  };
  const until = (days: number): Date => new Date(start.getTime() + days * 86_400_000);
  const secrets: ClientSecrets = {
    owner: options.owner === undefined ? "ei_acme" : options.owner,
    field: "client_secret",
    newestFirst: [
      { version: 3, acceptedUntil: null, secret: new Secret("new") },
      { version: 2, acceptedUntil: until(7), secret: new Secret("old") },
      { version: 1, acceptedUntil: until(1), secret: new Secret("older") },
    ],
  };
  const integration = { ...resolved, ...options.integration };
  const server = createSecretsInTurn({ server: script, integrations, clock, log });
  const refresh = (given = secrets) => server.refresh(integration, given, "refresh-0");
  return {
    clock,
    script,
    log,
    worked,
    integrations,
    secrets,
    integration,
    server,
    refresh,
    /** From now on the provider takes these secrets alone. */
    accept: (...taken: string[]) =>
      script.respondWith((request) =>
        taken.includes(request.secret ?? "") ? tokenResult(clock, request.secret ?? "") : refused,
      ),
    /** The secrets that one more refresh shows, in order. */
    async shown(): Promise<(string | null)[]> {
      const before = script.requests.length;
      await refresh();
      return script.requests.slice(before).map((one) => one.secret);
    },
  };
}

describe("a refused client secret", () => {
  it("is followed by the next older one, which asks the same", async () => {
    const world = setUp();
    world.accept("older");
    const result = await world.refresh();
    expect(result).toMatchObject({ kind: "tokens", response: { accessToken: "access-older" }, secretUse: "previous" });
    expect(world.script.of("refresh").map((one) => [one.secret, one.refreshToken])).toEqual([
      ["new", "refresh-0"],
      ["old", "refresh-0"],
      ["older", "refresh-0"],
    ]);
  });

  it("is not followed by any when the newest is taken, and nothing is said of it", async () => {
    const world = setUp();
    world.accept("new", "old");
    expect(await world.refresh()).not.toHaveProperty("secretUse");
    expect(world.script.requests).toHaveLength(1);
  });

  it("is the client's failure only when all of them were refused; what is told is what was said of the newest", async () => {
    const world = setUp();
    world.script.respondWith(({ secret }) => ({
      ...refused,
      failure: { ...refused.failure, description: secret } as never,
    }));
    expect(await world.refresh()).toMatchObject({
      kind: "failure",
      failure: { error: "invalid_client", description: "new" },
      secretUse: "all_refused",
    });
    expect(world.script.requests).toHaveLength(3);
  });

  it.each([
    ["a dead grant", oauthError("invalid_grant")],
    ["unauthorized_client", oauthError("unauthorized_client")],
    ["a 429", oauthError("invalid_client", 429)],
    ["an outage", failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null })],
    ["a lost answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" })],
    ["an unreadable answer", failureResult({ kind: "unreadable_answer", status: 200, detail: "" })],
  ])("is what no other answer is taken for: after %s nothing is sent again", async (_name, answer) => {
    const world = setUp();
    world.script.respondWith(answer);
    expect(await world.refresh()).toEqual(answer);
    expect(world.script.requests).toHaveLength(1);
  });

  it("leaves the word to the older one: its dead grant is a dead grant, its lost answer is in doubt", async () => {
    for (const answer of [oauthError("invalid_grant"), failureResult({ kind: "answer_lost", detail: "ECONNRESET" })]) {
      const world = setUp();
      world.script.respondWith(({ secret }) => (secret === "new" ? refused : answer));
      expect(await world.refresh()).toEqual({ ...answer, secretUse: "previous" });
      expect(world.script.requests).toHaveLength(2);
    }
  });

  it("stays the only one where the client has no other, and nothing is said of others", async () => {
    const world = setUp();
    world.script.respondWith(refused);
    const alone = { ...world.secrets, newestFirst: world.secrets.newestFirst.slice(0, 1) };
    expect(await world.refresh(alone)).toEqual(refused);
    expect(await world.refresh({ ...world.secrets, newestFirst: [] })).toEqual(refused);
    expect(world.script.requests.map((one) => one.secret)).toEqual(["new", null]);
  });

  it("is followed by none where the client shows no secret", async () => {
    const world = setUp({ integration: { clientAuthentication: "none" } });
    world.script.respondWith(refused);
    await world.refresh();
    expect(world.script.requests).toHaveLength(1);
  });
});

describe("every kind of request", () => {
  type Ask = (
    server: AuthorizationServer,
    secrets: ClientSecrets,
    integration: ResolvedIntegration,
  ) => Promise<unknown>;
  const exchange = { code: "c", redirectUri: "https://evergrant.example/cb", verifier: null, nonce: null };
  const request = {
    clientId: "client-1",
    redirectUri: "https://evergrant.example/cb",
    state: "s",
    scopes: [],
    verifier: null,
    nonce: null,
  };
  it.each<[string, Ask]>([
    ["a pushed authorization request", (server, secrets, one) => server.pushAuthorization(one, secrets, request)],
    ["a refresh", (server, secrets, one) => server.refresh(one, secrets, "r")],
    ["a code exchange", (server, secrets, one) => server.exchangeCode(one, secrets, exchange)],
    ["client credentials", (server, secrets, one) => server.clientCredentials(one, secrets)],
    ["a second step", (server, secrets, one) => server.exchangeToken(one, secrets, "a", 20)],
    ["an introspection", (server, secrets, one) => server.introspect(one, secrets, "a")],
    ["a revocation", (server, secrets, one) => server.revoke(one, secrets, "r", "refresh_token")],
  ])("tries the secrets in turn: %s", async (_name, ask) => {
    const world = setUp();
    world.script.respondWith(refused);
    world.script.pushWith(refused);
    world.script.introspectWith(refused);
    world.script.failRevocation(refused);
    expect(await ask(world.server, world.secrets, world.integration)).toMatchObject({ secretUse: "all_refused" });
    expect(world.script.requests.map((one) => one.secret)).toEqual(["new", "old", "older"]);
  });
});

describe("the deadline", () => {
  /** A server that takes `seconds` to refuse, and writes down what time each request was given. */
  function slow(seconds: number, timeoutSeconds: number) {
    const integration = { ...resolved, refreshPolicy: { ...resolved.refreshPolicy, timeoutSeconds } };
    const world = setUp({ integration });
    const given: number[] = [];
    const server: AuthorizationServer<ClientSecret> = {
      ...world.script,
      async refresh(asked) {
        given.push(asked.refreshPolicy.timeoutSeconds);
        world.clock.advance(seconds * 1000);
        return refused;
      },
      async introspect(asked) {
        given.push(asked.refreshPolicy.timeoutSeconds);
        world.clock.advance(seconds * 1000);
        return refused;
      },
    };
    return { ...world, given, server: createSecretsInTurn({ ...world, server }) };
  }

  it("is one for all of them: each gets what is left", async () => {
    const world = slow(7, 20);
    await world.server.refresh(world.integration, world.secrets, "r");
    expect(world.given).toEqual([20, 13, 6]);
  });

  it.each([
    [18, [20, 2]],
    [18.001, [20]],
    [30, [20]],
  ])("leaves the others untried with less than two seconds left: refused after %d s", async (seconds, given) => {
    const world = slow(seconds, 20);
    expect(await world.server.refresh(world.integration, world.secrets, "r")).toEqual(refused);
    expect(world.given).toEqual(given);
  });

  it("of an introspection is shorter: nobody waits for it as for a token", async () => {
    const world = slow(3.5, 20);
    await world.server.introspect(world.integration, world.secrets, "a");
    expect(world.given).toEqual([20]);
  });

  it("counts the time that a machine slept, so that nothing is sent under a lease that has ended", async () => {
    const world = setUp();
    const server: AuthorizationServer<ClientSecret> = {
      ...world.script,
      async refresh(asked, secret, token) {
        const result = await world.script.refresh(asked, secret, token);
        world.clock.suspend(60_000);
        return result;
      },
    };
    world.script.respondWith(refused);
    await createSecretsInTurn({ ...world, server }).refresh(world.integration, world.secrets, "r");
    expect(world.script.requests).toHaveLength(1);
  });

  it("does not carry a secret over its own end", async () => {
    const world = setUp();
    const server: AuthorizationServer<ClientSecret> = {
      ...world.script,
      async refresh(asked, secret, token) {
        const result = await world.script.refresh(asked, secret, token);
        world.clock.advance(3_000);
        return result;
      },
    };
    world.script.respondWith(refused);
    const [newest, old] = world.secrets.newestFirst;
    const ending = { ...old, acceptedUntil: new Date(world.clock.now().getTime() + 2_000) };
    const secrets = { ...world.secrets, newestFirst: [newest, ending] } as ClientSecrets;
    await createSecretsInTurn({ ...world, server }).refresh(world.integration, secrets, "r");
    expect(world.script.requests.map((one) => one.secret)).toEqual(["new"]);
  });
});

describe("while the provider does not know the newest yet", () => {
  it("the one that works goes first, and the newest once a minute", async () => {
    const world = setUp();
    world.accept("old");
    expect(await world.shown()).toEqual(["new", "old"]);
    for (let second = 1; second < 60; second += 1) {
      world.clock.advance(1_000);
      expect(await world.shown()).toEqual(["old"]);
    }
    world.clock.advance(1_000);
    expect(await world.shown()).toEqual(["new", "old"]);
    expect(await world.shown()).toEqual(["old"]);
  });

  it("whoever comes while the newest is tried does not try it too", async () => {
    const world = setUp();
    world.accept("old");
    await world.refresh();
    world.clock.advance(60_000);
    const before = world.script.requests.length;
    await Promise.all(Array.from({ length: 5 }, () => world.refresh()));
    expect(world.script.requests.slice(before).filter((one) => one.secret === "new")).toHaveLength(1);
  });

  it("a provider that switches is followed within the same request, at once and for good", async () => {
    const world = setUp();
    world.accept("old");
    await world.refresh();
    world.accept("new");
    expect(await world.shown()).toEqual(["old", "new"]);
    expect(await world.shown()).toEqual(["new"]);
  });

  it("one that worked and is refused has no right to go first any more, though time was up for the newest", async () => {
    const world = setUp();
    world.accept("old");
    await world.refresh();
    let waitMs = 19_000;
    const server = {
      ...world.script,
      refresh: async (...asked: Parameters<typeof world.script.refresh>) => {
        const result = await world.script.refresh(...asked);
        world.clock.advance(waitMs);
        return result;
      },
    };
    const slow = createSecretsInTurn({ ...world, server });
    const ask = () => slow.refresh(world.integration, world.secrets, "r");
    await ask();
    waitMs = 0;
    await ask();
    waitMs = 19_000;
    world.accept("new");
    await ask();
    waitMs = 0;
    const before = world.script.requests.length;
    await ask();
    expect(world.script.requests.slice(before).map((one) => one.secret)).toEqual(["new"]);
  });

  it("is known to one process alone", async () => {
    const world = setUp();
    world.accept("old");
    await world.refresh();
    const before = world.script.requests.length;
    const other = createSecretsInTurn({ ...world, server: world.script });
    await other.refresh(world.integration, world.secrets, "r");
    expect(world.script.requests.slice(before).map((one) => one.secret)).toEqual(["new", "old"]);
  });

  it("is known of this client alone", async () => {
    const world = setUp();
    world.accept("old");
    await world.refresh();
    const before = world.script.requests.length;
    await world.refresh({ ...world.secrets, owner: "ei_other" });
    await world.refresh({ ...world.secrets, owner: null });
    expect(world.script.requests.slice(before).map((one) => one.secret)).toEqual(["new", "old", "new", "old"]);
  });
});

describe("which secret works", () => {
  it("is written down at most once a minute, and at once when it changes", async () => {
    const world = setUp();
    world.accept("old");
    for (let second = 0; second < 61; second += 1) {
      await world.refresh();
      world.clock.advance(1_000);
    }
    world.accept("new");
    await world.refresh();
    await world.refresh();
    expect(world.worked).toEqual([
      ["ei_acme", 2, 0],
      ["ei_acme", 2, 60],
      ["ei_acme", 3, 61],
    ]);
  });

  it("is not taken from an answer without tokens, nor written down of an account's own client", async () => {
    const world = setUp();
    world.script.respondWith(oauthError("invalid_grant"));
    world.script.introspectWith({ active: true, expiresAt: null });
    await world.refresh();
    await world.server.introspect(world.integration, world.secrets, "a");
    await world.server.revoke(world.integration, world.secrets, "r", "refresh_token");
    world.accept("new");
    await world.refresh({ ...world.secrets, owner: null });
    expect(world.worked).toEqual([]);
  });

  it("of keys is remembered, told apart from a secret of the same version, and not written down as one", async () => {
    const world = setUp();
    const keys: ClientSecrets = { ...world.secrets, field: "client_key" };
    world.accept("old");
    expect(await world.refresh(keys)).toMatchObject({ kind: "tokens", secretUse: "previous_key" });
    await world.refresh(keys);
    await world.refresh();
    expect(world.script.requests.map((one) => one.secret)).toEqual(["new", "old", "old", "new", "old"]);
    expect(world.worked).toEqual([["ei_acme", 2, 0]]);
    world.accept();
    expect(await world.refresh(keys)).toMatchObject({ kind: "failure", secretUse: "all_keys_refused" });
  });

  it("costs nothing but a line in the log when it can't be written down", async () => {
    const world = setUp();
    const integrations = { secretWorked: () => Promise.reject(new Error("away")) };
    const server = createSecretsInTurn({ ...world, server: world.script, integrations });
    expect((await server.refresh(world.integration, world.secrets, "r")).kind).toBe("tokens");
    await Promise.resolve();
    expect(world.log.lines).toMatchObject([{ level: "warn" }]);
    expect(JSON.stringify(world.log.lines)).not.toContain('"new"');
  });
});

describe("what is no secret but proves the client", () => {
  const unusable = failureResult({ kind: "client_unusable", detail: "the client secret is no private key" });

  it("is followed by the one before it where it is no key: nothing was asked", async () => {
    const world = setUp();
    world.script.respondWith((request) => (request.secret === "new" ? unusable : tokenResult(world.clock, "x")));
    expect(await world.refresh()).toMatchObject({ kind: "tokens", secretUse: "previous" });
    expect(await world.shown()).toEqual(["old"]);
  });

  it("is followed by the one before it where the provider does not take its signature (RFC 7523 §3.1)", async () => {
    const claims = { iss: "{client_id}", sub: "{client_id}", aud: "https://login.acme.example" };
    const document = exampleDocument({ format: "oauth2_client_credentials", config: { assertion: { claims } } });
    const integration = resolveIntegration(document, { clientId: "client-1" }, {});
    const world = setUp({ integration });
    world.script.respondWith((request) =>
      request.secret === "new" ? oauthError("invalid_grant") : tokenResult(world.clock, "x"),
    );
    expect((await world.server.clientCredentials(integration, world.secrets)).kind).toBe("tokens");
    expect(world.script.of("client_credentials").map((one) => one.secret)).toEqual(["new", "old"]);
  });

  it("is not followed by any where a customer's grant is refused: it may be spent", async () => {
    const world = setUp();
    world.script.respondWith(oauthError("invalid_grant"));
    expect(await world.shown()).toEqual(["new"]);
  });

  it("proves possession of the same key with each (RFC 9449)", async () => {
    const world = setUp();
    world.accept("old");
    const dpopKey = { kty: "EC", crv: "P-256", x: "x", y: "y", d: "d" };
    await world.server.refresh(world.integration, world.secrets, "refresh-0", dpopKey);
    await world.server.clientCredentials(world.integration, world.secrets, dpopKey);
    const proven = world.script.requests.map((one) => ("dpopKey" in one ? one.dpopKey : null));
    expect(proven).toEqual([dpopKey, dpopKey, dpopKey]);
  });
});
