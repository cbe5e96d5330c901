import { isVisible, type Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { StoredEvent } from "#core/domain/webhook/render-event";
import type { EventTail, Told } from "#adapters/postgres/event-tail";
import { encodeCursor, type Position } from "./cursor.ts";
import { toEventView } from "./views/webhook-view.ts";

/** Streams that one session, or one key, may hold at a time; and all of a process. */
const mostOfOne = 8;
const mostOfAll = 2_000;
/** How often it is said that the stream lives, and looked whether it still may, milliseconds. */
const heartbeatMs = 10_000;
/** After how long a browser tries again, milliseconds. */
const retryMs = 3_000;
/** Pieces that wait for a reader; one that is slower than this is let go, and asks again for what it missed. */
const mostWaiting = 500;

export interface StreamRequest {
  readonly caller: Caller;
  readonly eventType: string | null;
  readonly accountId: string | null;
  /** An account of which every change is told. */
  readonly watch: string | null;
  /** The last event that its reader has; null: it has none, and begins now. */
  readonly after: Position | null;
  /** Ends after this; the reader comes again. */
  readonly seconds: number;
  /** Whether the session, or the key, is still in force. */
  readonly isInForce: () => Promise<boolean>;
}

/** Streams of events to browsers and programs (server-sent events). */
export interface EventStreams {
  /** @throws DomainError rate_limited, database_unavailable */
  open(request: StreamRequest): Promise<ReadableStream<Uint8Array>>;
}

export function createEventStreams(tail: EventTail): EventStreams {
  const open = new Map<string, number>();
  let all = 0;

  const enter = (who: string): (() => void) => {
    const mine = open.get(who) ?? 0;
    if (mine >= mostOfOne || all >= mostOfAll) {
      throw new DomainError("rate_limited", {
        detail: `At most ${mostOfOne} streams of events are open at a time for one session or key. Close one, or read GET /api/v1/events.`,
        extensions: { source: "evergrant" },
        retryAfterSeconds: 30,
      });
    }
    open.set(who, mine + 1);
    all += 1;
    return () => {
      const left = (open.get(who) ?? 1) - 1;
      if (left > 0) open.set(who, left);
      else open.delete(who);
      all -= 1;
    };
  };

  return {
    async open(request) {
      const { caller, after, watch } = request;
      const { environmentId } = caller;
      const exit = enter(caller.session?.id ?? caller.id);
      // What is told while the stream begins waits for what was missed before.
      let hear: (told: Told) => void = (told) => void early.push(told);
      const early: Told[] = [];
      const following = { accountId: watch, hear: (told: Told) => hear(told) };
      let leave: (() => void) | null = null;
      try {
        leave = await tail.follow(environmentId, following);
        const missed = after === null ? [] : await tail.missedSince(environmentId, after);
        return streamOf(request, missed, {
          begin(write) {
            for (const told of early) write(told);
            hear = write;
          },
          end() {
            leave?.();
            exit();
          },
        });
      } catch (error) {
        leave?.();
        exit();
        throw error;
      }
    },
  };
}

interface Life {
  begin(write: (told: Told) => void): void;
  end(): void;
}

function streamOf(
  request: StreamRequest,
  missed: readonly StoredEvent[] | null,
  life: Life,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const resent = new Set(missed?.map(({ id }) => id));
  let timers: NodeJS.Timeout[] = [];
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    life.end();
  };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const close = (): void => {
          if (isOver) return;
          end();
          controller.close();
        };
        const send = (text: string): void => {
          if (isOver) return;
          if ((controller.desiredSize ?? 0) <= 0) return close();
          controller.enqueue(encoder.encode(text));
        };
        const write = (told: Told): void => {
          if (told.kind === "over") return close();
          if (told.kind === "changed") {
            return send(messageOf("changed", null, { id: told.accountId, updated_at: told.at.toISOString() }));
          }
          // An id names its event: that of another tenant's is nobody else's to read. Without one the last that was told counts.
          if (told.kind === "many") {
            return send(messageOf("many", isShown(request, told.latest) ? told.latest : null, {}));
          }
          // What was missed and what is told right after overlap.
          for (const event of told.events) if (!resent.has(event.id)) sendEvent(event);
        };
        const sendEvent = (event: StoredEvent): void => {
          if (isMeant(request, event)) send(messageOf(null, event, toEventView(event, request.caller.environment)));
        };
        send(`retry: ${retryMs}\n: open\n\n`);
        if (missed === null) send(messageOf("many", null, {}));
        else for (const event of missed) sendEvent(event);
        life.begin(write);
        const heartbeat = setInterval(() => {
          send(":\n\n");
          // A database that is away says nothing about a session: the next look may.
          request.isInForce().then(
            (isInForce) => (isInForce ? undefined : close()),
            () => {},
          );
        }, heartbeatMs);
        timers = [heartbeat, setTimeout(close, request.seconds * 1_000)];
        for (const timer of timers) timer.unref();
      },
      cancel: end,
    },
    { highWaterMark: mostWaiting },
  );
}

/** @param type null: an event, which is the usual message */
function messageOf(type: string | null, event: StoredEvent | null, data: object): string {
  const id = event === null ? "" : `id: ${encodeCursor({ at: event.createdAt, id: event.id })}\n`;
  return `${id}${type === null ? "" : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** As the list of events shows them to the same caller. */
function isMeant(request: StreamRequest, event: StoredEvent): boolean {
  const { eventType, accountId } = request;
  return (
    isShown(request, event) &&
    (eventType === null || event.eventType === eventType) &&
    (accountId === null || event.accountId === accountId)
  );
}

function isShown({ caller }: StreamRequest, event: StoredEvent): boolean {
  const text = (name: string): string => {
    const value = event.payload[name];
    return typeof value === "string" ? value : "";
  };
  return isVisible(caller, { tenantId: text("tenant_id"), integrationName: text("integration_name") });
}
