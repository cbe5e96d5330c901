import { formatDuration } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import type { Lifeline, TokenBar } from "./build-lifeline.ts";

const endings: Record<TokenBar["end"], string> = {
  refreshed: "replaced by the next token",
  expires: "expires",
  ended: "ended early",
  open: "does not expire",
};

const gapWords = {
  needs_reauth: "No token: re-authorization needed",
  expired: "No token: expired",
  disconnected: "Disconnected",
} as const;

/** The facts of the picture as a table, for those who do not see it. */
export function LifelineTable({ lifeline }: { lifeline: Lifeline }) {
  const rows = [
    ...lifeline.tokens.map((bar) => ({
      from: bar.from,
      to: bar.to,
      what: bar.isCurrent ? "Current token" : "Token",
      end: endings[bar.end],
    })),
    ...lifeline.gaps.map((gap) => ({
      from: gap.from,
      to: gap.to,
      what: gapWords[gap.kind],
      end: gap.isOpen ? "until now" : "ended by a new token",
    })),
  ].toSorted((a, b) => b.from - a.from);
  return (
    <div className="sr-only">
      <table>
        <caption>Tokens of this account, newest first</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Lasted</th>
            <th scope="col">End</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.what}${row.from}`}>
              <td>{row.what}</td>
              <td>{formatInstant(row.from)}</td>
              <td>{Number.isFinite(row.to) ? formatInstant(row.to) : "open"}</td>
              <td>{Number.isFinite(row.to) ? formatDuration((row.to - row.from) / 1000) : "–"}</td>
              <td>{row.end}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
