import type { ReactNode } from "react";

type Props = { id: string; title: string; note?: string; children?: ReactNode };

export function SectionHeading({ id, title, note, children }: Props) {
  return (
    <div className="mb-2.5 flex min-h-6 flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <h2 id={id} className="text-base font-semibold">
        {title}
        {note !== undefined && <span className="ml-2 text-sm font-normal text-subtle">{note}</span>}
      </h2>
      {children}
    </div>
  );
}
