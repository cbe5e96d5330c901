import { expect, test } from "vitest";
import { wordRecord } from "./timeline-words.ts";

const record = (action: string, detail: Record<string, unknown> = {}, actor = "worker") => ({
  action,
  actor,
  target: "ia_1",
  detail,
});

test.each([
  [
    record("account.transitioned", { from: "active", to: "needs_reauth" }),
    "Needs re-authorization",
    "from active, by the worker",
  ],
  [
    record("account.transitioned", { from: "needs_reauth", to: "active" }, "connect"),
    "Became active",
    "from needs reauth, by the connect page",
  ],
  [
    record("account.updated", { fields: ["metadata", "overrides"] }, "usr_1"),
    "Changed: metadata, overrides",
    "by Administrator usr_1",
  ],
  [record("account.updated", { fields: ["hold"] }, "usr_1"), "Hold released", "by Administrator usr_1"],
  [record("link_token.created", {}, "key_1"), "Re-authorization link made", "by API key key_1"],
  [
    record("account_run.acted", { action: "disconnect", outcome: "done", code: "not_supported" }, "usr_1"),
    "Bulk run: disconnect",
    "done, not supported, by Administrator usr_1",
  ],
  [record("of.a_later_version"), "of.a_later_version", "by the worker"],
])("%j", (given, title, more) => {
  expect(wordRecord(given)).toMatchObject({ title, more });
});
