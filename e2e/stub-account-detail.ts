import type { AccountDetailView, AccountView } from "#api/schemas/account";
import type { LifelineList, TimelineEntryView, TimelinePage } from "#api/schemas/account-history";
import type { AttemptView } from "#api/schemas/attempt";

type Attempts = ReadonlyMap<string, AttemptView[]>;

/** An account by itself: with what is in force for it, and what is known of its sealed credential. */
export function accountDetail(account: AccountView & Partial<AccountDetailView>): AccountDetailView {
  const isSealed = account.status === "active" || account.status === "needs_reauth";
  const overrides = account.overrides ?? {};
  return {
    ...account,
    inputs: account.inputs ?? {},
    own_client_id: account.own_client_id ?? null,
    credential: isSealed
      ? {
          version: account.credential_version,
          key_id: "k-2026-11",
          sealed_at: account.refreshed_at ?? account.created_at,
        }
      : null,
    overrides,
    effective: {
      "/api/baseUrl": { value: `https://api.${account.integration_name}.example/v2`, origin: "platform" },
      "/credentials/format": { value: "oauth2", origin: "platform" },
      "/credentials/config/auth/tokenHost": {
        value: `https://login.${account.integration_name}.example`,
        origin: "platform",
      },
      "/credentials/config/auth/tokenPath": { value: "/oauth/token", origin: "platform" },
      "/credentials/config/client/client_id": { value: "evergrant-production", origin: "environment" },
      "/credentials/config/client/client_secret": { value: "••••", origin: "environment" },
      "/credentials/config/scope": { value: account.scopes.requested, origin: "environment" },
      "/credentials/config/pkce/method": { value: "S256", origin: "platform" },
      "/credentials/config/refresh/rotation/rule": { value: "single_use", origin: "platform" },
      "/credentials/config/refresh/windowSeconds": { value: [60, 180], origin: "platform" },
      ...(account.overrides === undefined
        ? { "/credentials/config/refresh/bufferSeconds": { value: 30, origin: "platform" as const } }
        : { "/credentials/config/refresh/bufferSeconds": { value: 120, origin: "account" as const } }),
    },
  };
}

const noEvent = { attempt: null, record: null, event: null } as const;

/** What happened to an account, from its attempts, and what goes with its status. */
function entriesOf(account: AccountView, attempts: AttemptView[]): TimelineEntryView[] {
  const at = (iso: string, seconds: number) => new Date(Date.parse(iso) + seconds * 1000).toISOString();
  const record = (id: string, when: string, action: string, detail: Record<string, unknown>, actor = "worker") =>
    ({
      ...noEvent,
      id,
      at: when,
      kind: action === "account.transitioned" || action === "account.created" ? "status" : "change",
      record: { action, actor, target: account.id, detail },
    }) as const;
  const told = (
    id: string,
    when: string,
    type: "authentication_error" | "created",
    status: "pending" | "delivered",
  ): TimelineEntryView => ({
    ...noEvent,
    id,
    at: when,
    kind: "event",
    event: {
      event_type: `integrated_account:${type}`,
      sequence: type === "created" ? 1 : 2,
      deliveries: [
        {
          id: `dlv_${id}`,
          webhook_endpoint_id: "whe_1",
          status,
          attempts: status === "pending" ? 3 : 1,
          next_attempt_at: status === "pending" ? at(new Date().toISOString(), 900) : null,
        },
      ],
    },
  });
  const begun = account.created_at;
  const entries: TimelineEntryView[] = [
    record("aud_created", begun, "account.created", {}, "connect"),
    ...attempts.map((attempt): TimelineEntryView => ({
      ...noEvent,
      id: attempt.id,
      at: attempt.started_at,
      kind: "attempt",
      attempt,
    })),
  ];
  if (account.status === "connecting") return entries;
  entries.push(
    record("aud_active", at(begun, 40), "account.transitioned", { from: "connecting", to: "active" }, "connect"),
    told("evt_created", at(begun, 40), "created", "delivered"),
  );
  if (account.reauth_required_at !== null) {
    const when = account.reauth_required_at;
    entries.push(
      record("aud_dead", when, "account.transitioned", { from: "active", to: "needs_reauth" }),
      told("evt_dead", at(when, 1), "authentication_error", "pending"),
      record("aud_link", at(when, 600), "link_token.created", {}, "usr_1"),
    );
  }
  if (account.status === "disconnected") {
    entries.push(
      record(
        "aud_ended",
        account.updated_at,
        "account.transitioned",
        { from: "active", to: "disconnected" },
        "key_2f8k3mzq0v7w1x9y4t6r5p8n",
      ),
    );
  }
  if (Object.keys(account.metadata).length > 0) {
    entries.push(record("aud_changed", at(begun, 86_400), "account.updated", { fields: ["metadata"] }, "usr_1"));
  }
  return entries.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** As the API answers; its cursors are numbers here. */
export function timelinePage(account: AccountView, attempts: Attempts, query: URLSearchParams): TimelinePage {
  const kind = query.get("kind");
  const all = entriesOf(account, attempts.get(account.id) ?? []).filter((one) => kind === null || one.kind === kind);
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  return { data: all.slice(from, from + limit), next_cursor: all.length > from + limit ? String(from + limit) : null };
}

export function lifelines(accounts: AccountView[], attempts: Attempts, query: URLSearchParams): LifelineList {
  const wanted = new Set((query.get("ids") ?? "").split(","));
  const since = Date.now() - Number(query.get("hours") ?? 24) * 3_600_000;
  const each = Number(query.get("each") ?? 20);
  return {
    data: accounts
      .filter(({ id }) => wanted.has(id))
      .map(({ id }) => {
        const lately = (attempts.get(id) ?? []).filter((one) => Date.parse(one.started_at) > since);
        return {
          integrated_account_id: id,
          attempts: lately
            .slice(0, each)
            .map(({ id: attemptId, started_at, finished_at, outcome, next_attempt_at }) => ({
              id: attemptId,
              started_at,
              finished_at,
              outcome,
              next_attempt_at,
            })),
          has_earlier: lately.length > each,
        };
      }),
  };
}
