import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { ShownCertificate } from "../domain/integration/client-certificate.ts";
import type { PublishedKey } from "../domain/integration/client-keys.ts";
import type { AtStake, DefinitionJudgement, HostChange, HostPin } from "../domain/integration/host-pin.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { Overrides, UnfitOverrides } from "../domain/integration/overrides.ts";
import type { SecretTerm } from "../domain/integration/order-client-secrets.ts";
import type { EnvironmentLayer } from "../domain/integration/resolve-integration.ts";
import type { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import type { ApprovalUse } from "./approval-store.ts";

/** An integration as one environment has it: the definition in force, its OAuth client, its sealed secrets. */
export interface ConfiguredIntegration {
  readonly environmentId: string;
  readonly name: string;
  /** `platform`: from the catalogue; `environment`: put by this environment. */
  readonly origin: "platform" | "environment";
  /** Of the catalogue, or put by this environment. */
  readonly definition: IntegrationDocument;
  /** What the environment lays over it. */
  readonly overrides: Overrides;
  /** The definition with them, which everything works with. */
  readonly document: IntegrationDocument;
  /** Why they don't fit the definition as it is by now; the document is without them then, and nothing may be asked with it. */
  readonly fault: string | null;
  /** What its credentials were given for; null: nothing is pinned yet. */
  readonly pin: HostPin | null;
  /** Null until the environment configured a client. */
  readonly client: EnvironmentClient | null;
  /** Of what was read, as a glance carries it (TokenGlance.definitionStamp); absent where a store has none. */
  readonly stamp?: string;
}

export interface EnvironmentClient {
  /** The id of the environment integration; owner of the sealed secrets. */
  readonly id: string;
  /** Part of the redirect URI: one per environment integration, so that a server can't be mixed up with another. */
  readonly callbackId: string;
  readonly layer: EnvironmentLayer;
  /** Newest first, also those that have ended and are not erased yet. */
  readonly secrets: readonly SealedClientSecret[];
  /** Its own key pairs, newest first (private_key_jwt); absent: none was made. */
  readonly keys?: SealedProof & { readonly published: readonly PublishedKey[] };
  /** What it shows in the TLS handshake (mtls); absent: none was set. */
  readonly certificate?: SealedProof & { readonly shown: ShownCertificate };
}

export interface SealedProof {
  readonly version: number;
  readonly sealed: Uint8Array;
}

export interface SealedClientSecret extends SecretTerm {
  readonly sealed: Uint8Array;
  readonly createdAt: Date;
  /** Who gave it; null: before that was written down. */
  readonly setBy: string | null;
  /** To the minute: when tokens last came to this secret; null: never yet. */
  readonly lastWorkedAt: Date | null;
}

export interface IntegrationList {
  readonly readable: readonly ConfiguredIntegration[];
  readonly unreadable: readonly UnreadableDefinition[];
}

export interface IntegrationStore {
  find(environmentId: string, name: string): Promise<ConfiguredIntegration | null>;
  /** By name. */
  list(environmentId: string): Promise<IntegrationList>;
  /** The active accounts behind a circuit, of whichever integration. Roughly, and at most a minute old: it only spreads alarms. */
  countActiveAccounts(circuitKey: string): Promise<number>;
  /** The integrations whose active accounts stand behind a circuit: they share its budget. At most a minute old. */
  listBehind(circuitKey: string): Promise<readonly string[]>;
  /**
   * Tokens came to this secret of an environment integration. Written when another one worked last, or when that is a minute ago;
   * nothing happens for one that is gone.
   */
  secretWorked(owner: string, version: number, at: Date): Promise<void>;
  /**
   * Pins the definition in force where nothing is pinned, and anew where nothing is at stake: no live account would go elsewhere, no
   * sealed secret could.
   * @returns what is pinned now; null: there is no such definition
   */
  pinHosts(environmentId: string, name: string): Promise<HostPin | null>;
}

/** What PATCH /environment-integration changes; absent fields stay. */
export interface ClientPatch {
  readonly clientId?: string;
  /** Made of what is `expected` to be there: nothing is written when that is not so any more. */
  readonly overrides?: { readonly expected: Overrides; readonly next: Overrides };
  readonly secrets?: SecretsPatch;
  /** Of the definition that the secrets are given for: nothing is written when another one is pinned by then. */
  readonly pin?: HostPin;
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

/** Why a secret, the keys or the certificate of a client were erased; stands in its audit record. */
export type SecretEnd = "client_changed" | "hosts_changed" | "integration_deleted" | "expired";

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

/** Every secret that a method erases gets a record `secret.erased` of its own, by the actor of the change. */
export interface IntegrationAdministration extends IntegrationStore {
  /** What `put` would judge, and what it would change; nothing is written, and a moment later it may be otherwise. */
  weigh(environmentId: string, document: IntegrationDocument): Promise<WeighedDefinition>;
  /**
   * Judged (judgeDefinition) and written in one: no account is made on it meanwhile. Unless a client follows with a call of
   * patchClient, what breakers have learnt about the definition counts no more. Where hosts move, secrets that were given for the
   * old ones are erased; the record tells (`client_secret_erased`).
   *
   * With `approved` two people want it (R48): accounts and secrets go along to the new hosts, if nothing else than what they saw is in
   * force. The approval is spent in the same transaction.
   */
  put(
    environmentId: string,
    document: IntegrationDocument,
    options: {
      readonly clientFollows?: boolean;
      readonly audit: AuditRecord;
      /** When what is to be replaced was put; null: nothing of this environment is. Absent: whatever is there is replaced. */
      readonly seenAt?: Date | null;
      /** `seenHash`: digestOf what was seen when it was asked for. */
      readonly approved?: { readonly use: ApprovalUse; readonly seenHash: string };
    },
  ): Promise<PutOutcome>;
  /** Erases what its client proved itself with too. `absent`: this environment has no definition of that name. */
  remove(environmentId: string, name: string, audit: AuditRecord): Promise<RemoveOutcome>;
  /**
   * Creates the environment integration where there is none yet; `id` and `callbackId` are used then. A patch that changes something
   * ends what breakers have learnt.
   * @returns false when the client is not as `patch.secrets` or `patch.overrides` expects it, or `patch.pin` is not pinned; nothing was written then
   */
  patchClient(
    environmentId: string,
    name: string,
    fresh: { readonly id: string; readonly callbackId: string },
    patch: ClientPatch,
    audit: readonly AuditRecord[],
  ): Promise<boolean>;
  /** @returns false when the environment has no client, or another version came first; nothing was written then */
  patchProof(
    environmentId: string,
    name: string,
    patch: ClientProofPatch,
    audit: readonly AuditRecord[],
  ): Promise<boolean>;
  /** The public keys of an environment integration, by its callback id; null: there is no such one. */
  findPublishedKeys(callbackId: string): Promise<readonly PublishedKey[] | null>;
  /**
   * When a process begins, which may bring another catalogue: pins whatever is used and not pinned yet.
   * @returns the definitions that are not used, or not for every choice, since their hosts changed while something is at stake
   */
  settlePins(): Promise<readonly MovedHosts[]>;
  /**
   * An operator's word that credentials may go where the definition in force leads; the record tells from where to where.
   * @returns null: there is no such definition
   */
  approveHosts(environmentId: string, name: string, audit: AuditRecord): Promise<ApprovedHosts | null>;
}

export interface ApprovedHosts {
  readonly environmentId: string;
  readonly name: string;
  /** Null: nothing was pinned. */
  readonly pinned: HostPin | null;
  readonly inForce: HostPin;
}

export interface MovedHosts extends ApprovedHosts {
  readonly pinned: HostPin;
  /** `choices`: whoever chose what is approved stays in use. */
  readonly change: Exclude<HostChange["kind"], "none">;
}

/** What a change of hosts was asked for with. */
export interface SeenDefinition {
  /** What is pinned, or led to by what is in force; null: nothing is, or nobody can tell. */
  readonly pin: HostPin | null;
  /** The definition in force; null: there is none that can be read. */
  readonly definition: IntegrationDocument | null;
}

export interface WeighedDefinition {
  readonly seen: SeenDefinition;
  readonly judgement: DefinitionJudgement;
  readonly atStake: AtStake;
  readonly unfit: UnfitOverrides | null;
}

export type PutOutcome =
  | { readonly kind: "written"; readonly isNew: boolean }
  /** Nothing was written: it was approved for what is not so any more, or is not to be done by this try. */
  | { readonly kind: "not_as_seen" }
  /** Nothing was written: somebody else put or deleted it since `seenAt`. */
  | { readonly kind: "changed_meanwhile" }
  /** Nothing was written: what lies over the definition already does not fit it. */
  | { readonly kind: "unfit"; readonly unfit: UnfitOverrides }
  /**
   * Nothing was written: accounts live on another format, with other hosts, or on what can't be read (`pinned` is null then); or
   * there would be more hosts than a client's secret was given for (`secrets`). Those that would go elsewhere are counted.
   */
  | {
      readonly kind: "refused";
      readonly cause: (DefinitionJudgement & { readonly kind: "refused" })["cause"];
      readonly liveAccounts: number;
      readonly pinned: HostPin | null;
    };

export type RemoveOutcome =
  | { readonly kind: "removed" | "absent" }
  | { readonly kind: "refused"; readonly liveAccounts: number };
