import { expect, test } from "vitest";
import { expireToken, startStack } from "./start-stack.ts";
import { waitForReads } from "./wait-for-reads.ts";

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
    await waitForReads(stack, account.id, 50);
    release();
    const answers = await Promise.all(reads);
    const after = stack.lab.stats();
    expect(after.token_requests - before.token_requests).toBe(1);
    expect(after.reuse_detected).toBe(0);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(answers.map((answer) => answer.body.access_token)).size).toBe(1);
    const attempts = await stack.call("GET", `/integrated-accounts/${account.id}/refresh-attempts`);
    expect(attempts.body.data).toHaveLength(1);
    expect(attempts.body.data[0]).toMatchObject({ reason: "on_demand", outcome: "refreshed", waiters: 49 });
  },
);
