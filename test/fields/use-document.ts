// Drives the real use cases over one document: what an account goes through from its link to its end. Whoever gives a field its
// first reader outside of these steps adds a step.
import { generateKeyPairSync } from "node:crypto";
import { generateKeyPair } from "#adapters/oauth/generate-key-pair";
import { createProviderApi } from "#adapters/provider/provider-api";
import { createAuthorizationServer } from "#adapters/oauth/authorization-server";
import type { EgressClient } from "#adapters/egress/egress-client";
import { readConnectLink } from "#api/connect/connect-views";
import { toIntegrationSummary } from "#api/views/integration-view";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import type { CallbackOutcome } from "#core/usecases/complete-authorization";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { ensureClientKey } from "#core/usecases/ensure-client-key";
import { importAccount } from "#core/usecases/import-account";
import { readCredentials, readToken } from "#core/usecases/read-token";
import { refreshAccount } from "#core/usecases/refresh-account";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { submitCredentials } from "#core/usecases/submit-credentials";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";

type Answer = { status: number; body: unknown } | "lost";

const tokens = {
  access_token: "a",
  refresh_token: "r",
  token_type: "Bearer",
  scope: "contacts.read",
  instance_url: "https://x.acme.example",
};

/** A provider that answers whatever is asked of it; `tokenAnswers` come first at its token endpoints, `apiAnswers` at its API. */
function createProvider() {
  const tokenAnswers: Answer[] = [];
  const apiAnswers: Answer[] = [];
  let pushed = new URLSearchParams();
  const answer = (path: string): Answer => {
    switch (path) {
      case "/introspect":
        return { status: 200, body: { active: true, exp: 1_800_000_000 } };
      case "/par":
        return { status: 201, body: { request_uri: "urn:example:1", expires_in: 90 } };
      case "/me":
      case "/v2/me":
        return apiAnswers.shift() ?? { status: 200, body: { id: "1", name: "Acme" } };
      case "/exchange":
        return { status: 200, body: { access_token: "exchanged", token_type: "Bearer", expires_in: 86_401 * 2 } };
      case "/revoke":
        return { status: 200, body: {} };
      default:
        return tokenAnswers.shift() ?? { status: 200, body: { ...tokens, expires_in: 3600 } };
    }
  };
  const egress: EgressClient = {
    async fetch(url, { body }) {
      const { pathname } = new URL(url);
      if (pathname === "/par") pushed = new URLSearchParams(body);
      const given = answer(pathname);
      if (given === "lost") throw new Error("the connection broke");
      const headers = { "content-type": "application/json", "retry-after": "7" };
      return new Response(JSON.stringify(given.body), { status: given.status, headers }) as never;
    },
    close: async () => {},
  };
  return {
    egress,
    pushed: () => pushed,
    answerWith: (...next: Answer[]): void => void tokenAnswers.push(...next),
    limitApiOnce: (): void => void apiAnswers.push({ status: 429, body: {} }),
  };
}

/** Connects an account through the document, lets everything happen to it that happens to accounts, and ends it. */
export async function useDocument(document: IntegrationDocument): Promise<void> {
  const world = await createWorld();
  const provider = createProvider();
  const { egress } = provider;
  const { clock, log, redirectUri, expressions, integrations } = world;
  const edge = createAuthorizationServer({ egress, clock, log, redirectUri, expressions });
  const ports = {
    ...world,
    server: createSecretsInTurn({ server: edge, integrations, clock, log }) as World["server"],
    provider: createProviderApi({ egress, clock }) as World["provider"],
  };
  const acme = await world.integrations.find(environmentId, "acme-crm");
  if (acme === null) throw new Error("the world has no integration");
  ports.integrations.set({ ...acme, name: "watched", document });
  await ensureClientKey({ ...ports, keyPairs: { generate: generateKeyPair } }, caller, "watched", { rotates: false });
  toIntegrationSummary({ ...acme, name: "watched", document }, ports.redirectUri);
  switch (document.credentials.format) {
    case "oauth2":
      return await refreshAndEnd(ports, provider, await connect(ports, provider));
    case "oauth2_client_credentials":
      return await refreshAndEnd(ports, provider, await bringIn(ports));
    case "api_key":
    case "basic":
    case "custom":
      return await typeAndEnd(ports, provider, document);
  }
}

type Provider = ReturnType<typeof createProvider>;

async function refreshAndEnd(ports: World, provider: Provider, id: string): Promise<void> {
  const force = async (...answers: Answer[]): Promise<void> => {
    provider.answerWith(...answers);
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    await refreshAccount(ports, { environmentId, accountId: id, demand, actor: "test" });
    ports.clock.advance(5_000);
  };
  await readToken(ports, { environmentId, accountId: id, minTtlSeconds: null, actor: "test" });
  await force({ status: 200, body: { ...tokens, refresh_token: "r2", expires_in: 86_401 * 2 } });
  await force({ status: 200, body: tokens });
  await force("lost");
  await force("lost");
  await force({ status: 503, body: "unwell" });
  await force({ status: 429, body: {} });
  await force({ status: 400, body: { error: "app_uninstalled", error_description: "It was uninstalled." } });
  await force();
  await disconnectAccount(ports, { environmentId, accountId: id, actor: "test" });
}

const inputs = { subdomain: "https://northwind.acme.example", region: "us" };

async function connect(ports: World, provider: Provider): Promise<string> {
  const link = await addLink(ports, { integrationNames: ["watched"] });
  await readConnectLink(ports, link, null);
  const come = async (iss: string | null): Promise<CallbackOutcome> => {
    const departure = await depart(ports, link.id, { integrationName: "watched", inputs });
    // What was pushed (RFC 9126) is not in the address.
    const parameters = { auth_code: "code-1", realm: "realm-1" };
    const state = departure.searchParams.get("state") ?? provider.pushed().get("state");
    return await comeBack(ports, callback(departure, { state, iss, parameters }));
  };
  // Some servers say in each answer who they are, and without it none of theirs is believed.
  const first = await come(null);
  const back = first.kind === "connected" ? first : await come("https://login.acme.example");
  if (back.kind !== "connected") throw new Error(`the trip ended as ${JSON.stringify([back, ports.log])}`);
  return back.account.id;
}

/** As good as any other secret where none is signed with. */
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

async function bringIn(ports: World): Promise<string> {
  const account = await importAccount(ports, caller, {
    integrationName: "watched",
    tenantId: "tenant-one",
    credentials: { format: "oauth2_client_credentials", clientId: "robot", clientSecret: privateKey },
    inputs: {},
    externalAccount: null,
    metadata: {},
  });
  return account.id;
}

async function typeAndEnd(ports: World, provider: Provider, document: IntegrationDocument): Promise<void> {
  const link = await addLink(ports, { integrationNames: ["watched"] });
  await readConnectLink(ports, link, null);
  const typed = document.credentials.format === "basic" ? { username: "ada", password: "x" } : { api_key: "sk_1" };
  const form = { link, integrationName: "watched", inputs, credentials: typed, browserSecret: "b" };
  provider.limitApiOnce();
  await submitCredentials(ports, form);
  const submitted = await submitCredentials(ports, form);
  if (submitted.kind !== "connected") throw new Error(`the form ended as ${JSON.stringify([submitted, ports.log])}`);
  const { id } = submitted.account;
  await readCredentials(ports, { environmentId, accountId: id, minTtlSeconds: null, actor: "test" });
  await disconnectAccount(ports, { environmentId, accountId: id, actor: "test" });
}
