/** One JSON line on stderr. Never pass it a header, a body or a token. */
export function logLine(event: string, fields: Record<string, string | number | boolean | null> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), part: "lab", event, ...fields })}\n`);
}
