import type { ConnectOutcomeView } from "#api/schemas/connect";
import { buttonClass } from "../../_components/button.tsx";
import { ConnectCard } from "../connect-card.tsx";
import { SendButton } from "../link/send-button.tsx";
import { wordsOf } from "../scope-words.ts";

/** Nothing is connected yet: which account it is, and one decision (R93). */
export function Approving({ view }: { view: ConnectOutcomeView }) {
  const label = view.integration?.label ?? "the service";
  const product = view.product.name;
  const account = view.external_account;
  return (
    <ConnectCard
      product={product}
      label={view.integration?.label ?? null}
      joint="underway"
      support={view.product.support}
      title="Connect this account?"
      footer={<p>Nothing is connected yet. Without an answer, this ends by itself after half an hour.</p>}
    >
      {account === null ? (
        <p className="mt-3 text-center text-balance">
          You are about to connect your {label} account to {product}.{" "}
          <span className="text-muted">
            {label} does not tell which account it is: go on only if you signed in there with the one you meant.
          </span>
        </p>
      ) : (
        <p className="mt-3 text-center text-balance">
          You are about to connect <strong className="font-semibold wrap-anywhere">{account}</strong> of {label} to{" "}
          {product}.
        </p>
      )}
      {view.scopes_missing.length > 0 && <Missing view={view} label={label} product={product} />}
      <Answer action="/connect/approve" session={view.connect_session_id} className="mt-6 flex flex-col">
        <SendButton label="Connect" waiting="Connecting…" />
      </Answer>
      <Answer action="/connect/decline" session={view.connect_session_id} className="mt-2">
        <button type="submit" className={buttonClass("ghost", "large", "w-full")}>
          Not my account, use another one
        </button>
      </Answer>
    </ConnectCard>
  );
}

function Missing({ view, label, product }: { view: ConnectOutcomeView; label: string; product: string }) {
  return (
    <div className="mt-5 rounded-md bg-warn-soft px-3 py-2.5 text-sm">
      <p className="font-medium text-warn">Some permissions were not given</p>
      <p className="mt-0.5">What needs them will not work in {product}. You can allow them later, too:</p>
      <ul className="mt-1 list-disc space-y-0.5 pl-5 marker:text-subtle">
        {view.scopes_missing.map((scope) => (
          <li key={scope}>
            {wordsOf(scope, product, label, view.scope_descriptions).words ?? (
              <code className="font-mono text-xs break-all">{scope}</code>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

type AnswerProps = { action: string; session: string | null; className: string; children: React.ReactNode };

/** Which session the page asked about goes with the answer: another tab may have begun another one since. */
function Answer({ action, session, className, children }: AnswerProps) {
  return (
    <form method="post" action={action} className={className}>
      <input type="hidden" name="connect_session_id" value={session ?? ""} />
      {children}
    </form>
  );
}
