import type { FieldError } from "../problem/domain-error.ts";
import type { Caller, KeyPermission, Permission } from "./permission.ts";

/** What somebody wants a new API key to be. */
export interface KeyWish {
  readonly name: string;
  readonly permissions: readonly KeyPermission[];
  /** Empty: all. */
  readonly tenantIds: readonly string[];
  readonly integrationNames: readonly string[];
  /** Ranges in CIDR form; empty: anywhere. */
  readonly addresses: readonly string[];
  readonly expiresAt: Date | null;
}

export type KeyVerdict =
  | { readonly kind: "may_be_made" }
  | { readonly kind: "grants_more"; readonly permission: Permission }
  | { readonly kind: "outlasts_its_maker"; readonly errors: readonly FieldError[] };

/**
 * A key can't grant more than whoever makes it has: neither a permission, nor an address to call from, nor a day. Otherwise a key
 * that was taken for an hour would make itself another one without its limits.
 *
 * @param makerEndsAt of a key that makes another one; null: it does not end
 */
export function judgeNewKey(
  maker: Pick<Caller, "permissions" | "addresses">,
  makerEndsAt: Date | null,
  wish: KeyWish,
): KeyVerdict {
  const beyond = wish.permissions.find((one) => !maker.permissions.has(one));
  if (beyond !== undefined) return { kind: "grants_more", permission: beyond };
  const errors = [...judgeAddresses(maker.addresses ?? [], wish.addresses), ...judgeEnd(makerEndsAt, wish.expiresAt)];
  return errors.length === 0 ? { kind: "may_be_made" } : { kind: "outlasts_its_maker", errors };
}

function judgeAddresses(ofMaker: readonly string[], wished: readonly string[]): FieldError[] {
  if (ofMaker.length === 0) return [];
  const own = `some of those that this key itself is for: ${ofMaker.join(", ")}`;
  if (wished.length === 0) return [{ pointer: "/addresses", detail: `is missing; expected ${own}` }];
  return wished.flatMap((range, index) =>
    ofMaker.includes(range) ? [] : [{ pointer: `/addresses/${index}`, detail: `expected one of ${own}` }],
  );
}

function judgeEnd(ofMaker: Date | null, wished: Date | null): FieldError[] {
  if (ofMaker === null || (wished !== null && wished <= ofMaker)) return [];
  return [
    {
      pointer: "/expires_in",
      detail: `expected an end no later than that of the key that makes it, ${ofMaker.toISOString()}`,
    },
  ];
}
