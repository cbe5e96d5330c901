import { expect, test } from "vitest";
import { expireToken, startStack } from "./start-stack.ts";

test.each([
  { apis: 1, name: "one api process" },
  { apis: 2, name: "two api processes" },
])(
  "50 concurrent token reads of one expired account at $name: one token request, 50 equal answers",
  async ({ apis }) => {
    await using stack = await startStack({ apis });
    const account = await stack.connect("tenant", "ada");
    await expireToken(stack.database, account.id);
    // The provider answers only once every caller is there, so that none finds the work done.
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    stack.lab.onTokenRequest = async () => await held;
    const before = stack.lab.stats();
    const reads = Array.from({ length: 50 }, (_, index) =>
      stack.call("GET", `/integrated-accounts/${account.id}/token`, undefined, { api: index % apis }),
    );
    await waitForReads(stack, account.id, apis);
    release();
    const answers = await Promise.all(reads);
    const after = stack.lab.stats();
    expect(after.token_requests - before.token_requests).toBe(1);
    expect(after.reuse_detected).toBe(0);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(answers.map((answer) => answer.body.access_token)).size).toBe(1);
    const attempts = await stack.call("GET", `/integrated-accounts/${account.id}/refresh-attempts`);
    expect(attempts.body.data).toHaveLength(1);
    expect(attempts.body.data[0]).toMatchObject({ reason: "on_demand", outcome: "refreshed" });
    expect(attempts.body.data[0].waiters).toBeGreaterThan(0);
  },
);

test("two accounts are refreshed in parallel", async () => {
  await using stack = await startStack();
  const [one, two] = [await stack.connect("one", "ada"), await stack.connect("two", "alan")];
  await Promise.all([expireToken(stack.database, one.id), expireToken(stack.database, two.id)]);
  let arrived = 0;
  let release = (): void => {};
  const both = new Promise<void>((resolve) => (release = resolve));
  // Answered only when both requests are there at once: refreshes one after the other would never end.
  stack.lab.onTokenRequest = async () => {
    arrived += 1;
    if (arrived === 2) release();
    await both;
  };
  const answers = await Promise.all([one, two].map(({ id }) => stack.call("GET", `/integrated-accounts/${id}/token`)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
});

/** Until the attempt is open and, with several processes, the others have announced that they wait. */
async function waitForReads(
  stack: { database: { pool: import("pg").Pool } },
  accountId: string,
  apis: number,
): Promise<void> {
  for (;;) {
    const { rows } = await stack.database.pool.query(
      "SELECT waiters FROM refresh_attempt WHERE account_id = $1 AND finished_at IS NULL",
      [accountId],
    );
    if (rows[0] !== undefined && rows[0].waiters >= apis - 1) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
