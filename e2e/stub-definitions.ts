import type { DefinitionTrialView } from "#api/schemas/definition-trial";
import type { World } from "./stub-accounts.ts";
import { approvalIds } from "./stub-approvals.ts";
import { definitionOf } from "./stub-integrations.ts";

type Reply = { status: number; body: unknown };
type Document = {
  name?: string;
  lable?: unknown;
  credentials?: { config?: { auth?: { tokenHost?: string }; pkce?: { method?: string } } };
};
type Trial = DefinitionTrialView;

/** Mistakes that the tests make, in the API's words. */
function mistakesIn(document: Document, name: string | null): { pointer: string; detail: string }[] {
  return [
    ...("lable" in document ? [{ pointer: "/lable", detail: "is no field here; did you mean label?" }] : []),
    ...(document.credentials === undefined
      ? [{ pointer: "/credentials", detail: "is needed: what an account holds, and how it is had" }]
      : []),
    ...(document.credentials?.config?.pkce?.method === "plain"
      ? [{ pointer: "/credentials/config/pkce/method", detail: 'expected one of S256, none, found "plain"' }]
      : []),
    ...(name !== null && document.name !== undefined && document.name !== name
      ? [{ pointer: "/name", detail: `must be ${name}, as in the address` }]
      : []),
  ];
}

function effectOf(world: World, document: Document, name: string): NonNullable<Trial["effect"]> {
  const known = world.integrations.find((one) => one.name === name);
  const accounts = world.health.find((row) => row.integration_name === name)?.accounts;
  const live = accounts === undefined ? 0 : accounts.active + accounts.connecting + accounts.needs_reauth;
  const before = known === undefined ? null : `https://login.${name}.example`;
  const after = document.credentials?.config?.auth?.tokenHost ?? "nowhere";
  const moves = before !== null && before !== after && live > 0;
  return {
    kind: known === undefined ? "creates" : known.origin === "platform" ? "covers_catalogue" : "replaces",
    live_accounts: live,
    erases_secrets: known !== undefined && before !== after && live === 0,
    hosts: { before: before === null ? null : `tokens ${before}`, after: `tokens ${after}` },
    changes: [],
    refusal: moves
      ? {
          cause: "hosts",
          detail: `${live} accounts live on this definition (tokens ${before}); their credentials can't be moved (tokens ${after}). Give the changed definition another name, or disconnect these accounts first.`,
          approvable: true,
        }
      : null,
  };
}

/** What the API answers about definitions that somebody writes; null: it is asked for something else. */
export function answerDefinitions(world: World, method: string, url: URL, body: string): Reply | null {
  if (method === "POST" && url.pathname === "/api/v1/integration-trials") {
    return { status: 200, body: tried(world, url.searchParams, body) };
  }
  const name = /^\/api\/v1\/integrations\/([a-z0-9-]+)$/.exec(url.pathname)?.[1];
  if (name === undefined || (method !== "PUT" && method !== "DELETE")) return null;
  const known = world.integrations.findIndex((one) => one.name === name);
  if (method === "DELETE") {
    world.integrations.splice(known, 1);
    return { status: 204, body: undefined };
  }
  const document = JSON.parse(body) as Document;
  const errors = mistakesIn(document, name);
  if (errors.length > 0) return problem(422, "invalid_request", "The integration document is not valid.", errors);
  const { refusal, kind } = effectOf(world, document, name);
  if (refusal !== null && url.searchParams.get("approval") !== "ask") return problem(409, "conflict", refusal.detail);
  if (refusal !== null) return { status: 202, body: { id: approvalIds.hosts, kind: "integration.hosts_change" } };
  if (known === -1)
    world.integrations.push({ name, label: name, format: "oauth2", origin: "environment", client: "missing" });
  else Object.assign(world.integrations[known] ?? {}, { origin: "environment" });
  return {
    status: kind === "creates" ? 201 : 200,
    body: definitionOf(
      name,
      world.integrations.at(known) ?? { name, label: name, format: "oauth2", origin: "environment" },
    ),
  };
}

function tried(world: World, query: URLSearchParams, text: string): Trial {
  const document = JSON.parse(text) as Document;
  const wanted = query.get("name");
  const errors = mistakesIn(document, wanted).map((error) => ({ ...error, line: 1, column: 1 }));
  const name = document.name ?? wanted;
  const asks = query.get("effect") !== "false";
  return {
    valid: errors.length === 0,
    name,
    errors,
    effect: asks && errors.length === 0 && name !== null ? effectOf(world, document, name) : null,
  };
}

function problem(status: number, code: string, detail: string, errors?: unknown): Reply {
  return {
    status,
    body: {
      status,
      code,
      title: status === 409 ? "Conflict" : "The request is not valid",
      detail,
      ...(errors === undefined ? {} : { errors }),
    },
  };
}
