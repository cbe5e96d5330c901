import type { ServerResponse } from "node:http";
import type { WrittenProblem } from "./problem.ts";
import { securityHeaders } from "./security-headers.ts";

/** A problem on node's own response, for what is answered without the framework. */
export function answerProblem(response: ServerResponse, problem: WrittenProblem, requestId: string): void {
  const { status, headers, body } = problem;
  response.writeHead(status, [...headers, ...Object.entries(securityHeaders), ["x-request-id", requestId]].flat());
  response.end(JSON.stringify(body));
}
