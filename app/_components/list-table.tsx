import type { ReactNode } from "react";

type Props = {
  name: string;
  /** The grid of a row, in a place that is wide enough for one. */
  columns: string;
  heads: readonly string[];
  /** Heads after those, over what is read from its right edge. */
  figures?: readonly string[];
  /** Stands before the first head: what selects all rows. */
  select?: ReactNode;
  children: ReactNode;
};

/** A list as rows under heads; where the place is narrow, without the heads, as cards. */
export function ListTable({ name, columns, heads, figures = [], select, children }: Props) {
  return (
    <table aria-label={name} className="block w-full @container card overflow-hidden">
      <thead className="hidden @3xl:block">
        <tr className={`h-9 border-b border-line px-4 text-xs font-medium text-subtle ${columns}`}>
          {heads.map((head, index) => (
            <th key={head} scope="col" className="text-left font-medium">
              {index === 0 && select !== undefined ? (
                <span className="flex items-center gap-3">
                  {select}
                  {head}
                </span>
              ) : (
                head
              )}
            </th>
          ))}
          {figures.map((head) => (
            <th key={head} scope="col" className="text-right font-medium">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block divide-y divide-line">{children}</tbody>
    </table>
  );
}
