// The lab of the chaos runs, in a process of its own that is never harmed: what it saw is the truth that all is measured by.
// Settings come as JSON in CHAOS_LAB; it says {type: "ready", origin} and answers {type: "report"} with what it recorded.
import { startLab } from "#lab/start-lab";
import { createTokenRequestRecord } from "./token-request-record.ts";

export type LabSettings = {
  accessTokenSeconds: number;
  /** What a token request takes: half of it on the way there, half on the way back. */
  providerMilliseconds: number;
};

export type LabCommand =
  | { type: "report" }
  /** The next refreshes are carried out and their answers lost. */
  | { type: "lose_answers"; count: number };

const settings = JSON.parse(process.env["CHAOS_LAB"] ?? "{}") as LabSettings;
const lab = await startLab({ accessTokenSeconds: settings.accessTokenSeconds, revealTokens: false });
const record = createTokenRequestRecord();
let toLose = 0;

const wayMilliseconds = settings.providerMilliseconds / 2;
lab.onTokenRequest = async () => {
  await new Promise((resolve) => setTimeout(resolve, wayMilliseconds));
  if (toLose > 0) {
    toLose -= 1;
    return "lose_answer";
  }
  return { holdAnswerMilliseconds: wayMilliseconds };
};
lab.onTokenAnswer = record.add;

process.on("message", (command: LabCommand) => {
  if (command.type === "report") process.send?.({ type: "report", report: record.report() });
  else toLose = command.count;
});
process.on("SIGTERM", () => void lab.close().then(() => process.exit(0)));
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.send?.({ type: "ready", origin: lab.origin });
