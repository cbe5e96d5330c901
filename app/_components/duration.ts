const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** `12 min 30 s`: the largest unit that fits and, with `parts` 2, the next one unless it is zero. Never negative. */
export function formatDuration(seconds: number, parts: 1 | 2 = 2): string {
  const whole = Math.max(0, Math.floor(seconds));
  const index = units.findIndex((unit) => whole >= unit.seconds);
  const first = units[index];
  if (first === undefined) return "0 s";
  const words = [`${formatWhole(Math.floor(whole / first.seconds))} ${first.name}`];
  const second = units[index + 1];
  if (parts === 2 && second !== undefined) {
    const rest = Math.floor((whole % first.seconds) / second.seconds);
    if (rest > 0) words.push(`${rest} ${second.name}`);
  }
  return words.join(" ");
}

/** `in 12 min`, `3 min ago`, `now`. */
export function formatRelative(at: number, now: number, parts: 1 | 2 = 1): string {
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${formatDuration(seconds, parts)}` : `${formatDuration(-seconds, parts)} ago`;
}

/** `320 ms`, `1.4 s`, `12 s`. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 10_000
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : formatDuration(Math.round(milliseconds / 1000));
}

function formatWhole(value: number): string {
  return value.toLocaleString("en");
}
