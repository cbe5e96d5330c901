// What somebody can try who runs code inside the web process. It knows what web knows: its environment and the addresses in it. It is
// also told, since the pages show them, the ids of an account, an administrator, a live session of theirs and a link, and where database
// and worker listen.
// It has besides what api handed to web while people visited: the headers of their requests.
// Prints one line of JSON: what got through, and what can be read by design.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { encode } from "@auth/core/jwt";
import pg from "pg";
import { accessOfOperations } from "./roles/access.ts";

interface Told {
  readonly accountId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly linkId: string;
  readonly databaseUrl: string;
  readonly workerOrigin: string;
  /** The one operation to try with what visitors sent; empty: every one. */
  readonly only: string;
  /** Where what api hands to web can be read: the headers of the latest requests of visitors. */
  readonly visits: string;
}

const told = JSON.parse(process.argv[2] ?? "{}") as Told;
const api = process.env["API_ORIGIN"] ?? "";
const publicUrl = process.env["EVERGRANT_URL"] ?? "";
const tried: string[] = [];
const through: string[] = [];
const read = new Set<string>();

async function attempt(name: string, work: () => Promise<boolean>): Promise<void> {
  tried.push(name);
  if (await work()) through.push(name);
}

/** Anything that might make api take a request for one from inside. */
const inside: Record<string, string>[] = [
  {},
  { origin: publicUrl, "sec-fetch-site": "same-origin" },
  { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", forwarded: "for=127.0.0.1;host=localhost" },
  { "x-evergrant-caller": told.userId, "x-evergrant-admin": told.userId, "x-evergrant-link-id": told.linkId },
  { "x-middleware-subrequest": "middleware:middleware:middleware", "x-evergrant-internal": "1" },
  { authorization: "Bearer " },
  { authorization: `Bearer evg_${"0".repeat(49)}` },
];

/** Sessions that nobody signed, and such that are signed with whatever is at hand. */
async function forgedSessions(): Promise<string[]> {
  const claims = { sub: told.userId, sid: told.sessionId, name: "Ada", email: "ada@example.com" };
  const names = ["authjs.session-token", "__Secure-authjs.session-token", "__Host-authjs.session-token"];
  const secrets = ["secret", "evergrant", "\0".repeat(32), "A".repeat(43), ...Object.values(process.env)];
  const cookies: string[] = [];
  for (const name of names) {
    for (const secret of secrets) {
      if (secret === undefined || secret === "") continue;
      cookies.push(`${name}=${await encode({ token: claims, secret, salt: name, maxAge: 3600 })}`);
    }
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    cookies.push(`${name}=${part({ alg: "none" })}.${part({ ...claims, exp: 4_102_444_800 })}.`);
    cookies.push(`${name}=${part({ alg: "dir", enc: "A256CBC-HS512" })}....`, `${name}=${told.sessionId}`);
  }
  return cookies;
}

/** What a page shows may be read with what is there to make it: states, and nothing of what can be done with them. */
function isShown(operationId: string, method: string): boolean {
  const access = String(accessOfOperations[operationId]);
  return method === "get" && (access === "person" || (access.endsWith(":read") && access !== "tokens:read"));
}

const visits = async (): Promise<Record<string, string>[]> =>
  (await (await fetch(told.visits)).json()) as Record<string, string>[];

/** What api handed over for a visitor, as it is and bent to whatever else lets somebody in. */
async function bentVisits(): Promise<Record<string, string>[]> {
  return (await visits()).flatMap((visit) => {
    const pass = visit["x-evergrant-visitor"] ?? "";
    const asCookie = (name: string): Record<string, string> => ({
      ...own,
      cookie: `${visit["cookie"] ?? ""}; ${name}=${pass}`,
    });
    const own = { origin: publicUrl, "sec-fetch-site": "same-origin" };
    return [
      { ...visit, ...own },
      { ...visit, ...own, "x-evergrant-visitor": "" },
      { ...own, authorization: `Bearer ${pass}` },
      ...["authjs.session-token", "__Host-authjs.session-token", "evergrant.sso"].map(asCookie),
    ];
  });
}

async function everyRouteAsAVisitor(): Promise<void> {
  const { paths } = await document();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.security.length === 0 || !(told.only === "" || told.only === operation.operationId)) continue;
      await attempt(`${operation.operationId} with what a visitor sent`, async () => {
        for (const one of await bentVisits()) {
          const answer = await patientFetch(targetOf(path), { method: method.toUpperCase(), headers: one });
          if (answer.status === 401 || answer.status === 403) continue;
          if (!isShown(operation.operationId, method)) return true;
          if (answer.ok) read.add(operation.operationId);
        }
        return false;
      });
    }
  }
  for (const one of await bentVisits()) {
    await attempt("a session out of a visit", async () => {
      const answer = await fetch(`${api}/api/auth/session`, { headers: one });
      return (await answer.text()) !== "null";
    });
  }
}

