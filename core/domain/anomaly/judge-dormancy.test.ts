import { expect, it } from "vitest";
import { judgeDormancy } from "./judge-dormancy.ts";

const at = new Date("2026-12-01T10:00:00Z");
const ago = (days: number): Date => new Date(at.getTime() - days * 86_400_000);

it.each<[string, string, { createdAt: Date; lastUseAt: Date | null } | null, number | null]>([
  ["a key that was made today", "key_1", { createdAt: ago(0), lastUseAt: null }, null],
  ["a key a day before its time", "key_1", { createdAt: ago(29.9), lastUseAt: null }, null],
  ["a key that is used for the first time after so many days", "key_1", { createdAt: ago(30), lastUseAt: null }, 30],
  ["an old key that is in use", "key_1", { createdAt: ago(900), lastUseAt: ago(1) }, null],
  ["an old key that rested", "key_1", { createdAt: ago(900), lastUseAt: ago(45) }, 45],
  ["a key that is none of ours", "key_1", null, null],
  ["an administrator", "usr_1", { createdAt: ago(900), lastUseAt: null }, null],
  ["a process", "worker", { createdAt: ago(900), lastUseAt: ago(400) }, null],
])("%s", (_, caller, life, days) => {
  const found = judgeDormancy(caller, life, at, 30);
  expect(found?.detail["unused_days"] ?? null).toBe(days);
  if (days !== null) expect(found).toMatchObject({ kind: "dormant_key", subject: "key_1", at });
});
