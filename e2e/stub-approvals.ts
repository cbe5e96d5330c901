import type { ApprovalView } from "#api/schemas/approval";
import { id } from "./stub-webhooks.ts";

/** Requests in the shape of the API, around one instant; whoever looks is Ada, an owner. */
export type ApprovalWorld = { approvals: ApprovalView[] };

type Person = ApprovalView["requested_by"];
type Reply = { status: number; body?: object };

const minute = 60_000;
const hour = 60;
const day = 24 * hour;

const ada: Person = { id: "usr_1", name: "Ada Lovelace", email: "ada@evergrant.example" };
const grace: Person = { id: "usr_2", name: "Grace Hopper", email: "grace@evergrant.example" };
const gone: Person = { id: "usr_3", name: null, email: null };
const shell: Person = { id: "command_line", name: null, email: null };
const system: Person = { id: "system", name: null, email: null };

export const approvalIds = {
  hosts: id("apr", "hosts"),
  disable: id("apr", "disable"),
  own: id("apr", "own"),
  waiting: id("apr", "waiting"),
  toConfirm: id("apr", "toconfirm"),
  stuck: id("apr", "stuck"),
  executed: id("apr", "executed"),
  byShell: id("apr", "byshell"),
  refused: id("apr", "refused"),
  withdrawn: id("apr", "withdrawn"),
  expired: id("apr", "expired"),
  changed: id("apr", "changed"),
  failed: id("apr", "failed"),
};

export const emptyApprovals = (): ApprovalWorld => ({ approvals: [] });

const nothing = { approve: false, refuse: false, withdraw: false, why_not: "This request is over." };
const yours = { approve: true, refuse: true, withdraw: false, why_not: null };
const own = {
  approve: false,
  refuse: false,
  withdraw: true,
  why_not: "You asked for this yourself, so somebody else must decide. You can withdraw it.",
};

const hostsChange: Pick<ApprovalView, "kind" | "subject" | "summary" | "changes" | "consequences" | "parameters"> = {
  kind: "integration.hosts_change",
  subject: "acme-crm",
  summary: "Send the credentials of Acme CRM to other hosts",
  changes: [
    { what: "Host for tokens", before: "https://login.acme.example", after: "https://auth.acme.example" },
    { what: "Host for authorization", before: "https://login.acme.example", after: "https://auth.acme.example" },
    { what: "Host for revocation", before: null, after: "https://auth.acme.example" },
    {
      what: "/credentials/config/auth/authorizePath",
      before: "/oauth/authorize",
      after: "/v2/oauth/authorize?prompt=consent&access_type=offline&include_granted_scopes=true",
    },
    { what: "/credentials/config/scope", before: '["read"]', after: '["read","write"]' },
  ],
  consequences: [
    "The tokens of 1,204 live accounts go to the new hosts, from the next refresh or call on.",
    "So do the secret, keys or certificate of the OAuth client, which stay as they are.",
    "Whoever runs the new hosts can use every credential that is sent there.",
  ],
  parameters: {
    document: {
      name: "acme-crm",
      label: "Acme CRM",
      credentials: {
        format: "oauth2",
        config: { auth: { tokenHost: "https://auth.acme.example", tokenPath: "/oauth/token" } },
      },
    },
  },
};

const disableKey: typeof hostsChange = {
  kind: "key.disable",
  subject: "k2025-11",
  summary: "Disable the key k2025-11",
  changes: [{ what: "State of k2025-11", before: "opens", after: "disabled" }],
  consequences: [
    "No value is sealed under it any more, so nothing stops opening.",
    "Backups from before the re-wrap don't open while it is disabled. It can be enabled again.",
  ],
  parameters: { kid: "k2025-11" },
};

