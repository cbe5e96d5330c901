import { lookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { callbackify, promisify } from "node:util";
import { buildConnector } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { AddressGuard } from "./address-guard.ts";
import { openTunnel, type EgressProxy } from "./open-tunnel.ts";

/** The guard refused an address. */
export class EgressRefused extends Error {
  override readonly name = "EgressRefused";
}

const connectTimeoutMs = 3_000;
const allowedPorts = new Set(["", "443"]);

/** What is certain before anybody connects. @throws EgressRefused */
export function refuseEarly(target: URL, guard: AddressGuard): void {
  const { protocol } = target;
  if (protocol !== "https:" && protocol !== "http:")
    throw new EgressRefused(`${protocol} is no protocol that is called`);
  if (target.username !== "" || target.password !== "")
    throw new EgressRefused("an address must not carry credentials");
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return;
  const refusal = guard.refusal(host, protocol);
  if (refusal !== null) throw new EgressRefused(refusal);
}

/** How connections leave. */
export interface EgressRoute {
  /** Finds the addresses of a name; the system's resolver by default. */
  readonly resolve?: Resolve;
  /** The proxy that everything but the operator's own ranges leaves through (EVERGRANT_EGRESS_PROXY); null: none. */
  readonly proxy?: EgressProxy | null;
}

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const systemResolve: Resolve = async (hostname) => await promisify(lookup)(hostname, { all: true });

/**
 * Three looks at an address: an IP literal before connecting, every resolved address before connecting, and the address of the
 * connected socket before a byte is sent. A `lookup` hook alone is bypassed by literals, and the socket alone would let
 * anybody probe for open ports inside.
 *
 * Names are resolved here also where a proxy carries the connection: it is told a vetted address, and never a name that it might
 * find another address for.
 */
export function guardedConnector(
  guard: AddressGuard,
  certificate: ClientCertificate | null,
  { resolve = systemResolve, proxy = null }: EgressRoute = {},
  tls: Pick<buildConnector.BuildOptions, "allowH2"> = {},
): buildConnector.connector {
  const shown = certificate === null ? {} : { cert: certificate.certificate, key: certificate.key };
  return (options, callback) => {
    const protocol = options.protocol === "https:" ? "https:" : "http:";
    // Only an address on the operator's allow list may be reached at another port than 443.
    const anyPort = protocol === "http:" || !allowedPorts.has(options.port);
    const port = Number(options.port) || (protocol === "https:" ? 443 : 80);
    const judge = (address: string): string | null => guard.refusal(address, anyPort ? "http:" : "https:", port);
    const host = options.hostname.replace(/^\[|\]$/g, "");
    const find = vetted(resolve, judge);

    const directly = (): void => {
      const connect = buildConnector({ timeout: connectTimeoutMs, lookup: lookupOf(find), ...shown, ...tls });
      connect(options, (error, socket) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        const refusal = judge(socket.remoteAddress ?? "");
        if (refusal === null) {
          callback(null, socket);
          return;
        }
        socket.destroy();
        callback(new EgressRefused(refusal), null);
      });
    };

    /** Null: what the operator's own ranges hold is inside, and does not leave. */
    const tunnelled = async (way: EgressProxy): Promise<Socket | null> => {
      const [first] = isIP(host) === 0 ? await find(host) : [{ address: host, family: isIP(host) }];
      const address = first?.address ?? "";
      if (guard.refusal(address, "http:") === null) return null;
      const refusal = judge(address);
      if (refusal !== null) throw new EgressRefused(refusal);
      return await openTunnel(way, { address, port: Number(options.port || 443) });
    };

    if (proxy === null) {
      directly();
      return;
    }
    callbackify(tunnelled)(proxy, (error, tunnel) => {
      if (error !== null) callback(error, null);
      else if (tunnel === null) directly();
      else
        buildConnector({ timeout: connectTimeoutMs, ...shown, ...tls })({ ...options, httpSocket: tunnel }, callback);
    });
  };
}

/** Resolves once and hands on only vetted addresses: the connection is pinned to what was judged. */
function vetted(resolve: Resolve, judge: (address: string) => string | null): Resolve {
  return async (hostname) => {
    const addresses = (await resolve(hostname)).filter(({ address }) => judge(address) === null);
    if (addresses.length > 0) return addresses;
    // Not which address: the text travels to callers, and would map the names of the inside.
    throw new EgressRefused(`${hostname} resolves to no address that may be called`);
  };
}

function lookupOf(find: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    callbackify(find)(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null) callback(error, "", 4);
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
}

/** undici wraps what a connector throws. */
export function refusalIn(error: unknown): EgressRefused | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof EgressRefused) return at;
  }
  return null;
}
