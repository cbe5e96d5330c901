import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openRecordStore } from "./open-record-store.ts";

let directory: string;
const journal = (): string => path.join(directory, "journal.jsonl");

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "lab-store-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

describe("the record store", () => {
  it("has every change on disk when the call returns, without a clean close", () => {
    const killed = openRecordStore(directory);
    killed.put("Token", "a", { n: 1 }, null);
    killed.put("Token", "b", { n: 2 }, null);
    killed.put("Token", "a", { n: 3 }, null);
    killed.delete("Token", "b");
    const again = openRecordStore(directory);
    expect(again.list("Token")).toEqual([{ id: "a", value: { n: 3 } }]);
    killed.close();
    again.close();
  });

  it("leaves out a last line that was torn by a kill", () => {
    const store = openRecordStore(directory);
    store.put("Token", "a", { n: 1 }, null);
    store.close();
    appendFileSync(journal(), '{"kind":"Token","id":"b","val');
    const again = openRecordStore(directory);
    again.put("Token", "c", { n: 3 }, null);
    again.close();
    const third = openRecordStore(directory);
    expect(third.list("Token").map(({ id }) => id)).toEqual(["a", "c"]);
    third.close();
  });

  it("forgets a record when its time is over and drops it from the journal", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const store = openRecordStore(directory);
    store.put("Token", "a", { n: 1 }, Date.now() + 1000);
    expect(store.get("Token", "a")).toEqual({ n: 1 });
    vi.advanceTimersByTime(1001);
    expect(store.get("Token", "a")).toBeUndefined();
    store.close();
    openRecordStore(directory).close();
    expect(readFileSync(journal(), "utf8")).toBe("");
  });

  it("gives out copies", () => {
    const store = openRecordStore(null);
    const value = { scopes: ["read"] };
    store.put("Grant", "g", value, null);
    value.scopes.push("write");
    (store.get("Grant", "g") as typeof value).scopes.push("more");
    expect(store.get("Grant", "g")).toEqual({ scopes: ["read"] });
  });
});
