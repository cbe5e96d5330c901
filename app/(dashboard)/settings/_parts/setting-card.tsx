import type { ReactNode } from "react";
import { SectionHeading } from "../../../_components/section-heading.tsx";

type Props = { id: string; title: string; tells: ReactNode; children: ReactNode };

/** One setting: what it is on the left, what it is set to on the right; one above the other where there is no room. */
export function SettingCard({ id, title, tells, children }: Props) {
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-8 gap-y-3 border-t border-line py-6 first:border-t-0 lg:grid-cols-[minmax(0,4fr)_minmax(0,7fr)]"
    >
      <div className="min-w-0">
        <SectionHeading id={id} title={title} />
        <div className="flex max-w-prose flex-col gap-2 text-sm text-pretty text-muted">{tells}</div>
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
