import { request, type IncomingMessage } from "node:http";
import { connect as connectPlain, isIPv6, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A proxy that outgoing connections leave through, so that providers see one address (R49). */
export interface EgressProxy {
  readonly host: string;
  readonly port: number;
  /** Whether the proxy itself is spoken to over TLS. */
  readonly isTls: boolean;
  /** The Proxy-Authorization header; null: none. A secret. */
  readonly authorization: string | null;
}

/** The proxy and its connection to the far end, together. */
const tunnelTimeoutMs = 6_000;

/**
 * Reads EVERGRANT_EGRESS_PROXY, `http://[user:password@]host[:port]` or https.
 * @returns null when the text is none
 */
export function parseEgressProxy(text: string): EgressProxy | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const isTls = protocol === "https:";
  if ((!isTls && protocol !== "http:") || hostname === "" || pathname !== "/" || search !== "" || hash !== "")
    return null;
  let credentials: string;
  try {
    credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isTls ? 443 : 80) : Number(port),
    isTls,
    authorization: credentials === ":" ? null : `Basic ${Buffer.from(credentials).toString("base64")}`,
  };
}

/**
 * A connection to an address through the proxy (RFC 9110 §9.3.6). Nothing of a request has been sent when it fails.
 * @throws Error that names neither the proxy nor what it is authorized with
 */
export async function openTunnel(
  proxy: EgressProxy,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<Socket> {
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const { host } = proxy;
  return await new Promise((resolve, reject) => {
    const connection = (): Socket =>
      proxy.isTls ? connectTls({ host, port: proxy.port, servername: host }) : connectPlain(proxy.port, host);
    const asking = request({
      method: "CONNECT",
      path: target,
      headers: {
        host: target,
        ...(proxy.authorization === null ? {} : { "proxy-authorization": proxy.authorization }),
      },
      createConnection: connection,
      signal: AbortSignal.timeout(tunnelTimeoutMs),
    });
    asking.once("connect", ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new Error(`the outgoing proxy refuses the connection (${statusCode})`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.once("response", (response) => {
      response.resume();
      reject(new Error(`the outgoing proxy answered ${response.statusCode} and opened no connection`));
    });
    asking.once("error", (cause) => reject(new Error("the outgoing proxy can't be reached", { cause })));
    asking.end();
  });
}
