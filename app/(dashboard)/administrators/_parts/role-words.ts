import type { ListedUserView } from "../../../_queries/administrators.ts";

export type RoleName = ListedUserView["role"];

/** What each role may, for who gives it. */
export const roleWords: Record<RoleName, { label: string; may: string }> = {
  owner: { label: "Owner", may: "Everything: keys, exports, and who else may what" },
  operator: { label: "Operator", may: "Runs it, tokens included; no keys, no exports, no administrators" },
  support: { label: "Support", may: "Sees accounts and their state; no token, no change, no audit log" },
  auditor: { label: "Auditor", may: "Sees what support sees, the audit log and administrators; no token, no change" },
};

export const roleNames = Object.keys(roleWords) as RoleName[];

/** How somebody signs in. */
export function signInWords(methods: readonly ("password" | "sso")[]): string {
  const words = methods.map((one) => (one === "password" ? "Password" : "Single sign-on"));
  return words.length === 0 ? "Not at all" : words.join(", ");
}
