import Link from "next/link";
import type { IntegrationMappingView } from "#api/schemas/mapping-trial";
import { classNames } from "../../../../_components/class-names.ts";

type Props = { name: string; models: readonly IntegrationMappingView[]; chosen: string };

/** The models of the unified API; those that are mapped stand out. */
export function ModelChoice({ name, models, chosen }: Props) {
  return (
    <nav aria-label="Models of the unified API">
      <ul className="flex flex-wrap gap-2">
        {models.map(({ category, model, mapping }) => {
          const title = `${category}/${model}`;
          const isChosen = title === chosen;
          return (
            <li key={title}>
              <Link
                href={`/integrations/${name}/mapping?model=${title}`}
                prefetch={false}
                scroll={false}
                aria-current={isChosen ? "page" : undefined}
                className={classNames(
                  "flex h-8 items-center gap-1.5 rounded-full border px-3 font-mono text-xs pointer-coarse:h-11",
                  isChosen ? "border-accent bg-accent-soft text-ink" : "border-line-strong text-muted hover:bg-sunken",
                )}
              >
                {title}
                {mapping === null && <span className="font-sans text-subtle">not mapped</span>}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
