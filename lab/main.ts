import { logLine } from "./log-line.ts";
import { startLab } from "./start-lab.ts";

const lab = await startLab({
  port: Number(process.env["LAB_PORT"] ?? 3400),
  stateDirectory: process.env["LAB_STATE_DIR"] ?? ".data/lab",
  accessTokenSeconds: Number(process.env["LAB_ACCESS_TOKEN_SECONDS"] ?? 180),
  revealTokens: process.env["LAB_REVEAL_TOKENS"] === "1",
});
logLine("listening", { origin: lab.origin });
process.send?.({ type: "ready", origin: lab.origin });

let isStopping = false;

async function stop(reason: string): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await lab.close();
  logLine("stopped", { reason });
  process.exit(0);
}

process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
// The supervisor is gone: nobody would stop us any more.
process.on("disconnect", () => void stop("disconnect"));
