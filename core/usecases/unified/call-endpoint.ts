import { parseExactly, longNumbersAsText } from "../../domain/proxy/exact-numbers.ts";
import { headerRecord } from "../../domain/proxy/forwarded-headers.ts";
import { accountParameter, readProxyTarget, type ProxyTarget } from "../../domain/proxy/proxy-target.ts";
import { fillAddress } from "../../domain/integration/fill-address.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import type { EndpointName, WrittenMembers } from "../../domain/unified/mapping-schema.ts";
import { isId } from "../../domain/unified/is-id.ts";
import { placeMembers } from "../../domain/unified/place-members.ts";
import { refusalProblem } from "../../domain/unified/refusal.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { createKeptBody } from "../kept-body.ts";
import type { PreparedCall } from "../prepare-call.ts";
import { callProvider, type CallFate } from "../proxy-call.ts";
import type { ApiReading } from "../read-api-answer.ts";
import { findAll, isOurs, type Place } from "./find-all.ts";
import { proxyCallOf, type MappedAccount, type MappedModel } from "./with-mapping.ts";

/** One endpoint of a mapping. */
export interface EndpointCall {
  readonly name: EndpointName;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: WrittenMembers | undefined;
}

/** A call of it that is about to be made. */
export interface ReadyCall {
  readonly method: string;
  readonly target: Pick<ProxyTarget, "path" | "query">;
  /** JSON; null: none. */
  readonly body: string | null;
}

/** What a provider answered to a call that it fulfilled. */
export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For expressions: ids of 64 bits are texts. */
  readonly body: unknown;
  /** As it was written, for who wants the provider's own. */
  readonly exact: unknown;
  /** Whether it is what an API answers: JSON, or nothing at all; false only of a write. */
  readonly isApi: boolean;
  readonly reading: ApiReading;
  readonly prepared: PreparedCall;
}

/** @returns the place of an endpoint's part in the document */
export function placeOf({ call }: MappedModel, name: string, part: string): Place {
  return ["unified", call.model.category, call.model.name, "endpoints", name, part];
}

/**
 * Works out where a call goes and what it carries.
 * @param asked what the endpoint's expressions read; its texts may stand in the path
 * @param members of the body besides the endpoint's own, which stand over them; null: it is no write, and may have no body
 */
