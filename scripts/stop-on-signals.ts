// How a supervisor ends: Ctrl-C, SIGTERM, SIGHUP, or the end of the process that started it.

/** Two signals this close are one: a terminal sends Ctrl-C to the whole group, and npm and bootstrap.mjs pass it on once more. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Calls `stop` at the first signal and `kill` at a second Ctrl-C. Ends the process when `stop` has settled: with 0, since stopping
 * when asked is no failure.
 */
export function stopOnSignals(stop: () => Promise<void>, kill: () => void): void {
  let firstAt: number | null = null;
  const onSignal = (signal: NodeJS.Signals | "disconnect"): void => {
    if (firstAt !== null) {
      if (signal === "SIGINT" && Date.now() - firstAt > SAME_SIGNAL_MS) kill();
      return;
    }
    firstAt = Date.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => onSignal(signal));
  // The terminal may be gone with the parent; writing to it must not end us before the children are stopped.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  if (process.send === undefined) return;
  process.on("disconnect", () => onSignal("disconnect"));
  if (!process.connected) onSignal("disconnect");
}
