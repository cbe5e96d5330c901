import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeCertificate } from "#test/make-certificate";
import { createAddressGuard } from "./address-guard.ts";
import { createEgressClient, NotSent } from "./egress-client.ts";
import { EgressRefused, type Resolve } from "./guarded-connector.ts";
import { parseEgressProxy, type EgressProxy } from "./open-tunnel.ts";

const publicAddress = "93.184.216.34";
const authorization = `Basic ${Buffer.from("user:pass word").toString("base64")}`;

/** What stands at the public address, as far as the proxy is concerned. */
let provider: Server;
let proxyServer: Server;
let proxy: EgressProxy;
let asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
/** What the proxy answers in place of a connection. */
let refusal: number | null = null;
let received: string[] = [];

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  const own = makeCertificate({ commonName: "provider", address: publicAddress });
  setDefaultCACertificates([...getCACertificates("default"), own.certificate]);
  provider = createTlsServer({ cert: own.certificate, key: own.key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      received.push(bytes.toString("latin1"));
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    });
  });
  const providerPort = await listening(provider);
  proxyServer = createHttpServer();
  proxyServer.on("connect", (request: IncomingMessage, socket: Socket) => {
    asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    socket.on("error", () => {});
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const far = connect(providerPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(far).pipe(socket);
    });
    far.on("error", () => socket.destroy());
  });
  const port = await listening(proxyServer);
  proxy = parseEgressProxy(`http://user:pass%20word@127.0.0.1:${port}`) as EgressProxy;
});
beforeEach(() => {
  asked = [];
  received = [];
  refusal = null;
});
afterAll(() => {
  proxyServer.close();
  provider.close();
});

const call = async (url: string, options: { allowed?: string; resolve?: Resolve } = {}) => {
  const { allowed, resolve } = options;
  const guard = createAddressGuard(allowed === undefined ? [] : [{ address: allowed, prefix: 32 }]);
  const client = createEgressClient(guard, { proxy, ...(resolve === undefined ? {} : { resolve }) });
  try {
    const response = await client.fetch(url, { method: "POST", body: "s3cret", signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  } finally {
    await client.close();
  }
};

describe("with an outgoing proxy (R49)", () => {
  it("a call goes through it, in TLS that ends at the provider", async () => {
    expect(await call(`https://${publicAddress}/token`)).toEqual({ status: 200, text: "hi" });
    expect(asked).toEqual([{ target: `${publicAddress}:443`, authorization }]);
    expect(received.join("")).toContain("s3cret");
  });

  it("the proxy is told a vetted address, and never a name that it could find another one for", async () => {
    const resolve: Resolve = async () => [
      { address: "10.0.0.1", family: 4 },
      { address: publicAddress, family: 4 },
    ];
    // Its certificate is not for that name: the connection stands, and nothing is said on it.
    await expect(call("https://provider.example/", { resolve })).rejects.toBeInstanceOf(NotSent);
    expect(asked.map(({ target }) => target)).toEqual([`${publicAddress}:443`]);
    expect(received).toEqual([]);
  });

  it.each([
    ["an address inside", "https://10.0.0.1/"],
    ["the metadata address", "https://169.254.169.254/"],
    ["plain http to a public address", `http://${publicAddress}/`],
    ["another port of a public address", `https://${publicAddress}:8443/`],
  ])("%s is refused before the proxy hears of it", async (_, url) => {
    await expect(call(url)).rejects.toBeInstanceOf(EgressRefused);
    expect(asked).toEqual([]);
  });

  it("a name for an address inside is refused before the proxy hears of it", async () => {
    const resolve: Resolve = async () => [{ address: "192.168.0.1", family: 4 }];
    await expect(call("https://inside.example/", { resolve })).rejects.toBeInstanceOf(EgressRefused);
    expect(asked).toEqual([]);
  });

  it("the operator's own ranges are inside, and are called directly", async () => {
    const inside = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
    });
    const port = await listening(inside);
    expect(await call(`http://127.0.0.1:${port}/`, { allowed: "127.0.0.1" })).toMatchObject({ status: 204 });
    expect(asked).toEqual([]);
    inside.close();
  });

  it.each([403, 407, 502])(
    "a proxy that answers %i leaves the request unsent, and its password unsaid",
    async (status) => {
      refusal = status;
      const error = await call(`https://${publicAddress}/`).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NotSent);
      const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
      expect(told).not.toMatch(/pass word|cGFzcyB3b3Jk/);
      expect(String((error as Error).cause)).toContain(`the outgoing proxy refuses the connection (${status})`);
    },
  );
});

describe("EVERGRANT_EGRESS_PROXY", () => {
  it.each([
    ["http://proxy.internal:3128", { host: "proxy.internal", port: 3128, isTls: false, authorization: null }],
    ["https://proxy.internal", { host: "proxy.internal", port: 443, isTls: true, authorization: null }],
    ["http://user:pass%20word@[fd00::1]:80/", { host: "fd00::1", port: 80, isTls: false, authorization }],
  ])("reads %s", (text, expected) => expect(parseEgressProxy(text)).toEqual(expected));

  it.each(["proxy:3128", "socks5://proxy", "http://proxy/path", "http://proxy?x=1", "http://%zz@proxy", ""])(
    "does not read %o",
    (text) => expect(parseEgressProxy(text)).toBeNull(),
  );
});