type Outcome = { status: string; connect_session_id: string | null };

/** What the outcome page of a trip that waits for its customer's word is made with; null: none waits any more. */
async function findWaiting(): Promise<{ visit: Record<string, string>; session: string } | null> {
  for (const visit of await visits()) {
    const answer = await fetch(`${api}/api/connect/outcome`, { headers: visit });
    const { status, connect_session_id: session } = (await answer.json()) as Outcome;
    if (status === "approving" && session !== null) return { visit, session };
  }
  return null;
}

/** Its page may be read, and nobody but the customer's browser says the word. */
async function theTripOfACustomer(): Promise<void> {
  if ((await findWaiting()) === null) return;
  read.add("the outcome of a trip");
  const names = ["", "evergrant_browser", "__Host-evergrant_browser", "evergrant_link"];
  for (const path of ["/connect/approve", "/connect/decline", "/connect/retry"]) {
    for (const name of names) {
      await attempt(`${path} with what a visitor sent and ${name}`, async () => {
        const waiting = await findWaiting();
        if (waiting === null) return true;
        const { visit, session } = waiting;
        const value = name === "evergrant_link" ? told.linkId : (visit["x-evergrant-visitor"] ?? "");
        await fetch(`${api}${path}`, {
          method: "POST",
          headers: { ...visit, origin: publicUrl, cookie: `${visit["cookie"] ?? ""}; ${name}=${value}` },
          body: new URLSearchParams({ connect_session_id: session }),
          redirect: "manual",
        });
        return (await findWaiting()) === null;
      });
    }
  }
}

type Operation = { security: Record<string, unknown>[]; operationId: string };

/** An intruder has time: who is told to come back later does, so that nothing passes for refused that was never looked at. */
async function patientFetch(url: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, init);
    if (answer.status !== 429) return answer;
    await answer.body?.cancel();
    await delay(Number(answer.headers.get("retry-after") ?? "1") * 1000);
  }
}

type ApiDocument = { paths: Record<string, Record<string, Operation>> };

const document = async (): Promise<ApiDocument> =>
  (await (await fetch(`${api}/api/v1/openapi.json`)).json()) as ApiDocument;

function targetOf(path: string): string {
  const filled = path.replaceAll(/\{\w+\}/g, told.accountId);
  return `${api}/api/v1${filled}${/^\/(?:proxy|unified)\//.test(path) ? `?integrated_account_id=${told.accountId}` : ""}`;
}

async function everyRoute(): Promise<void> {
  const { paths } = await document();
  const cookies = await forgedSessions();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.security.length === 0) continue;
      await attempt(`${operation.operationId} without a key`, async () => {
        for (const headers of inside) {
          const answer = await patientFetch(targetOf(path), { method: method.toUpperCase(), headers });
          if (answer.status !== 401) return true;
        }
        return false;
      });
    }
  }
  for (const [index, cookie] of cookies.entries()) {
    await attempt(`a forged session, the ${index + 1}.`, async () => {
      const token = `${api}/api/v1/integrated-accounts/${told.accountId}/token`;
      const [read, session] = await Promise.all([
        patientFetch(token, { headers: { cookie, origin: publicUrl } }),
        patientFetch(`${api}/api/v1/session`, { headers: { cookie } }),
      ]);
      return read.status !== 401 || session.status !== 401;
    });
  }
}

