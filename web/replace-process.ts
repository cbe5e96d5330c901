import { spawn } from "node:child_process";

/**
 * Runs this program again under another environment, and never comes back from it: in place (`execve`, same pid) where
 * the platform can, else as a child.
 */
export function replaceProcess(environment: NodeJS.ProcessEnv, dropped: string[]): void {
  const argv = [...process.execArgv, ...process.argv.slice(1)];

  // execve closes every descriptor but the standard ones, and with them the channel to a supervisor.
  if (process.send === undefined && typeof process.execve === "function" && process.platform !== "win32") {
    process.emitWarning = () => {};
    process.execve(process.execPath, [process.execPath, ...argv], environment);
    return;
  }
  runAsChild(argv, environment, dropped);
}

function runAsChild(argv: string[], environment: NodeJS.ProcessEnv, dropped: string[]): void {
  process.stderr.write(
    `web: started with ${dropped.join(", ")}, which this process must not have; ` +
      "going on in a child without them. Start it with a clean environment to spare the extra process.\n",
  );
  const child = spawn(process.execPath, argv, { env: environment, stdio: ["inherit", "inherit", "inherit", "ipc"] });
  child.on("message", (message) => process.send?.(message));
  child.on("error", (error) => {
    process.stderr.write(`web: cannot start: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill("SIGTERM"));
  process.on("disconnect", () => child.kill("SIGTERM"));
}
