import { haveSameScopes, type Account, type AccountStatus } from "#core/domain/account/account";
import type { AccountEventType } from "#core/domain/webhook/event-type";
import { classifyLoss, type LossWindow } from "./loss-windows.ts";
import { environmentId, type SimulatedWorld } from "./world.ts";

/** The machine of R30, written down a second time: what each event may lead from, and where to. */
const machine: Readonly<Partial<Record<AccountEventType, readonly (readonly [AccountStatus, AccountStatus])[]>>> = {
  "integrated_account:created": [["connecting", "active"]],
  "integrated_account:authentication_error": [["active", "needs_reauth"]],
  "integrated_account:reactivated": [["needs_reauth", "active"]],
  "integrated_account:disconnected": [
    ["connecting", "disconnected"],
    ["active", "disconnected"],
    ["needs_reauth", "disconnected"],
  ],
};

interface Seen {
  status: AccountStatus;
  sinceMs: number;
  sequence: number;
  row: Account | null;
  /** Something was told since the row was last looked at. */
  isTold: boolean;
}

export interface Loss {
  readonly accountId: string;
  readonly window: LossWindow;
  readonly atMs: number;
  /** A late answer brought the account back. */
  isMended: boolean;
}

export interface RowWatch {
  /** The newest row of each account. */
  readonly rows: ReadonlyMap<string, Account>;
  readonly losses: readonly Loss[];
  readonly refreshes: number;
  /** By its events; and since when. */
  statusOf(accountId: string): { readonly status: AccountStatus; readonly sinceMs: number };
  /** Looks at every row that was written, and at all that was told about it. */
  look(onRow: (row: Account) => void): Promise<void>;
}

/** Checks rows, events and audit records against each other after every instant (invariants 3 and 5). */
export function createRowWatch(world: SimulatedWorld): RowWatch {
  const { store, report } = world;
  const seen = new Map<string, Seen>();
  const rows = new Map<string, Account>();
  const losses: Loss[] = [];
  let eventsRead = 0;
  let auditRead = 0;
  let refreshes = 0;

  const seenOf = (accountId: string): Seen => {
    let known = seen.get(accountId);
    if (known === undefined) {
      known = { status: "connecting", sinceMs: world.timeline.nowMs, sequence: 0, row: null, isTold: false };
      seen.set(accountId, known);
    }
    return known;
  };

  const leave = (accountId: string, known: Seen, row: Account): void => {
    const fatal = world.book.lastFatal(accountId, known.row?.credentialVersion ?? 0, row.credentialVersion);
    if (fatal === undefined) {
      report("false_reauth", `${accountId} left for needs_reauth without a word of its provider`);
      return;
    }
    const window = classifyLoss(world, fatal);
    if (window === null) return;
    world.note(() => `${accountId} is lost, window: ${window}`);
    losses.push({ accountId, window, atMs: world.timeline.nowMs, isMended: false });
  };

  /** No transition: the account is active before and after, and grants something else. */
  const readScopesChanged = (accountId: string, { status, row: before }: Seen): void => {
    const row = rows.get(accountId);
    if (status !== "active") report("status", `${accountId}: told of its scopes in status ${status}`);
    if (before === null || row === undefined) return;
    if (haveSameScopes(before.scopesGranted, row.scopesGranted))
      report("events", `${accountId}: told of scopes that are the same`);
  };

  /** Every event leads along the machine, has the next number, and has one audit record that says the same. */
  const readNews = (): void => {
    const transitions = store.audit.slice(auditRead).filter((one) => one.action === "account.transitioned");
    auditRead = store.audit.length;
    for (const event of store.events.slice(eventsRead)) {
      eventsRead += 1;
      const { accountId, type, sequence } = event;
      const known = seenOf(accountId);
      const step = machine[type]?.find(([from]) => from === known.status);
      world.note(() => `${accountId} event ${sequence}: ${type}`);
      if (sequence !== known.sequence + 1)
        report("events", `${accountId}: event ${sequence} follows ${known.sequence}`);
      known.isTold = true;
      if (type === "integrated_account:scopes_changed") {
        readScopesChanged(accountId, known);
        known.sequence = sequence;
        continue;
      }
      if (step === undefined) {
        report("status", `${accountId}: ${type} in status ${known.status}`);
        continue;
      }
      const [from, to] = step;
      const record = transitions.shift();
      const isSame = record?.accountId === accountId && record.detail?.["from"] === from && record.detail["to"] === to;
      if (!isSame) report("events", `${accountId}: no audit record tells of ${from} to ${to}`);
      known.sequence = sequence;
      known.status = to;
      known.sinceMs = world.timeline.nowMs;
      const row = rows.get(accountId);
      if (to === "needs_reauth" && row !== undefined) leave(accountId, known, row);
      if (from === "needs_reauth") {
        for (const loss of losses) if (loss.accountId === accountId) loss.isMended = true;
      }
    }
    if (transitions.length > 0) report("events", `${transitions.length} audit records of transitions without an event`);
  };

  const readRow = (row: Account): void => {
    const known = seenOf(row.id);
    if (row.status !== known.status) {
      report("status", `${row.id} is ${row.status}, but its events say ${known.status}`);
    }
    const { row: before, isTold } = known;
    known.row = row;
    known.isTold = false;
    if (before === null) return;
    const staysActive = before.status === "active" && row.status === "active";
    if (staysActive && !isTold && !haveSameScopes(before.scopesGranted, row.scopesGranted)) {
      report("events", `${row.id}: its scopes changed without a word`);
    }
    if (row.fence < before.fence) report("monotone", `${row.id}: fence ${before.fence} became ${row.fence}`);
    if (row.credentialFence > row.fence || row.credentialFence < before.credentialFence) {
      report("monotone", `${row.id}: credential fence ${before.credentialFence} became ${row.credentialFence}`);
    }
    if (row.credentialVersion < before.credentialVersion) {
      report("monotone", `${row.id}: version ${before.credentialVersion} became ${row.credentialVersion}`);
    }
    if (row.status !== "active" && row.refreshDueAt !== null) {
      report("status", `${row.id} is ${row.status} and has an alarm`);
    }
    if (row.credentialVersion > before.credentialVersion) refreshes += 1;
  };

  return {
    rows,
    losses,
    get refreshes() {
      return refreshes;
    },
    statusOf: seenOf,
    async look(onRow) {
      if (world.touched.size === 0) return;
      const ids = [...world.touched];
      world.touched.clear();
      for (const id of ids) {
        const row = await store.find(environmentId, id);
        if (row !== null) rows.set(id, row);
      }
      readNews();
      for (const id of ids) {
        const row = rows.get(id);
        if (row === undefined) continue;
        readRow(row);
        onRow(row);
      }
    },
  };
}
