import { problemCodes } from "#core/domain/problem/domain-error";
import { problemSchema } from "#api/schemas/problem";

// What an error of a runtime, a driver or a path of this code base would look like.
const leaks = [
  /\bat \S+ \(?(?:file|node|\/)/,
  /node_modules/,
  /\b(?:SELECT|INSERT|UPDATE|DELETE) .+\b(?:FROM|INTO|SET|WHERE)\b/,
];

/**
 * Fails unless an answer of the API that is no success is a problem as the document has it (checklist F7). Every call of the test
 * stack goes through here.
 */
export function assertProblem(status: number, headers: Headers, body: unknown): void {
  const type = headers.get("content-type") ?? "";
  if (!type.startsWith("application/problem+json")) throw new Error(`a problem is ${type}: ${JSON.stringify(body)}`);
  const problem = problemSchema.parse(body);
  const fail = (what: string): never => {
    throw new Error(`a problem ${what}: ${JSON.stringify(body)}`);
  };
  if (problem.status !== status) fail(`of the answer ${status} says another status`);
  if (!(problem.code in problemCodes)) fail("has an unknown code");
  if (!problem.type.endsWith(`/api/v1/problems/${problem.code}`)) fail("has a type that opens no page");
  if (!/^urn:evergrant:request:req_[0-9a-z]{24}$/.test(problem.instance)) fail("names no request");
  if (problem.instance.split(":").at(-1) !== headers.get("x-request-id")) fail("names another request");
  if (problem.code === "invalid_request" && (problem.errors?.length ?? 0) === 0) fail("names nothing that is wrong");
  if ((status === 429 || status === 503) && headers.get("retry-after") === null && problem.code !== "kms_unavailable")
    fail("does not say when to come again");
  if (headers.get("cache-control") !== "no-store") fail("may be stored");
  for (const leak of leaks) if (leak.test(JSON.stringify(body))) fail("tells of what is inside");
}
