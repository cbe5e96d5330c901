import { expect, test } from "vitest";
import { callerAnomalyKinds } from "#core/domain/anomaly/anomaly";
import { stopKinds, wordCallerPolicy } from "./alarm-words.ts";

test("every kind of alarm about a caller has words", () => {
  expect(stopKinds.toSorted()).toEqual([...callerAnomalyKinds].toSorted());
});

test.each([
  [{}, "Like the rest"],
  [{ stop_on: [] }, "Never stopped by itself"],
  [{ stop_on: ["decrypt_rate" as const] }, "Stopped by 1 kind of alarm"],
  [
    {
      levels: { reads_per_minute: 5000, tenants_per_hour: 900 },
      stop_on: ["decrypt_rate" as const, "new_network" as const],
    },
    "Credentials in a minute up to 5,000, customers in an hour up to 900 and stopped by 2 kinds of alarms",
  ],
])("%j reads: %s", (policy, words) => {
  expect(wordCallerPolicy(policy)).toBe(words);
});
