import type { AccountView } from "#api/schemas/account";
import type { AccountCountsView, AccountPage } from "#api/schemas/account-list";

const words = ({ tenant_id, user_reference, external_account: external }: AccountView): string[] =>
  [tenant_id, user_reference ?? "", external?.label ?? "", external?.id ?? ""].flatMap((text) => {
    const parts = text.toLowerCase().split(/(?<=[\s@._/-])/);
    return parts.map((_, at) => parts.slice(at).join(""));
  });

function matching(accounts: AccountView[], query: URLSearchParams): AccountView[] {
  const is = (name: string, value: boolean): boolean => (query.get(name) ?? String(value)) === String(value);
  const search = query.get("search")?.toLowerCase();
  const within = query.get("expires_within");
  return accounts.filter(
    (account) =>
      is("hold", account.hold !== null) &&
      is("scopes_missing", account.scopes.missing.length > 0) &&
      is("refresh_failing", account.status === "active" && account.hold === null && account.last_error !== null) &&
      (query.get("last_error_code") ?? account.last_error?.code) === account.last_error?.code &&
      (search === undefined ||
        account.id.startsWith(search) ||
        words(account).some((word) => word.startsWith(search))) &&
      (within === null ||
        (account.status === "active" &&
          account.expires_at !== null &&
          Date.parse(account.expires_at) < Date.now() + Number(within) * 1000)) &&
      (["status", "tenant_id", "integration_name"] as const).every((name) => {
        const wanted = query.get(name);
        return wanted === null || account[name] === wanted;
      }),
  );
}

function inOrder(accounts: AccountView[], sort: string): AccountView[] {
  const by = sort.replace(/^-/, "") as "tenant_id" | "expires_at";
  // Newest first is how they stand.
  if (sort === "-created_at") return accounts;
  const key = (account: AccountView): string => account[by] ?? "~";
  const sorted = accounts.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return sort.startsWith("-") ? sorted.toReversed() : sorted;
}

/** As the API lists accounts; its cursors are numbers here. */
export function accountPage(accounts: AccountView[], query: URLSearchParams): AccountPage {
  const found = inOrder(matching(accounts, query), query.get("sort") ?? "-created_at");
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  return {
    data: found.slice(from, from + limit),
    next_cursor: found.length > from + limit ? String(from + limit) : null,
  };
}

/** Up to `most`, as the API counts up to a thousand. */
export function accountCounts(accounts: AccountView[], query: URLSearchParams, most = 1000): AccountCountsView {
  const found = matching(accounts, query);
  const count = (isCounted: (account: AccountView) => boolean): { count: number; is_exact: boolean } => {
    const number = found.filter(isCounted).length;
    return { count: Math.min(number, most), is_exact: number <= most };
  };
  const of = (status: AccountView["status"]) => count((account) => account.status === status);
  return {
    total: count(() => true),
    connecting: of("connecting"),
    active: of("active"),
    needs_reauth: of("needs_reauth"),
    disconnected: of("disconnected"),
    held: count(({ hold }) => hold !== null),
    refresh_failing: count(
      ({ status, hold, last_error: error }) => status === "active" && hold === null && error !== null,
    ),
  };
}
