import { classNames } from "./class-names.ts";

export function Bone({ className = "" }: { className?: string }) {
  return <span className={classNames("bone block", className)} />;
}

/** A list in the making: the head and rows of the final layout, shown only after 300 ms. */
export function ListSkeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <output aria-label={label} className="card late block overflow-hidden">
      <span className="flex h-9 items-center border-b border-line px-4">
        <Bone className="h-3 w-24" />
      </span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="flex h-10 items-center gap-6 border-b border-line px-4 last:border-0">
          <Bone className="h-3 w-1/5" />
          <Bone className="h-3 w-1/6" />
          <Bone className="h-3 w-1/4" />
          <Bone className="ml-auto h-3 w-16" />
        </span>
      ))}
    </output>
  );
}
