import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { EnvironmentLayer } from "../domain/integration/resolve-integration.ts";

/** An integration as one environment has it: the definition in force, its OAuth client, its sealed secret. */
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
  /** The id of the environment integration; owner of the sealed secret. */
  readonly id: string;
  /** Part of the redirect URI: one per environment integration, so that a server can't be mixed up with another. */
  readonly callbackId: string;
  readonly layer: EnvironmentLayer;
  readonly secret: { readonly version: number; readonly sealed: Uint8Array } | null;
}

export interface IntegrationStore {
  find(environmentId: string, name: string): Promise<ConfiguredIntegration | null>;
  list(environmentId: string): Promise<readonly ConfiguredIntegration[]>;
  /** The active accounts behind a circuit, of whichever integration. Roughly, and at most a minute old: it only spreads alarms. */
  countActiveAccounts(circuitKey: string): Promise<number>;
  /** The integrations whose active accounts stand behind a circuit: they share its budget. At most a minute old. */
  listBehind(circuitKey: string): Promise<readonly string[]>;
}

/** What PATCH /environment-integration changes; absent fields stay. */
export interface ClientPatch {
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly secret?: { readonly kid: string; readonly sealed: Uint8Array; readonly version: number };
}

export interface IntegrationAdministration extends IntegrationStore {
  /**
   * Unless a client follows with a call of patchClient, what breakers have learnt about the definition counts no more.
   * @returns whether the definition is new
   */
  put(
    environmentId: string,
    document: IntegrationDocument,
    options: { readonly erasesSecret: boolean; readonly clientFollows?: boolean; readonly audit: AuditRecord },
  ): Promise<boolean>;
  /** Erases the client secret too. @returns false when this environment has no definition of that name */
  remove(environmentId: string, name: string, audit: AuditRecord): Promise<boolean>;
  /**
   * Creates the environment integration where there is none yet; `id` and `callbackId` are used then. A patch that changes something
   * ends what breakers have learnt.
   */
  patchClient(
    environmentId: string,
    name: string,
    fresh: { readonly id: string; readonly callbackId: string },
    patch: ClientPatch,
    audit: readonly AuditRecord[],
  ): Promise<void>;
  countLiveAccounts(environmentId: string, name: string): Promise<number>;
}
