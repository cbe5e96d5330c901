import { describe, expect, test } from "vitest";
import { createListener, keysTo, ways } from "./shortcuts.ts";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe("keys", () => {
  test("one after the other lead to a page, within a second and a half", () => {
    const hear = createListener();
    expect(hear(press("g"), 0, true)).toBeNull();
    expect(hear(press("a"), 1500, true)).toEqual({ kind: "go", href: "/accounts" });
    expect(hear(press("a"), 1600, true)).toBeNull();
    hear(press("g"), 2000, true);
    expect(hear(press("a"), 3501, true)).toBeNull();
    hear(press("g"), 4000, true);
    expect(hear(press("x"), 4001, true)).toBeNull();
    expect(hear(press("a"), 4002, true)).toBeNull();
  });

  test("that are held with others, or typed in a field, are nothing", () => {
    const hear = createListener();
    hear(press("g"), 0, false);
    expect(hear(press("a"), 1, true)).toBeNull();
    hear(press("g"), 2, true);
    expect(hear(press("a", { ctrlKey: true }), 3, true)).toBeNull();
    expect(hear(press("?"), 4, false)).toBeNull();
    expect(hear(press("?"), 5, true)).toEqual({ kind: "list" });
  });

  test("open the palette also while somebody types, and with single keys turned off", () => {
    const hear = createListener();
    expect(hear(press("k", { metaKey: true }), 0, false)).toEqual({ kind: "palette" });
    expect(hear(press("K", { ctrlKey: true }), 1, false)).toEqual({ kind: "palette" });
    expect(hear(press("k", { ctrlKey: true, altKey: true }), 2, true)).toBeNull();
    expect(hear(press("k"), 3, true)).toBeNull();
  });

  test("lead to each page once", () => {
    expect(new Set(ways.map(({ key }) => key)).size).toBe(ways.length);
    expect(keysTo("/audit")).toBe("g l");
    expect(keysTo("/nowhere")).toBeNull();
  });
});
