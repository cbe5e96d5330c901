import type { ReactNode } from "react";
import type { AccountDetailView } from "#api/schemas/account";
import { Fact } from "../../../_components/facts.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { EditMetadata, EditOverrides } from "./edit-account.tsx";
import { EffectiveValues } from "./effective-values.tsx";

type Props = { account: AccountDetailView; mayWrite: boolean };

/** What is in force for this account and who says it, and what is its own: facts of the product, inputs, what came with the grant. */
export function Configuration({ account, mayWrite }: Props) {
  const isOver = account.status === "disconnected";
  return (
    <>
      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
        <Pairs
          id="metadata"
          title="Metadata"
          note="your own facts"
          pairs={account.metadata}
          none="None. Your product can keep small facts here, such as a plan."
        >
          {mayWrite && <EditMetadata account={account} />}
        </Pairs>
        <Pairs
          id="inputs"
          title="Inputs and fields"
          note="what was typed, and what came with the grant"
          pairs={{ ...account.inputs, ...account.fields }}
          none="This integration asks for no inputs, and nothing came with the grant."
        />
      </div>
      <section aria-labelledby="configuration" className="mt-8">
        <SectionHeading id="configuration" title="Configuration" note="in force, with the level that says it">
          {mayWrite && !isOver && <EditOverrides account={account} />}
        </SectionHeading>
        {Object.keys(account.effective).length === 0 ? (
          <p className="card px-4 py-6 text-center text-sm text-muted">
            The definition of this integration can’t be read, or it is not there any more.
          </p>
        ) : (
          <EffectiveValues effective={account.effective} />
        )}
      </section>
    </>
  );
}

type PairsProps = {
  id: string;
  title: string;
  note: string;
  pairs: Record<string, string>;
  none: string;
  children?: ReactNode;
};

function Pairs({ id, title, note, pairs, none, children }: PairsProps) {
  const entries = Object.entries(pairs);
  return (
    <section aria-labelledby={id}>
      <SectionHeading id={id} title={title} note={note}>
        {children}
      </SectionHeading>
      {entries.length === 0 ? (
        <p className="card px-4 py-3 text-sm text-muted">{none}</p>
      ) : (
        <dl className="card divide-y divide-line text-sm">
          {entries.map(([name, value]) => (
            <Fact key={name} name={name} isOwn>
              <span className="wrap-anywhere">{value}</span>
            </Fact>
          ))}
        </dl>
      )}
    </section>
  );
}
