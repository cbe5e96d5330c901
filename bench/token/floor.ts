// The floor: what any answer from a row costs in Node. node:http, one prepared SELECT by primary key, one JSON answer of the size of
// a token's; no key, no decision, no audit record, nothing opened.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { createPool } from "#adapters/postgres/pool";
import { servePart } from "../part.ts";

/** As in api/main.ts. */
const poolSize = 20;

const pool: pg.Pool = createPool({
  connectionString: process.env["DATABASE_URL"] ?? "",
  max: poolSize,
  applicationName: "bench-floor",
  onError: () => {},
});

interface Row {
  readonly id: string;
  readonly expires_at: Date;
  readonly scopes_granted: readonly string[];
  readonly credential_version: number;
}

const select = {
  name: "floor",
  text: "SELECT a.id, a.expires_at, a.scopes_granted, a.credential_version, a.external_account FROM integrated_account a WHERE a.id = $1",
};

const server = createServer((request, response) => {
  const id = request.url?.split("/")[4] ?? "";
  pool.query<Row>({ ...select, values: [id] }).then(
    ({ rows: [row] }) => {
      if (row === undefined) {
        response.writeHead(404).end();
        return;
      }
      const text = JSON.stringify({
        access_token: `at-0-${row.id}-${"a".repeat(180)}`,
        token_type: "Bearer",
        expires_at: row.expires_at.toISOString(),
        expires_in: 3600,
        scopes: { requested: row.scopes_granted, granted: row.scopes_granted, missing: [] },
        credential_version: row.credential_version,
      });
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      response.end(text);
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, "127.0.0.1", () => {
  servePart(() => null, {
    details: { port: String((server.address() as AddressInfo).port) },
    async onStop() {
      server.closeAllConnections();
      server.close();
      await pool.end();
    },
  });
});
