import type { Context } from "hono";
import { DomainError, problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import { runOnce } from "#core/usecases/run-once";
import type { OneRecord } from "#core/usecases/unified/one-record";
import type { ApiEnvironment, ApiPorts } from "./api-environment.ts";
import { demandKey } from "./idempotency.ts";

interface Kept {
  readonly id?: string;
  readonly problem?: { readonly code: ProblemCode; readonly detail: string };
}

/**
 * Makes a record once for an idempotency key, without storing what a provider answered (R76): of a record its id is kept, by which it
 * is read when the request comes again, and of a refusal its code.
 */
export async function createOnce(
  ports: ApiPorts,
  context: Context<ApiEnvironment>,
  { create, find }: { readonly create: () => Promise<OneRecord>; readonly find: (id: string) => Promise<OneRecord> },
): Promise<OneRecord> {
  const header = context.req.header("idempotency-key");
  if (header === undefined) return await create();
  const { pathname, search } = new URL(context.req.url);
  const body = await context.req.text();
  const request = { key: demandKey(header), method: "POST", target: pathname + search, body };
  let made: OneRecord | null = null;
  let failed: unknown = null;
  const { answer, isRepeated } = await runOnce(ports, context.get("caller"), request, async () => {
    try {
      made = await create();
      return keep(201, { id: String(made.record["id"]) });
    } catch (error) {
      failed = error;
      if (!(error instanceof DomainError)) return keep(500, {});
      return keep(error.status, { problem: { code: error.code, detail: error.detail } });
    }
  });
  if (!isRepeated) {
    if (made !== null) return made;
    throw failed;
  }
  context.header("idempotency-replayed", "true");
  const { id, problem } = JSON.parse(answer.body) as Kept;
  if (id !== undefined) return await find(id);
  const code = problem !== undefined && Object.hasOwn(problemCodes, problem.code) ? problem.code : "internal_error";
  throw new DomainError(code, { detail: problem?.detail ?? "", status: answer.status });
}

function keep(status: number, kept: Kept) {
  return { status, contentType: "application/json", body: JSON.stringify(kept) };
}
