import { openSync, readFileSync, closeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DomainError } from "#core/domain/problem/domain-error";
import { Secret } from "#core/domain/secret/secret";
import { temporaryDirectory } from "#test/temporary-directory";
import { liveSecrets, withLiveSecrets } from "./live-secrets.ts";
import { createLog, redact } from "./log.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwZXJzb24ifQ.c2lnbmF0dXJl";
const text = (value: unknown): string => JSON.stringify(redact(value));

describe("redaction by key (I2)", () => {
  it.each([
    "token",
    "access_token",
    "accessToken",
    "refreshToken",
    "client_secret",
    "clientSecret",
    "password",
    "authorization",
    "Authorization",
    "cookie",
    "set-cookie",
    "api_key",
    "apiKey",
    "code_verifier",
    "verifier",
    "credentials",
    "client_assertion",
    "code",
    "key",
    "EVERGRANT_KEYRING",
  ])("hides what stands under %s", (key) => {
    expect(redact({ [key]: "canary" })).toEqual({ [key]: "[redacted]" });
    expect(redact({ [key]: { deep: ["canary"] } })).toEqual({ [key]: "[redacted]" });
  });

  it("keeps what operators need", () => {
    const fields = { account: "ia_1", status: 503, keyId: "k1", failure: "access_denied", written: true, none: null };
    expect(redact(fields)).toEqual(fields);
  });

  it("shows that a secret was absent", () => {
    expect(redact({ refresh_token: null })).toEqual({ refresh_token: null });
  });
});

describe("redaction by form, whatever the key", () => {
  it.each([
    ["a bearer value", "sent Bearer abcdefgh12345678 to x", "sent [redacted] to x"],
    ["a basic value", "Basic dXNlcjpwYXNzd29yZA==", "[redacted]"],
    ["an API key", `used evg_${"a".repeat(49)}.`, "used [redacted]."],
    ["a link token", `lt_${"b".repeat(43)}`, "[redacted]"],
    ["a webhook secret", `whsec_${"c".repeat(32)}`, "[redacted]"],
    [
      "a private key",
      "read -----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----.",
      "read [redacted].",
    ],
    ["half a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBg", "[redacted]"],
    ["a JWT", `got ${jwt}`, "got [redacted]"],
    ["a database password", "postgres://user:pass-word@db:5432/x", "postgres://user:[redacted]@db:5432/x"],
    ["two of them", `Bearer ${jwt} and ${jwt}`, "[redacted] and [redacted]"],
  ])("%s", (_name, given, shown) => {
    expect(redact({ note: given })).toEqual({ note: shown });
  });

  it("leaves ordinary text alone", () => {
    const note = "the bearer of bad news, https://example.com:8443/a@b, evg_short";
    expect(redact({ note })).toEqual({ note });
  });
});

describe("redaction by value (I2)", () => {
  // Nothing about it looks like a secret.
  const value = "Plain+words/of~a provider=0";
  const bytes = Buffer.from(value);
  const shifted = (shift: number): Buffer =>
    Buffer.concat([Buffer.from("xyz".slice(0, shift)), bytes, Buffer.from("behind")]);
  const forms: [string, string][] = [
    ["as it is", value],
    ["URL-encoded", encodeURIComponent(value)],
    ["as of a form", new URLSearchParams([["a", value]]).toString().slice(2)],
    ["in hex", bytes.toString("hex")],
    ["in capital hex", bytes.toString("hex").toUpperCase()],
    ["in a JSON text", JSON.stringify({ a: value })],
    ...[0, 1, 2].flatMap((shift): [string, string][] => [
      [`in base64, ${shift} behind its beginning`, shifted(shift).toString("base64")],
      [`in base64url, ${shift} behind its beginning`, shifted(shift).toString("base64url")],
    ]),
  ];
  const core = (form: string): string => form.slice(6, -10);

  it.each(forms)("takes a live secret out of a text, %s", async (_name, form) => {
    await withLiveSecrets(async () => {
      new Secret(value);
      const shown = text({ note: `it said ${form}!`, error: new Error(form, { cause: new Error(`body: ${form}`) }) });
      expect(shown).not.toContain(core(form));
      expect(shown).toContain("[redacted]");
    });
  });

  it("in what a library hangs onto its errors, which is not shown at all", async () => {
    await withLiveSecrets(async () => {
      new Secret(value);
      const error = Object.assign(new Error("request failed"), {
        config: { data: value },
        request: { body: value },
        response: { body: { echoed: value } },
        detail: `Failing row contains (${value}).`,
        errors: [new Error(value)],
      });
      expect(text({ error })).not.toContain(core(value));
    });
  });

  it("of every operation that is under way, and of none that has ended", async () => {
    let end = (): void => {};
    const other = withLiveSecrets(async () => {
      new Secret(value);
      await new Promise<void>((resolve) => (end = resolve));
    });
    await withLiveSecrets(async () => expect(text({ note: value })).not.toContain(core(value)));
    end();
    await other;
    expect(liveSecrets()).not.toContain(value);
  });

  it("in what an operation left behind when it ended, whose own values are let go", async () => {
    let goOn = (): void => {};
    const { left } = await withLiveSecrets(async () => {
      void new Secret(value);
      const after = new Promise<void>((resolve) => (goOn = resolve)).then(() => {
        void new Secret("made after its operation");
        return liveSecrets();
      });
      return { left: after };
    });
    goOn();
    const seen = await left;
    expect(seen).toContain("made after its operation");
    expect(seen).not.toContain(value);
    expect(liveSecrets()).toContain("made after its operation");
  });

  it("has teeth: outside of any operation that holds it the same text is shown", () => {
    expect(text({ note: value })).toContain(value);
  });

  it("takes a Secret for what it is, whatever its key", () => {
    expect(redact({ note: new Secret("some text"), list: [new Secret("other text")] })).toEqual({
      note: "[redacted]",
      list: ["[redacted]"],
    });
  });
});

