// The process of one check (adapters/check/child-check-runner.ts): takes a document on its standard input, and says on its standard
// output what comes of it, a line of JSON for each scenario. It knows nothing else, and has nothing that could be lost with it.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CheckEvent } from "#adapters/check/check-events";
import { readDocument } from "#core/domain/integration/read-document";
import { CheckUnavailable } from "./check-unavailable.ts";

const lab = new URL("../../lab/start-fault-server.ts", import.meta.url);
const catalogue = fileURLToPath(new URL("../../integrations/", import.meta.url));
const noLab =
  "This installation has no lab to try the definition against (the folder lab/), as the container image has none. Check it in a clone of the repository with its development dependencies, on the command line: evergrant integrations check.";

const say = (event: CheckEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

try {
  say(existsSync(lab) ? await check(await readInput()) : { event: "failed", detail: noLab });
} catch (error) {
  if (!(error instanceof CheckUnavailable)) throw error;
  say({ event: "failed", detail: error.message });
}
process.exit(0);

interface Input {
  readonly document: unknown;
  readonly with_samples: boolean;
}

async function check({ document: source, with_samples: withSamples }: Input): Promise<CheckEvent> {
  const read = readDocument(source);
  if (read.kind === "faulty") {
    return { event: "failed", detail: `It is not valid: ${read.errors[0]?.pointer} ${read.errors[0]?.detail}` };
  }
  const { document } = read;
  // What takes long to load, and only a check needs.
  const [{ openCheckDatabase }, { openCheck }, { toCheckJson }, { readSamples, noSamples }, { leftAside }] =
    await Promise.all([
      import("./open-check-database.ts"),
      import("./run-check.ts"),
      import("./render-check.ts"),
      import("./read-samples.ts"),
      import("./relocate-document.ts"),
    ]);
  const samples = withSamples ? await readSamples(`${catalogue}${document.name}.json`, document.name) : noSamples;
  // A database of its own or none: what this installation runs on is not known here.
  const database = await openCheckDatabase(undefined);
  const close = stopWith(() => database.close());
  try {
    const engine = await openCheck(database.url);
    try {
      await engine.run(document, samples, (result) => {
        say({ event: "scenario", scenario: toCheckJson(result) as (CheckEvent & { event: "scenario" })["scenario"] });
      });
    } finally {
      await engine.close();
    }
  } finally {
    await close();
  }
  return { event: "done", left_aside: [...leftAside(document)] };
}

/** Whoever is told to stop clears away first. */
function stopWith(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | null = null;
  const once = async (): Promise<void> => {
    closed ??= close();
    await closed;
  };
  process.once("SIGTERM", () => void once().finally(() => process.exit(1)));
  return once;
}

async function readInput(): Promise<Input> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return JSON.parse(text) as Input;
}
