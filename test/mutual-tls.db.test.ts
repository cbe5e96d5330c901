import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLab, type Lab } from "#lab/start-lab";
import { labIntegration } from "#scripts/lab-integration";
import { makeCertificate, type MadeCertificate } from "./make-certificate.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { startTlsFront, type TlsFront } from "./start-tls-front.ts";

// A client that is known by its certificate (RFC 8705), at a real authorization server behind TLS that lets nobody else in.
let lab: Lab;
let front: TlsFront;
let stack: Stack;
const directory = mkdtempSync(join(tmpdir(), "evergrant-tls-"));

beforeAll(async () => {
  lab = await startLab({ extensions: true, accessTokenSeconds: 180 });
  front = await startTlsFront(lab.origin);
  const trusted = join(directory, "front.pem");
  writeFileSync(trusted, front.certificate);
  stack = await startStack({ env: { NODE_EXTRA_CA_CERTS: trusted } });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await front.close();
  await lab.close();
  rmSync(directory, { recursive: true, force: true });
});

const fingerprint = ({ certificate }: MadeCertificate): string =>
  createHash("sha256").update(new X509Certificate(certificate).raw).digest("hex");

const setClient = (name: string, config: Readonly<Record<string, unknown>>) =>
  stack.call("PATCH", "/environment-integration", { integration_name: name, credentials: { oauth2: { config } } });

/** The lab, with everything but its pages behind TLS. */
async function define(name: string): Promise<void> {
  const document = labIntegration(name, lab.origin) as any;
  const { config } = document.credentials;
  config.auth = { ...config.auth, tokenHost: front.origin, authorizeHost: lab.origin, parPath: "/request" };
  config.options = { authorizationMethod: "mtls" };
  config.params = { authorize: { prompt: "consent" } };
  const put = await stack.call("PUT", `/integrations/${name}`, document);
  expect(put.status, JSON.stringify(put.body)).toBe(201);
}

async function configure(name: string, certificate: MadeCertificate): Promise<any> {
  const { certificate: client_certificate, key: client_certificate_key } = certificate;
  const patched = await setClient(name, { client_id: name, client_certificate, client_certificate_key });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
  return patched.body;
}

/** Tells the lab whose certificate the client has. */
async function register(name: string, view: any, { certificate }: MadeCertificate): Promise<void> {
  const { publicKey, raw } = new X509Certificate(certificate);
  await lab.registerClient({
    clientId: name,
    redirectUris: [view.redirect_uri],
    tokenEndpointAuthMethod: "self_signed_tls_client_auth",
    jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), x5c: [raw.toString("base64")] }] },
  });
}

async function connect(name: string, tenantId: string): Promise<any> {
  const link = await stack.call("POST", "/link-tokens", { tenant_id: tenantId, integration_name: name });
  const outcome = await stack.walk(link.body.url, "ada", { integration: name, origin: lab.origin });
  const { body } = await stack.call("GET", `/integrated-accounts?tenant_id=${tenantId}`);
  return { outcome, account: body.data[0] };
}

describe("a client that is known by its certificate", () => {
  const one = makeCertificate({ commonName: "evergrant" });

  test("shows it when it pushes, connects, refreshes and revokes, and is shown without its key", async () => {
    await define("by-certificate");
    const view = await configure("by-certificate", one);
    expect(view.client_certificate).toMatchObject({ subject: "CN=evergrant", sha256: fingerprint(one) });
    expect(JSON.stringify(view)).not.toContain("PRIVATE KEY");
    await register("by-certificate", view, one);
    const { outcome, account } = await connect("by-certificate", "tenant-tls");
    expect(outcome).toMatchObject({ status: "connected", external_account: "Ada Lovelace" });
    const refreshed = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect(refreshed.body).toMatchObject({ credential_version: 2 });
    const gone = await stack.call("DELETE", `/integrated-accounts/${account.id}`);
    expect(gone.body.revocation).toBe("revoked");
    // Push, exchange, refresh, revocation: each showed it, and nothing came without.
    expect(front.shown.slice(-4)).toEqual(Array(4).fill(fingerprint(one)));
  });

  test("is nobody with another certificate, until the operator sets the right one", async () => {
    const other = makeCertificate({ commonName: "evergrant" });
    await define("replaced");
    const view = await configure("replaced", other);
    await register("replaced", view, one);
    const refused = await connect("replaced", "tenant-replaced");
    expect(refused.outcome).toMatchObject({ location: expect.stringContaining("/connect/outcome") });
    await configure("replaced", one);
    expect((await connect("replaced", "tenant-replaced")).outcome.status).toBe("connected");
  });

  test("asks nobody without one, and the operator reads what to do", async () => {
    await define("bare");
    await setClient("bare", { client_id: "bare" });
    const before = front.shown.length;
    const refused = await connect("bare", "tenant-bare");
    expect(refused.outcome).toMatchObject({ location: expect.stringContaining("/connect/outcome") });
    expect(front.shown).toHaveLength(before);
  });

  test("is refused a certificate that can't be used, with the field, and keeps what it had", async () => {
    const { key } = makeCertificate({ commonName: "other" });
    const refused = await setClient("by-certificate", {
      client_id: "another",
      client_certificate: one.certificate,
      client_certificate_key: key,
    });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/credentials/oauth2/config/client_certificate_key" }] },
    });
    const { body } = await stack.call("GET", "/environment-integrations/by-certificate");
    expect(body.effective["/credentials/config/client/client_id"].value).toBe("by-certificate");
    expect(body.client_certificate.sha256).toBe(fingerprint(one));
  });

  test("keeps its key out of every table and log", async () => {
    const middle = one.key.split("\n")[1] ?? "";
    const { rows } = await stack.database.pool.query(
      "SELECT e::text AS row FROM environment_integration e UNION ALL SELECT s::text FROM sealed_secret s",
    );
    for (const { row } of rows) expect(row).not.toContain(middle);
    expect(stack.logs()).not.toContain(middle);
  });
});
