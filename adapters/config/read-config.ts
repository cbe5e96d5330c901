import { defaultTimes, type ApprovalTimes } from "#core/domain/approval/approval";
import { defaultSessionTimes, type SessionTimes } from "#core/domain/access/admin-session";
import { parseAnchorKey, type AnchorKey } from "#core/domain/audit/audit-anchor";
import { parseCidr, type Cidr } from "../egress/address-guard.ts";
import { parseEgressProxy, type EgressProxy } from "../egress/open-tunnel.ts";
import { readKmsConfig, type KmsConfig } from "../kms/read-kms-config.ts";
import { readSsoConfig, type SsoConfig } from "../sign-in/read-sso-config.ts";

/** The configuration of a process does not do. The message names every variable and its remedy, one a line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not complete:\n${problems.map((one) => `  - ${one}`).join("\n")}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What api, worker and the command line share. */
export interface EngineConfig {
  readonly databaseUrl: string;
  /** At least 32 bytes; sessions, link tokens and fingerprints use keys derived from it. */
  readonly secret: Uint8Array;
  readonly kms: KmsConfig;
  /** Public base address, without a trailing slash. */
  readonly publicUrl: string;
  readonly egressAllow: readonly Cidr[];
  /** Null: calls leave directly. */
  readonly egressProxy: EgressProxy | null;
  readonly spoolDirectory: string;
  /** Where mails of webhook endpoints go; null: none are sent. */
  readonly smtp: SmtpConfig | null;
  /** How long administrators stay signed in, and confirmed. */
  readonly sessions: SessionTimes;
  /** How long requests for a second person wait and stay open (R48). */
  readonly approvals: ApprovalTimes;
  /** Public keys of audit anchors that were made under an earlier EVERGRANT_SECRET. */
  readonly earlierAuditKeys: readonly AnchorKey[];
  /** Whether definitions may be tried against the lab from the dashboard and the API. */
  readonly labChecks: boolean;
  readonly logLevel: LogLevel;
}

