import { describe, expect, it } from "vitest";
import { actorOf, isAuditAction, remarkOf, titleOf } from "./audit-words.ts";

describe("a record in words", () => {
  it.each([
    ["credential.opened", { purpose: "token_read", version: 3 }, "for a token read"],
    ["credential.opened", { purpose: "of_a_later_version" }, "of_a_later_version"],
    ["account.transitioned", { from: "active", to: "needs_reauth" }, "active → needs_reauth"],
    ["secret.erased", { field: "client_secret", reason: "overlap_over" }, "client secret, overlap over"],
    ["user.created", { role: "auditor" }, "auditor"],
    ["api_key.refused", { address: "203.0.113.9" }, "203.0.113.9"],
    ["account.created", {}, null],
    ["credential.opened", { purpose: 7 }, null],
  ])("says of %s with %j what tells most: %s", (action, detail, remark) => {
    expect(remarkOf({ action, detail })).toBe(remark);
  });

  it("shows an action of another version as it stands", () => {
    expect(titleOf("key.melted")).toEqual({ title: "key.melted", tone: "none" });
    expect(titleOf("constructor").title).toBe("constructor");
    expect(isAuditAction("constructor")).toBe(false);
  });

  it.each([
    ["key_abc", { words: "API key", id: "key_abc" }],
    ["usr_abc", { words: "Administrator", id: "usr_abc" }],
    ["worker", { words: "The worker", id: null }],
    ["somebody", { words: "somebody", id: null }],
  ])("names the actor %s", (actor, words) => {
    expect(actorOf(actor)).toEqual(words);
  });
});
