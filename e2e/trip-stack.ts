import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, type Page } from "@playwright/test";
import pg from "pg";
import { findDemoPorts, startDemo, type Demo } from "./start-demo.ts";

export type TripStack = Demo & {
  /** @returns the address of a new link */
  makeLink(link: object): Promise<string>;
  accountsOf(tenantId: string): Promise<any[]>;
  /** Makes an integration out of its document, with a client of its own at the lab. */
  putIntegration(document: { name: string }): Promise<void>;
  /** POSTs to the lab's token endpoint so far, whatever came of them. */
  countTokenRequests(): Promise<number>;
  sql(query: string, values: unknown[]): Promise<void>;
  /** Ends all processes, and leaves nothing behind. */
  stop(): Promise<void>;
};

/** The demo, all of whose processes are the real ones, in a directory of its own. */
export async function startTripStack(): Promise<TripStack> {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-trips-"));
  // As root, PostgreSQL runs as a user of its own, who must get there.
  chmodSync(directory, 0o755);
  const ports = await findDemoPorts();
  const demo = await startDemo(directory, ports);
  const lab = async (path: string, body?: object): Promise<any> => {
    const posted = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${demo.labOrigin}/lab${path}`, body === undefined ? {} : posted);
    expect(response.ok, path).toBe(true);
    return await response.json();
  };
  return {
    ...demo,
    makeLink: async (link) => (await demo.call("POST", "/link-tokens", link)).body.url,
    accountsOf: async (tenantId) => (await demo.call("GET", `/integrated-accounts?tenant_id=${tenantId}`)).body.data,
    async putIntegration(document) {
      const { name } = document;
      const client = { client_id: name, client_secret: `a secret of the client ${name}` };
      await demo.call("PUT", `/integrations/${name}`, document);
      const { body } = await demo.call("PATCH", "/environment-integration", {
        integration_name: name,
        credentials: { oauth2: { config: client } },
      });
      await lab("/clients", { ...client, redirect_uris: [body.redirect_uri] });
    },
    countTokenRequests: async () => (await lab("/stats")).token_requests,
    async sql(query, values) {
      const password = readFileSync(join(directory, "postgres/password"), "utf8").trim();
      const at = { host: "127.0.0.1", port: Number(ports.DEMO_PG_PORT), database: "evergrant" };
      const client = new pg.Client({ ...at, user: "postgres", password });
      await client.connect();
      try {
        await client.query(query, values);
      } finally {
        await client.end();
      }
    },
    async stop() {
      await demo.interrupt();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** At the lab: who one is, and that it may. `without` are permissions by what the lab calls them. */
export async function allow(page: Page, person = "Hedy Lamarr", without: readonly string[] = []): Promise<void> {
  await page.getByRole("button", { name: person }).click();
  for (const scope of without) await page.getByRole("checkbox", { name: scope }).uncheck();
  await page.getByRole("button", { name: "Allow" }).click();
}

/** The person's word that it is the right account. */
export async function approve(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Connect this account?" })).toBeVisible();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
}

export type Outage = { origin: string; begin(): Promise<void>; end(): Promise<void>; stop(): Promise<void> };

/** A token endpoint that hands on to the lab's, and that nobody reaches while an outage lasts. */
export async function startOutage(labOrigin: string): Promise<Outage> {
  const handOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization = "" } = request.headers;
    const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(labOrigin + request.url, { method: "POST", headers, body: await text(request) });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  };
  const server = createServer((request, response) => {
    handOn(request, response).catch(() => request.socket.destroy());
  });
  const listen = async (port: number) => await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((done) => server.close(() => done()));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async () => (server.listening ? await close() : undefined);
  return { origin: `http://127.0.0.1:${port}`, begin: close, end: async () => await listen(port), stop };
}