/** The operator's own mail server, so that its address is not judged. */
export interface SmtpConfig {
  /** A secret: it may hold a password. */
  readonly url: string;
  readonly from: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface ApiConfig extends EngineConfig {
  readonly port: number;
  readonly webOrigin: string;
  readonly metricsToken: string | null;
  /** Requests a second that one API key, or one administrator, may send to this process for long; null: no limit. */
  readonly rateLimit: number | null;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly Cidr[];
  readonly proxy: ProxyLimits;
  /** Single sign-on of administrators; null: none. */
  readonly sso: SsoConfig | null;
}

/** What one call through the proxy may take. */
export interface ProxyLimits {
  /** Calls of one account that are under way at a time in this process. */
  readonly concurrency: number;
  /** From the last byte of the request to the head of the answer, seconds. */
  readonly headerSeconds: number;
  /** Without a byte in either direction, seconds. */
  readonly idleSeconds: number;
  /** From its first byte to its last, seconds. */
  readonly totalSeconds: number;
  /** Of a body, in each direction; null: of any size. */
  readonly bodyBytes: number | null;
}

export interface WorkerConfig extends EngineConfig {
  readonly port: number;
  readonly metricsToken: string | null;
}

/** web holds no key, no secret and no database: this is all it knows. */
export interface WebConfig {
  readonly port: number;
  readonly apiOrigin: string;
  readonly publicUrl: string;
  readonly logLevel: LogLevel;
}

/** @throws ConfigurationError */
export function readApiConfig(env: Environment): ApiConfig {
  const read = reader(env);
  const engine = readEngine(read);
  const webPort = read.port("WEB_PORT", 3100);
  return read.done({
    ...engine,
    port: read.port("PORT", 3000),
    webOrigin: read.origin("WEB_ORIGIN", `http://127.0.0.1:${webPort}`),
    metricsToken: read.optional("METRICS_TOKEN"),
    rateLimit: read.rate("EVERGRANT_RATE_LIMIT", 1000),
    trustedProxies: read.cidrs("EVERGRANT_TRUSTED_PROXIES"),
    proxy: {
      concurrency: read.count("EVERGRANT_PROXY_CONCURRENCY", 100),
      headerSeconds: read.count("EVERGRANT_PROXY_HEADER_SECONDS", 30),
      idleSeconds: read.count("EVERGRANT_PROXY_IDLE_SECONDS", 30),
      totalSeconds: read.count("EVERGRANT_PROXY_TOTAL_SECONDS", 3_600),
      bodyBytes: read.bytes("EVERGRANT_PROXY_BODY_BYTES"),
    },
    sso: readSsoConfig(read.optional, read.complain),
  });
}

/** @throws ConfigurationError */
export function readWorkerConfig(env: Environment): WorkerConfig {
  const read = reader(env);
  const engine = readEngine(read);
  return read.done({ ...engine, port: read.port("WORKER_PORT", 3200), metricsToken: read.optional("METRICS_TOKEN") });
}

/** @throws ConfigurationError */
export function readWebConfig(env: Environment): WebConfig {
  const read = reader(env);
  return read.done({
    port: read.port("WEB_PORT", 3100),
    apiOrigin: read.origin("API_ORIGIN", "http://127.0.0.1:3000"),
    publicUrl: read.origin("EVERGRANT_URL", "http://127.0.0.1:3000"),
    logLevel: read.logLevel(),
  });
}

/** For commands that only need the database and the keys. @throws ConfigurationError */
export function readEngineConfig(env: Environment): EngineConfig {
  const read = reader(env);
  return read.done(readEngine(read));
}

function readEngine(read: Reader): EngineConfig {
  return {
    databaseUrl: read.databaseUrl(),
    secret: read.secret(),
    kms: read.kms(),
    publicUrl: read.origin("EVERGRANT_URL", "http://127.0.0.1:3000"),
    egressAllow: read.cidrs("EVERGRANT_EGRESS_ALLOW"),
    egressProxy: read.egressProxy(),
    spoolDirectory: read.optional("EVERGRANT_SPOOL_DIR") ?? ".data/spool",
    smtp: read.smtp(),
    sessions: {
      idleSeconds: read.count("EVERGRANT_SESSION_IDLE_MINUTES", defaultSessionTimes.idleSeconds / 60) * 60,
      absoluteSeconds: read.count("EVERGRANT_SESSION_HOURS", defaultSessionTimes.absoluteSeconds / 3600) * 3600,
      confirmedSeconds: read.count("EVERGRANT_CONFIRM_MINUTES", defaultSessionTimes.confirmedSeconds / 60) * 60,
    },
    approvals: {
      waitingSeconds: read.count("EVERGRANT_APPROVAL_WAITING_HOURS", defaultTimes.waitingSeconds / 3600) * 3600,
      openSeconds: read.count("EVERGRANT_APPROVAL_OPEN_DAYS", defaultTimes.openSeconds / 86_400) * 86_400,
    },
    earlierAuditKeys: read.anchorKeys("EVERGRANT_AUDIT_KEYS"),
    labChecks: read.isOn("EVERGRANT_LAB_CHECKS"),
    logLevel: read.logLevel(),
  };
}

type Reader = ReturnType<typeof reader>;

const logLevels: readonly string[] = ["debug", "info", "warn", "error", "silent"] satisfies LogLevel[];

function reader(env: Environment) {
  const problems: string[] = [];
  const optional = (name: string): string | null => {
    const value = env[name]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const complain = (name: string, text: string): void => void problems.push(`${name} ${text}`);

  return {
    optional,
    complain,

    done<T>(config: T): T {
      if (problems.length > 0) throw new ConfigurationError(problems);
      return config;
    },

    port(name: string, fallback: number): number {
      const text = optional(name);
      if (text === null) return fallback;
      const port = Number(text);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) complain(name, "must be a port number from 0 to 65535");
      return port;
    },

    count(name: string, fallback: number): number {
      const text = optional(name);
      if (text === null) return fallback;
      if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
      complain(name, "must be a whole number from 1 to 999999");
      return fallback;
    },

    /** Off unless it is said. */
    isOn(name: string): boolean {
      const text = optional(name);
      if (text !== null && text !== "on" && text !== "off") complain(name, "must be on or off");
      return text === "on";
    },

    /** Null: nothing was given, or 0. */
    bytes(name: string): number | null {
      const text = optional(name);
      if (text === null || text === "0") return null;
      if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
      complain(name, "must be a whole number of bytes; 0 for no limit");
      return null;
    },

    /** Null: 0 was given. */
    rate(name: string, fallback: number): number | null {
      const text = optional(name);
      const rate = text === null ? fallback : Number(text);
      if (!Number.isInteger(rate) || rate < 0 || rate > 1_000_000)
        complain(name, "must be a whole number of requests a second, at most 1000000; 0 for no limit");
      return rate === 0 ? null : rate;
    },

    origin(name: string, fallback: string): string {
      const text = optional(name) ?? fallback;
      const url = URL.canParse(text) ? new URL(text) : null;
      if (
        url === null ||
        !/^https?:$/.test(url.protocol) ||
        url.pathname !== "/" ||
        url.search !== "" ||
        url.hash !== ""
      ) {
        complain(name, "must be an address such as https://connect.example.com, without a path");
        return fallback;
      }
      return url.origin;
    },

    egressProxy(): EgressProxy | null {
      const text = optional("EVERGRANT_EGRESS_PROXY");
      if (text === null) return null;
      const proxy = parseEgressProxy(text);
      // Not the text itself: it may hold a password.
      if (proxy === null)
        complain(
          "EVERGRANT_EGRESS_PROXY",
          "must be http://host:port, or http://user:password@host:port, without a path",
        );
      return proxy;
    },

    smtp(): SmtpConfig | null {
      const url = optional("EVERGRANT_SMTP_URL");
      const from = optional("EVERGRANT_SMTP_FROM");
      if (url === null && from === null) return null;
      // Not the text itself: it may hold a password.
      if (
        url === null ||
        !URL.canParse(url) ||
        !/^smtps?:$/.test(new URL(url).protocol) ||
        new URL(url).hostname === ""
      )
        complain("EVERGRANT_SMTP_URL", "must be smtp://host:port, or smtps://user:password@host:port");
      if (from === null || !/^[^\r\n]{1,200}@[^\s\r\n]{1,250}$/.test(from))
        complain(
          "EVERGRANT_SMTP_FROM",
          "must be the address that mails come from, such as Evergrant <evergrant@example.com>",
        );
      return { url: url ?? "", from: from ?? "" };
    },

    databaseUrl(): string {
      const text = optional("DATABASE_URL");
      if (text === null) complain("DATABASE_URL", "is missing; set it to postgres://user:password@host:5432/database");
      else if (!/^postgres(ql)?:\/\//.test(text)) complain("DATABASE_URL", "must begin with postgres://");
      return text ?? "";
    },

    secret(): Uint8Array {
      const text = optional("EVERGRANT_SECRET");
      const make = "make one with: openssl rand -base64 32";
      if (text === null) {
        complain("EVERGRANT_SECRET", `is missing; ${make}`);
        return new Uint8Array();
      }
      const bytes = Buffer.from(text, "base64");
      if (bytes.length < 32 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
        complain("EVERGRANT_SECRET", `must be at least 32 bytes in base64; ${make}`);
      }
      return bytes;
    },

    kms: (): KmsConfig => readKmsConfig(env, complain),

    cidrs(name: string): Cidr[] {
      const parts = (optional(name) ?? "").split(",").map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          const cidr = parseCidr(part);
          if (cidr === null) complain(name, `holds ${part}, which is no range such as 10.1.0.0/16 or fd00::/8`);
          return cidr ?? [];
        });
    },

    anchorKeys(name: string): AnchorKey[] {
      const parts = (optional(name) ?? "").split(",").map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          const key = parseAnchorKey(part);
          if (key === null)
            complain(name, "must be public keys as `evergrant audit public-key` prints them, separated by commas");
          return key ?? [];
        });
    },

    logLevel(): LogLevel {
      const text = optional("LOG_LEVEL") ?? "info";
      if (logLevels.includes(text)) return text as LogLevel;
      complain("LOG_LEVEL", `must be one of ${logLevels.join(", ")}`);
      return "info";
    },
  };
}

/** Reads a configuration or ends the process with its message on stderr, naming what is missing. */
export function readOrExit<T>(read: (env: Environment) => T): T {
  try {
    return read(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
