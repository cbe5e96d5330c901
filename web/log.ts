import { pino, type Logger } from "pino";
import type { WebSettings } from "./settings.ts";

export type Log = Logger;

/** One JSON object per line on stdout. Callers log paths without their query, and never cookies or other headers. */
export function createLog(level: WebSettings["logLevel"]): Log {
  return pino({
    level,
    base: { process: "web" },
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