export function approvals(now = Date.now()): ApprovalWorld {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  const made = (approvalId: string, asked: number, facts: Partial<ApprovalView>): ApprovalView => ({
    id: approvalId,
    ...hostsChange,
    status: "pending",
    mode: "second_person",
    reason: "Acme moved its sign-in; see their notice of 1 December.",
    parameters_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    requested_by: grace,
    requested_at: at(asked),
    waits_until: null,
    expires_at: at(asked + 7 * day),
    approved_by: null,
    approved_at: null,
    ended_by: null,
    ended_at: null,
    failure: null,
    may: yours,
    ...facts,
  });
  const over = (by: Person, minutes: number): Partial<ApprovalView> => ({
    ended_by: by,
    ended_at: at(minutes),
    may: nothing,
  });
  return {
    approvals: [
      made(approvalIds.hosts, -18, {}),
      made(approvalIds.disable, -26 * hour, { ...disableKey, reason: null }),
      made(approvalIds.own, -3 * hour, {
        ...disableKey,
        kind: "key.rewrap_start",
        summary: "Re-wrap 48,211 values under k2026-11",
        subject: "k2026-11",
        requested_by: ada,
        may: own,
      }),
      made(approvalIds.waiting, -5 * hour, {
        kind: "tenant.delete_key",
        subject: "northwind",
        summary: "Destroy the key of the tenant northwind",
        changes: [],
        consequences: ["312 sealed values of 104 accounts can never be opened again, in backups too."],
        mode: "waiting",
        waits_until: at(19 * hour + 12),
        may: { approve: false, refuse: true, withdraw: false, why_not: null },
      }),
      made(approvalIds.toConfirm, -25 * hour, {
        ...disableKey,
        kind: "key.policy_change",
        summary: "Wrap data keys under tenants' keys",
        subject: "production",
        mode: "waiting",
        waits_until: at(-hour),
        requested_by: ada,
        may: { approve: true, refuse: false, withdraw: true, why_not: null },
      }),
      made(approvalIds.stuck, -40, {
        ...disableKey,
        kind: "key.enable",
        summary: "Enable the key k2024-06 again",
        subject: "k2024-06",
        status: "approved",
        requested_by: ada,
        approved_by: grace,
        approved_at: at(-12),
        expires_at: at(day - 12),
        failure: {
          code: "action_failed",
          detail: "The key service does not answer. Nothing was changed; try again shortly.",
        },
        may: { ...own, why_not: "You asked for this yourself, so somebody else must decide. You can withdraw it." },
      }),
      made(approvalIds.executed, -9 * day, {
        status: "executed",
        approved_by: ada,
        approved_at: at(-9 * day + 31),
        ...over(ada, -9 * day + 31),
      }),
      made(approvalIds.byShell, -10 * day, {
        ...disableKey,
        status: "executed",
        approved_by: shell,
        approved_at: at(-10 * day + 4),
        ...over(shell, -10 * day + 4),
      }),
      made(approvalIds.refused, -12 * day, { status: "refused", ...over(ada, -12 * day + 3) }),
      made(approvalIds.withdrawn, -13 * day, { status: "withdrawn", ...over(grace, -13 * day + 8) }),
      made(approvalIds.expired, -20 * day, { ...disableKey, status: "expired", ...over(system, -13 * day) }),
      made(approvalIds.changed, -21 * day, {
        status: "failed",
        failure: {
          code: "state_changed",
          detail: "What it was asked for has changed since. Look at it as it is now, and ask again.",
        },
        ...over(system, -21 * day + 40),
      }),
      made(approvalIds.failed, -22 * day, {
        ...disableKey,
        status: "failed",
        requested_by: gone,
        subject: "a-key-with-a-name-as-long-as-some-key-services-make-them/projects/evergrant/keys/production",
        summary:
          "Disable the key a-key-with-a-name-as-long-as-some-key-services-make-them/projects/evergrant/keys/production",
        approved_by: ada,
        approved_at: at(-22 * day + 5),
        failure: { code: "action_failed", detail: "The key still seals 3 values. Re-wrap them first." },
        ...over(system, -22 * day + 5),
      }),
    ],
  };
}

/** What the API answers about requests; null: it is about something else. */
export function answerApprovals(
  world: ApprovalWorld,
  role: string,
  method: string,
  path: string,
  query: URLSearchParams,
): Reply | null {
  const [, one, answer] = /^\/api\/v1\/approvals(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!path.startsWith("/api/v1/approvals")) return null;
  const asSeen = (approval: ApprovalView): ApprovalView =>
    role === "owner" || !isOpen(approval)
      ? approval
      : { ...approval, may: { ...nothing, why_not: "Your role may not do this. It takes an owner." } };
  if (one === undefined) {
    const wanted = world.approvals.filter((each) => isOpen(each) === (query.get("state") !== "over"));
    return { status: 200, body: { data: wanted.map(asSeen), next_cursor: null } };
  }
  const approval = world.approvals.find((each) => each.id === one);
  if (approval === undefined) return problem(404, "not_found", "There is no such request");
  if (method !== "POST") return { status: 200, body: asSeen(approval) };
  if (!isOpen(approval)) return problem(409, "approval_ended", "The request is over", "Somebody else decided already.");
  const now = new Date().toISOString();
  const ended = { ended_by: ada, ended_at: now, may: nothing };
  if (answer === "approve")
    Object.assign(approval, { status: "executed", approved_by: ada, approved_at: now, failure: null, ...ended });
  else Object.assign(approval, { status: answer === "refuse" ? "refused" : "withdrawn", ...ended });
  return { status: 200, body: approval };
}

function isOpen({ status }: ApprovalView): boolean {
  return status === "pending" || status === "approved";
}

function problem(status: number, code: string, title: string, detail?: string): Reply {
  return { status, body: { type: `https://docs.example/problems/${code}`, status, code, title, detail } };
}
