import type { IncomingMessage } from "node:http";
import type { Language } from "#core/domain/connect/language";
import type { Caller } from "#core/domain/access/permission";
import type { PolicyMemory } from "#core/usecases/policy-memory";
import type { TokenGlances } from "#core/ports/token-glances";
import type { ByteBudget } from "#core/usecases/byte-budget";
import type { CallPlaces } from "#core/usecases/call-places";
import type { ProxyLimits } from "#adapters/config/read-config";
import type { IdempotencyStore } from "#core/ports/idempotency-store";
import type { Once } from "#core/usecases/run-once";
import type { Container } from "#adapters/container";
import type { AccessStore } from "#adapters/postgres/access-store";
import type { Prisma } from "#adapters/postgres/prisma";
import type { EventStreams } from "./event-streams.ts";
import type { ConnectAdmission } from "./connect/connect-admission.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import type { PagePass } from "./auth/page-pass.ts";
import type { SessionCookie } from "./auth/session-cookie.ts";
import type { SignInLimits } from "./auth/sign-in-limits.ts";
import type { SsoPorts } from "./auth/sso-routes.ts";
import type { ConnectHosts } from "./connect/connect-hosts.ts";

/** What hono carries through a request of the API. */
export interface ApiEnvironment {
  Variables: {
    requestId: string;
    caller: Caller;
    /** On the way of an end user: the language of a page for them (findLinkOfPage on `isLimited`). */
    findLanguage?: (isLimited: boolean) => Promise<Language>;
    /** Of a request with an idempotency key. */
    once?: Once;
  };
}

/** What the routes are made with. */
export interface ApiPorts extends Container {
  readonly access: AccessStore;
  readonly prisma: Prisma;
  readonly idempotency: IdempotencyStore;
  readonly authenticator: Authenticator;
  readonly connectAdmission: ConnectAdmission;
  readonly glances: TokenGlances;
  readonly policies: PolicyMemory;
  readonly connectHosts: ConnectHosts;
  readonly callPlaces: CallPlaces;
  readonly pagePlaces: CallPlaces;
  readonly heldBytes: ByteBudget;
  readonly unifiedPlaces: CallPlaces;
  readonly unifiedRoom: CallPlaces;
  readonly unifiedShares: CallPlaces;
  readonly proxyLimits: ProxyLimits;
  /** Of administrators' records (AdminPorts). */
  readonly auditEnvironmentId: string;
  /** Where a request comes from, past trusted proxies; empty: nobody can tell. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly signInLimits: SignInLimits;
  readonly sessionCookie: SessionCookie;
  readonly pagePass: PagePass;
  readonly sso: SsoPorts | null;
  readonly eventStreams: EventStreams;
}
