import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isProcessAlive, waitUntil } from "./processes.ts";
import { createSupervisor, type ChildSpec } from "./supervise.ts";

let directory = "";
let lines: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evergrant-supervise-"));
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const stopWithParent = new URL("../adapters/system/stop-with-parent.ts", import.meta.url).href;

/** A child that says it is ready, writes `text` and notes its end in `ends.log`. */
function child(name: string, body = ""): ChildSpec {
  const file = join(directory, `${name}.ts`);
  writeFileSync(
    file,
    `import { appendFileSync } from "node:fs";
     import { reportReady, stopWithParent } from ${JSON.stringify(stopWithParent)};
     setInterval(() => {}, 1000);
     ${body}
     stopWithParent(() => appendFileSync(${JSON.stringify(join(directory, "ends.log"))}, "${name}\\n"));
     console.log("hello from ${name}", process.env["NOTE"], process.env["HOME"]);
     reportReady({ pid: String(process.pid) });`,
  );
  return { file, env: { NOTE: "note" }, ready: "ipc", restart: true };
}

const supervise = () => createSupervisor({ logDirectory: directory, log: (line) => lines.push(line) });

test("stops in reverse order, and a child gets the variables it was given and no other", async () => {
  const supervisor = supervise();
  await supervisor.start("one", child("one"));
  await supervisor.start("two", child("two"));
  await supervisor.stopAll();
  expect(readFileSync(join(directory, "ends.log"), "utf8")).toBe("two\none\n");
  expect(readFileSync(join(directory, "one.log"), "utf8")).toBe("hello from one note undefined\n");
});

test("starts a killed child again, and says so", async () => {
  const supervisor = supervise();
  const { pid } = await supervisor.start("one", child("one"));
  process.kill(Number(pid), "SIGKILL");
  expect(await waitUntil(() => lines.includes("one is back"), 5_000)).toBe(true);
  expect(lines[0]).toBe("one ended (SIGKILL); starting it again in 0.5 s");
  expect(supervisor.pids()["one"]).not.toBe(Number(pid));
  await supervisor.stopAll();
});

test("a child that does not come up is reported with its last lines and not repeated", async () => {
  const supervisor = supervise();
  const spec = child("broken", `console.error("DATABASE_URL is missing"); process.exit(3);`);
  await expect(supervisor.start("broken", spec)).rejects.toThrow(
    /broken did not start: it ended with code 3\n.*DATABASE_URL is missing/s,
  );
  await supervisor.stopAll();
  expect(lines).toEqual([]);
});

test("children stop by themselves when the supervisor is killed with -9", async () => {
  const spec = child("one");
  const main = join(directory, "main.ts");
  writeFileSync(
    main,
    `import { createSupervisor } from ${JSON.stringify(new URL("./supervise.ts", import.meta.url).href)};
     const supervisor = createSupervisor({ logDirectory: ${JSON.stringify(directory)}, log: () => {} });
     process.send(await supervisor.start("one", ${JSON.stringify(spec)}));`,
  );
  const supervisor = fork(main, { execArgv: [], stdio: "ignore" });
  const pid = await new Promise<number>((resolve) =>
    supervisor.once("message", (ready: { pid: string }) => resolve(Number(ready.pid))),
  );
  expect(isProcessAlive(pid)).toBe(true);
  supervisor.kill("SIGKILL");
  expect(await waitUntil(() => !isProcessAlive(pid), 5_000)).toBe(true);
  expect(readFileSync(join(directory, "ends.log"), "utf8")).toBe("one\n");
});
