import type { AccountView } from "#api/schemas/account";
import type { MassFailureView } from "#api/schemas/mass-failure";
import { ButtonLink } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { countOf } from "../../../_components/figures.ts";
import { causeWords, massFailureAnchor } from "../../../_components/mass-failure-words.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";

type Props = {
  account: AccountView;
  hold: NonNullable<AccountView["hold"]>;
  /** Null when the API could not tell. */
  massFailure: MassFailureView | null;
  label: string;
};

/** Where the decision about a held account is made. */
export function HeldCallout({ account, hold, massFailure, label }: Props) {
  const href = `/#${massFailureAnchor(account.integration_name)}`;
  if (massFailure?.state === "resolving") {
    const isConfirmed = massFailure.decision === "confirm";
    return (
      <Callout tone="hold" title={isConfirmed ? "The failure was confirmed" : "The hold was released"} className="mt-4">
        {isConfirmed
          ? "This account is about to become “needs re-authorization”."
          : "This account is about to be tried again."}
      </Callout>
    );
  }
  const others = Math.max(0, (massFailure?.held ?? 1) - 1);
  const cause = massFailure?.likely_cause ?? null;
  return (
    <Callout
      tone="hold"
      title={
        others === 0
          ? `Held with other accounts of ${label}`
          : `Held with ${countOf(others, "other account")} of ${label}`
      }
      className="mt-4"
    >
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <p className="min-w-0 flex-[1_1_320px]">
          Held <RelativeTime at={hold.at} parts={2} />. {cause !== null && `${causeWords(cause, label).title}. `}
          One decision stands for all of them: release them to be tried again, or confirm that the grants are dead.
        </p>
        <ButtonLink href={href}>Decide on the overview</ButtonLink>
      </div>
    </Callout>
  );
}