async function theLink(): Promise<void> {
  await attempt("redeeming a link by its id", async () => {
    const answer = await fetch(`${api}/connect/${told.linkId}`, {
      method: "POST",
      body: new URLSearchParams({ integration_name: "acme-crm" }),
      headers: { origin: publicUrl, "x-evergrant-link-id": told.linkId },
      redirect: "manual",
    });
    return answer.status < 400 && !(answer.headers.get("location") ?? "").startsWith("/connect/");
  });
  await attempt("a token in what the page of a link is told", async () => {
    const answer = await fetch(`${api}/api/connect/links/${told.linkId}`);
    return /lt_[\w-]{20}|access_token|refresh_token/.test(await answer.text());
  });
}

async function theDatabase(): Promise<void> {
  const url = new URL(told.databaseUrl);
  for (const user of [
    url.username,
    "postgres",
    "evergrant",
    "evergrant_api",
    "evergrant_worker",
    "evergrant_web",
    "web",
    "test_api",
  ]) {
    for (const password of ["", "postgres", "evergrant", user]) {
      await attempt(`the database as ${user} with ${password === "" ? "no password" : "a guessed one"}`, async () => {
        const client = new pg.Client({
          host: url.hostname,
          port: Number(url.port),
          database: url.pathname.slice(1),
          user,
          password,
        });
        client.on("error", () => {});
        return await client.connect().then(
          async () => {
            await client.end();
            return true;
          },
          () => false,
        );
      });
    }
  }
}

async function theWorker(): Promise<void> {
  for (const path of ["/", "/api/v1/keys", "/jobs", "/debug", "/admin", "/healthz", "/readyz", "/metrics"]) {
    await attempt(`the worker's ${path}`, async () => {
      const answer = await fetch(told.workerOrigin + path);
      if (["/healthz", "/readyz", "/metrics"].includes(path))
        return /token=|secret=|ia_|evg_/.test(await answer.text());
      return answer.status !== 404;
    });
  }
}

/** Files of the installation that hold a secret: nothing of ours writes one, and an operator's are not read by Next either. */
async function theFiles(): Promise<void> {
  const root = join(import.meta.dirname, "..");
  const skipped = new Set(["node_modules", ".git", ".data", ".test-data", ".next"]);
  const holds = (directory: string): string[] =>
    readdirSync(directory).flatMap((name): string[] => {
      const path = join(directory, name);
      if (skipped.has(name)) return [];
      if (statSync(path).isDirectory()) return holds(path);
      if (/^\.env(?:\.|$)/.test(name)) return [path];
      return /\.(?:ts|tsx|js|mjs|json|yaml|sql|md)$/.test(name) &&
        /^EVERGRANT_(?:SECRET|KEYRING)=[\w+/:=-]{20,}/m.test(readFileSync(path, "utf8"))
        ? [path]
        : [];
    });
  await attempt("a file of the installation that holds a key", async () => holds(root).length > 0);
}

await attempt("an environment with more than web needs", async () =>
  Object.keys(process.env).some((name) => /SECRET|KEYRING|DATABASE|TOKEN|PASSWORD|KMS/i.test(name)),
);
await everyRoute();
await everyRouteAsAVisitor();
await theTripOfACustomer();
await theLink();
await theDatabase();
await theWorker();
await theFiles();
// Connections that the database refused stay open until it closes them, a minute later.
process.stdout.write(`${JSON.stringify({ tried: tried.length, through, read: [...read] })}\n`, () => process.exit(0));
