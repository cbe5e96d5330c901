import type { Context } from "hono";
import { randomInt } from "node:crypto";
import { DomainError, problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import { runOnce, type RunAnswer } from "#core/usecases/run-once";
import type { CallFate } from "#core/usecases/proxy-call";
import type { OneRecord, WriteWatch } from "#core/usecases/unified/one-record";
import type { ApiEnvironment, ApiPorts } from "./api-environment.ts";
import { demandKey } from "./idempotency.ts";

interface Kept {
  readonly id?: string;
  readonly problem?: { readonly code: ProblemCode; readonly detail: string };
}

interface Creation {
  readonly create: (watch?: WriteWatch) => Promise<OneRecord>;
  readonly find: (id: string) => Promise<OneRecord>;
}

/**
 * Makes a record once for an idempotency key, without storing what a provider answered (R76): of a record its id is kept, by which it
 * is read when the request comes again. Once a provider was sent something and nobody knows what it did with it, that is what is kept:
 * a provider has no such key, and to send it again would make another record. A process that dies on the way leaves its mark before it
 * sends, so that whoever takes over sends nothing either.
 */
export async function createOnce(
  ports: ApiPorts,
  context: Context<ApiEnvironment>,
  { create, find }: Creation,
): Promise<OneRecord> {
  const header = context.req.header("idempotency-key");
  if (header === undefined) return await create();
  const { pathname, search } = new URL(context.req.url);
  const body = await context.req.text();
  const request = { key: demandKey(header), method: "POST", target: pathname + search, body };
  let made: OneRecord | null = null;
  let failed: unknown = null;
  const { answer, isRepeated } = await runOnce(ports, context.get("caller"), request, async (once) => {
    let fate: Fate = "not_sent";
    let madeId: string | null = null;
    const mark = randomInt(2 ** 47);
    const beforeSend = async (): Promise<void> => {
      const { sending } = await once.remember({ sending: mark });
      if (sending === mark) return;
      fate = "sent_before";
      throw unknownOutcome("the process that sent it ended before its answer");
    };
    try {
      // A later run must not be refused before it has seen that mark: a refusal would free the key, and with it forget the mark.
      if (!once.isFirst) await beforeSend();
      made = await create({ beforeSend, onFate: (next) => (fate = next), onMade: (id) => (madeId = id) });
      return keep(201, { id: String(made.record["id"]) }, "keep");
    } catch (error) {
      failed = error;
      return madeId === null ? answerOf(error, fate) : keep(201, { id: madeId }, "keep");
    }
  });
  if (!isRepeated) {
    if (made !== null) return made;
    throw failed;
  }
  context.header("idempotency-replayed", "true");
  const { id, problem } = JSON.parse(answer.body) as Kept;
  if (id !== undefined) {
    return await find(id).catch((error: unknown) => {
      throw error instanceof DomainError ? madeBefore(id, error) : error;
    });
  }
  const code = problem !== undefined && Object.hasOwn(problemCodes, problem.code) ? problem.code : "internal_error";
  throw new DomainError(code, { detail: problem?.detail ?? "", status: answer.status });
}

/** `sent_before`: by an earlier run, of which no answer came. */
type Fate = CallFate | "sent_before";

/** What was refused, or never left, may be mended under the same key. */
function answerOf(error: unknown, fate: Fate): RunAnswer {
  const problem = error instanceof DomainError ? error : null;
  const isMade = typeof fate === "number" && fate >= 200 && fate < 300;
  const isRefused = typeof fate === "number" && fate >= 400 && fate < 500 && fate !== 408;
  if (fate === "not_sent" || isRefused) return keep(problem?.status ?? 500, {}, "free");
  const isTold = isMade || fate === "sent_before";
  const why = problem?.detail ?? "the connection ended before its answer";
  const kept = problem !== null && isTold ? problem : unknownOutcome(why);
  return keep(kept.status, { problem: { code: kept.code, detail: kept.detail } }, "keep");
}

function unknownOutcome(why: string): DomainError {
  return new DomainError("provider_error", {
    detail: `The first request with this Idempotency-Key was sent to the provider, and whether it made the record is not known (${why.replace(/\.$/, "")}). Nothing is sent again under this key: look whether the record is there, and make it under a new key if it is not.`,
  });
}

/** It is there: whoever asks again is told its id, whatever keeps it from being read. */
function madeBefore(id: string, error: DomainError): DomainError {
  const { code, status, detail, retryAfterSeconds, extensions } = error;
  return new DomainError(code, {
    status,
    detail: `The first request with this Idempotency-Key made the record; to read it anew failed: ${detail}`,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    extensions: { ...extensions, record_id: id },
    cause: error,
  });
}

function keep(status: number, kept: Kept, conclusion: "keep" | "free"): RunAnswer {
  return { status, contentType: "application/json", body: JSON.stringify(kept), conclusion };
}
