import { assertNever } from "./assert-never.ts";
import { conditionOf, type StatusFacts, type Tone } from "./status.ts";

/** Who has to do something so that it goes on. */
export type Move = { who: "nobody" | "evergrant" | "customer" | "you"; words: string; tone: Tone };

const nobody: Move = { who: "nobody", words: "Nobody’s move", tone: "none" };
const ours: Move = { who: "evergrant", words: "Evergrant’s move", tone: "info" };
const theirs: Move = { who: "customer", words: "The customer’s move", tone: "info" };
const yours: Move = { who: "you", words: "Your move", tone: "warn" };

/** What Evergrant can't mend by trying again: our client, our definition, a value or a key of ours. */
const yoursToMend = new Set(["client_misconfigured", "sealed_value_invalid", "not_refreshable"]);

/** Whose move it is: the first thing that somebody wants to know who was woken by it. */
export function moveOf(account: StatusFacts, now: number): Move {
  const condition = conditionOf(account, now);
  switch (condition) {
    case "active":
    case "disconnected":
      return nobody;
    case "refresh_failing":
    case "no_valid_token": {
      const isMine = yoursToMend.has(account.last_error?.code ?? "");
      return isMine || account.refresh_due_at === null ? yours : ours;
    }
    case "connecting":
    case "needs_reauth":
      return theirs;
    case "held":
      return yours;
    default:
      return assertNever(condition);
  }
}
