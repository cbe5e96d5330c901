import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Ledger } from "./create-ledger.ts";
import type { LabTokenAnswer, LabTokenRequest, TokenRequestHook, TokenRequestOutcome } from "./lab.ts";
import type { RecordStore } from "./open-record-store.ts";

const maxBodyBytes = 64 * 1024;

export type TokenRequestInput = {
  request: IncomingMessage;
  response: ServerResponse;
  hook: TokenRequestHook | null;
  onAnswer: ((answer: LabTokenAnswer) => void) | null;
  handle: () => Promise<void>;
};

/** What the provider's events said of a request that is being answered. */
export type TokenRequestOutcomes = WeakMap<IncomingMessage, TokenRequestOutcome>;

/** Stands in front of the token endpoint: counts, measures how many refreshes of one grant are open, and lets a test hold or lose one. */
export function createTokenRequestGuard(
  store: RecordStore,
  ledger: Ledger,
  outcomes: TokenRequestOutcomes,
): (input: TokenRequestInput) => Promise<void> {
  const openRefreshes = new Map<string, number>();

  function enter(grantId: string, response: ServerResponse): void {
    const open = (openRefreshes.get(grantId) ?? 0) + 1;
    openRefreshes.set(grantId, open);
    ledger.sawInFlight(open);
    response.once("close", () => {
      const left = (openRefreshes.get(grantId) ?? 1) - 1;
      if (left === 0) openRefreshes.delete(grantId);
      else openRefreshes.set(grantId, left);
    });
  }

  return async function guardTokenRequest({ request, response, hook, onAnswer, handle }) {
    const receivedAt = Date.now();
    ledger.count("token_requests");
    const form = new URLSearchParams(await peekBody(request));
    const described = describeTokenRequest(form, request, store);
    if (described.grantId !== null) enter(described.grantId, response);
    const closed = new Promise<number>((resolve) => response.once("close", () => resolve(Date.now())));
    const wish = hook === null ? undefined : await hook(described);
    if (wish === "lose_answer") {
      response.end = (() => {
        request.socket.destroy();
        return response;
      }) as typeof response.end;
    } else if (wish !== undefined) {
      holdEnd(response, wish.holdAnswerMilliseconds);
    }
    await handle();
    if (onAnswer === null) return;
    const decidedAt = Date.now();
    // A caller that went away early does not keep the server from spending its token: both ends are waited for.
    const closedAt = await closed;
    const outcome = outcomes.get(request) ?? "refused";
    onAnswer({ ...described, receivedAt, decidedAt, closedAt, outcome, isSent: response.writableFinished });
  };
}

/** The provider ends its answer in one call; only that call comes later. */
function holdEnd(response: ServerResponse, milliseconds: number): void {
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  response.end = ((...parts: unknown[]) => {
    setTimeout(() => end(...parts), milliseconds);
    return response;
  }) as typeof response.end;
}

function describeTokenRequest(form: URLSearchParams, request: IncomingMessage, store: RecordStore): LabTokenRequest {
  const refreshToken = form.get("refresh_token");
  const held = refreshToken === null ? undefined : (store.get("RefreshToken", refreshToken) as { grantId?: string });
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const user = basic === undefined ? null : (Buffer.from(basic, "base64").toString("utf8").split(":")[0] ?? null);
  const clientId = form.get("client_id") ?? (user === null ? null : decodeFormPart(user));
  return {
    grantType: form.get("grant_type"),
    clientId,
    grantId: held?.grantId ?? null,
    refreshTokenFingerprint:
      refreshToken === null ? null : createHash("sha256").update(refreshToken).digest("base64url").slice(0, 16),
  };
}

/** RFC 6749 §2.3.1: the client id in HTTP Basic is form-encoded first. */
function decodeFormPart(text: string): string | null {
  return new URLSearchParams(`v=${text}`).get("v");
}

/** Reads the body and puts it back (`unshift`), so that the provider still parses it itself. Chunked bodies are left alone. */
function peekBody(request: IncomingMessage): Promise<string> {
  const length = Number(request.headers["content-length"] ?? 0);
  if (!(length > 0 && length <= maxBodyBytes)) return Promise.resolve("");
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const done = (): void => {
      request.off("readable", read);
      request.off("close", done);
      const body = Buffer.concat(chunks);
      if (received > 0 && !request.destroyed) request.unshift(body);
      resolve(body.toString("utf8"));
    };
    const read = (): void => {
      for (;;) {
        const chunk = request.read() as Buffer | null;
        if (chunk === null) return;
        chunks.push(chunk);
        received += chunk.length;
        // In the same turn as the last read: one turn later the stream has ended and takes nothing back.
        if (received >= length) return done();
      }
    };
    request.on("readable", read);
    request.once("close", done);
  });
}
