import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { findSecrets } from "../test/find-secrets.ts";

export type WebFindings = {
  /** Names of variables in its environment that have no business there, and of secrets among the values. */
  environment: string[];
  /** Scripts that it loaded and must not have. */
  modules: string[];
  /** Secrets found in its heap, by their beginning. */
  memory: string[];
  moduleCount: number;
  /** Whether the heap shows what it must hold and is no secret: a look that finds nothing proves nothing by itself. */
  isRead: boolean;
};

const allowedVariables =
  /^(PATH|HOME|TZ|LANG|LC_\w+|NODE_ENV|NODE_OPTIONS|NODE_CHANNEL_\w+|WEB_PORT|API_ORIGIN|EVERGRANT_URL|LOG_LEVEL|NEXT_\w+|__NEXT\w*|TURBOPACK|FORCE_COLOR|TERM|USER|LOGNAME|SHELL|PWD|TMPDIR)$/;
const forbiddenModule =
  /node_modules\/(?:pg|pg-\w+|@prisma|prisma|graphile-worker|@auth|oauth4webapi|jose|undici)\/|\/(?:core|adapters\/(?:postgres|kms|oauth|egress|container))\//;

/** Looks into the running web process: /proc for its environment, the inspector for its modules and its heap. */
export async function findWebSecrets(input: {
  pids: number[];
  webPort: string;
  secrets: string[];
  /** No secret, and surely there. */
  shown: string;
}): Promise<WebFindings> {
  const pid = input.pids.find(
    (one) => commandOf(one).includes("web/main.ts") && environmentOf(one)["WEB_PORT"] === input.webPort,
  );
  if (pid === undefined) throw new Error("no web process found");
  const environment = environmentOf(pid);
  const { modules, heap } = await inspect(pid);
  return {
    environment: Object.entries(environment)
      .filter(([name, value]) => !allowedVariables.test(name) || input.secrets.some((secret) => value.includes(secret)))
      .map(([name]) => name),
    modules: modules.filter((url) => forbiddenModule.test(url)),
    memory: findSecrets(input.secrets, [Buffer.from(heap)]),
    moduleCount: modules.length,
    isRead: heap.includes(input.shown),
  };
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function environmentOf(pid: number): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, "utf8")
    .split("\0")
    .filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/** SIGUSR1 opens Node's inspector on loopback; it names every script that was loaded, and hands out the heap. */
async function inspect(pid: number): Promise<{ modules: string[]; heap: string }> {
  process.kill(pid, "SIGUSR1");
  const socket = new WebSocket(await inspectorAddress(pid));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("the inspector did not open")), { once: true });
  });
  const modules: string[] = [];
  const chunks: string[] = [];
  const pending = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as {
      id?: number;
      method?: string;
      result?: unknown;
      params?: { url?: string; chunk?: string };
    };
    if (message.method === "Debugger.scriptParsed") modules.push(message.params?.url ?? "");
    if (message.method === "HeapProfiler.addHeapSnapshotChunk") chunks.push(message.params?.chunk ?? "");
    if (message.id !== undefined) pending.get(message.id)?.(message.result);
  });
  let id = 0;
  const send = (method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    new Promise((resolve) => {
      id += 1;
      pending.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  // The port may belong to somebody else's inspector: then this would look into the wrong process and find nothing.
  const answer = JSON.stringify(await send("Runtime.evaluate", { expression: "process.pid" }));
  if (!answer.includes(`"value":${pid}`))
    throw new Error(`port 9229 is not the inspector of process ${pid}: ${answer}`);
  await send("Debugger.enable");
  await send("HeapProfiler.takeHeapSnapshot");
  await send("Debugger.disable");
  socket.close();
  return { modules, heap: chunks.join("") };
}

async function inspectorAddress(pid: number): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      const targets = (await (await fetch("http://127.0.0.1:9229/json")).json()) as { webSocketDebuggerUrl: string }[];
      const [target] = targets;
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch {
      // Not open yet.
    }
    await delay(100);
  }
  throw new Error(`the inspector of process ${pid} did not open on port 9229`);
}
