import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { approveAsPerson } from "#lab/approve-as-person";
import { connectAsPerson } from "#lab/connect-as-person";
import type { DemoState } from "./demo-state.ts";
import { labIntegration } from "./lab-integration.ts";

export type DemoContext = {
  state: DemoState;
  /** Writes `state` to .data/demo.json. */
  save(): void;
  databaseUrl: string;
  /** The public door, where everything is reachable. */
  origin: string;
  labOrigin: string;
  /** The environment that api and worker run in, for the operator CLI. */
  environment: Record<string, string | undefined>;
  /** Shows what is being done behind the running step. */
  note(text: string): void;
};

const integrationName = "acme-crm";
const clientId = "evergrant-demo";

/** Customers of the demo product, and who of each connects. */
const customers = [
  { tenant: "analytical-engines", person: "ada" },
  { tenant: "navy-computing", person: "grace" },
  { tenant: "bletchley-research", person: "alan" },
  { tenant: "flight-dynamics", person: "katherine" },
] as const;

/**
 * Makes the operator and the API key, and connects a few accounts through the real flow. Runs on every start with all processes
 * up, so it finds out what is already there.
 */
export async function prepareDemo(context: DemoContext): Promise<void> {
  const { state, labOrigin } = context;
  await makeOperator(context);
  if (state.apiKey === null || !(await works(context, state.apiKey))) {
    state.apiKey = await makeKey(context);
    context.save();
  }
  const call = caller(context.origin, state.apiKey);
  await call("PUT", `/integrations/${integrationName}`, labIntegration(integrationName, labOrigin));
  const clientSecret = createHmac("sha256", state.secret).update("lab client").digest("base64url");
  const { redirect_uri: redirectUri } = (await call("PATCH", "/environment-integration", {
    integration_name: integrationName,
    credentials: { oauth2: { config: { client_id: clientId, client_secret: clientSecret } } },
  })) as { redirect_uri: string };
  await registerClient(labOrigin, clientSecret, redirectUri);
  await call("PATCH", "/environment", {
    branding: { name: "Northwind Reports", support: "support@northwind.example" },
  });

  await makeReceiver(context, call);

  for (const [index, { tenant, person }] of customers.entries()) {
    const { data } = (await call("GET", `/integrated-accounts?tenant_id=${tenant}&limit=200`)) as {
      data: { status: string }[];
    };
    // Whatever became of it since, a customer of an earlier start is not connected twice.
    if (data.some((account) => account.status !== "connecting")) continue;
    context.note(`${index + 1} of ${customers.length}: ${tenant}`);
    const { url } = (await call("POST", "/link-tokens", { tenant_id: tenant, integration_name: integrationName })) as {
      url: string;
    };
    await walk(url, person);
  }
}

/** What a customer's browser does: the click on the page, the provider's pages, the way back, and the word that it is the right account. */
async function walk(url: string, person: string): Promise<void> {
  const click = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ integration_name: integrationName }),
    headers: { origin: new URL(url).origin },
    redirect: "manual",
  });
  const authorizeUrl = click.headers.get("location");
  if (click.status !== 303 || authorizeUrl === null) throw new Error(`the connect link answered ${click.status}`);
  const cookie = click.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const { callbackUrl } = await connectAsPerson({ authorizeUrl, person });
  const back = await fetch(callbackUrl, { headers: { cookie }, redirect: "manual" });
  if (back.status !== 303) throw new Error(`the callback answered ${back.status}: ${await back.text()}`);
  await approveAsPerson({ origin: new URL(url).origin, cookie });
  const outcome = await fetch(new URL("/api/connect/outcome", url), { headers: { cookie } });
  const { status, failure } = (await outcome.json()) as { status: string; failure: { code: string } | null };
  if (status !== "connected") throw new Error(`a demo account did not connect: ${failure?.code ?? status}`);
}

/** Before the first account connects, so that what happens to it arrives. One that was deleted since is not made again. */
async function makeReceiver({ state, save, labOrigin }: DemoContext, call: Call): Promise<void> {
  const url = `${labOrigin}/receiver`;
  if (state.receiver === undefined) {
    const { id, secret } = (await call("POST", "/webhook-endpoints", { url, description: "The lab’s receiver" })) as {
      id: string;
      secret: string;
    };
    const response = await fetch(`${url}/settings`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ secrets: [secret] }),
    });
    if (!response.ok) throw new Error(`the lab's receiver refused its secret: ${await response.text()}`);
    state.receiver = { endpointId: id, url };
    save();
    return;
  }
  if (state.receiver.url === url) return;
  // The lab has another port since.
  const { data } = (await call("GET", "/webhook-endpoints")) as { data: { id: string }[] };
  if (data.some(({ id }) => id === state.receiver?.endpointId))
    await call("PATCH", `/webhook-endpoints/${state.receiver.endpointId}`, { url });
  state.receiver = { ...state.receiver, url };
  save();
}

type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

function caller(origin: string, apiKey: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return await response.json();
  };
}

async function works(context: DemoContext, apiKey: string): Promise<boolean> {
  const response = await fetch(`${context.origin}/api/v1/environment`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  return response.ok;
}

async function registerClient(labOrigin: string, clientSecret: string, redirectUri: string): Promise<void> {
  const response = await fetch(`${labOrigin}/lab/clients`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      name: "Northwind Reports",
    }),
  });
  if (!response.ok) throw new Error(`the lab refused its client: ${await response.text()}`);
}

async function makeOperator(context: DemoContext): Promise<void> {
  const { email, password } = context.state.operator;
  const args = ["users", "create", "--email", email, "--name", "Demo operator", "--password-stdin", "--json"];
  const { code, errors } = await runCli(context, args, `${password}\n`);
  if (code !== 0 && !errors.includes("already")) throw new Error(`the operator could not be made: ${errors}`);
}

async function makeKey(context: DemoContext): Promise<string> {
  const args = [
    "api-keys",
    "create",
    "--environment",
    "production",
    "--permissions",
    "all",
    "--name",
    "demo",
    "--json",
  ];
  const { code, output, errors } = await runCli(context, args, "");
  if (code !== 0) throw new Error(`the API key could not be made: ${errors}`);
  return (JSON.parse(output) as { key: string }).key;
}

async function runCli(
  context: DemoContext,
  args: readonly string[],
  input: string,
): Promise<{ code: number | null; output: string; errors: string }> {
  const main = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, ...args], {
    env: context.environment as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output, errors };
}