describe("a JWK", () => {
  it("shows its public half", () => {
    const jwk = { kty: "EC", crv: "P-256", x: "x", y: "y", d: "private" };
    expect(redact({ jwk, d: "day" })).toEqual({ jwk: { ...jwk, d: "[redacted]" }, d: "day" });
    expect(redact({ jwk: { kty: "oct", k: "private" } })).toEqual({ jwk: { kty: "oct", k: "[redacted]" } });
  });
});

describe("errors", () => {
  it("keep name, code, message, stack and cause, each redacted", () => {
    const cause = Object.assign(new Error("postgres://user:pass-word@db/x refused"), { code: "ECONNREFUSED" });
    const shown = redact({ error: new TypeError(`Bearer ${jwt}`, { cause }) });
    expect(shown).toMatchObject({
      error: { name: "TypeError", message: "[redacted]", cause: { code: "ECONNREFUSED" } },
    });
    expect(JSON.stringify(shown)).toContain("log.test.ts");
    expect(JSON.stringify(shown)).not.toMatch(/pass-word|eyJ/);
  });

  it("that were foreseen show no stack", () => {
    const shown = text({ error: new DomainError("conflict", { detail: "x", internal: "why" }) });
    expect(shown).toContain("conflict: why");
    expect(shown).not.toContain("log.test.ts");
  });

  it("may stand alone, in a list, or hold themselves", () => {
    const loop = new Error("round");
    loop.cause = loop;
    expect(redact(loop)).toMatchObject({ message: "round" });
    expect(text([new Error("one")])).toContain("one");
  });
});

describe("what is too large", () => {
  it("is cut: depth, lists and texts, and no cycle hangs it", () => {
    const cycle: Record<string, unknown> = { secret: "canary" };
    cycle["self"] = cycle;
    expect(text(cycle)).toContain("[…]");
    expect(text(cycle)).not.toContain("canary");
    expect(redact({ list: Array.from({ length: 80 }, (_, index) => index) })["list"]).toHaveLength(50);
    expect(String(redact({ note: "x".repeat(9000) })["note"]).length).toBeLessThan(2100);
  });

  it("is shown by its size where it is bytes", () => {
    expect(redact({ sealed: new Uint8Array(40), plain: Buffer.from("canary") })).toEqual({
      sealed: "[40 bytes]",
      plain: "[6 bytes]",
    });
  });

  it("is a text where JSON has no word for it", () => {
    expect(redact({ fence: 12n, at: new Date(0) })).toEqual({ fence: "12", at: "1970-01-01T00:00:00.000Z" });
  });
});

describe("a log line", () => {
  it("is JSON with level, UTC instant, process and redacted fields, and obeys the level", () => {
    const file = join(temporaryDirectory(), "log");
    const descriptor = openSync(file, "w");
    const log = createLog({ process: "worker", level: "warn", descriptor });
    log.info({ account: "ia_1" }, "not written");
    log.warn({ account: "ia_1", refresh_token: "canary" }, "written");
    closeSync(descriptor);
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      expect.objectContaining({
        level: "warn",
        process: "worker",
        account: "ia_1",
        refresh_token: "[redacted]",
        msg: "written",
      }),
    ]);
    expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("is one line, and moves no terminal, whatever a provider wrote (I4)", () => {
    const file = join(temporaryDirectory(), "log");
    const descriptor = openSync(file, "w");
    const log = createLog({ process: "api", level: "info", descriptor });
    const breaking = [
      "\n",
      "\r\n",
      "\u001B[2J\u001B[1;31m",
      "\u0007",
      "\0",
      "\u2028",
      "\u0085",
      "\u009B2J",
      '"}\n{"level":"error"}',
    ];
    for (const one of breaking) {
      log.warn({ [`named${one}so`]: `before${one}after`, error: new Error(`said${one}so`) }, `words${one}`);
    }
    closeSync(descriptor);
    const written = readFileSync(file, "utf8");
    const lines = written.split("\n");
    expect(lines).toHaveLength(breaking.length + 1);
    for (const line of lines.slice(0, -1)) expect(JSON.parse(line)).toMatchObject({ level: "warn", process: "api" });
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    expect(written.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/);
  });
});
