import type { ApiRequest } from "#core/domain/integration/api-request";
import type { ApiAnswer, ProviderApi } from "#core/ports/provider-api";

export interface ScriptedProviderApi extends ProviderApi {
  readonly requests: readonly ApiRequest[];
  /** Answers calls of this path so from now on. */
  on(path: string, answer: ApiAnswer | ((request: ApiRequest) => ApiAnswer)): void;
}

export function apiAnswer(
  status: number,
  body: unknown = null,
  changes: Partial<ApiAnswer & { kind: "answer" }> = {},
): ApiAnswer {
  return { kind: "answer", status, headers: {}, body, retryAfterSeconds: null, ...changes };
}

/** A provider whose every path answers 200 until a test says otherwise. */
export function createScriptedProviderApi(): ScriptedProviderApi {
  const requests: ApiRequest[] = [];
  const answers = new Map<string, (request: ApiRequest) => ApiAnswer>();
  return {
    requests,
    on: (path, answer) => void answers.set(path, typeof answer === "function" ? answer : () => answer),
    async call(request) {
      requests.push(request);
      return (answers.get(new URL(request.url).pathname) ?? (() => apiAnswer(200)))(request);
    },
  };
}
