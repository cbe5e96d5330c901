import { afterEach, expect, test, vi } from "vitest";
import { DomainError } from "#core/domain/problem/domain-error";
import { createGrouped } from "./grouped.ts";

/** Statements that end when they are told to. */
function heldStatements() {
  const sent: { readonly inputs: readonly number[]; end(error?: Error): void }[] = [];
  const send = async (inputs: readonly number[]): Promise<readonly string[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    sent.push({ inputs, end: (error) => (error === undefined ? resolve() : reject(error)) });
    await promise;
    return inputs.map((input) => `answer ${input}`);
  };
  return { sent, send };
}

afterEach(() => vi.useRealTimers());

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("who comes alone goes at once, and what arrives meanwhile goes together", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 10, groups: 1 });
  const answers = Promise.all([1, 2, 3, 4].map((input) => ask(input)));
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1]]);
  sent[0]?.end();
  await settled();
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1], [2, 3, 4]]);
  sent[1]?.end();
  expect(await answers).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
});

test("no statement takes more than it may, and no more are on their way than may be", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 2, groups: 2 });
  const answers = Promise.all([1, 2, 3, 4, 5].map((input) => ask(input)));
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1], [2]]);
  sent[1]?.end();
  await settled();
  sent[0]?.end();
  await settled();
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1], [2], [3, 4], [5]]);
  sent[2]?.end();
  sent[3]?.end();
  expect((await answers).at(-1)).toBe("answer 5");
});

test("a failure is that of its group alone, and the next ones go on", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 10, groups: 1 });
  const first = ask(1);
  const others = Promise.allSettled([ask(2), ask(3)]);
  sent[0]?.end();
  await first;
  await settled();
  sent[1]?.end(new Error("the database is away"));
  expect((await others).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const later = ask(4);
  sent[2]?.end();
  expect(await later).toBe("answer 4");
});

test("while the database hangs nobody stands in line for minutes: who has waited for long fails with the statement before", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 1, groups: 1 });
  const early = Promise.allSettled([1, 2, 3].map((input) => ask(input)));
  vi.advanceTimersByTime(6_000);
  const late = ask(4);
  sent[0]?.end(new DomainError("database_unavailable", { detail: "away" }));
  expect((await early).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await settled();
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1], [4]]);
  sent[1]?.end();
  expect(await late).toBe("answer 4");
});

test("who waits behind a statement that failed for a reason of its own keeps its place", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 1, groups: 1 });
  const first = ask(1).catch(() => "failed");
  const second = ask(2);
  vi.advanceTimersByTime(6_000);
  sent[0]?.end(new Error("a record that can't be written"));
  expect(await first).toBe("failed");
  await settled();
  sent[1]?.end();
  expect(await second).toBe("answer 2");
});
