import { assertNever } from "../../../_components/assert-never.ts";
import { Check, CircleDashed, Minus, Plus } from "lucide-react";
import type { AccountView } from "#api/schemas/account";
import { SectionHeading } from "../../../_components/section-heading.tsx";

type Row = { scope: string; state: "granted" | "missing" | "asked" | "extra" };

type Props = {
  scopes: AccountView["scopes"];
  /** What each allows, by scope, where the integration says it. */
  descriptions: Record<string, string>;
};

/** What was asked for, what was granted, and what is missing: the missing ones first. */
export function Scopes({ scopes, descriptions }: Props) {
  const asked = scopes.requested.filter((scope) => !scopes.granted.includes(scope) && !scopes.missing.includes(scope));
  const granted = scopes.granted.filter((scope) => scopes.requested.includes(scope));
  const extra = scopes.granted.filter((scope) => !scopes.requested.includes(scope));
  const rows: Row[] = [
    ...scopes.missing.map((scope): Row => ({ scope, state: "missing" })),
    ...granted.map((scope): Row => ({ scope, state: "granted" })),
    ...asked.map((scope): Row => ({ scope, state: "asked" })),
    ...extra.map((scope): Row => ({ scope, state: "extra" })),
  ];
  return (
    <section aria-labelledby="scopes">
      <SectionHeading
        id="scopes"
        title="Scopes"
        note={
          scopes.requested.length === 0 ? "none requested" : `${granted.length} of ${scopes.requested.length} granted`
        }
      />
      <div className="card text-sm">
        {rows.length === 0 ? (
          <p className="px-4 py-3 text-muted">
            This integration asks for no scopes; the provider decides what the token may do.
          </p>
        ) : (
          <ul className="divide-y divide-line">
            {rows.map(({ scope, state }) => (
              <li key={scope} className="flex items-start justify-between gap-4 px-4 py-2.5">
                <span className="min-w-0">
                  <code className="block font-mono text-xs leading-5 wrap-anywhere">{scope}</code>
                  {Object.hasOwn(descriptions, scope) && (
                    <span className="block text-muted">{descriptions[scope]?.replace(/\.$/, "")}</span>
                  )}
                </span>
                <ScopeState state={state} />
              </li>
            ))}
          </ul>
        )}
        {scopes.missing.length > 0 && (
          <p className="border-t border-line px-4 py-2.5 text-muted">
            What needs the missing scopes will not work. The customer can grant them through a re-authorization link.
          </p>
        )}
      </div>
    </section>
  );
}

function ScopeState({ state }: { state: Row["state"] }) {
  switch (state) {
    case "granted":
      return (
        <span className="flex shrink-0 items-center gap-1.5 text-good">
          <Check size={14} aria-hidden /> Granted
        </span>
      );
    case "missing":
      return (
        <span className="flex shrink-0 items-center gap-1.5 font-medium text-bad">
          <Minus size={14} aria-hidden /> Missing
        </span>
      );
    case "asked":
      return (
        <span className="flex shrink-0 items-center gap-1.5 text-muted">
          <CircleDashed size={14} aria-hidden /> Asked for, no word yet
        </span>
      );
    case "extra":
      return (
        <span className="flex shrink-0 items-center gap-1.5 text-muted">
          <Plus size={14} aria-hidden /> Granted, not asked for
        </span>
      );
  }
  return assertNever(state);
}
