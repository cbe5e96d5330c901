import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { SecretTerm } from "../domain/integration/order-client-secrets.ts";
import type { EnvironmentLayer } from "../domain/integration/resolve-integration.ts";

/** An integration as one environment has it: the definition in force, its OAuth client, its sealed secrets. */
export interface ConfiguredIntegration {
  readonly environmentId: string;
  readonly name: string;
  /** `platform`: from the catalogue; `environment`: put by this environment. */
  readonly origin: "platform" | "environment";
  readonly document: IntegrationDocument;
  /** Null until the environment configured a client. */
  readonly client: EnvironmentClient | null;
}

export interface EnvironmentClient {
  /** The id of the environment integration; owner of the sealed secrets. */
  readonly id: string;
  /** Part of the redirect URI: one per environment integration, so that a server can't be mixed up with another. */
  readonly callbackId: string;
  readonly layer: EnvironmentLayer;
  /** Newest first, also those that have ended and are not erased yet. */
  readonly secrets: readonly SealedClientSecret[];
}

export interface SealedClientSecret extends SecretTerm {
  readonly sealed: Uint8Array;
  readonly createdAt: Date;
  /** To the minute: when tokens last came to this secret; null: never yet. */
  readonly lastWorkedAt: Date | null;
}

export interface IntegrationStore {
  find(environmentId: string, name: string): Promise<ConfiguredIntegration | null>;
  list(environmentId: string): Promise<readonly ConfiguredIntegration[]>;
  /** The active accounts behind a circuit, of whichever integration. Roughly, and at most a minute old: it only spreads alarms. */
  countActiveAccounts(circuitKey: string): Promise<number>;
  /** The integrations whose active accounts stand behind a circuit: they share its budget. At most a minute old. */
  listBehind(circuitKey: string): Promise<readonly string[]>;
  /**
   * Tokens came to this secret of an environment integration. Written when another one worked last, or when that is a minute ago;
   * nothing happens for one that is gone.
   */
  secretWorked(owner: string, version: number, at: Date): Promise<void>;
}

/** What PATCH /environment-integration changes; absent fields stay. */
export interface ClientPatch {
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly secrets?: SecretsPatch;
}

export interface SecretsPatch {
  /** What the change was made for: it is not written when another one came first. `newest` is a version; null: there is none. */
  readonly expected: { readonly clientId: string | null; readonly newest: number | null };
  readonly added: { readonly version: number; readonly kid: string; readonly sealed: Uint8Array } | null;
  /** With their new ends. What is not named is erased. */
  readonly kept: readonly SecretTerm[];
  /** Who changes the client. */
  readonly actor: string;
}

/** Why a client secret was erased; stands in its audit record. */
export type SecretEnd = "client_changed" | "hosts_changed" | "integration_deleted" | "expired";

/** Every secret that a method erases gets a record `secret.erased` of its own, by the actor of the change. */
export interface IntegrationAdministration extends IntegrationStore {
  /**
   * Unless a client follows with a call of patchClient, what breakers have learnt about the definition counts no more.
   * @returns whether the definition is new
   */
  put(
    environmentId: string,
    document: IntegrationDocument,
    options: { readonly erasesSecrets: boolean; readonly clientFollows?: boolean; readonly audit: AuditRecord },
  ): Promise<boolean>;
  /** Erases the client secrets too. @returns false when this environment has no definition of that name */
  remove(environmentId: string, name: string, audit: AuditRecord): Promise<boolean>;
  /**
   * Creates the environment integration where there is none yet; `id` and `callbackId` are used then. A patch that changes something
   * ends what breakers have learnt.
   * @returns false when the client is not as `patch.secrets` expects it; nothing was written then
   */
  patchClient(
    environmentId: string,
    name: string,
    fresh: { readonly id: string; readonly callbackId: string },
    patch: ClientPatch,
    audit: readonly AuditRecord[],
  ): Promise<boolean>;
  countLiveAccounts(environmentId: string, name: string): Promise<number>;
}
