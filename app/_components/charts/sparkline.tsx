type Props = {
  /** In order of time; null: nothing is known of it. */
  values: readonly (number | null)[];
  /** Text colour of the line. */
  className?: string;
};

const height = 28;
const width = 96;
const inset = 2;

/** How a figure went, without an axis: its shape, and a dot for now. What it shows is said beside it. */
export function Sparkline({ values, className = "text-muted" }: Props) {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  if (known.length < 2) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (index: number): number => inset + (index / (values.length - 1)) * (width - 2 * inset);
  // What never changed lies in the middle.
  const y = (value: number): number =>
    most === least ? height / 2 : inset + (1 - (value - least) / (most - least)) * (height - 2 * inset);
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden
      className={`shrink-0 overflow-visible ${className}`}
    >
      <path
        d={pathOf(values, x, y)}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx={x(last)} cy={y(values[last] ?? 0)} r="2" fill="currentColor" />
    </svg>
  );
}

/** Where nothing is known the line is broken; a point by itself is a dot. */
export function pathOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const parts: string[] = [];
  let isOpen = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const place = `${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    parts.push(isOpen ? `L${place}` : `M${place}h0`);
    isOpen = true;
  }
  return parts.join("");
}
