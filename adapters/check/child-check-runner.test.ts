import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createChildCheckRunner } from "./child-check-runner.ts";

const directory = mkdtempSync(join(tmpdir(), "evergrant-check-runner-"));
const never = new AbortController().signal;
let made = 0;

/** A script in place of the process of a check. */
function scripted(source: string) {
  made += 1;
  const path = join(directory, `script-${made}.mjs`);
  writeFileSync(path, source);
  return createChildCheckRunner(path);
}

const say = (event: unknown): string => `console.log(${JSON.stringify(JSON.stringify(event))});`;
const scenario = { scenario: "s", title: "S", verdict: "as_expected", note: null, steps: [], problems: [] };
const trial = { document: { name: "acme" }, withSamples: true };

afterEach(() => vi.unstubAllEnvs());

describe("the process of a check", () => {
  it("has a directory for what it keeps, which goes with it however it ends", async () => {
    for (const end of ["process.exit(1);", 'process.kill(process.pid, "SIGKILL");']) {
      const runner = scripted(`
        import { mkdirSync, writeFileSync } from "node:fs";
        import { tmpdir } from "node:os";
        mkdirSync(tmpdir() + "/spool");
        writeFileSync(tmpdir() + "/spool/answer", "");
        const line = JSON.stringify({ event: "done", left_aside: [tmpdir()] });
        await new Promise((resolve) => process.stdout.write(line + "\\n", resolve));
        ${end}`);
      const { leftAside } = (await runner.run(trial, () => {}, never)) as { leftAside: readonly string[] };
      expect(leftAside[0]).toMatch(/eg-check-/);
      expect(existsSync(leftAside[0] ?? "/")).toBe(false);
    }
  });

  it("gets the document on its input, and nothing of this process's environment but the machine's own", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://secret");
    vi.stubEnv("EVERGRANT_SECRET", "secret");
    vi.stubEnv("LANG", "C");
    const runner = scripted(`
      let text = "";
      for await (const chunk of process.stdin) text += chunk;
      const names = Object.keys(process.env).filter((name) => !/^(PATH|HOME|TZ|LANG|TMPDIR)$/.test(name));
      console.log(JSON.stringify({ event: "done", left_aside: [text, ...names] }));`);
    expect(await runner.run(trial, () => {}, never)).toEqual({
      kind: "done",
      leftAside: [JSON.stringify({ document: { name: "acme" }, with_samples: true })],
    });
  });

  it("tells each scenario as it ends, in their order", async () => {
    const titles: string[] = [];
    const runner = scripted(
      [1, 2, 3].map((n) => say({ event: "scenario", scenario: { ...scenario, title: `S${n}` } })).join("\n") +
        say({ event: "done", left_aside: [] }),
    );
    await runner.run(trial, ({ title }) => titles.push(title), never);
    expect(titles).toEqual(["S1", "S2", "S3"]);
  });

  it("is believed no word that is none of a check", async () => {
    const heard: unknown[] = [];
    const runner = scripted(
      `console.log("a log line"); console.log("{}"); ${say({ event: "scenario", scenario: { title: "half" } })}${say({ event: "done", left_aside: [] })}`,
    );
    expect(await runner.run(trial, (one) => heard.push(one), never)).toEqual({ kind: "done", leftAside: [] });
    expect(heard).toEqual([]);
  });

  it("says what it could not do, and what it died of where it says nothing", async () => {
    const told = scripted(say({ event: "failed", detail: "there is no lab" }));
    expect(await told.run(trial, () => {}, never)).toEqual({ kind: "failed", detail: "there is no lab" });
    const broken = scripted(`throw new Error("out of luck")`);
    const end = await broken.run(trial, () => {}, never);
    expect(end).toMatchObject({ kind: "failed", detail: expect.stringContaining("ended before its time") as string });
  });

  it("is ended when nobody waits for it any more", async () => {
    const stop = new AbortController();
    const runner = scripted(`${say({ event: "scenario", scenario })} setInterval(() => {}, 1000);`);
    const end = await runner.run(trial, () => stop.abort(), stop.signal);
    expect(end).toMatchObject({ kind: "failed" });
  });
});
