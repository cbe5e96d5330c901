import { pino, type Logger } from "pino";
import { scrubSecrets } from "#core/domain/text/scrub-secrets";
import { Secret } from "#core/domain/secret/secret";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Log } from "#core/ports/log";
import type { LogLevel } from "../config/read-config.ts";
import { liveSecrets } from "./live-secrets.ts";

/** Keys whose values never reach a log, however deep they stand (checklist I2). */
const secretKey =
  /token|secret|password|authorization|cookie|api_?key|verifier|credentials|assertion|^code$|^key$|keyring|private_?key|signing_?key|data_?key|passwd|passphrase|(?:client|dpop|certificate)_?key/i;

/** Texts that look like a secret under any other key: private keys, bearer values, our own prefixes, JWTs. */
const secretText =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?|\b(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*|\b(?:evg|lt|whsec)_[\w-]{16,}|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+|(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/g;

/** Parameters of addresses and forms. */
const secretParameter =
  /\b(access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|code|state|password|api_key|token)=[^\s&"']+/gi;

const redacted = "[redacted]";

/** What JSON leaves as it is, although it moves a terminal (C1) or ends a line for some readers. Of a JSON line only texts hold any. */
const leftByJson = /[\u007F-\u009F\u2028\u2029]/g;

function withoutControls(line: string): string {
  return line.replaceAll(leftByJson, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** JSON lines on stdout (or another descriptor), UTC instants, secrets redacted by key, by form and by what they are. */
export function createLog(options: {
  readonly process: string;
  readonly level: LogLevel;
  readonly descriptor?: number;
}): Log & {
  readonly pino: Logger;
} {
  const destination = pino.destination({ fd: options.descriptor ?? 1, sync: true });
  const logger = pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void destination.write(withoutControls(line)) },
  );
  return {
    pino: logger,
    info: (fields, message) => logger.info(redact(fields), message),
    warn: (fields, message) => logger.warn(redact(fields), message),
    error: (fields, message) => logger.error(redact(fields), message),
  };
}

/** A copy fit for a log: at most six levels deep, secrets replaced, errors as name, message, code and cause. */
export function redact(value: unknown, secrets: readonly string[] = liveSecrets()): Record<string, unknown> {
  const plain = redactValue(value, 0, secrets);
  return typeof plain === "object" && plain !== null ? (plain as Record<string, unknown>) : { value: plain };
}

function redactValue(value: unknown, depth: number, secrets: readonly string[]): unknown {
  if (typeof value === "string") return cut(redactText(value, secrets), 2000);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (value instanceof Secret) return redacted;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (depth >= 6) return "[…]";
  if (value instanceof Error) return redactError(value, depth, secrets);
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => redactValue(one, depth + 1, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      isSecretKey(key, value) && one !== null ? redacted : redactValue(one, depth + 1, secrets),
    ]),
  );
}

/** Private parts of a JWK (RFC 7518, §6) have names of one letter, which mean something else anywhere else. */
const privateParts = new Set(["d", "p", "q", "dp", "dq", "qi", "oth", "k"]);

function isSecretKey(key: string, holder: object): boolean {
  return secretKey.test(key) || (privateParts.has(key) && "kty" in holder);
}

function redactError(error: Error, depth: number, secrets: readonly string[]): Record<string, unknown> {
  return {
    name: error.name,
    message: cut(redactText(error.message, secrets), 2000),
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    // A stack repeats the message; the frames are what helps. A problem that was foreseen needs none.
    ...(error instanceof DomainError ? {} : { stack: cut(redactText(error.stack ?? "", secrets), 4000) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1, secrets) }),
  };
}

/** Redacted first, cut afterwards: half a secret is not recognised as one. */
function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function redactText(text: string, secrets: readonly string[]): string {
  return scrubSecrets(text, secrets).replaceAll(secretText, redacted).replaceAll(secretParameter, `$1=${redacted}`);
}
