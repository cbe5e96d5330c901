import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { Fact } from "../../../_components/facts.tsx";
import { countOf, formatCount, formatShare } from "../../../_components/figures.ts";
import { levelNames, levelWords, stopWords, type Levels } from "./alarm-words.ts";

/** The rules to read. */
export function PolicyFacts({ policy }: { policy: AnomalyPolicyView }) {
  return (
    <dl className="card mt-4 divide-y divide-line text-sm">
      <Fact name="Rings beyond">{formatCount(policy.factor)} times what is usual</Fact>
      <Fact name="Nothing rings below">
        <LevelList levels={policy.least} />
      </Fact>
      <Fact name="For newcomers">
        <LevelList levels={policy.newcomer} />
      </Fact>
      <Fact name="A key wakes up after">{countOf(policy.dormant_days, "day")} of rest</Fact>
      <Fact name="Customers who leave">
        {countOf(policy.spike.accounts, "account")} and {formatShare(policy.spike.share)} within a day
      </Fact>
      <Fact name="Stop the key by themselves">
        {policy.stop_on.length === 0 ? (
          <span className="text-subtle">None: people decide</span>
        ) : (
          policy.stop_on.map((kind) => stopWords[kind].name).join(", ")
        )}
      </Fact>
    </dl>
  );
}

function LevelList({ levels }: { levels: Levels }) {
  return (
    <ul className="space-y-0.5">
      {levelNames.map((name) => (
        <li key={name} className="flex justify-between gap-4">
          <span className="text-muted">{levelWords[name]}</span>
          <span className="font-mono tabular-nums">{formatCount(levels[name])}</span>
        </li>
      ))}
    </ul>
  );
}
