import { setImmediate as endOfTurn } from "node:timers/promises";
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

/** What ended is noticed in one turn of the loop, and the next statement leaves at the end of another. */
async function settled(): Promise<void> {
  await endOfTurn();
  await endOfTurn();
}

test("what comes in one turn of the loop goes together, and so does what arrives while a statement is on its way", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 10 });
  const first = Promise.all([ask(1), ask(2)]);
  await settled();
  expect(sent.map(({ inputs }) => inputs)).toEqual([[1, 2]]);
  const meanwhile = [ask(3)];
  await settled();
  meanwhile.push(ask(4), ask(5));
  await settled();
  expect(sent).toHaveLength(1);
  sent[0]?.end();
  await settled();
  expect(sent.map(({ inputs }) => inputs)).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  sent[1]?.end();
  expect(await first).toEqual(["answer 1", "answer 2"]);
  expect(await Promise.all(meanwhile)).toEqual(["answer 3", "answer 4", "answer 5"]);
});

test("no statement takes more than it may, and one is on its way at a time", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 2 });
  const answers = Promise.all([1, 2, 3, 4, 5].map((input) => ask(input)));
  for (const [index, inputs] of [[1, 2], [3, 4], [5]].entries()) {
    await settled();
    expect(sent.at(-1)?.inputs).toEqual(inputs);
    expect(sent).toHaveLength(index + 1);
    sent.at(-1)?.end();
  }
  expect(await answers).toEqual([1, 2, 3, 4, 5].map((input) => `answer ${input}`));
});

test("a failure is that of its group alone, and the next ones go on", async () => {
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 10 });
  const first = ask(1);
  await settled();
  const others = Promise.allSettled([ask(2), ask(3)]);
  sent[0]?.end();
  await first;
  await settled();
  sent[1]?.end(new Error("the database is away"));
  expect((await others).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const later = ask(4);
  await settled();
  sent[2]?.end();
  expect(await later).toBe("answer 4");
});

test("while the database hangs nobody stands in line for minutes: who has waited for long fails with the statement before", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { sent, send } = heldStatements();
  const ask = createGrouped(send, { most: 1 });
  const early = Promise.allSettled([1, 2, 3].map((input) => ask(input)));
  await settled();
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
  const ask = createGrouped(send, { most: 1 });
  const first = ask(1).catch(() => "failed");
  await settled();
  const second = ask(2);
  vi.advanceTimersByTime(6_000);
  sent[0]?.end(new Error("a record that can't be written"));
  expect(await first).toBe("failed");
  await settled();
  sent[1]?.end();
  expect(await second).toBe("answer 2");
});
