import { jsonOrText } from "#core/domain/text/json-or-text";
import type { Clock } from "#core/ports/clock";
import type { ProviderApi } from "#core/ports/provider-api";
import type { EgressClient } from "../egress/egress-client.ts";
import { deadlineSignal } from "../oauth/deadline-signal.ts";
import { parseRetryAfter } from "#core/domain/rate-limit/parse-retry-after";
import { failureOf } from "../oauth/token-failures.ts";

/** Declared calls of providers' APIs, each within its deadline. */
export function createProviderApi({
  egress,
  clock,
}: {
  readonly egress: EgressClient;
  readonly clock: Clock;
}): ProviderApi {
  return {
    async call(request, deadlineSeconds) {
      const { method, url, body } = request;
      const signal = deadlineSignal(deadlineSeconds * 1000);
      try {
        const response = await egress.fetch(url, {
          method,
          headers: request.headers,
          signal,
          ...(body === null ? {} : { body }),
        });
        // The whole body under the same deadline: what follows works on bytes that are here.
        const text = await response.text();
        const headers = Object.fromEntries(response.headers);
        const retryAfterSeconds = parseRetryAfter(response.headers.get("retry-after"), clock.now());
        return { kind: "answer", status: response.status, headers, body: jsonOrText(text), retryAfterSeconds };
      } catch (error) {
        const failure = await failureOf(error, { isAsked: true, status: null }, clock.now());
        if (failure.kind === "not_sent" || failure.kind === "egress_refused") {
          return { kind: "failed", cause: failure.kind, detail: failure.detail };
        }
        return { kind: "failed", cause: "answer_lost", detail: "detail" in failure ? failure.detail : failure.kind };
      }
    },
  };
}
