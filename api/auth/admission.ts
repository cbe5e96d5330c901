import type { IncomingMessage } from "node:http";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AuditLog } from "#core/ports/audit-log";
import type { Log } from "#core/ports/log";
import { parseCidr, type Cidr } from "#adapters/egress/address-guard";
import { addressSet, clientAddress, networkOf, type AddressSet } from "./client-address.ts";
import { createTokenBuckets } from "./token-buckets.ts";

/** Whom this process lets in, and how often. What it costs is two numbers for each request. */
export interface Admission {
  /** @throws DomainError rate_limited; forbidden from an address that the key is not for */
  admit(caller: Caller, request: IncomingMessage): void;
  /** Counts a request whose key is no key, or may be none: it has still to be looked up. @throws DomainError rate_limited */
  admitUnknown(request: IncomingMessage): void;
  /** It was one, or nobody could tell: not counted after all. */
  takeBack(request: IncomingMessage): void;
}

/** Keys that are not known, from one address: who mistypes one has enough of them, who tries keys out has not. */
const failureLimit = { perSecond: 10, burst: 100 };
/** A key that is used from elsewhere is recorded so often, milliseconds: its user may be a loop. */
const recordEveryMs = 60_000;

export function createAdmission(options: {
  /** Requests a second; null: no limit. */
  readonly rateLimit: number | null;
  readonly trustedProxies: readonly Cidr[];
  readonly audit: AuditLog;
  readonly log: Log;
  /** Told from where an API key is used, with each of its requests. */
  readonly noteAddress?: (caller: Caller, address: string) => void;
}): Admission {
  const { rateLimit, audit, log } = options;
  const isTrusted = addressSet(options.trustedProxies);
  const requests = rateLimit === null ? null : createTokenBuckets({ perSecond: rateLimit, burst: rateLimit * 2 });
  const failures = createTokenBuckets(failureLimit);
  // A caller's ranges live as long as what is remembered of its key.
  const sets = new WeakMap<readonly string[], AddressSet>();
  const recordedAt = new Map<string, number>();

  const isFrom = (ranges: readonly string[], address: string): boolean => {
    let set = sets.get(ranges);
    if (set === undefined) {
      set = addressSet(ranges.flatMap((range) => parseCidr(range) ?? []));
      sets.set(ranges, set);
    }
    return set(address);
  };

  const refuse = (caller: Caller, address: string): never => {
    const now = performance.now();
    if (now - (recordedAt.get(caller.id) ?? -recordEveryMs) >= recordEveryMs) {
      if (recordedAt.size >= 1_000) recordedAt.clear();
      recordedAt.set(caller.id, now);
      log.warn({ key: caller.id, address }, "an API key was used from an address that it is not for");
      const { environmentId, id } = caller;
      audit
        .append([{ environmentId, actor: id, action: "api_key.refused", target: id, detail: { address } }])
        .catch((error: unknown) => log.warn({ error }, "a refused key was not recorded"));
    }
    throw new DomainError("forbidden", {
      detail:
        address === ""
          ? "This key is for some addresses only, and the proxy in front does not tell where this request comes from."
          : `This key is not for requests from ${address}. Use it from an address on its list, or make a key for this one.`,
    });
  };

  return {
    admit(caller, request) {
      const address = clientAddress(request, isTrusted);
      if (caller.addresses !== undefined && !isFrom(caller.addresses, address)) refuse(caller, address);
      if (caller.kind === "api_key") options.noteAddress?.(caller, address);
      const seconds = requests?.take(caller.id) ?? 0;
      if (rateLimit !== null && seconds > 0) {
        const who = caller.kind === "api_key" ? "This API key" : "You";
        throw limited(`${who} sent more than ${rateLimit} requests a second for a while.`, rateLimit, seconds);
      }
    },

    admitUnknown(request) {
      const seconds = failures.take(networkOf(clientAddress(request, isTrusted)));
      if (seconds === 0) return;
      const detail = "Too many requests with keys that are not known came from this address.";
      throw limited(detail, failureLimit.perSecond, seconds);
    },

    takeBack: (request) => failures.giveBack(networkOf(clientAddress(request, isTrusted))),
  };
}

function limited(detail: string, perSecond: number, seconds: number): DomainError {
  return new DomainError("rate_limited", {
    detail: `${detail} Wait, then send it again.`,
    retryAfterSeconds: seconds,
    rateLimit: { limit: perSecond, remaining: 0, resetSeconds: seconds, windowSeconds: 1 },
    extensions: { source: "evergrant" },
  });
}
