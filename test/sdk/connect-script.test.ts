import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, type ConnectOptions, type ConnectResult } from "../../sdk/connect.js";

const evergrant = "https://connect.example.com";
const url = `${evergrant}/connect/lt_${"t".repeat(43)}`;
const connected = { status: "connected", connect_session_id: "cs_1", integrated_account_id: "ia_1" };
const failed = { status: "failed", connect_session_id: "cs_1", error: "access_denied" };
const away = { status: "away" };

/** What the script needs of a page of the product: its window, the one that it opens, and the server. */
function openPage({ isBlocked = false } = {}) {
  const popup = { closed: false, close: vi.fn<() => void>(() => void (popup.closed = true)) };
  const heard: Record<string, ((event: object) => void)[]> = {};
  const asked: { url: string; body: string; credentials: unknown }[] = [];
  const page = {
    popup,
    opened: [] as string[],
    /** What the server knows; null: it can't be asked. */
    answer: { status: "waiting" } as object | null,
    asked,
    post: (data: object, from: { origin?: string; source?: object } = {}) => {
      for (const listener of heard["message"] ?? []) listener({ data, origin: evergrant, source: popup, ...from });
    },
    listeners: () => Object.values(heard).flat().length,
  };
  const open = (address: string) => {
    page.opened.push(address);
    return isBlocked ? null : popup;
  };
  vi.stubGlobal("window", { open });
  vi.stubGlobal("location", { origin: "https://app.example.com", assign: vi.fn<(address: string) => void>() });
  for (const name of ["screenX", "screenY", "outerWidth", "outerHeight"]) vi.stubGlobal(name, 100);
  vi.stubGlobal("addEventListener", (name: string, listener: () => void) => (heard[name] ??= []).push(listener));
  vi.stubGlobal("removeEventListener", (name: string, listener: () => void) => {
    heard[name] = (heard[name] ?? []).filter((one) => one !== listener);
  });
  vi.stubGlobal("fetch", async (address: URL, init: { body: URLSearchParams; credentials: string }) => {
    asked.push({ url: address.href, body: String(init.body), credentials: init.credentials });
    if (page.answer === null) throw new TypeError("Failed to fetch");
    return Response.json(page.answer, { status: Reflect.get(page.answer, "status") === "refused" ? 403 : 200 });
  });
  return page;
}

/** The result once there is one. */
function start(options: Partial<ConnectOptions> = {}): { result: ConnectResult | null } {
  const told: { result: ConnectResult | null } = { result: null };
  void connect({ url, ...options }).then((result) => (told.result = result));
  return told;
}

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("connect", () => {
  test("opens the link in the click itself, with a key that no other call has, and asks with it and without cookies", async () => {
    const page = openPage();
    start();
    start();
    const [first, second] = page.opened.map((address) => new URL(address));
    expect(first?.origin).toBe(evergrant);
    expect(first?.searchParams.get("embed")).toBe("popup");
    expect(first?.searchParams.get("origin")).toBe("https://app.example.com");
    const key = first?.searchParams.get("key") ?? "";
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(second?.searchParams.get("key")).not.toBe(key);
    await minutes(0.05);
    expect(page.asked[0]).toEqual({
      url: `${evergrant}/api/connect/results`,
      body: `link_token=lt_${"t".repeat(43)}&key=${key}`,
      credentials: "omit",
    });
  });

  test("tells what the window says, and listens no more", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:outcome", result: connected });
    await minutes(0);
    expect(told.result).toEqual(connected);
    expect(page.listeners()).toBe(0);
    const asked = page.asked.length;
    await minutes(5);
    expect(page.asked).toHaveLength(asked);
  });

  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["one that looks like it", { origin: `${evergrant}.evil.example` }],
    ["another window", { source: {} }],
    ["a window that it opened itself", { source: { opener: {} } }],
  ])("believes nothing that comes from %s", async (_, from) => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:outcome", result: connected }, from);
    await minutes(1);
    expect(told.result).toBeNull();
  });

  test("gets the outcome by asking, when a provider has cut the window off", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:opened" });
    Object.assign(page, { answer: away });
    page.popup.closed = true;
    await minutes(9);
    expect(told.result).toBeNull();
    Object.assign(page, { answer: connected });
    await minutes(0.05);
    expect(told.result).toEqual(connected);
  });

  test("says closed only of a window that was there, with which nobody has set out", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:opened" });
    await minutes(1);
    expect(told.result).toBeNull();
    page.popup.closed = true;
    await minutes(0.05);
    expect(told.result).toEqual({ status: "closed" });
  });

  test("does not take a window for closed that this page's own policy cut off before it said anything", async () => {
    const page = openPage();
    const told = start();
    page.popup.closed = true;
    await minutes(29);
    expect(told.result).toBeNull();
    await minutes(2);
    expect(told.result).toEqual({ status: "closed" });
  });

  test("asks after it has looked: a trip that began in between is not lost", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:opened" });
    vi.stubGlobal("fetch", async () => {
      // The provider cuts the window off while the answer of before is on its way.
      page.popup.closed = true;
      return Response.json({ status: "waiting" });
    });
    await vi.advanceTimersByTimeAsync(2000);
    vi.stubGlobal("fetch", async () => Response.json(away));
    await minutes(9);
    expect(told.result).toBeNull();
  });

  test("waits for what stands at the end, while the window is there to try again", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:outcome", result: failed });
    Object.assign(page, { answer: failed });
    await minutes(5);
    expect(told.result).toBeNull();
    page.popup.closed = true;
    await minutes(0.05);
    expect(told.result).toEqual(failed);
  });

  test("goes on while the server can't be asked", async () => {
    const page = openPage();
    const told = start();
    page.post({ type: "evergrant:opened" });
    Object.assign(page, { answer: null });
    page.popup.closed = true;
    await minutes(60);
    expect(told.result).toBeNull();
    Object.assign(page, { answer: connected });
    await minutes(0.05);
    expect(told.result).toEqual(connected);
  });

  test("says at once that its origin is not on the list", async () => {
    const page = openPage();
    Object.assign(page, { answer: { status: "refused", error: "origin_not_allowed" } });
    const told = start();
    await minutes(0.05);
    expect(told.result).toEqual({ status: "failed", error: "origin_not_allowed" });
  });

  test("says that the window was blocked, and leads on in this one where it may", async () => {
    openPage({ isBlocked: true });
    expect(await connect({ url })).toEqual({ status: "blocked", url });
    expect(location.assign).not.toHaveBeenCalled();
    await connect({ url, fallback: "redirect" });
    expect(location.assign).toHaveBeenCalledWith(url);
  });

  test("stops when it is told to, and closes the window", async () => {
    const page = openPage();
    const stop = new AbortController();
    const told = start({ signal: stop.signal });
    stop.abort();
    await minutes(0);
    expect(told.result).toEqual({ status: "closed" });
    expect(page.popup.close).toHaveBeenCalledOnce();
    expect(await connect({ url, signal: stop.signal })).toEqual({ status: "closed" });
    expect(page.opened).toHaveLength(1);
  });
});
