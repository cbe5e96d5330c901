export type Span = { from: number; to: number; ticks: number[]; tickSeconds: number };

/** The ranges one may choose, in seconds, with their names in the URL and on the page. */
export const ranges = [
  { name: "15m", label: "15 min", seconds: 900 },
  { name: "1h", label: "1 h", seconds: 3600 },
  { name: "6h", label: "6 h", seconds: 21_600 },
  { name: "24h", label: "24 h", seconds: 86_400 },
  { name: "7d", label: "7 d", seconds: 604_800 },
  { name: "30d", label: "30 d", seconds: 2_592_000 },
] as const;

const tickSteps = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

const wantedMarks = 6;

export function chooseSpan(facts: {
  now: number;
  bornAt: number;
  endsAt: number;
  instants: number[];
  rangeSeconds?: number | undefined;
}): Span {
  const age = (facts.now - facts.bornAt) / 1000;
  const seconds = facts.rangeSeconds ?? automaticRange(facts.now, age, facts.instants);
  const length = seconds * 1000;
  // A young account fills the picture: the range is cut to its age, yet never below a tenth of it.
  const from = Math.max(facts.now - length, Math.min(facts.bornAt - length * 0.02, facts.now - length * 0.1));
  const shown = facts.now - from;
  const ahead = Number.isFinite(facts.endsAt) ? (facts.endsAt - facts.now) * 1.08 : shown * 0.3;
  const to = facts.now + Math.min(Math.max(ahead, shown * 0.08), shown * 0.6);
  return { from, to, ...ticksOf(from, to) };
}

/** The shortest range that shows several attempts, or all where there are fewer; without any, the whole life. */
function automaticRange(now: number, age: number, instants: number[]): number {
  const needed = instants.length === 0 ? age : (now - Math.min(...instants)) / 1000;
  const fitting = ranges.find(
    ({ seconds }) =>
      seconds >= needed || instants.filter((instant) => instant >= now - seconds * 1000).length >= wantedMarks,
  );
  return fitting?.seconds ?? 2_592_000;
}

function ticksOf(from: number, to: number): Pick<Span, "ticks" | "tickSeconds"> {
  const tickSeconds = tickSteps.find((step) => (to - from) / (step * 1000) <= 5) ?? 604_800;
  const step = tickSeconds * 1000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return { ticks, tickSeconds };
}
