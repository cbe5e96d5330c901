import type { IncomingMessage } from "node:http";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Log } from "#core/ports/log";
import type { Cidr } from "#adapters/egress/address-guard";
import { addressSet, clientAddress, networkOf } from "../auth/client-address.ts";
import { createTokenBuckets } from "../auth/token-buckets.ts";

/** How often the forms of the connect pages may be sent to this process (checklist B10). */
export interface ConnectAdmission {
  /** Counts a form before anything is looked up for it, whatever it names. @throws DomainError rate_limited */
  admit(request: IncomingMessage): void;
  /** It named something that is there: not counted among the guesses after all. */
  takeBackGuess(request: IncomingMessage): void;
  /** Counts a start of one link: each seals a verifier, and may ask a provider. @throws DomainError rate_limited */
  admitLink(linkId: string): void;
}

/** Of one address: an office may connect a team at once. */
const formLimit = { perSecond: 10, burst: 100 };
/** Of one address, with what nobody made: whoever cut a link off when copying it has enough of them. */
const guessLimit = { perSecond: 1, burst: 50 };
/** Of one link, wherever it is opened: for as many mistakes as people make. */
const linkLimit = { perSecond: 0.2, burst: 20 };

/** What only a proxy inside the network has. */
const inside: readonly Cidr[] = [
  { address: "127.0.0.0", prefix: 8 },
  { address: "10.0.0.0", prefix: 8 },
  { address: "172.16.0.0", prefix: 12 },
  { address: "192.168.0.0", prefix: 16 },
  { address: "100.64.0.0", prefix: 10 },
  { address: "::1", prefix: 128 },
  { address: "fc00::", prefix: 7 },
];

/** @param log is told once when all customers seem to come from one address, since a proxy in front of us is not believed */
export function createConnectAdmission(trustedProxies: readonly Cidr[], log: Log): ConnectAdmission {
  const isTrusted = addressSet(trustedProxies);
  const isInside = addressSet(inside);
  let isTold = false;
  const tellOfProxy = (request: IncomingMessage): void => {
    const address = clientAddress(request, () => false);
    if (isTold || request.headers["x-forwarded-for"] === undefined || isTrusted(address) || !isInside(address)) return;
    isTold = true;
    log.warn(
      { address },
      "connect forms come through a proxy that is not in EVERGRANT_TRUSTED_PROXIES, so that all customers share one address and its limits",
    );
  };
  const forms = createTokenBuckets(formLimit);
  const guesses = createTokenBuckets(guessLimit);
  const links = createTokenBuckets(linkLimit);
  const networkFrom = (request: IncomingMessage): string => networkOf(clientAddress(request, isTrusted));
  return {
    admit(request) {
      tellOfProxy(request);
      const network = networkFrom(request);
      const seconds = forms.take(network) || guesses.take(network);
      if (seconds > 0) throw tooMany("Too many connections were begun from this address.", seconds);
    },
    takeBackGuess: (request) => guesses.giveBack(networkFrom(request)),
    admitLink(linkId) {
      const seconds = links.take(linkId);
      if (seconds > 0) throw tooMany("This link was begun too often in the last minutes.", seconds);
    },
  };
}

function tooMany(detail: string, retryAfterSeconds: number): DomainError {
  return new DomainError("rate_limited", { detail, retryAfterSeconds, extensions: { source: "evergrant" } });
}
