import type { Level } from "pino";

export type WebSettings = {
  port: number;
  apiOrigin: string;
  publicUrl: string;
  logLevel: Level | "silent";
  isDevelopment: boolean;
};

const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** Reads the environment; throws an Error that names the variable and what it should be. */
export function readSettings(environment: NodeJS.ProcessEnv): WebSettings {
  return {
    port: readPort("WEB_PORT", environment.WEB_PORT, 3100),
    apiOrigin: readOrigin("API_ORIGIN", environment.API_ORIGIN, "http://127.0.0.1:3000"),
    publicUrl: readOrigin("EVERGRANT_URL", environment.EVERGRANT_URL, "http://127.0.0.1:3000"),
    logLevel: readLevel(environment.LOG_LEVEL),
    isDevelopment: environment.NODE_ENV === "development",
  };
}

function readPort(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Error(`${name} must be a port from 0 to 65535 (0 takes a free one), not "${text}".`);
  }
  return port;
}

function readOrigin(name: string, text: string | undefined, fallback: string): string {
  const url = URL.parse(text === undefined || text === "" ? fallback : text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new Error(`${name} must be an http(s) origin such as ${fallback}, without a path.`);
  }
  if (url.username !== "" || url.password !== "") throw new Error(`${name} must not carry a name or password.`);
  return url.origin;
}

function readLevel(text: string | undefined): WebSettings["logLevel"] {
  if (text === undefined || text === "") return "info";
  const level = levels.find((known) => known === text);
  if (level === undefined) throw new Error(`LOG_LEVEL must be one of ${levels.join(", ")}, not "${text}".`);
  return level;
}
