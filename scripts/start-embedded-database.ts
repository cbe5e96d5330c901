import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface EmbeddedDatabase {
  readonly url: string;
  readonly child: ChildProcess;
  /** When it has ended, whoever ended it. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
}

/**
 * embedded-database.ts with these arguments, as a process that ends with this one. Detached: Ctrl-C in the terminal reaches this
 * process alone, whose end ends the database in order.
 *
 * @throws Error with its complaint, when it could not start
 */
export async function startEmbeddedDatabase(args: readonly string[]): Promise<EmbeddedDatabase> {
  const child = fork(fileURLToPath(new URL("./embedded-database.ts", import.meta.url)), [...args], {
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message: { readonly url: string }) => resolve(message.url));
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(complaint.trim() || `PostgreSQL did not start (code ${code})`)));
  });
  return {
    url,
    child,
    gone,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}
