import Link from "next/link";
import type { AccountView } from "#api/schemas/account";
import { classNames } from "../../../_components/class-names.ts";
import { buildLifeline } from "../../../_components/lifeline/build-lifeline.ts";
import { ranges } from "../../../_components/lifeline/choose-span.ts";
import { LifelineTable } from "../../../_components/lifeline/lifeline-table.tsx";
import { LifelineView } from "../../../_components/lifeline/lifeline-view.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { readAttempts } from "../../../_queries/account.ts";

const pictureLimit = 100;

export async function LifelineSection({ account, range }: { account: AccountView; range: string | undefined }) {
  const answer = await readAttempts(account.id, pictureLimit);
  if (answer.kind === "problem") return <ProblemState problem={answer.problem} />;
  const now = Date.now();
  const attempts = answer.value.data;
  const chosen = ranges.find(({ name }) => name === range);
  const lifeline = buildLifeline(account, attempts, answer.value.next_cursor !== null, now, chosen?.seconds);
  const ageSeconds = (now - Date.parse(account.created_at)) / 1000;
  const offered = ranges.filter((_, index) => index === 0 || ageSeconds > (ranges[index - 1]?.seconds ?? 0));
  return (
    <section aria-labelledby="lifeline">
      <SectionHeading id="lifeline" title="Lifeline" note="times in UTC">
        {offered.length > 1 && <RangeLinks id={account.id} offered={offered} chosen={chosen?.name} />}
      </SectionHeading>
      <div className="card px-4 pt-3 pb-3">
        <LifelineView lifeline={lifeline} attempts={attempts} />
        <LifelineTable lifeline={lifeline} />
      </div>
    </section>
  );
}

type RangeProps = { id: string; offered: readonly { name: string; label: string }[]; chosen: string | undefined };

function RangeLinks({ id, offered, chosen }: RangeProps) {
  const links = [{ name: undefined, label: "Auto" }, ...offered];
  return (
    <nav aria-label="Time range" className="no-print flex rounded-md border border-line bg-surface p-0.5">
      {links.map(({ name, label }) => (
        <Link
          key={label}
          href={name === undefined ? `/accounts/${id}` : `/accounts/${id}?range=${name}`}
          prefetch={false}
          replace
          scroll={false}
          aria-current={name === chosen ? "true" : undefined}
          className={classNames(
            "flex h-6 items-center rounded-[6px] px-2 text-xs font-medium whitespace-nowrap pointer-coarse:h-10",
            name === chosen ? "bg-sunken text-ink" : "text-muted hover:text-ink",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
