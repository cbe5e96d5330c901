import { classNames } from "../../../_components/class-names.ts";
import { countOf } from "../../../_components/figures.ts";
import { diffLines, hunksOf, type DiffLine } from "./diff-lines.ts";

const looks: Record<DiffLine["kind"], { sign: string; className: string; word: string }> = {
  same: { sign: " ", className: "", word: "" },
  added: { sign: "+", className: "bg-good-soft text-good", word: "added: " },
  removed: { sign: "−", className: "bg-bad-soft text-bad", word: "removed: " },
};

/** What changes between two texts, with a few lines around it. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = diffLines(before, after);
  const hunks = hunksOf(lines);
  const added = lines.filter(({ kind }) => kind === "added").length;
  const removed = lines.filter(({ kind }) => kind === "removed").length;
  if (hunks.length === 0) return <p className="text-sm text-muted">Nothing changes.</p>;
  return (
    <div className="min-w-0">
      <p className="mb-1.5 text-xs text-subtle">
        <span className="font-medium text-good">+{countOf(added, "line")}</span>{" "}
        <span className="font-medium text-bad">−{countOf(removed, "line")}</span>
      </p>
      <section
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        aria-label={label}
        className="max-h-[42dvh] overflow-auto rounded-md border border-line bg-surface -outline-offset-2"
      >
        <ol className="min-w-max py-1 font-mono text-xs leading-5">
          {hunks.flatMap(({ skipped, lines: some }) => [
            ...(skipped === 0
              ? []
              : [
                  <li key={`skip-${some[0]?.before}-${some[0]?.after}`} className="bg-sunken px-3 text-subtle">
                    {countOf(skipped, "line")} as before
                  </li>,
                ]),
            ...some.map(({ kind, text, before: from, after: to }) => (
              <li key={`${from} ${to}`} className={classNames("flex gap-3 px-3", looks[kind].className)}>
                <span aria-hidden className="w-8 shrink-0 text-right">
                  {to ?? from}
                </span>
                <span aria-hidden className="w-2 shrink-0">
                  {looks[kind].sign}
                </span>
                <span className="whitespace-pre">
                  <span className="sr-only">{looks[kind].word}</span>
                  {text}
                </span>
              </li>
            )),
          ])}
        </ol>
      </section>
    </div>
  );
}
