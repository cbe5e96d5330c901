import type { ApiRequest } from "../domain/integration/api-request.ts";

/** What came of one call of a provider's API. Its body is in memory only: it may hold anything of a customer's. */
export type ApiAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** By lower-case name; several of one name in one text (RFC 9110 §5.3). */
      readonly headers: Readonly<Record<string, string>>;
      /** What the JSON says; the text where it is none. */
      readonly body: unknown;
      /** Of the standard header (RFC 9110 §10.2.3); null where there is none. */
      readonly retryAfterSeconds: number | null;
    }
  /** `not_sent`: no connection. `answer_lost`: it was sent, and no whole answer came. `egress_refused`: by our own guard. */
  | { readonly kind: "failed"; readonly cause: "not_sent" | "answer_lost" | "egress_refused"; readonly detail: string };

/** Calls that an integration document declares (a probe, who was connected), over the guarded egress client. */
export interface ProviderApi {
  /** Never throws for what a provider does. Follows no redirect. */
  call(request: ApiRequest, deadlineSeconds: number): Promise<ApiAnswer>;
}
