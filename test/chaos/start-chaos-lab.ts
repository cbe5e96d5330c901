import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LabGrant, LabStats } from "#lab/start-lab";
import type { LabCommand, LabSettings } from "./lab-process.ts";
import { machineEnvironment } from "../machine-environment.ts";
import type { TokenRequestReport } from "./token-request-record.ts";

export type ChaosLab = {
  origin: string;
  stats(): Promise<LabStats>;
  grants(): Promise<LabGrant[]>;
  tokenRequests(): Promise<TokenRequestReport>;
  loseAnswers(count: number): void;
  stop(): Promise<void>;
};

export async function startChaosLab(settings: LabSettings): Promise<ChaosLab> {
  const child = fork(fileURLToPath(new URL("lab-process.ts", import.meta.url)), [], {
    env: { ...machineEnvironment(), CHAOS_LAB: JSON.stringify(settings) },
    execArgv: [],
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const origin = await new Promise<string>((resolve, reject) => {
    child.once("message", (message: { origin: string }) => resolve(message.origin));
    child.once("close", (code) => reject(new Error(`the lab ended with code ${code}: ${errors}`)));
  });
  const send = (command: LabCommand): void => void child.send(command);
  const get = async (path: string): Promise<unknown> => await (await fetch(`${origin}/lab${path}`)).json();
  return {
    origin,
    stats: async () => (await get("/stats")) as LabStats,
    grants: async () => (await get("/grants")) as LabGrant[],
    async tokenRequests() {
      const answer = new Promise<TokenRequestReport>((resolve) =>
        child.once("message", (message: { report: TokenRequestReport }) => resolve(message.report)),
      );
      send({ type: "report" });
      return await answer;
    },
    loseAnswers: (count) => send({ type: "lose_answers", count }),
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}
