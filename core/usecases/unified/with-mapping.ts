import type { Account } from "../../domain/account/account.ts";
import type { IntegrationDocument } from "../../domain/integration/integration-document.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import { mappingOf } from "../../domain/unified/capabilities.ts";
import { unsupported } from "../../domain/unified/list-wish.ts";
import type { ModelMapping } from "../../domain/unified/mapping-schema.ts";
import { findDefinition, usableDefinition } from "../load-integration.ts";
import { readForCall, withPlace, type CallCredentials, type ProxyCall } from "../proxy-call.ts";
import type { UnifiedCall, UnifiedPorts } from "./unified-ports.ts";

/** How records of a model are mapped. */
export interface MappedModel {
  readonly ports: Pick<UnifiedPorts, "expressions">;
  readonly call: Pick<UnifiedCall, "model">;
  readonly mapping: ModelMapping;
  readonly document: IntegrationDocument;
  /** What expressions and templates may name: `$inputs` and `$fields`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/** An account whose provider can be called, and how its records are mapped. */
export interface MappedAccount extends MappedModel {
  readonly ports: UnifiedPorts;
  readonly call: UnifiedCall;
  /** Read anew for each call but the first: a token may end between two of them. */
  readonly credentials: () => Promise<CallCredentials>;
}

/**
 * Looks the account's mapping up, as its overrides have it, with the account's credentials at hand and a place for its calls.
 * @throws DomainError as the proxy does, and unsupported_by_provider where there is no mapping for the model
 */
export async function withMapping<T>(
  ports: UnifiedPorts,
  call: UnifiedCall,
  operation: string,
  work: (mapped: MappedAccount) => Promise<T>,
): Promise<T> {
  const results: T[] = [];
  await withPlace(
    ports,
    proxyCallOf(call),
    async (first) => {
      const { account, configured } = first.read;
      const leave = takeRoom(ports, account);
      try {
        const found =
          configured === null
            ? await findDefinition(ports.integrations, account)
            : usableDefinition(configured, account);
        const mapping = mappingOf(found.document.unified, call.model);
        if (mapping === null) throw unsupported(call.model, operation);
        let isFirst = true;
        const credentials = async (): Promise<CallCredentials> => {
          const read = isFirst ? first : await readForCall(ports, proxyCallOf(call));
          isFirst = false;
          return read;
        };
        const { inputs, fields } = account;
        results.push(await work({ ports, call, mapping, document: found.document, inputs, fields, credentials }));
      } finally {
        leave();
      }
    },
    ports.unifiedPlaces,
  );
  return results[0] as T;
}

/** One provider that takes its time must leave room for the others. @returns what gives it back */
function takeRoom({ unifiedRoom, unifiedShares }: UnifiedPorts, account: Account): () => void {
  const leaveShare = unifiedShares.take(`${account.environmentId} ${account.integrationName}`);
  const leaveRoom = leaveShare === null ? null : unifiedRoom.take("");
  if (leaveShare !== null && leaveRoom !== null) {
    return () => {
      leaveRoom();
      leaveShare();
    };
  }
  leaveShare?.();
  throw new DomainError("provider_unavailable", {
    detail: `As many calls of the unified API ${leaveShare === null ? `to ${account.integrationName} ` : ""}as may be are under way in this process. Nothing was sent; try again shortly.`,
    retryAfterSeconds: 1,
    extensions: { integrated_account_id: account.id },
  });
}

/** The same call for the engine of the proxy, before it is known where it goes. */
export function proxyCallOf({ environmentId, actor, isVisible, accountId, signal, onWait }: UnifiedCall): ProxyCall {
  return {
    environmentId,
    actor,
    isVisible,
    target: { accountId, path: "", query: null },
    method: "GET",
    headers: [],
    body: null,
    bodyBytes: null,
    signal,
    onWait,
    purpose: "unified",
  };
}
