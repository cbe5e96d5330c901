const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const spacings = [
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
];

/** Five to seven round instants between two, in UTC. */
export function timeTicks(from: number, to: number): number[] {
  const spacing = spacings.find((one) => (to - from) / one <= 6) ?? 7 * day;
  const first = Math.ceil(from / spacing) * spacing;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / spacing) + 1) },
    (_, index) => first + index * spacing,
  );
}

/** `10:40`, or `Dec 4` where a tick is a day or more. @param isLong with both */
export function wordTime(at: number, stepSeconds: number, isLong = false): string {
  const date = new Date(at);
  const time = date.toISOString().slice(11, 16);
  const dayWords = date.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
  if (isLong) return `${dayWords}, ${time}`;
  return stepSeconds >= 86_400 ? dayWords : time;
}