export async function readyCall(
  mapped: MappedModel,
  endpoint: EndpointCall,
  asked: Readonly<Record<string, unknown>>,
  members: readonly (readonly [pointer: string, value: unknown])[] | null = null,
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<ReadyCall> {
  const { ports, inputs, fields } = mapped;
  const named = { ...bindings, inputs, fields };
  const { name, method, path, query, body = {} } = endpoint;
  if (typeof asked["id"] === "string" && !isId(asked["id"], mapped.mapping.ids)) throw noSuchRecord(mapped);
  const [parameters, own] = await Promise.all([
    findAll(ports.expressions, (one) => [...placeOf(mapped, name, "query"), one], query, asked, named),
    findAll(ports.expressions, (one) => [...placeOf(mapped, name, "body"), one], body, asked, named),
  ]);
  const id = typeof asked["id"] === "string" ? { id: asked["id"] } : {};
  const all = [...(members ?? []), ...Object.entries(own)];
  return {
    method,
    target: targetOf(mapped, path, { ...inputs, ...fields, ...id }, parameters),
    body: all.length === 0 && members === null ? null : JSON.stringify(placeMembers(all)),
  };
}

/** What is no id of the provider's may be another word in its place, and lead elsewhere. */
function noSuchRecord({ document }: MappedModel): DomainError {
  return new DomainError("not_found", {
    detail: `${document.label ?? document.name} has no such record: this is not what its ids look like. Nothing was sent.`,
  });
}

function targetOf(
  { document }: MappedModel,
  template: string,
  values: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, unknown>>,
): ReadyCall["target"] {
  const path = fillAddress(template, values);
  const [way = "", written] = (path ?? "").split("?", 2);
  const parts = [
    ...(written === undefined ? [] : [written]),
    ...Object.entries(parameters).flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((one) => {
        const text = textOf(one);
        return text === null ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(text.toWellFormed())}`];
      }),
    ),
  ];
  const reading = path === null ? null : readProxyTarget(`${way}?${[`${accountParameter}=x`, ...parts].join("&")}`);
  if (reading?.kind !== "target") {
    throw new DomainError("invalid_request", {
      detail: `What was given does not form an address of ${document.name}'s API.`,
      errors: [{ pointer: "id", detail: "can't be the id of a record" }],
    });
  }
  return { path: reading.target.path, query: reading.target.query };
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

export interface SendOptions {
  /**
   * Whether the call changes something. Once its provider has fulfilled it, it is done: an answer that can't be read is no answer,
   * and no problem either.
   */
  readonly isWrite?: boolean;
  readonly onFate?: (fate: CallFate) => void;
}

/**
 * Makes the call, with the engine of the proxy.
 * @throws DomainError for whatever the provider refused, and where the answer of a reading can't be read
 */
export async function sendReady(
  mapped: MappedAccount,
  ready: ReadyCall,
  { isWrite = false, onFate }: SendOptions = {},
): Promise<EndpointAnswer> {
  const { ports, call } = mapped;
  const bytes = ready.body === null ? null : Buffer.from(ready.body);
  const { judged, prepared } = await callProvider(
    ports,
    {
      ...proxyCallOf(call),
      ...(onFate === undefined ? {} : { onFate }),
      method: ready.method,
      target: { accountId: call.accountId, ...ready.target },
      headers: [
        ["accept", "application/json"],
        ...(bytes === null ? [] : [["content-type", "application/json"] as const]),
      ],
      body: bytes === null ? null : createKeptBody(oneChunk(bytes), Infinity),
      bodyBytes: bytes?.length ?? null,
    },
    await mapped.credentials(),
    "whole",
  );
  const { answer, reading, text, read } = judged;
  const isFulfilled = answer.status >= 200 && answer.status < 300 && !reading.isRateLimit && reading.declared === null;
  const isJson = typeof read === "object" && read !== null;
  // A page for people where an answer was expected is none, and no empty list.
  const isUnreadable = text === null || (isFulfilled && text !== "" && !isJson);
  if (isUnreadable) answer.leave();
  if (isUnreadable && !(isWrite && isFulfilled)) {
    throw new DomainError("provider_error", {
      detail:
        "The provider's answer can't be read: it is no JSON, is larger than a megabyte, or took too long. Where the provider pages its lists, ask for fewer records at a time (limit).",
      extensions: { integrated_account_id: call.accountId, source: "provider", provider: { status: answer.status } },
    });
  }
  const headers = headerRecord(answer.headers);
  if (!isFulfilled) {
    // The definition's own word: a refusal in an answer that looks fulfilled, a limit in one that looks like a failure.
    if (reading.isRateLimit || answer.status < 300) onFate?.(reading.isRateLimit ? 429 : 422);
    const told = await readErrors(mapped, { status: answer.status, headers, body: read });
    throw refusalProblem({ ...reading, accountId: call.accountId, status: answer.status, told });
  }
  return {
    status: answer.status,
    headers,
    body: isJson && text !== null ? longNumbersAsText(text, read) : null,
    exact: isJson && text !== null ? parseExactly(text, read) : null,
    isApi: !isUnreadable,
    reading,
    prepared,
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What the mapping says of a refusal; nothing where it has no expression, or that fails: the status says enough. */
async function readErrors(
  { ports, mapping }: MappedAccount,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown },
): Promise<unknown> {
  if (mapping.errors === undefined) return null;
  try {
    return await ports.expressions.evaluate(mapping.errors, answer);
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (!isOurs(error))
      ports.log.warn({ error, status: answer.status }, "an expression of a mapping failed on a refusal");
    return null;
  }
}
