// Drives the real use cases over one document: what an account goes through from its link to its end. Whoever gives a field its
// first reader outside of these steps adds a step.
import { createAuthorizationServer } from "#adapters/oauth/authorization-server";
import type { EgressClient } from "#adapters/egress/egress-client";
import { readConnectLink } from "#api/connect/connect-views";
import { toIntegrationSummary } from "#api/views/integration-view";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { completeAuthorization } from "#core/usecases/complete-authorization";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { importAccount } from "#core/usecases/import-account";
import { readToken } from "#core/usecases/read-token";
import { refreshAccount } from "#core/usecases/refresh-account";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { addLink, callback, depart } from "#test/fakes/connect-trip";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";

type Answer = { status: number; body: unknown } | "lost";

const tokens = {
  access_token: "a",
  refresh_token: "r",
  token_type: "Bearer",
  scope: "contacts.read",
  instance_url: "https://x.acme.example",
};

/** A provider that answers whatever is asked of it; `tokenAnswers` come first at its token endpoints. */
function createProvider() {
  const tokenAnswers: Answer[] = [];
  const answer = (path: string): Answer => {
    switch (path) {
      case "/introspect":
        return { status: 200, body: { active: true, exp: 1_800_000_000 } };
      case "/par":
        return { status: 201, body: { request_uri: "urn:example:1", expires_in: 90 } };
      case "/me":
      case "/v2/me":
        return { status: 200, body: { id: "1", name: "Acme" } };
      case "/revoke":
        return { status: 200, body: {} };
      default:
        return tokenAnswers.shift() ?? { status: 200, body: { ...tokens, expires_in: 3600 } };
    }
  };
  const egress: EgressClient = {
    async fetch(url) {
      const given = answer(new URL(url).pathname);
      if (given === "lost") throw new Error("the connection broke");
      const headers = { "content-type": "application/json", "retry-after": "7" };
      return new Response(JSON.stringify(given.body), { status: given.status, headers }) as never;
    },
    close: async () => {},
  };
  return { egress, answerWith: (...next: Answer[]): void => void tokenAnswers.push(...next) };
}

/** Connects an account through the document, lets everything happen to it that happens to accounts, and ends it. */
export async function useDocument(document: IntegrationDocument): Promise<void> {
  const world = await createWorld();
  const provider = createProvider();
  const { clock, integrations, log } = world;
  const edge = createAuthorizationServer({ egress: provider.egress, clock });
  const ports: World = {
    ...world,
    server: { ...world.server, ...createSecretsInTurn({ server: edge, integrations, clock, log }) },
  };
  const acme = await world.integrations.find(environmentId, "acme-crm");
  if (acme === null) throw new Error("the world has no integration");
  ports.integrations.set({ ...acme, name: "watched", document });
  const configured = { ...acme, name: "watched", document };
  toIntegrationSummary(configured, ports.redirectUri);
  const id =
    document.credentials.format === "oauth2" ? await connect(ports) : await bringIn(ports, document.credentials.format);

  const force = async (...answers: Answer[]): Promise<void> => {
    provider.answerWith(...answers);
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    await refreshAccount(ports, { environmentId, accountId: id, demand, actor: "test" });
    clock.advance(5_000);
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

async function connect(ports: World): Promise<string> {
  const link = await addLink(ports, { integrationNames: ["watched"] });
  await readConnectLink(ports as never, link);
  const departure = await depart(ports, link.id, {
    integrationName: "watched",
    inputs: { subdomain: "https://northwind.acme.example", region: "us" },
  });
  const back = await completeAuthorization(ports, callback(departure, { iss: "https://login.acme.example" }));
  if (back.kind !== "connected") throw new Error(`the trip ended as ${JSON.stringify([back, ports.log])}`);
  return back.account.id;
}

async function bringIn(ports: World, format: string): Promise<string> {
  const credentials = { format: format as "oauth2_client_credentials", clientId: null, clientSecret: null };
  const account = await importAccount(ports, caller, {
    integrationName: "watched",
    tenantId: "tenant-one",
    credentials,
    inputs: {},
    externalAccount: null,
    metadata: {},
  });
  return account.id;
}
