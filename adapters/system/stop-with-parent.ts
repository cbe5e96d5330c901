/**
 * For a process that a supervisor started: stops when told to (SIGTERM, SIGINT, SIGHUP) and when the supervisor is gone, even
 * killed with -9: then the IPC channel closes. `onStop` runs once; the process ends when it has settled.
 */
export function stopWithParent(onStop: () => Promise<void> | void): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    Promise.resolve()
      .then(onStop)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${error instanceof Error ? error.stack : String(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
  if (process.send === undefined) return;
  // A supervisor that was killed takes the other end of our output with it; the last lines must not crash the stopping.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.on("disconnect", stop);
  // The parent may have died while this process was still loading its modules.
  if (!process.connected) stop();
}

/** Tells the supervisor, if there is one, that this process serves. */
export function reportReady(details: Record<string, string> = {}): void {
  if (process.connected) process.send?.({ type: "ready", ...details });
}
