import { format, stripVTControlCharacters } from "node:util";
import { pino, type Logger } from "pino";
import type { WebSettings } from "./settings.ts";

export type Log = Logger;

/** One JSON object per line on stdout. Callers log paths without their query, and never cookies or other headers. */
export function createLog(level: WebSettings["logLevel"]): Log {
  return pino({
    level,
    base: { process: "web" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** Next and React print to the console: their lines become lines of the log. */
export function takeOverConsole(log: Log): void {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (...words: unknown[]): void => {
      const message = stripVTControlCharacters(format(...words)).trim();
      if (message !== "") log[level]({ source: "next" }, message);
    };
  Object.assign(console, {
    debug: at("debug"),
    log: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  });
}
