import { fork } from "node:child_process";
import { entryPoint } from "./entry-point.ts";
import { machineEnvironment } from "./machine-environment.ts";

export type StartedProcess = {
  pid: number;
  /** Everything it wrote to stdout and stderr so far. */
  output(): string;
  /** SIGTERM, and waits for its end. @returns the exit code */
  stop(): Promise<number | null>;
  /** kill -9, and waits for its end. */
  kill(): Promise<void>;
};

/** Starts one of our processes as production does, in its own process group, and waits until it says that it is ready. */
export async function startProcess(
  file: string,
  env: Record<string, string>,
  execArgv: string[] = [],
): Promise<StartedProcess> {
  const child = fork(entryPoint(file), [], {
    env: { ...machineEnvironment(), ...env },
    execArgv,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const gone = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: { type?: string }) => {
      if (message.type === "ready") resolve();
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${file} ended with code ${code} before it was ready:\n${output}`)));
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      return await gone;
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
