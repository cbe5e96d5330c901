import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { ShownCertificate } from "../domain/integration/client-certificate.ts";
import type { PublishedKey } from "../domain/integration/client-keys.ts";
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
  /** Its own key pairs, newest first (private_key_jwt); absent: none was made. */
  readonly keys?: SealedProof & { readonly published: readonly PublishedKey[] };
  /** What it shows in the TLS handshake (mtls); absent: none was set. */
  readonly certificate?: SealedProof & { readonly shown: ShownCertificate };
}

export interface SealedProof {
  readonly version: number;
  readonly sealed: Uint8Array;
}

export interface IntegrationStore {
  find(environmentId: string, name: string): Promise<ConfiguredIntegration | null>;
  list(environmentId: string): Promise<readonly ConfiguredIntegration[]>;
  /** Roughly, and at most a minute old: it only spreads alarms. */
  countActiveAccounts(environmentId: string, name: string): Promise<number>;
}

/** What PATCH /environment-integration changes; absent fields stay. */
export interface ClientPatch {
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly secret?: { readonly kid: string; readonly sealed: Uint8Array; readonly version: number };
}

/** What a client proves itself with, made anew. */
export type ClientProofPatch = ProofPatch &
  (
    | { readonly field: "client_key"; readonly published: readonly PublishedKey[] }
    | { readonly field: "client_certificate"; readonly shown: ShownCertificate }
  );

interface ProofPatch {
  /** One more than what it replaces. */
  readonly version: number;
  readonly kid: string;
  readonly sealed: Uint8Array;
}

export interface IntegrationAdministration extends IntegrationStore {
  /** @returns whether the definition is new */
  put(
    environmentId: string,
    document: IntegrationDocument,
    options: { readonly erasesSecret: boolean; readonly audit: AuditRecord },
  ): Promise<boolean>;
  /** Erases the client secret too. @returns false when this environment has no definition of that name */
  remove(environmentId: string, name: string, audit: AuditRecord): Promise<boolean>;
  /** Creates the environment integration where there is none yet; `id` and `callbackId` are used then. */
  patchClient(
    environmentId: string,
    name: string,
    fresh: { readonly id: string; readonly callbackId: string },
    patch: ClientPatch,
    audit: readonly AuditRecord[],
  ): Promise<void>;
  /** @returns false when the environment has no client, or another version came first; nothing was written then */
  patchProof(
    environmentId: string,
    name: string,
    patch: ClientProofPatch,
    audit: readonly AuditRecord[],
  ): Promise<boolean>;
  /** The public keys of an environment integration, by its callback id; null: there is no such one. */
  findPublishedKeys(callbackId: string): Promise<readonly PublishedKey[] | null>;
  countLiveAccounts(environmentId: string, name: string): Promise<number>;
}
