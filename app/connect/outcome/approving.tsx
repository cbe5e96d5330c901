import { buttonClass } from "../../_components/button.tsx";
import { SendButton } from "../link/send-button.tsx";
import { readWords } from "../words/read-words.ts";
import { MissingScopes } from "./missing-scopes.tsx";
import { OutcomeCard, type Trip } from "./outcome-card.tsx";

/** Nothing is connected yet: which account it is, and one decision (R93). */
export async function Approving(trip: Trip) {
  const words = await readWords();
  const { view, product, label } = trip;
  const account = view.external_account;
  return (
    <OutcomeCard
      trip={trip}
      joint="underway"
      title={words.say("outcome.approving.title")}
      footer={<p>{words.say("outcome.approving.until")}</p>}
    >
      {account === null ? (
        <>
          <p className="mt-3 text-center text-balance">{words.say("outcome.approving.unknown", { product, label })}</p>
          <p className="mt-2 text-center text-balance text-muted">
            {words.say("outcome.approving.careful", { label })}
          </p>
        </>
      ) : (
        <p className="mt-3 text-center text-balance">
          {words.fill("outcome.approving.account", {
            account: (
              <strong key="account" className="font-semibold wrap-anywhere">
                {account}
              </strong>
            ),
            product,
            label,
          })}
        </p>
      )}
      {view.scopes_missing.length > 0 && <MissingScopes {...trip} />}
      <Answer action="/connect/approve" session={view.connect_session_id} className="mt-6 flex flex-col">
        <SendButton label={words.say("outcome.approving.yes")} waiting={words.say("outcome.approving.connecting")} />
      </Answer>
      <Answer action="/connect/decline" session={view.connect_session_id} className="mt-2">
        <button type="submit" className={buttonClass("ghost", "large", "w-full")}>
          {words.say("outcome.approving.no")}
        </button>
      </Answer>
    </OutcomeCard>
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
