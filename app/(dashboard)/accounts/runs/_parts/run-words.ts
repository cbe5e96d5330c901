import type { AccountRunView, RunResultView } from "#api/schemas/account-run";
import { formatDuration } from "../../../../_components/duration.ts";
import { countOf, formatCount } from "../../../../_components/figures.ts";
import type { Look } from "../../../../_components/status.ts";

export type RunAction = AccountRunView["action"];

export const runActions: readonly RunAction[] = ["refresh", "reauthorization_links", "release", "disconnect"];

type ActionWords = {
  /** On a button. */
  verb: string;
  /** `Refresh 412 accounts`, as a title. */
  title: (accounts: string) => string;
  /** What follows, one by one. */
  effects: readonly string[];
  permission: "accounts:write" | "links:write";
};

export const actionWords: Record<RunAction, ActionWords> = {
  refresh: {
    verb: "Refresh",
    title: (accounts) => `Refresh ${accounts}`,
    effects: [
      "Each is asked for a new token now, whatever the schedule says, within the budget of its client.",
      "A token that is still valid is served meanwhile, and stays when its refresh fails.",
      "A grant that the provider refuses becomes “needs re-authorization”.",
    ],
    permission: "accounts:write",
  },
  reauthorization_links: {
    verb: "Create links",
    title: (accounts) => `Create re-authorization links for ${accounts}`,
    effects: [
      "Each gets a link that lives for seven days. Nobody is mailed: you get the links here, and so does whoever resumes the run.",
      "Nothing changes for an account until its customer has used the link.",
    ],
    permission: "links:write",
  },
  release: {
    verb: "Release",
    title: (accounts) => `Release ${accounts}`,
    effects: [
      "What the mass-disconnect guard holds is let go, and its provider asked again.",
      "Accounts that are not held are passed over.",
    ],
    permission: "accounts:write",
  },
  disconnect: {
    verb: "Disconnect",
    title: (accounts) => `Disconnect ${accounts}`,
    effects: [
      "Requests with these accounts are refused from then on, and their tokens erased. This cannot be undone.",
      "Each grant is revoked at its provider, where that offers it.",
      "To connect again, each customer has to open a new link.",
    ],
    permission: "accounts:write",
  },
};

export const runLooks: Record<AccountRunView["state"], Look> = {
  running: { tone: "info", icon: "half", label: "Running" },
  paused: { tone: "warn", icon: "pause", label: "Paused" },
  done: { tone: "good", icon: "filled", label: "Done" },
  cancelled: { tone: "none", icon: "slash", label: "Cancelled" },
};

/** A run that ended with failures is done, and not well. */
export function lookOfRun(run: Pick<AccountRunView, "state" | "failed">): Look {
  return run.state === "done" && run.failed > 0 ? { tone: "warn", icon: "alert", label: "Done" } : runLooks[run.state];
}

/** What stands behind the state. */
export function wordRun(run: AccountRunView): string | null {
  const left = run.total - run.done - run.failed - run.skipped;
  switch (run.state) {
    case "running":
      if (run.last_error !== null) return `${formatCount(left)} left, waiting`;
      return run.seconds_left === null || run.seconds_left === 0
        ? `${formatCount(left)} left`
        : `${formatDuration(run.seconds_left)} left`;
    case "paused":
      return run.last_error === null ? `${formatCount(left)} left` : run.last_error;
    case "cancelled":
      return left === 0 ? null : `${countOf(left, "account")} left alone`;
    case "done":
      return run.failed === 0 ? null : `${formatCount(run.failed)} failed`;
  }
}

export const outcomeLooks: Record<RunResultView["outcome"], Look> = {
  pending: { tone: "none", icon: "dashed", label: "Waiting" },
  done: { tone: "good", icon: "filled", label: "Done" },
  failed: { tone: "bad", icon: "alert", label: "Failed" },
  skipped: { tone: "none", icon: "slash", label: "Skipped" },
};

const doneWords: Readonly<Record<string, string>> = {
  revoked: "Erased here, and revoked at the provider.",
  not_supported: "Erased here. The provider offers no way to revoke a grant.",
  failed: "Erased here. Revoking it at the provider failed.",
  unknown: "Erased here. The worker ended meanwhile, so whether the provider revoked it is not known: look there.",
};

/** What became of an account, beyond its outcome; null: that says it all. */
export function wordResult({ outcome, code, detail }: RunResultView): string | null {
  if (detail !== null) return detail;
  return outcome === "done" && code !== null ? (doneWords[code] ?? code) : null;
}
