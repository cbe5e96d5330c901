import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCallWatch } from "./call-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = { headerSeconds: 10, idleSeconds: 60, totalSeconds: 3_600, bodyBytes: null };

/** A caller whose chunks come when the test gives them. */
function handed() {
  const asked: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = [];
  return {
    source: {
      next() {
        const coming = Promise.withResolvers<IteratorResult<Uint8Array>>();
        asked.push(coming);
        return coming.promise;
      },
    },
    give: (bytes: number) => asked.shift()?.resolve({ done: false, value: new Uint8Array(bytes) }),
    end: () => asked.shift()?.resolve({ done: true, value: undefined }),
  };
}

describe("a call's patience", () => {
  it("with an answer that came early is not that of its head once the request has ended", async () => {
    const watch = createCallWatch(limits);
    const { source, end } = handed();
    const body = watch.watched(source);
    watch.onWait("provider");
    const last = body.next();
    watch.onAnswer();
    end();
    await last;
    await vi.advanceTimersByTimeAsync(59_000);
    expect(watch.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(watch.signal.reason).toMatchObject({ code: "provider_timeout" });
  });

  it("is with nobody while we do something ourselves, though a chunk comes meanwhile", async () => {
    const watch = createCallWatch(limits);
    const { source, give } = handed();
    const body = watch.watched(source);
    watch.onWait("provider");
    const chunk = body.next();
    watch.onWait("ourselves");
    give(3);
    await chunk;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(watch.signal.aborted).toBe(false);
  });

  it("with a caller who owes a chunk from before is the caller's when the call goes on", async () => {
    const watch = createCallWatch(limits);
    const body = watch.watched(handed().source);
    watch.onWait("provider");
    void body.next();
    watch.onWait("ourselves");
    watch.onWait("provider");
    await vi.advanceTimersByTimeAsync(59_000);
    expect(watch.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(watch.signal.reason).toMatchObject({ code: "invalid_request", status: 408 });
  });

  it("leaves no timer behind when the call is over, whatever still comes", async () => {
    const watch = createCallWatch(limits);
    const { source, give } = handed();
    const body = watch.watched(source);
    watch.onWait("provider");
    const chunk = body.next();
    watch.end();
    give(3);
    await chunk;
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("a body that grows beyond its limit ends the call, in either direction", async () => {
  const watch = createCallWatch({ ...limits, bodyBytes: 10 });
  const { source, give } = handed();
  const body = watch.watched(source);
  for (const bytes of [4, 6]) {
    const chunk = body.next();
    give(bytes);
    expect((await chunk).value?.length).toBe(bytes);
    watch.moved(bytes);
  }
  const chunk = body.next();
  give(1);
  await expect(chunk).rejects.toMatchObject({ code: "payload_too_large" });
  expect(watch.signal.reason).toMatchObject({ code: "payload_too_large" });
  expect(() => watch.moved(1)).toThrow(expect.objectContaining({ code: "provider_error" }));
});

describe("a caller that leaves", () => {
  it("ends the watch, also where it had left before", () => {
    const caller = new AbortController();
    const early = createCallWatch(limits, caller.signal);
    expect(early.signal.aborted).toBe(false);
    caller.abort();
    const late = createCallWatch(limits, caller.signal);
    const reasons = [early.signal.reason, late.signal.reason].map(({ name }: Error) => name);
    expect(reasons).toEqual(["CallerLeft", "CallerLeft"]);
  });

  it("is not listened to once the call is over: the listener would keep the request, and its answer, for ever", () => {
    const { signal } = new AbortController();
    const watch = createCallWatch(limits, signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    watch.end();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
