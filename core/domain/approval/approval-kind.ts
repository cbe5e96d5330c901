import type { Role } from "../access/permission.ts";

/**
 * What needs a second person (R48). Who may ask, and who may approve what another asked. The list is open: a kind is declared here, and
 * carried out by the action that the registry has for it (`core/usecases/approval-actions.ts`); `export` has none yet.
 *
 * The roles are named, and not derived from permissions: an API key has permissions, and is nobody.
 */
export const approvalKinds = {
  "key.rewrap_start": { asks: ["owner"], approves: ["owner"] },
  "key.disable": { asks: ["owner"], approves: ["owner"] },
  "key.enable": { asks: ["owner"], approves: ["owner"] },
  "key.policy_change": { asks: ["owner"], approves: ["owner"] },
  "tenant.delete_key": { asks: ["owner"], approves: ["owner"] },
  "integration.hosts_change": { asks: ["owner", "operator"], approves: ["owner", "operator"] },
  export: { asks: ["owner"], approves: ["owner"] },
} as const satisfies Readonly<Record<string, { readonly asks: readonly Role[]; readonly approves: readonly Role[] }>>;

export type ApprovalKind = keyof typeof approvalKinds;

export function isApprovalKind(text: string): text is ApprovalKind {
  return Object.hasOwn(approvalKinds, text);
}

export function mayAsk(kind: ApprovalKind, role: Role): boolean {
  return (approvalKinds[kind].asks as readonly Role[]).includes(role);
}

export function mayApprove(kind: ApprovalKind, role: Role): boolean {
  return (approvalKinds[kind].approves as readonly Role[]).includes(role);
}
