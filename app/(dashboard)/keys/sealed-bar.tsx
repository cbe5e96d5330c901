import type { SealingKeyView } from "#api/schemas/keys";
import { countOf, formatCount } from "../../_components/figures.ts";
import { sealedKinds } from "./key-words.ts";

type Props = { view: SealingKeyView; most: number };

/** What a key seals by kind, as one bar beside the others' bars, and the same in words. @param most of any key */
export function SealedBar({ view: { sealed: total, sealed_by_kind: sealed }, most }: Props) {
  const present = sealedKinds.filter(({ kind }) => sealed[kind] > 0);
  if (total === 0) return <span className="leading-6 text-subtle">nothing</span>;
  return (
    <span className="flex flex-col gap-1.5">
      <span className="leading-6 font-medium">{countOf(total, "value")}</span>
      <span aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-sunken">
        <span className="flex gap-px" style={{ width: `${Math.max(1, (total / most) * 100)}%` }}>
          {present.map(({ kind, solid }) => (
            <span key={kind} className={`min-w-1 ${solid}`} style={{ flexGrow: sealed[kind] }} />
          ))}
        </span>
      </span>
      <span className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted">
        {present.map(({ kind, one, many, solid }) => (
          <span key={kind} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className={`size-1.5 rounded-full ${solid}`} />
            {formatCount(sealed[kind])} {sealed[kind] === 1 ? one : many}
          </span>
        ))}
      </span>
    </span>
  );
}
