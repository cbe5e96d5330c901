import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { AddressGuard } from "./address-guard.ts";

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

/**
 * Three looks at an address: an IP literal before connecting, every resolved address before connecting, and the address of the
 * connected socket before a byte is sent. A `lookup` hook alone is bypassed by literals, and the socket alone would let
 * anybody probe for open ports inside.
 */
export function guardedConnector(
  guard: AddressGuard,
  certificate: ClientCertificate | null,
  tls: Pick<buildConnector.BuildOptions, "allowH2"> = {},
): buildConnector.connector {
  const shown = certificate === null ? {} : { cert: certificate.certificate, key: certificate.key };
  return (options, callback) => {
    const protocol = options.protocol === "https:" ? "https:" : "http:";
    // Only an address on the operator's allow list may be reached at another port than 443.
    const anyPort = protocol === "http:" || !allowedPorts.has(options.port);
    const judge = (address: string): string | null => guard.refusal(address, anyPort ? "http:" : "https:");
    const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(judge), ...shown, ...tls });
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
}

/** Resolves once and hands on only vetted addresses: the connection is pinned to what was judged. */
function guardedLookup(judge: (address: string) => string | null): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, "", 4);
        return;
      }
      const vetted = addresses.filter(({ address }) => judge(address) === null);
      const [first] = vetted;
      if (first === undefined) {
        // Not which address: the text travels to callers, and would map the names of the inside.
        callback(new EgressRefused(`${hostname} resolves to no address that may be called`), "", 4);
      } else if (options.all === true) {
        callback(null, vetted);
      } else {
        callback(null, first.address, first.family);
      }
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
