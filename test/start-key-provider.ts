import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface KeyProvider {
  readonly origin: string;
  /** What `GET /v1/me` was called with, in order. */
  readonly calls: IncomingHttpHeaders[];
  /** Keys that it knows, by the account that they belong to. */
  readonly keys: Map<string, string>;
  /** Answers every call with this status, whatever the key; null: by the key. */
  failWith: number | null;
  close(): Promise<void>;
}

/** A provider's API that lets in whoever brings a key it knows, and repeats what it does not know. */
export async function startKeyProvider(): Promise<KeyProvider> {
  const calls: IncomingHttpHeaders[] = [];
  const keys = new Map<string, string>();
  const server = createServer((request, response) => {
    calls.push(request.headers);
    const json = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const given = keyIn(request.headers);
    const owner = keys.get(given);
    if (provider.failWith !== null) json(provider.failWith, { message: "out of order" });
    else if (owner === undefined) json(401, { code: "bad_key", message: `no such key: ${given}` });
    else json(200, { account: { id: owner, name: `${owner} Ltd` } });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const provider: KeyProvider = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    keys,
    failWith: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

/** Of `x-api-key`, or `user:password` of Basic. */
function keyIn(headers: IncomingHttpHeaders): string {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? "")?.[1];
  return basic === undefined ? String(headers["x-api-key"]) : Buffer.from(basic, "base64").toString("utf8");
}

/** Its definitions, by format; `keys` are told in its own words. */
export function keyDefinition(name: string, origin: string, format: "api_key" | "basic" | "custom"): unknown {
  const identity = { id: "account.id", label: "account.name" };
  const credentials = {
    api_key: {
      format,
      config: { fields: [{ name: "api_key", label: "API key", pattern: "sk_[a-z0-9_]+" }], identity },
    },
    basic: { format, config: { identity } },
    custom: {
      format,
      config: {
        fields: [
          { name: "key_id", label: "Key id", secret: false },
          { name: "key_secret", label: "Secret" },
        ],
        identity,
      },
    },
  }[format];
  const authorization = {
    api_key: { format: "header", config: { name: "x-api-key", value: "{api_key}" } },
    basic: { format: "basic" },
    custom: {
      format: "expression",
      config: { expression: '{"headers": {"x-api-key": credentials.key_id & "." & credentials.key_secret}}' },
    },
  }[format];
  return {
    name,
    label: "Acme Keys",
    api: {
      baseUrl: `${origin}/v1`,
      probe: { path: "/me" },
      errorExpression: 'status = 401 ? {"error": "invalid_token", "error_description": body.message}',
    },
    credentials,
    authorization,
  };
}
