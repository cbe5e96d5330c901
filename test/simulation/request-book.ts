import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import { nameOf, type Life, type Trouble } from "./life.ts";
import type { ProviderRotation, Refusal } from "./simulated-provider.ts";
import type { Report } from "./violation.ts";

/** A token request that left a process. */
export interface SentRequest {
  readonly id: number;
  readonly accountId: string;
  readonly version: number;
  readonly life: Life;
  readonly refreshToken: string;
  readonly reason: RefreshReason;
  readonly claimedMs: number;
  /** When the account was claimed before; its holder may have sent something, for all that others know. Null: never. */
  readonly claimedBeforeMs: number | null;
  readonly sentMs: number;
  readonly deadlineMs: number;
  /** Its process was paused between its last check and this: the one exception that no lock can close. */
  readonly isFrozen: boolean;
  /** A person or an open breaker's probe asks: the pace of replays does not bind them. */
  readonly hasNoPace: boolean;
  /** What the wire or the provider did to it; null: nothing. */
  trouble: Trouble | null;
  /** When the provider did its part; null: not (yet). */
  processedMs: number | null;
  refusal: Refusal | null;
  /** The refresh token that the answer carries. */
  issued: string | null;
  /** When its process had the result; null: never. */
  settledMs: number | null;
  /** `refused` is a clear word that is none about the grant. */
  result: "tokens" | "fatal" | "refused" | "doubt" | null;
}

/** What became of a refresh token that a provider handed out. */
export interface TokenStory {
  writtenMs: number | null;
  spooledMs: number | null;
  /** Whose disk it was spooled on. */
  machine: string | null;
}

export interface RequestBook {
  readonly requests: readonly SentRequest[];
  readonly replays: number;
  readonly frozenSends: number;
  send(
    request: Omit<SentRequest, "id">,
    rules: { readonly rotation: ProviderRotation; readonly paceMs: number },
  ): SentRequest;
  find(id: number): SentRequest | undefined;
  /** The newest request with a credential version from `fromVersion` to `toVersion` that the provider refused for good. */
  lastFatal(accountId: string, fromVersion: number, toVersion: number): SentRequest | undefined;
  isFlying(accountId: string): boolean;
  storyOf(refreshToken: string): TokenStory;
}

/** Every request of a run, and invariant 1: at most one in flight, and none again unless the rotation rule allows it. */
export function createRequestBook(nowMs: () => number, report: Report): RequestBook {
  const requests: SentRequest[] = [];
  const stories = new Map<string, TokenStory>();
  let replays = 0;
  let frozenSends = 0;

  const isInFlight = (one: SentRequest): boolean => one.settledMs === null && nowMs() < one.deadlineMs;

  return {
    requests,
    get replays() {
      return replays;
    },
    get frozenSends() {
      return frozenSends;
    },
    send(asked, { rotation, paceMs }) {
      const request: SentRequest = { ...asked, id: requests.length + 1 };
      const before = requests.filter((one) => one.accountId === request.accountId && one.version === request.version);
      requests.push(request);
      if (request.isFrozen) frozenSends += 1;
      const other = before.find((one) => isInFlight(one) && !one.isFrozen);
      if (other !== undefined && !request.isFrozen) {
        report(
          "in_flight",
          `${nameOf(request.life)} sent request ${request.id} for ${request.accountId} version ${request.version} while request ${other.id} of ${nameOf(other.life)} was in flight`,
        );
      }
      // A clear refusal says that nothing was rotated; everything else leaves a doubt. Nobody knows when a paused one will send.
      const doubts = before.filter((one) => one.result !== "refused" && one.result !== "fatal" && !one.isFrozen);
      const last = doubts.at(-1);
      if (last === undefined) return request;
      replays += 1;
      if (request.isFrozen || request.hasNoPace || doubts.length === 1 || rotation.rule === "none") return request;
      const askedMs = Math.max(last.sentMs, request.claimedBeforeMs ?? 0);
      if (rotation.rule === "grace" && request.sentMs <= askedMs + rotation.graceSeconds * 1000) return request;
      if (request.sentMs < last.sentMs + paceMs) {
        report(
          "replay",
          `${nameOf(request.life)} sent request ${request.id}, replay ${doubts.length} of ${request.accountId} version ${request.version}, ${Math.round((request.sentMs - last.sentMs) / 1000)} s after the one before (${rotation.rule})`,
        );
      }
      return request;
    },
    find: (id) => requests[id - 1],
    lastFatal: (accountId, fromVersion, toVersion) =>
      requests.findLast(
        (one) =>
          one.accountId === accountId &&
          one.result === "fatal" &&
          one.version >= fromVersion &&
          one.version <= toVersion,
      ),
    isFlying: (accountId) => requests.some((one) => one.accountId === accountId && isInFlight(one)),
    storyOf(refreshToken) {
      let story = stories.get(refreshToken);
      if (story === undefined) {
        story = { writtenMs: null, spooledMs: null, machine: null };
        stories.set(refreshToken, story);
      }
      return story;
    },
  };
}
